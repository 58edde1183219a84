"""Training documents: read, held out by text, labelled as tensors, batched by length."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import torch
from torch import Tensor

from kg_docre.annotations import Document
from kg_docre.data.documents import read_documents
from kg_docre.data.errors import DataError
from kg_docre.data.features import Features

__all__ = ["label_tensor", "length_batches", "read_split", "text_hash", "unjudged_tensor"]

_POOL = 16  # batches whose documents are sorted by length together


def text_hash(document: Document) -> str:
    """Identifies a text whatever its annotation and spacing, so that no text is on both sides of a split."""
    return hashlib.sha256("".join(document.words).encode()).hexdigest()


def read_split(
    train: Sequence[Path],
    development: Path | None = None,
    development_size: int = 0,
    training_size: int | None = None,
    hierarchy: Path | None = None,
    *,
    sparse: Sequence[Path] = (),
    unlabelled: Sequence[Path] = (),
) -> tuple[list[Document], list[Document]]:
    """Training and development documents.

    Held-out documents are the first ``development_size`` of the first file by text hash: the same ones
    on every machine. A text on the development side never stays in any training file. Of what stays,
    ``training_size`` keeps that many documents, the first in the same order. Of ``sparse`` files, whose labels are
    right but not all there, the unrelated pairs are unjudged; of ``unlabelled`` ones all pairs are. A text of these
    that an earlier file has is left out, though ``training_size`` may leave it out there.

    Raises :exc:`DataError` for files that can't be read, for a development file without documents, and for sparse or
    unlabelled ones that add none.
    """
    files = [read_documents(path, hierarchy=hierarchy) for path in train]
    if development is not None:
        held_out = read_documents(development, hierarchy=hierarchy)
        if not held_out:
            raise DataError(f"{development}: there is no document in it")
    else:
        held_out = sorted(files[0], key=text_hash)[:development_size]
    hidden = {text_hash(document) for document in held_out}
    rest = [document for file in files for document in file if text_hash(document) not in hidden]
    if training_size is not None:
        rest = sorted(rest, key=text_hash)[:training_size]
    known = hidden | {text_hash(document) for file in files for document in file}
    for path in (*sparse, *unlabelled):
        before = len(rest)
        for document in read_documents(path, hierarchy=hierarchy):
            if (text := text_hash(document)) not in known:
                known.add(text)
                rest.append(_unjudged(document if path in sparse else replace(document, relations=())))
        if len(rest) == before:
            raise DataError(f"{path}: no document in it that earlier files, or what is held out, do not have")
    return rest, held_out


def _unjudged(document: Document) -> Document:
    """The document with every pair unjudged that it does not relate."""
    related = {(relation.head, relation.tail) for relation in document.relations}
    pairs = permutations(range(len(document.entities)), 2)
    return replace(document, unjudged=tuple(pair for pair in pairs if pair not in related))


def label_tensor(documents: Sequence[Document], features: Sequence[Features], relations: Sequence[str]) -> Tensor:
    """*Shape:* (B, N, N, relations) bool, in the entity order of the features."""
    number = {relation: index for index, relation in enumerate(relations)}
    entities = max(len(f.order) for f in features)
    labels = torch.zeros(len(documents), entities, entities, len(number), dtype=torch.bool)
    for d, (document, f) in enumerate(zip(documents, features, strict=True)):
        rank = ranks(f)
        cells = [(rank[r.head], rank[r.tail], number[r.label]) for r in document.relations]
        if cells:
            head, tail, label = torch.tensor(cells).unbind(1)
            labels[d, head, tail, label] = True
    return labels


def unjudged_tensor(documents: Sequence[Document], features: Sequence[Features]) -> Tensor | None:
    """Pairs nobody judged, or None if there are none. *Shape:* (B, N, N) bool."""
    if not any(document.unjudged for document in documents):
        return None
    entities = max(len(f.order) for f in features)
    unjudged = torch.zeros(len(documents), entities, entities, dtype=torch.bool)
    for d, (document, f) in enumerate(zip(documents, features, strict=True)):
        rank = ranks(f)
        for head, tail in document.unjudged:
            unjudged[d, rank[head], rank[tail]] = True
    return unjudged


def ranks(features: Features) -> dict[int, int]:
    """Where the features have each entity of the document."""
    return {int(entity): position for position, entity in enumerate(features.order)}


def length_batches(lengths: Sequence[int], batch_size: int, generator: torch.Generator) -> Iterator[list[int]]:
    """Every index once, in random batches of documents of like length."""
    order = torch.randperm(len(lengths), generator=generator).tolist()
    pool = batch_size * _POOL
    batches = []
    for first in range(0, len(order), pool):
        nearby = sorted(order[first : first + pool], key=lambda index: lengths[index])
        batches += [nearby[i : i + batch_size] for i in range(0, len(nearby), batch_size)]
    for index in torch.randperm(len(batches), generator=generator).tolist():
        yield batches[index]
