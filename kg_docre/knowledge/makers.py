"""Whose works are, as the words beside their titles say."""

from __future__ import annotations

from functools import cached_property

from kg_docre.annotations import Document, Mention, Relation
from kg_docre.knowledge.words import (
    POSSESSIVES,
    beginnings,
    behind_brackets,
    is_its,
    listed_before,
    listed_behind,
    passed_over,
)
from kg_docre.resolution.forms import is_demonym

__all__ = ["Makers"]

_WRITTEN, _NOTABLE = "P50", "P800"  # author, notable work
_MADE = {  # author, creator, composer
    noun: label
    for label, nouns in (
        (_WRITTEN, "novel novella book memoir memoirs autobiography biography poem play story stories essay trilogy"),
        ("P170", "painting portrait sculpture statue mural drawing"),
        ("P86", "opera symphony ballet oratorio concerto sonata"),
    )
    for noun in nouns.split()
}
_QUOTES = frozenset({'"', "“", "”", "''", "``", "‘", "’", "'", ","})
_NOT_PLAIN = frozenset("by and of in for".split())
_ADJECTIVES = 5  # words between "Ada's" and "novel", or "by the" and a name
_TOGETHER = frozenset("co collaborated collaboration jointly together".split())


class Makers:
    """ "Ada Berg's novel Iron Valley was adapted by Bo Lind", "Winter Palace, a play by Ada Berg": somebody else is not
    its author; nor the painter of "Ada Berg's painting Red Coats" somebody else."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._people = beginnings(document, {"PER", "ORG"})

    def agree(self, relation: Relation) -> bool | None:
        """Whether a fact about a work's maker is what the words beside its title say. None where they say nothing, or
        that several made something."""
        work, maker, label = relation.head, relation.tail, relation.label
        if label == _NOTABLE and (relation.tail, relation.head) in self._written:
            work, maker, label = maker, work, _WRITTEN
        said = is_its(self._document, maker, self._makers.get((work, label), ()))
        return None if said is False and self._is_together(maker) else said

    def _is_together(self, maker: int) -> bool:
        """Whether a sentence with a name says so: "co-written with Bo", "Ada and Bo wrote it together"."""
        sentences = {mention.sentence for mention in self._document.entities[maker].mentions}
        spans = (self._document.sentences[sentence] for sentence in sentences)
        return any(not _TOGETHER.isdisjoint(self._document.words[slice(*span)]) for span in spans)

    @cached_property
    def _written(self) -> set[tuple[int, int]]:
        """Works, and who is their author by the document's facts: they may have filmed others."""
        return {(r.head, r.tail) for r in self._document.relations if r.label == _WRITTEN}

    @cached_property
    def _makers(self) -> dict[tuple[int, str], set[int]]:
        """Works' numbers and a label → the numbers of those who made them."""
        found: dict[tuple[int, str], set[int]] = {}
        for number, entity in enumerate(self._document.entities if self._people else ()):
            for mention in entity.mentions if entity.type == "MISC" else ():
                for label, makers in (self._before(mention), self._behind(mention)):
                    if makers:
                        found.setdefault((number, label), set()).update(makers)
        return found

    def _before(self, work: Mention) -> tuple[str, set[int]]:
        """ "Ada Berg and Bo Lind's first novel, "."""
        words, noun = self._document.words, self._noun(work)
        if noun < 0:
            return "", set()
        place = noun
        while (
            place > max(0, noun - _ADJECTIVES) and words[place - 1] not in POSSESSIVES and _is_plain(words[place - 1])
        ):
            place -= 1
        is_theirs = not POSSESSIVES.isdisjoint(words[max(0, place - 1) : place])
        return _MADE[words[noun]], listed_before(words, place - 1, self._ends) if is_theirs else set()

    def _behind(self, work: Mention) -> tuple[str, set[int]]:
        """ ", a play by the Danish writers Ada Berg and Bo Lind"."""
        words, noun = self._document.words, self._noun(work)
        place = behind_brackets(words, passed_over(words, work.end, _QUOTES))
        place += words[place : place + 1] == (",",)
        if words[place : place + 1] in (("a",), ("an",), ("the",)):
            last = place + _ADJECTIVES
            while place < min(last, len(words)) and words[place] not in _MADE and _is_plain(words[place]):
                place += 1
            noun, place = place, place + 1
        label = _MADE.get(words[noun], "") if 0 <= noun < len(words) else _WRITTEN
        if not label or words[place : place + 1] != ("by",):
            return "", set()
        place, last = place + 1, place + 1 + _ADJECTIVES
        while place < min(last, len(words)) and place not in self._people and _is_plain(words[place]):
            place += 1
        return label, listed_behind(words, place, self._people)

    def _noun(self, work: Mention) -> int:
        """The place of the word for what a work is, before its title; -1 if there is none."""
        words, place = self._document.words, work.start - 1
        while place > 0 and words[place] in _QUOTES:
            place -= 1
        return place if place >= 0 and words[place] in _MADE else -1

    @cached_property
    def _ends(self) -> dict[int, tuple[int, int]]:
        return {end: (number, start) for start, (number, end) in self._people.items()}


def _is_plain(word: str) -> bool:
    """Whether it may stand between "Ada Berg's" and "novel", or between "by" and a name."""
    return (word[:1].islower() or word[:1].isdigit() or is_demonym(word)) and word not in _NOT_PLAIN
