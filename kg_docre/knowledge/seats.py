"""In which town organizations are, as the words beside and in their names say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from kg_docre.annotations import Document, Mention, Relation
from kg_docre.knowledge.words import beginnings
from kg_docre.names import without_article
from kg_docre.resolution.forms import country_name
from kg_docre.resolution.gazetteer import countries_of, regions_of

__all__ = ["Seats"]

_COUNTRY, _WITHIN = "P17", "P131"
_LONGEST = 3  # words of a town's name
_BEHIND = [("of",)]  # and no "in" alone: who "joined Nokia in Beijing"
_BEHIND += [(*before, how, "in") for before in ((), (",",), ("is",)) for how in ("based", "headquartered")]
_BASED = ("-", "based")
# ends of words for what a town is named behind
_HOUSES = tuple(
    """museum museet muzeum museo musée museu gallery galleria galerie university universität université università
    universidad college library biblioteca bibliothèque hospital theatre theater academy accademia academia institute
    conservatory observatory cathedral school scuola école escuela pinacoteca kunsthalle""".split()
)
_MORE = frozenset({"and", "or", "&", "-", "/"})


class Seats:
    """Organizations are in a country that has the town they are said to be of: "Berg of Oslo", "Berg, based in Oslo",
    "Oslo-based Berg". So are museums and the like: "Berg Museum in Oslo", "Berg Museum, Oslo", "New York Opera"."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._places = beginnings(document, {"LOC"})
        self._before = {end: start for start, (_, end) in self._places.items()}
        self._of = cache(self._countries)

    def agree(self, relation: Relation) -> bool | None:
        """Whether a fact about where a thing is agrees with the towns. None where none is said or known."""
        tail = self._document.entities[relation.tail]
        is_within = relation.label == _WITHIN and tail.type == "LOC"
        if not (is_within or (relation.label in (_COUNTRY, _WITHIN) and country_name(tail.name))):
            return None
        said, told = self._of(relation.head), countries_of(tail.name)
        return not said.isdisjoint(told) if said and told else None

    def _countries(self, number: int) -> frozenset[str]:
        """Of all towns, if every one is known; "Fine Arts" is none."""
        entity, known = self._document.entities[number], list[frozenset[str]]()
        for mention in entity.mentions if entity.type in ("ORG", "LOC") else ():
            is_house = _is_house(mention.name.split())
            if is_house:
                known += filter(None, self._sites(mention))
            if is_house or entity.type == "ORG":
                towns = (countries_of(town) for town in self._towns(mention) if not country_name(town))
                known += filter(None, towns) if is_house else towns
        return frozenset().union(*known) if all(known) else frozenset()

    def _sites(self, house: Mention) -> Iterator[frozenset[str]]:
        """Countries of the towns behind the name of a museum, or of two words or more at its beginning."""
        words, start = self._document.words, house.end + 1
        if words[house.end : start] in (("in",), (",",)) and start in self._places:
            town, end = self._name(start)
            region, beyond = self._name(end + 1) if words[end : end + 1] == (",",) else ("", end)
            where = countries_of(town) & (countries_of(region) if country_name(region) else regions_of(region))
            if not where and region and words[house.end] == ",":
                return  # a list
            if not country_name(town) and "".join(words[beyond : beyond + 1]) not in _MORE:
                yield where or countries_of(town)
        for end in range(house.start + 2, min(house.start + _LONGEST, house.end - 1) + 1):
            town = without_article(" ".join(words[house.start : end]))
            if " " in town and not country_name(town) and _is_house(words[end : min(end + 2, house.end)]):
                behind = (" ".join(words[place : house.end]) for place in range(end + 1, house.end))
                yield countries_of(town).union(*map(countries_of, behind))  # "New York University Abu Dhabi"

    def _name(self, start: int) -> tuple[str, int]:
        """The name of the place that begins there, and where it ends."""
        end = self._places.get(start, (0, start))[1]
        return " ".join(self._document.words[start:end]), end

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


def _is_house(words: Iterable[str]) -> bool:
    return any(word.casefold().endswith(_HOUSES) for word in words)
