"""Of which country things are, as the words beside their names say."""

from __future__ import annotations

from functools import cache

from kg_docre.annotations import Document, Relation
from kg_docre.knowledge.words import behind_brackets
from kg_docre.resolution.forms import country_name, is_demonym
from kg_docre.resolution.gazetteer import countries_of

__all__ = ["Origins"]

_IN = frozenset({"P17", "P131", "P495"})  # country, located in, country of origin
_THINGS = frozenset({"ORG", "LOC", "MISC"})
_NOUNS = frozenset(
    """agency airline airlines airport band bank brand brewer builder carmaker city club company conglomerate
    contractor corporation developer firm fund group institute insurer island label lake league maker
    manufacturer mountain municipality museum operator party producer province region retailer river
    shipbuilder studio team town university village""".split()
)
_OTHERS = frozenset("and or with by of from to for in on at that the which who but as".split())  # begin something else
_BEFORE, _BEHIND, _ADJECTIVES = 5, 5, 3  # words to a demonym, from there to a noun, before a demonym


class Origins:
    """Of which country a document says that things are: "the Brazilian construction company Arandu", "Arandu is a
    Brazilian bank"."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._of = cache(self._countries)

    def agree(self, relation: Relation) -> bool | None:
        """Whether a fact about a thing's country is one of a country that is named so. None where none is."""
        head, tail = (self._document.entities[number] for number in (relation.head, relation.tail))
        if relation.label not in _IN or head.type not in _THINGS or not country_name(tail.name):
            return None
        said = self._of(relation.head)
        return not said.isdisjoint(countries_of(tail.name)) if said else None

    def _countries(self, thing: int) -> frozenset[str]:
        words, found = self._document.words, frozenset[str]()
        for mention in self._document.entities[thing].mentions:
            place = mention.start - 1
            while place >= max(0, mention.start - _BEFORE) and _is_plain(words[place]):
                place -= 1
            if not _NOUNS.isdisjoint(words[place + 1 : mention.start]):
                found |= _nation(words, place)
            place = behind_brackets(words, mention.end)
            place += words[place : place + 1] == (",",)
            place += words[place : place + 1] in (("is",), ("was",))
            if words[place : place + 1] in (("a",), ("an",)):
                end = place + 1 + _ADJECTIVES
                place += 1
                while place < end and words[place : place + 1] and words[place].islower():
                    place += 1
                if not _NOUNS.isdisjoint(words[place + 1 : place + 1 + _BEHIND]):
                    found |= _nation(words, place)
        return found


def _is_plain(word: str) -> bool:
    """Whether it may stand between "Brazilian" and a bank's name."""
    return word.islower() and word not in _OTHERS and not word.endswith("ed")


def _nation(words: tuple[str, ...], place: int) -> frozenset[str]:
    """The country of "French"; none of "French-owned", nor of "Chinese American"."""
    around = words[max(0, place - 1) : place], words[place + 1 : place + 2]
    alone = not any(near == ("-",) or (near and is_demonym(near[0])) for near in around)
    return countries_of(words[place]) if alone and is_demonym("".join(words[place : place + 1])) else frozenset()
