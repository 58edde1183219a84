"""Whether documents can be trained on, before anything is."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from kg_docre.annotations import Document
from kg_docre.data.errors import DataError
from kg_docre.data.features import Featurizer
from kg_docre.modeling import ModelConfig

__all__ = ["check_documents", "never_found"]


def check_documents(
    training: Sequence[Document],
    development: Sequence[Document],
    featurizer: Featurizer,
    model: ModelConfig,
    evidence_weight: float = 0.0,
) -> None:
    """Raise :exc:`DataError` for documents that the model can't read or that have relations it does not know, and where
    there is nothing to learn from, no evidence although that has a weight, or nothing to choose an epoch by. Tell on
    stderr of facts that are :func:`never_found`."""
    for document in (*training, *development):
        featurizer.check(document)
        for relation in document.relations:
            if relation.label not in model.relations:
                raise DataError(
                    f"{document.where}: relation {relation.label!r} is not in the vocabulary (relations of a training "
                    "file names others)"
                )
    if not training:
        raise DataError("no training document with two entities is left, beside what is for development")
    related = {_types(d, r.head, r.tail) for d in training for r in d.relations if r.head != r.tail}
    if not related:
        raise DataError("no training document has a fact to learn from")
    if model.pair_types and not related & set(model.pair_types):
        raise DataError("pair_types: no fact of the training documents joins such types")
    if evidence_weight and not any(r.evidence for document in training for r in document.relations):
        raise DataError("evidence_weight: no fact of the training documents has evidence")
    if development and not any(document.relations for document in development):
        raise DataError("no development document has a fact to choose the best epoch by")
    for side, documents in (("training", training), ("development", development)):
        for line in never_found(documents, model):
            print(f"Warning: {side} documents: {line}", file=sys.stderr, flush=True)


def never_found(documents: Sequence[Document], model: ModelConfig) -> list[str]:
    """How many facts of checked documents are about no pair that the model reads, and why: a line a reason."""
    pairs = [(document, r.head, r.tail) for document in documents for r in document.relations]
    others = [_types(*pair) for pair in pairs if pair[1] != pair[2]]
    left_out = [types for types in others if model.pair_types and types not in model.pair_types]
    lines = []
    if itself := len(pairs) - len(others):
        lines.append(f"{itself} of {len(pairs)} facts are never found, for they relate a thing to itself")
    if left_out:
        some = ", ".join(f"{head} to {tail}" for head, tail in sorted(set(left_out))[:5])
        lines.append(f"{len(left_out)} of {len(pairs)} facts are never found, for pair_types leaves out theirs: {some}")
    return lines


def _types(document: Document, head: int, tail: int) -> tuple[str, str]:
    return document.entities[head].type, document.entities[tail].type
