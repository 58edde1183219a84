"""What can be no date."""

from __future__ import annotations

import re

from kg_docre.annotations import Document, Relation
from kg_docre.resolution.values import is_no_date

__all__ = ["NoDates"]

# birth, death, inception, end, publication, start and end of time, point in time
_DATED = frozenset("P569 P570 P571 P576 P577 P580 P582 P585".split())
_NO_TIMES = frozenset({"PER", "ORG", "LOC"})  # "1990s" and "World War II" may be taken for MISC
_SAYS_TIME = re.compile(
    r"\d|century|nineteen|twenty|easter|january|february|march|april|may\b|june|july|august|september|october|november"
    r"|december|^[MDCLXVI]{3,}$",
    re.IGNORECASE,
)


class NoDates:
    """Nothing is born at "10:03", dies at "91" or in Boston, or begins in "two years"; but "in 91" emperors died."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def agree(self, relation: Relation) -> bool | None:
        """False where a fact needs a date and none of the tail's names can be one, or is like one where it is taken for
        a person, a place or an organization; None anywhere else."""
        if relation.label not in _DATED:
            return None
        tail = self._document.entities[relation.tail]
        words, mentions = self._document.words, tail.mentions
        if mentions and tail.type in _NO_TIMES and not any(_SAYS_TIME.search(m.name) for m in mentions):
            return False
        before = [(m, "".join(words[max(0, m.start - 1) : m.start])) for m in mentions]
        is_year = any(word in ("'", "’") or (word in ("in", "In") and m.name.isdigit()) for m, word in before)
        return False if not is_year and mentions and all(is_no_date(m.name) for m in mentions) else None
