"""``doc._.entities``, ``doc._.relations`` and ``span._.entity``: views of what the components leave on a ``Doc``."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from spacy.tokens import Doc, Span

from spacy_components.annotations import CLUSTERED, ENTITIES, RELATIONS, characters_of, spans_at

__all__ = ["EntityView", "ReasoningView", "RelationView", "entities_in", "register_extensions", "relations_in"]


@dataclass(frozen=True, slots=True, repr=False)
class EntityView:
    """A cluster of mentions of one document."""

    index: int
    name: str
    type: str
    kb_id: str
    mentions: tuple[Span, ...]

    def to_dict(self) -> dict[str, Any]:
        """What JSON can hold, of the mentions their texts."""
        return {
            "name": self.name,
            "type": self.type,
            "kb_id": self.kb_id,
            "mentions": [_text(mention) for mention in self.mentions],
        }

    def __str__(self) -> str:
        return f"{self.name} ({self.type})"

    __repr__ = __str__


@dataclass(frozen=True, slots=True, repr=False)
class ReasoningView:
    """An intermediate entity that one reasoning pattern looked at, the two pairs it read, and the names of the
    relations that were found between each of them, if any."""

    pattern: int
    via: EntityView
    premises: tuple[tuple[EntityView, EntityView], tuple[EntityView, EntityView]]
    names: tuple[tuple[str, ...], tuple[str, ...]]
    weight: float

    def to_dict(self) -> dict[str, Any]:
        """What JSON can hold."""
        pairs = zip(self.premises, self.names, strict=True)
        return {
            "pattern": self.pattern,
            "via": self.via.name,
            "premises": [{"head": a.name, "names": list(names), "tail": b.name} for (a, b), names in pairs],
            "weight": self.weight,
        }

    def __str__(self) -> str:
        pairs = zip(self.premises, self.names, strict=True)
        return ", ".join(f"{a.name} —{' / '.join(names) or '?'}→ {b.name}" for (a, b), names in pairs)

    __repr__ = __str__


@dataclass(frozen=True, slots=True, repr=False)
class RelationView:
    """A fact: ``head`` —``name``→ ``tail``, with the sentences that support it."""

    head: EntityView
    label: str
    name: str
    tail: EntityView
    score: float
    evidence: tuple[Span, ...]
    reasoning: tuple[ReasoningView, ...]

    def to_dict(self) -> dict[str, Any]:
        """What JSON can hold: head and tail with their types and ids, sentences as texts."""
        ends = {
            side: {"name": entity.name, "type": entity.type, "kb_id": entity.kb_id}
            for side, entity in (("head", self.head), ("tail", self.tail))
        }
        return {
            **ends,
            "label": self.label,
            "name": self.name,
            "score": self.score,
            "evidence": [_text(sentence) for sentence in self.evidence],
            "reasoning": [step.to_dict() for step in self.reasoning],
        }

    def __str__(self) -> str:
        return f"{self.head.name} —{self.name}→ {self.tail.name} ({self.score:.2f})"

    __repr__ = __str__


def register_extensions(*, relations: str = "relations", entities: str = "entities", entity: str = "entity") -> None:
    """Make the attributes known to spaCy under these names. Doing it again is harmless.

    Raises :exc:`ValueError` if another extension already has one of the names.
    """
    for name in (ENTITIES, RELATIONS, CLUSTERED):
        if not Doc.has_extension(name):
            Doc.set_extension(name, default=None)
    views: tuple[tuple[Any, str, Any], ...] = (
        (Doc, relations, relations_in),
        (Doc, entities, entities_in),
        (Span, entity, _entity_of),
    )
    for owner, name, getter in views:
        if owner.has_extension(name):
            other = owner.get_extension(name)[2]
            if getattr(other, "__module__", "") != __name__ or other.__qualname__ != getter.__qualname__:
                kind = owner.__name__
                raise ValueError(f"{kind}._.{name} is taken by another extension; choose another name in the config")
        owner.set_extension(name, getter=getter, force=True)  # anew where the module was loaded again


def _text(span: Span) -> str:
    return " ".join(span.text.split())


def _view(doc: Doc, index: int, data: list[Any]) -> EntityView:
    name, type, kb_id, characters = data
    return EntityView(index=index, name=name, type=type, kb_id=kb_id, mentions=spans_at(doc, characters))


def entities_in(doc: Doc) -> list[EntityView]:
    """The clusters of mentions, whatever the attribute is called that has them."""
    return [_view(doc, index, data) for index, data in enumerate(getattr(doc._, ENTITIES) or ())]


def _entity_of(span: Span) -> EntityView | None:
    for index, data in enumerate(getattr(span.doc._, ENTITIES) or ()):
        if characters_of(span) in map(list, data[3]):
            return _view(span.doc, index, data)
    return None


def relations_in(doc: Doc) -> list[RelationView]:
    """The facts, whatever the attribute is called that has them."""
    entities = entities_in(doc)
    found = getattr(doc._, RELATIONS) or ()
    names = defaultdict[tuple[int, int], list[str]](list)
    for head, _, name, tail, *_ in found:
        names[head, tail].append(name)

    def step(pattern: int, via: int, premises: list[list[int]], weight: float) -> ReasoningView:
        (a, b), (c, d) = premises
        return ReasoningView(
            pattern=pattern,
            via=entities[via],
            premises=((entities[a], entities[b]), (entities[c], entities[d])),
            names=(tuple(names.get((a, b), ())), tuple(names.get((c, d), ()))),
            weight=weight,
        )

    return [
        RelationView(
            head=entities[head],
            label=label,
            name=name,
            tail=entities[tail],
            score=score,
            evidence=spans_at(doc, evidence),
            reasoning=tuple(step(*told) for told in reasoning),
        )
        for head, label, name, tail, score, evidence, reasoning in found
    ]
