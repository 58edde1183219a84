"""Who founded what, as a text says in one sentence."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from kg_docre.annotations import Document, Relation
from kg_docre.knowledge.words import FOUNDED, beginnings, behind_brackets, is_its, passed_over

__all__ = ["Founders"]

_FOUNDER = "P112"
_BETWEEN = frozenset(", which was were is had been first originally also".split())
_FOUNDED = FOUNDED | {"cofounded", "co-founded"}
_ENDS = frozenset(". ; who which when after before while until but".split())
_WITHIN = 25  # words from "founded" to a founder


class Founders:
    """ "Berg & Sons was founded in Oslo by Bo Berg and Carl Lind": of two things of which it is said so, none has the
    other one's founders."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def agree(self, relation: Relation) -> bool | None:
        """Whether a fact about a founder is what is said of the thing. None where nothing is, or the founder is none of
        any other thing."""
        if relation.label != _FOUNDER or relation.head not in self._founders:
            return None
        founded = {thing for thing, people in self._founders.items() if relation.tail in people}
        its = is_its(self._document, relation.head, founded)
        return None if its is False and self._together(relation) else its

    def _together(self, relation: Relation) -> bool:
        """Whether a sentence in which something is founded names both."""
        head, tail = (self._document.entities[number].mentions for number in (relation.head, relation.tail))
        for number in {mention.sentence for mention in head} & {mention.sentence for mention in tail}:
            start, end = self._document.sentences[number]
            if any("found" in word or "establish" in word for word in self._document.words[start:end]):
                return True
        return False

    @cached_property
    def _founders(self) -> dict[int, set[int]]:
        words, people = self._document.words, beginnings(self._document, {"PER"})
        found: dict[int, set[int]] = defaultdict(set)
        for number, entity in enumerate(self._document.entities):
            for mention in entity.mentions if people and entity.type not in ("TIME", "NUM", "PER") else ():
                first = behind_brackets(words, mention.end)
                place = passed_over(words, first, _BETWEEN)
                place += 2 * (words[place : place + 2] == ("co", "-"))
                if place == first or not _FOUNDED.intersection(words[place : place + 1]):
                    continue
                by = False
                for word in range(place + 1, min(place + _WITHIN, len(words))):
                    if words[word] in _ENDS:
                        break
                    by = by or words[word] == "by"
                    if by and word in people:
                        found[number].add(people[word][0])
        return found
