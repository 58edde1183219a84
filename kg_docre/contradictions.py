"""What else is known speaks against some facts: where places lie, and whose the dates in brackets are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from kg_docre.annotations import Document, Relation
from kg_docre.resolution.gazetteer import agrees

__all__ = ["BracketedDates", "weighed"]

_ODDS = 1 / 20
_DATES = frozenset({"P569", "P570", "P577"})  # of birth, of death, of publication
_FAR = 14  # words from an opening bracket to a date in it


def weighed(document: Document, least: Mapping[str, float]) -> tuple[Relation, ...]:
    r"""The document's relations, those that are contradicted with a twentieth of their odds, or without them where that
    is less than their label's score in ``least``.

    By Bayes' theorem odds are to be multiplied by :math:`P(\text{contradicted} \mid \text{right}) /
    P(\text{contradicted} \mid \text{wrong})`. Of what annotators marked in Re-DocRED's training documents, and of which
    something is known, 2.3 % is contradicted; of what was found wrongly in those held out, 54 %
    (``benchmarks/contradictions.py``).
    """
    dates = BracketedDates(document)
    kept = []
    for relation in document.relations:
        head, tail = document.entities[relation.head], document.entities[relation.tail]
        if agrees(relation.label, head, tail) is False or dates.agree(relation) is False:
            odds = _ODDS * relation.score / max(1.0 - relation.score, 1e-9)
            relation = replace(relation, score=odds / (1.0 + odds))
            if relation.score < least[relation.label]:
                continue
        kept.append(relation)
    return tuple(kept)


class BracketedDates:
    """Dates that a document has only in brackets behind names: they are those names'. "Ada Berg (1801-1855), brother of
    Bo Berg (1805-1871)", "Kushi (2000), New (2004)"."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def agree(self, relation: Relation) -> bool | None:
        """Whether a fact about a date is one of a thing that it stands behind. None where it stands elsewhere too, or
        the names share a word and may well be one thing's."""
        if relation.label not in _DATES:
            return None
        owners = self._owners.get(relation.tail)
        if not owners:
            return None
        if relation.head in owners:
            return True
        words = self._words(relation.head)
        return False if all(words.isdisjoint(self._words(owner)) for owner in owners) else None

    @cached_property
    def _owners(self) -> dict[int, set[int]]:
        """Of every date in brackets alone, the entities behind which these are."""
        words, entities = self._document.words, self._document.entities
        ends: dict[int, set[int]] = defaultdict(set)
        for number, entity in enumerate(entities):
            for mention in entity.mentions:
                ends[mention.end].add(number)
        found: dict[int, set[int]] = {}
        for number, entity in enumerate(entities):
            if entity.type == "TIME":
                behind = [ends.get(_opening(words, mention.start), set()) for mention in entity.mentions]
                found[number] = set().union(*behind) if all(behind) else set()
        return found

    def _words(self, number: int) -> set[str]:
        names = (mention.name for mention in self._document.entities[number].mentions)
        return {word for name in names for word in name.casefold().replace("-", " ").split() if len(word) > 2}


def _opening(words: tuple[str, ...], start: int) -> int:
    """The word that opens the brackets which this one is in; -1 if there are none."""
    for place in range(start - 1, max(-1, start - 1 - _FAR), -1):
        if words[place] == "(":
            return place
        if words[place] == ")":
            return -1
    return -1
