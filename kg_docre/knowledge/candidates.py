"""Who seeks to join or to lead something, and does not do so yet."""

from __future__ import annotations

import re
from functools import cache

from kg_docre.annotations import Document, Relation

__all__ = ["Candidates"]

_FAR = 12  # words before a name that tell
_MEMBER = frozenset({"P463", "P361", "P527", "P150"})  # member of, part of, has part, contains
_HEAD = frozenset({"P6", "P35", "P488", "P1001"})  # head of government, of state, chairperson, applies to jurisdiction
_TO_JOIN = re.compile(
    r"(?:.* )?(?:bid|application|applied|apply|applies|applying|candidates?|candidacy|talks|negotiations|negotiating)"
    r"(?: \S+){0,5}? (?:join|joining|membership|accession|enter|entering|entry|admission)"
    r"(?: of| to| in| into)?(?: the)?",
    re.I,
)
_TO_LEAD = re.compile(
    r"(?:.* )?(?:ran|runs?|running|stood|candidates?|candidacy|campaign(?:ed)?|contender|nominee|bid)(?: \S+){0,3} for"
    r"(?: \S+){0,3}? (?:president|presidency|premier|minister|chancellor|governor|mayor|leader|chairman|chair|head)"
    r"(?: of)?(?: the)?",
    re.I,
)
_JOINED = frozenset(
    "joined joins member members acceded admitted entered enters became accepted approved since successful".split()
)
_ELECTED = frozenset(
    """elected re-elected reelected won wins victory became served serving incumbent inaugurated sworn took since
    successful held holds leads led ruled governed""".split()
)
_SOUGHT = {**dict.fromkeys(_MEMBER, (_TO_JOIN, _JOINED)), **dict.fromkeys(_HEAD, (_TO_LEAD, _ELECTED))}


class Candidates:
    """ "Serbia applied to join the EU", "Ada ran for president of Kenya": nothing is a member by that, and nobody a
    president, where no other sentence names both, and none says that somebody was elected."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._read = cache(self._sentences)

    def agree(self, relation: Relation) -> bool | None:
        """False where a text says no more of two things than that one is sought; None anywhere else."""
        if relation.label not in _SOUGHT:
            return None
        seeks, finds = _SOUGHT[relation.label]
        if not finds.isdisjoint(self._document.words):
            return None
        head, tail = self._read(relation.head, seeks), self._read(relation.tail, seeks)
        together = head.keys() & tail.keys()
        return False if together and all(head[number] or tail[number] for number in together) else None

    def _sentences(self, number: int, seeks: re.Pattern[str]) -> dict[int, bool]:
        """The sentences that name a thing, and whether it is what is sought there."""
        words, found = self._document.words, dict[int, bool]()
        for mention in self._document.entities[number].mentions:
            first = max(self._document.sentences[mention.sentence][0], mention.start - _FAR)
            is_sought = seeks.fullmatch(" ".join(words[first : mention.start])) is not None
            found[mention.sentence] = found.get(mention.sentence, True) and is_sought
        return found
