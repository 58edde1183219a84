"""Who is to be a member of something, and is none yet."""

from __future__ import annotations

import re
from functools import cache

from kg_docre.annotations import Document, Relation

__all__ = ["Candidates"]

_MEMBER = frozenset({"P463", "P361", "P527", "P150"})  # member of, part of, has part, contains
_SEEKS = re.compile(
    r"(?:.* )?(?:bid|application|applied|apply|applies|applying|candidates?|candidacy|talks|negotiations|negotiating)"
    r"(?: \S+){0,5}? (?:join|joining|membership|accession|enter|entering|entry|admission)"
    r"(?: of| to| in| into)?(?: the)?",
    re.I,
)
_FAR = 12  # words of these
_IS = frozenset("joined member members acceded admitted entered became accepted since successful".split())


class Candidates:
    """ "Serbia applied to join the EU", "talks on Serbia's membership of the EU": nothing is a member by that, where no
    other sentence names both, and none says that somebody is or joined."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._is_silent = _IS.isdisjoint(document.words)
        self._sentences = cache(self._read)

    def agree(self, relation: Relation) -> bool | None:
        """False where a text says no more of two things than that one seeks to join; None anywhere else."""
        if relation.label not in _MEMBER or not self._is_silent:
            return None
        head, tail = self._sentences(relation.head), self._sentences(relation.tail)
        together = {number: head[number] or tail[number] for number in head.keys() & tail.keys()}
        return False if together and all(together.values()) else None

    def _read(self, number: int) -> dict[int, bool]:
        """The sentences that name a thing, and whether it is what is sought there."""
        words, found = self._document.words, dict[int, bool]()
        for mention in self._document.entities[number].mentions:
            first = max(self._document.sentences[mention.sentence][0], mention.start - _FAR)
            seeks = _SEEKS.fullmatch(" ".join(words[first : mention.start])) is not None
            found[mention.sentence] = found.get(mention.sentence, True) and seeks
        return found
