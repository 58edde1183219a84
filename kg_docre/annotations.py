"""What is said of one document: mentions, entities, relations and the reasoning behind them.

Plain immutable records of ints, strings and floats, shared by every layer: readers make them, the
predictor adds relations, the fact store keeps them. Token offsets count words of the document,
sentence numbers start at 0, entity numbers are positions in ``Document.entities``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, pairwise
from typing import TypeVar

__all__ = ["PATTERNS", "Document", "Entity", "Mention", "ReasoningStep", "Relation", "premises"]

Thing = TypeVar("Thing")  # an entity's number, or whatever stands for one

PATTERNS = (1, 2, 3, 4)  # of reasoning
# the two pairs each pattern reads, of s(ubject), i(ntermediate), o(bject): DocRE-SD Table 1
_PREMISES = {
    1: (("s", "i"), ("i", "o")),
    2: (("i", "s"), ("i", "o")),
    3: (("s", "i"), ("o", "i")),
    4: (("o", "i"), ("i", "s")),
}


@dataclass(frozen=True, slots=True)
class Mention:
    """One occurrence of an entity: words ``start`` to ``end`` (exclusive) of the document, as ``name``."""

    start: int
    end: int
    sentence: int
    name: str


@dataclass(frozen=True, slots=True)
class Entity:
    """A cluster of mentions that name the same thing.

    ``type`` is one of the model's entity types (``PER``, ``ORG``, …); ``kb_id`` a knowledge-base
    identifier when an entity linker set one, else empty.
    """

    name: str
    type: str
    mentions: tuple[Mention, ...]
    kb_id: str = ""


@dataclass(frozen=True, slots=True)
class ReasoningStep:
    """The intermediate entity that an attention head of R-MSA looked at most for one fact.

    ``pattern`` is the row of Table 1 of DocRE-SD (1 to 4), ``via`` the intermediate entity's number,
    ``premises`` the two entity pairs read, in the pattern's order, ``weight`` the attention weight.
    """

    pattern: int
    via: int
    premises: tuple[tuple[int, int], tuple[int, int]]
    weight: float


def premises(pattern: int, head: Thing, via: Thing, tail: Thing) -> tuple[tuple[Thing, Thing], tuple[Thing, Thing]]:
    """The two pairs that ``pattern`` reads for (head, tail) by way of the entity ``via`` (DocRE-SD Table 1)."""
    entity = {"s": head, "i": via, "o": tail}
    (a, b), (c, d) = _PREMISES[pattern]
    return (entity[a], entity[b]), (entity[c], entity[d])


@dataclass(frozen=True, slots=True)
class Relation:
    """A fact: ``(head, label, tail)`` with the sentences that support it."""

    head: int
    tail: int
    label: str
    score: float = 1.0
    evidence: tuple[int, ...] = ()
    reasoning: tuple[ReasoningStep, ...] = ()


@dataclass(frozen=True)
class Document:
    """A tokenized text with its entities and, when known, its relations.

    ``spaces[i]`` says whether word ``i`` is followed by a space, as in spaCy, so ``text`` is exactly
    the concatenation. ``sentence_starts`` holds the first word of each sentence and begins with 0.
    ``unjudged`` are pairs (head, tail) of which it is not known whether they are related. ``file`` is what it was read
    from, where errors should say so; it makes no document another one.
    """

    id: str
    words: tuple[str, ...]
    sentence_starts: tuple[int, ...]
    entities: tuple[Entity, ...]
    relations: tuple[Relation, ...] = ()
    spaces: tuple[bool, ...] = ()
    title: str = ""
    unjudged: tuple[tuple[int, int], ...] = ()
    file: str = field(default="", compare=False)

    @property
    def where(self) -> str:
        """The id, and before it the file, for errors."""
        return f"{self.file}: {self.id}" if self.file else self.id

    def _spaced(self) -> list[str]:
        """Words with the spaces behind them."""
        spaces = self.spaces or (True,) * len(self.words)
        return [word + " " * space for word, space in zip(self.words, spaces, strict=True)]

    @cached_property
    def _offsets(self) -> list[int]:
        return [0, *accumulate(map(len, self._spaced()))]

    @cached_property
    def text(self) -> str:
        return "".join(self._spaced())

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """First and last word (exclusive) of every sentence."""
        return list(pairwise((*self.sentence_starts, len(self.words))))

    def characters(self, start: int, end: int) -> tuple[int, int]:
        """Character offsets in ``text`` of the words ``start`` to ``end`` (exclusive)."""
        first = self._offsets[start]
        return (first, first) if end <= start else (first, self._offsets[end - 1] + len(self.words[end - 1]))
