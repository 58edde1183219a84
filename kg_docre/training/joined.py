"""Texts of several subjects: documents one after the other, from one of which no fact leads to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from kg_docre.annotations import Document, Entity, Relation
from kg_docre.names import normalize_name

__all__ = ["join", "names_of", "same_part", "strangers"]

_MOST = 3  # documents in a text
_ENTITIES = 64  # of a text, for reasoning grows with their cube
_TRIES = 50  # documents looked at for the next part of a text


def names_of(document: Document) -> set[str]:
    """All names in a document, normalized."""
    return {normalize_name(mention.name) for entity in document.entities for mention in entity.mentions}


def strangers(documents: Sequence[Document], number: int, generator: torch.Generator) -> list[tuple[int, ...]]:
    """Random sets of two or three documents that have no name in common, as positions; ``number`` of them, or as many
    as are found."""
    names = [names_of(document) for document in documents] if number else []
    found: list[tuple[int, ...]] = []
    for _ in range(number):
        size = int(torch.randint(2, _MOST + 1, (), generator=generator))
        chosen: list[int] = []
        for place in torch.randint(len(documents), (_TRIES,), generator=generator).tolist():
            entities = sum(len(documents[other].entities) for other in (*chosen, place))
            if entities <= _ENTITIES and all(names[place].isdisjoint(names[other]) for other in chosen):
                chosen.append(place)
            if len(chosen) == size:
                break
        if len(chosen) > 1 and len(set(chosen)) == len(chosen):
            found.append(tuple(chosen))
    return found


def join(documents: Sequence[Document]) -> Document:
    """The documents as one text, with the entities, the relations and the unjudged pairs of each."""
    words: tuple[str, ...] = ()
    starts: tuple[int, ...] = ()
    entities: tuple[Entity, ...] = ()
    relations: tuple[Relation, ...] = ()
    unjudged: tuple[tuple[int, int], ...] = ()
    for document in documents:
        word, sentence, entity = len(words), len(starts), len(entities)
        words += document.words
        starts += tuple(start + word for start in document.sentence_starts)
        entities += tuple(_moved(one, word, sentence) for one in document.entities)
        relations += tuple(
            replace(
                relation,
                head=relation.head + entity,
                tail=relation.tail + entity,
                evidence=tuple(number + sentence for number in relation.evidence),
                reasoning=(),
            )
            for relation in document.relations
        )
        unjudged += tuple((head + entity, tail + entity) for head, tail in document.unjudged)
    return Document(
        id=" + ".join(document.id for document in documents),
        words=words,
        sentence_starts=starts,
        entities=entities,
        relations=relations,
        unjudged=unjudged,
    )


def _moved(entity: Entity, words: int, sentences: int) -> Entity:
    mentions = (
        replace(m, start=m.start + words, end=m.end + words, sentence=m.sentence + sentences) for m in entity.mentions
    )
    return replace(entity, mentions=tuple(mentions))


def same_part(sizes: Sequence[Sequence[int]]) -> Tensor:
    """Pairs of entities that stand in the same document of a joined text. ``sizes`` are the numbers of entities of
    each text's documents. *Shape:* (B, N, N) bool."""
    part = torch.full((len(sizes), max(map(sum, sizes))), -1)
    for row, counts in zip(part, sizes, strict=True):
        row[: sum(counts)] = torch.arange(len(counts)).repeat_interleave(torch.tensor(counts))
    return part[:, :, None] == part[:, None, :]
