"""In which town organizations are, as the words beside and in their names say."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from kg_docre.annotations import Document, Mention, Relation
from kg_docre.knowledge.words import beginnings
from kg_docre.resolution.forms import country_name
from kg_docre.resolution.gazetteer import countries_of

__all__ = ["Seats"]

_COUNTRY = "P17"
_LONGEST = 3  # words of a town's name
_BEHIND = [("of",)]  # and no "in" alone: who "joined Nokia in Beijing"
_BEHIND += [(*before, how, "in") for before in ((), (",",), ("is",)) for how in ("based", "headquartered")]
_BASED = ("-", "based")


class Seats:
    """Organizations are in a country that has the town they are said to be of: "Berg of Oslo", "Berg, based in Oslo",
    "Oslo-based Berg"."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._places = beginnings(document, {"LOC"})
        self._before = {end: start for start, (_, end) in self._places.items()}
        self._of = cache(self._countries)

    def agree(self, relation: Relation) -> bool | None:
        """Whether a fact about an organization's country agrees with the towns. None where none is said or known."""
        head, tail = (self._document.entities[number] for number in (relation.head, relation.tail))
        if relation.label != _COUNTRY or head.type != "ORG" or not country_name(tail.name):
            return None
        said, told = self._of(relation.head), countries_of(tail.name)
        return not said.isdisjoint(told) if said and told else None

    def _countries(self, number: int) -> frozenset[str]:
        """Of all towns, if every one is known."""
        towns = [town for mention in self._document.entities[number].mentions for town in self._towns(mention)]
        known = [countries_of(town) for town in towns if not country_name(town)]
        return frozenset().union(*known) if len(known) == len(towns) and all(known) else frozenset()

    def _towns(self, mention: Mention) -> Iterator[str]:
        words = self._document.words
        for said in _BEHIND:
            start = mention.end + len(said)
            if words[mention.end : start] == said and start in self._places:
                yield " ".join(words[start : self._places[start][1]])
        for place in range(max(mention.start + 1, mention.end - _LONGEST - 1), mention.end - 1):
            if words[place] in ("of", "in"):
                yield " ".join(words[place + 1 : mention.end])
        based = mention.start - len(_BASED)
        if based in self._before and words[based : mention.start] == _BASED:
            yield " ".join(words[self._before[based] : based])
