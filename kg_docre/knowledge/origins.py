"""Of which country organizations are, as the words beside their names say."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from kg_docre.annotations import Document, Relation
from kg_docre.knowledge.words import (
    POSSESSIVES,
    adjectives_passed_over,
    beginnings,
    behind_brackets,
    last_before,
)
from kg_docre.resolution.forms import country_name, is_demonym
from kg_docre.resolution.gazetteer import countries_of

__all__ = ["Origins"]

_IN = frozenset({"P17", "P131", "P495"})  # country, located in, country of origin
_NOUNS = frozenset(
    """agency airline airlines band bank brand brewer builder carmaker club company conglomerate contractor corporation
    developer firm fund group institute insurer label league maker manufacturer museum operator party producer retailer
    shipbuilder studio team university""".split()
)
_NOT = frozenset("language speaking style football food dance".split())  # "an American football team"
_MORE = frozenset({",", "and", "or", "/"})
# begin something else
_OTHERS = frozenset("and or with by of from to for in on at that which who but as has had".split()) | POSSESSIVES
_OTHERS |= frozenset("the a an his her its their".split())
_BEFORE, _BEHIND, _ADJECTIVES = 5, 5, 3  # words to a demonym, from there to a noun, before a demonym


class Origins:
    """Of which country a document says that organizations are: "the Brazilian construction company Arandu", "Arandu is
    a Brazilian bank"."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._places = beginnings(document, {"LOC"})
        self._of = cache(self._countries)

    def agree(self, relation: Relation) -> bool | None:
        """Whether a fact about where an organization is agrees with the country that it is said to be of. None where
        none is said, or a sentence about it has another one behind an "in"."""
        head, tail = (self._document.entities[number] for number in (relation.head, relation.tail))
        if relation.label not in _IN or head.type != "ORG" or not country_name(tail.name):
            return None
        said, told = self._of(relation.head), countries_of(tail.name)
        if not said or not said.isdisjoint(told):
            return True if said else None
        return None if any(not told.isdisjoint(place) for place in self._inside(relation.head)) else False

    def _inside(self, thing: int) -> Iterator[frozenset[str]]:
        """Countries of the places behind an "in" of sentences that name a thing."""
        words = self._document.words
        sentences = {mention.sentence for mention in self._document.entities[thing].mentions}
        for number in sentences:
            for place in range(*self._document.sentences[number]):
                if words[place] == "in" and place + 1 in self._places:
                    end = self._places[place + 1][1]
                    yield countries_of(" ".join(words[place + 1 : end]))
                    if end + 1 in self._places:  # "in Malmö, Sweden"
                        yield countries_of(" ".join(words[end + 1 : self._places[end + 1][1]]))

    def _countries(self, thing: int) -> frozenset[str]:
        words, found = self._document.words, frozenset[str]()
        for mention in self._document.entities[thing].mentions:
            place = last_before(words, mention.start, _BEFORE, _is_plain)
            if not _NOUNS.isdisjoint(words[place + 1 : mention.start]):
                found |= _nation(words, place)
            place = behind_brackets(words, mention.end)
            place += words[place : place + 1] == (",",)
            place += words[place : place + 1] in (("is",), ("was",))
            if words[place : place + 1] in (("a",), ("an",)):
                place = adjectives_passed_over(words, place + 1, _ADJECTIVES)
                if not _NOUNS.isdisjoint(words[place + 1 : place + 1 + _BEHIND]):
                    found |= _nation(words, place)
        return found


def _is_plain(word: str) -> bool:
    """Whether it may stand between "Brazilian" and a bank's name."""
    return word.islower() and word not in _OTHERS and not word.endswith("ed")


def _nation(words: tuple[str, ...], place: int) -> frozenset[str]:
    """The country of "French"; none of "French-owned", "Chinese American", "French and German", "French-speaking"."""
    word, before, behind = ("".join(words[max(0, p) : p + 1]) for p in (place, place - 1, place + 1))
    listed = behind in _MORE and is_demonym("".join(words[place + 2 : place + 3]))
    if listed or behind in _NOT or any(near == "-" or is_demonym(near) for near in (before, behind)):
        return frozenset()
    return countries_of(word) if is_demonym(word) else frozenset()
