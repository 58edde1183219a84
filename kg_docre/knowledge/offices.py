"""Whose presidents and ministers people are, as the words beside their names say."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from kg_docre.annotations import Document, Mention, Relation
from kg_docre.knowledge.nationalities import is_named_citizen
from kg_docre.knowledge.words import POSSESSIVES, beginnings, behind_brackets, last_before
from kg_docre.names import ARTICLES
from kg_docre.resolution.forms import country_name
from kg_docre.resolution.gazetteer import countries_of

__all__ = ["Offices"]

# citizenship and "applies to jurisdiction", of people; head of government and head of state, of countries
_CITIZEN = "P27"
_HEADS, _TAILS = frozenset({_CITIZEN, "P1001"}), frozenset({"P6", "P35"})
# no governors, who are sent, no coaches, who are hired, and no kings, who may have several countries
_OFFICES = frozenset("president chancellor premier minister".split())
_RANKS = frozenset("prime first second then new former current incumbent acting interim deputy vice federal".split())
_IS = frozenset(", is was became".split())  # between a name and an office
_FAR = 4  # words from a country to its office, and from there to a name


class Offices:
    """Who holds an office of one country is no other one's citizen, nor its head: "Spain's foreign minister Ada Berg",
    "the president of Spain, Ada Berg", "Ada Berg, the Spanish president"."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def agree(self, relation: Relation) -> bool | None:
        """Whether a fact about a country's people, or its head, is one of a country whose office somebody holds. None
        where none is said, or the text speaks of citizens."""
        if relation.label in _HEADS:
            person, country = relation.head, relation.tail
        elif relation.label in _TAILS:
            person, country = relation.tail, relation.head
        else:
            return None
        if relation.label == _CITIZEN and is_named_citizen(self._document, country):
            return None
        said, name = self._countries.get(person), self._document.entities[country].name
        return not said.isdisjoint(countries_of(name)) if said and country_name(name) else None

    @cached_property
    def _countries(self) -> dict[int, frozenset[str]]:
        """Of people who hold offices."""
        found: dict[int, frozenset[str]] = defaultdict(frozenset)
        for entity in self._document.entities:
            for mention in entity.mentions if country_name(entity.name) else ():
                holder = self._holder(*self._office(mention))
                if holder is not None:
                    found[holder] |= countries_of(entity.name)
        return found

    def _office(self, country: Mention) -> tuple[int, int]:
        """Where an office of the country is named, with it: "president of Spain", "Spain's foreign minister". Nowhere
        if there is none."""
        words, end = self._document.words, country.end
        of = last_before(words, country.start, 1, lambda word: word in ARTICLES)
        if of > 0 and words[of] == "of":
            return (of - 1, end) if words[of - 1].lower() in _OFFICES else (end, end)
        end += not POSSESSIVES.isdisjoint(words[end : end + 1])
        for place in range(end, min(end + _FAR, len(words))):
            if words[place].lower() in _OFFICES:
                return country.start, place + 1
            if words[place].lower() not in _RANKS and "".join(words[place + 1 : place + 2]).lower() != "minister":
                break
        return end, end

    def _holder(self, start: int, end: int) -> int | None:
        """Who is named behind an office, or before it; nobody where both are, behind commas."""
        if start == end:
            return None
        people, words = self._people, self._document.words
        if end in people:
            return people[end][0]
        between = last_before(words, start, _FAR, lambda word: word.lower() in _RANKS | ARTICLES | _IS) + 1
        before = self._ends.get(between) if between < start else None
        behind = people.get(end + 1) if words[end : end + 1] == (",",) else None
        if before is None:
            return behind[0] if behind else None
        return None if behind else before

    @cached_property
    def _people(self) -> dict[int, tuple[int, int]]:
        return beginnings(self._document, {"PER"})

    @cached_property
    def _ends(self) -> dict[int, int]:
        """Of every word behind a person's name, and brackets there, who that is."""
        return {behind_brackets(self._document.words, end): number for number, end in self._people.values()}
