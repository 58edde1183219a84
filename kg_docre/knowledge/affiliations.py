"""Of which organization people are, as the words behind their names say."""

from __future__ import annotations

from functools import cached_property

from kg_docre.annotations import Document, Relation
from kg_docre.knowledge.words import beginnings, behind_brackets, is_its, is_opponent

__all__ = ["Affiliations"]

_OF = frozenset({"P108", "P69", "P54", "P102"})  # employer, educated at, sports team, party
_TEAM = frozenset({"P54", "P463"})  # sports team, member of
_PREPOSITIONS = frozenset("of from at with for".split())
_ASIDE = 7  # words between a name and "of": ", an analyst"


class Affiliations:
    """An organization that a document names only as somebody's, "Bo Lind of Umeå University", "Bo Lind, an analyst at
    Nordbank", is not that of others. Nobody is of a team that it names only as beaten or played against."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._people = beginnings(document, {"PER"})

    def agree(self, relation: Relation) -> bool | None:
        """Whether a fact about somebody's organization is what the words behind a name say. None where it is also
        named without one."""
        if relation.label in _TEAM and is_opponent(self._document, relation.tail, self._people):
            return False
        members = self._members.get(relation.tail) if relation.label in _OF else None
        return is_its(self._document, relation.head, members) if members else None

    @cached_property
    def _members(self) -> dict[int, set[int]]:
        """Entities' numbers → those of the people behind all of whose names they stand."""
        entities, words = self._document.entities, self._document.words
        people = {
            behind_brackets(words, mention.end): number
            for number, entity in enumerate(entities)
            if entity.type == "PER"
            for mention in entity.mentions
        }
        found = {}
        for number, entity in enumerate(entities if people else ()):
            if entity.type == "ORG":
                places = [self._behind(mention.start) for mention in entity.mentions]
                if places and people.keys() >= {*places}:
                    found[number] = {people[place] for place in places}
        return found

    def _behind(self, start: int) -> int:
        """Where the words that tie a name to the one before it begin; -1 if there are none."""
        words = self._document.words
        place = start - (words[max(0, start - 1) : start] in (("the",), ("The",)))
        if place < 1 or words[place - 1] not in _PREPOSITIONS:
            return -1
        place = first = place - 1
        while place > max(0, first - _ASIDE) and (words[place - 1].islower() or words[place - 1] == ","):
            place -= 1
        return place if place == first or words[place] == "," else -1
