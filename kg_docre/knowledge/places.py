"""Where places lie that a text names."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from kg_docre.annotations import Document, Entity, Relation
from kg_docre.resolution.gazetteer import agrees, countries_of

__all__ = ["Places"]

_PREPOSITIONS = frozenset({("in",), ("of",)})


class Places:
    """Where the table of places has what a text names; and what it was not taken for a place, but has one's name and
    stands behind "in" or "of", is it: "they live in Umeå"."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._as_place = cache(self._read)

    def agree(self, relation: Relation) -> bool | None:
        """Whether a fact about where a thing lies agrees with the table. None where nothing is known."""
        return agrees(relation.label, self._as_place(relation.head), self._as_place(relation.tail))

    def _read(self, number: int) -> Entity:
        entity, words = self._document.entities[number], self._document.words
        if (
            entity.type in ("LOC", "TIME", "NUM")
            or not all(countries_of(mention.name) for mention in entity.mentions)
            or not any(words[max(0, m.start - 1) : m.start] in _PREPOSITIONS for m in entity.mentions)
        ):
            return entity
        return replace(entity, type="LOC")
