"""Where things are, as the words beside their names say."""

from __future__ import annotations

from functools import cached_property

from kg_docre.annotations import Document, Relation
from kg_docre.knowledge.words import POSSESSIVES, beginnings
from kg_docre.resolution.forms import country_name
from kg_docre.resolution.gazetteer import countries_of, regions_of

__all__ = ["Whereabouts"]

_IN = frozenset({"P17", "P131", "P159"})  # country, located in, headquarters
_STEPS = 3  # names from a thing to its country: "Sony Research, Tokyo, Japan"
_GOES_ON = frozenset({"and", "or", "&", "-", "/"}) | POSSESSIVES
_NOW = 5  # words behind a country's name that may say that it was so once
_NOWADAYS = frozenset({"now", "today", "present-day", "modern"})
_NAMED, _SINCE = frozenset({"known", "called", "named"}), 12  # as what it is so in another country: words before
_PREPOSITIONS = frozenset("in on at by for from with to of since until as where which who".split())
_DASHES = frozenset({"-", "–", "—", "--"})


class Whereabouts:
    """The country behind a name: "Glasgow, United Kingdom", "Ocean Instruments (Australia)", or in the next column of a
    table; or that of a region there: "Salem, Massachusetts". And the agency that a report is of, "OSLO, Norway (AP) -",
    which is not where the report is from."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def agree(self, relation: Relation) -> bool | None:
        """Whether a fact about where a thing lies is one of the country behind its name. None where none is, or where
        it is known to lie elsewhere."""
        if relation.label not in _IN:
            return None
        head, tail = (self._document.entities[number] for number in (relation.head, relation.tail))
        if relation.head in self._agencies:
            return False
        said = self._countries.get(relation.head) or self._within(relation.head)
        told = countries_of(tail.name)
        known = countries_of(head.name) if head.type == "LOC" else frozenset()
        if not said or not told or (known and known.isdisjoint(said)):
            return None
        return not said.isdisjoint(told)

    def _within(self, number: int) -> frozenset[str]:
        """Countries that every place behind the name of a place allows: "Oddvik in Norway", "in Oslo, Norway". None if
        no "in" is among them, nor where a list begins."""
        words, found = self._document.words, list[frozenset[str]]()
        inside = False
        entity = self._document.entities[number]
        for mention in entity.mentions if entity.type == "LOC" else ():
            place = mention.end
            is_in = words[place : place + 1] == ("in",)
            start = place + 1 + (words[place + 1 : place + 2] == ("the",)) if is_in else self._next(place)
            where, end = self._places.get(start, (number, 0))
            if where == number or (is_in and _NAMED.intersection(words[max(0, mention.start - _SINCE) : place])):
                continue
            name = " ".join(words[start:end])
            beyond = self._places.get(self._next(end), (where, end))[1]
            country = " ".join(words[end + 1 : beyond])
            if country_name(country):
                if country_name(name):
                    return frozenset()
                name, end = country, beyond
            if self._goes_on(end, self._places):
                return frozenset()
            inside |= is_in
            found.append(countries_of(name))
        return frozenset.intersection(*found) if inside else frozenset()

    @cached_property
    def _places(self) -> dict[int, tuple[int, int]]:
        return beginnings(self._document, {"LOC"})

    @cached_property
    def _agencies(self) -> set[int]:
        words, found = self._document.words, set()
        for number, entity in enumerate(self._document.entities):
            around = [words[max(0, m.start - 1) : m.start] + words[m.end : m.end + 2] for m in entity.mentions]
            if (
                entity.type == "ORG"
                and around
                and all(len(a) == 3 and a[:2] == ("(", ")") and a[2] in _DASHES for a in around)
            ):
                found.add(number)
        return found

    @cached_property
    def _countries(self) -> dict[int, frozenset[str]]:
        found: dict[int, frozenset[str]] = {}
        places, words = self._places, self._document.words
        for number, entity in enumerate(self._document.entities):
            for mention in entity.mentions if entity.type in ("LOC", "ORG") else ():
                if entity.type == "LOC" and country_name(mention.name):
                    continue
                end = mention.end
                for _ in range(_STEPS):
                    start = self._next(end)
                    if start not in places:
                        break
                    end = places[start][1]
                    name = " ".join(words[start:end])
                    ends, apposed = not self._goes_on(end, places), self._is_apposed(end)
                    if country_name(name):
                        if ends and (entity.type == "LOC" or apposed):
                            found[number] = found.get(number, frozenset()) | countries_of(name)
                        break
                    if ends and apposed and regions_of(name) and not regions_of(mention.name):
                        found[number] = found.get(number, frozenset()) | countries_of(name)
        return found

    def _next(self, end: int) -> int:
        """Where the next name may begin: behind a comma, an opening bracket or the end of a column."""
        words = self._document.words
        if words[end : end + 1] in ((",",), ("(",)) or "".join(words[end : end + 1]).isspace():
            return end + 1
        return -1

    def _goes_on(self, end: int, places: dict[int, tuple[int, int]]) -> bool:
        """Whether a list of places does: "Bergen, Norway, Sweden and Finland"; or it is "Norway-born", "Norway's"; or
        something is another country's now."""
        following = self._document.words[end : end + _NOW]
        if not following:
            return False
        place = end + 1 + (following[1:2] in (("and",), ("or",)))
        listed = following[0] == "," and place in places
        return following[0] in _GOES_ON or listed or not _NOWADAYS.isdisjoint(following)

    def _is_apposed(self, end: int) -> bool:
        """Whether a country ends what is said of where something is: no sentence's subject, as "at Volvo, China is"."""
        following = "".join(self._document.words[end : end + 1])
        return not following or following.isspace() or not following[0].isalnum() or following in _PREPOSITIONS
