"""Whether documents can be trained on, before anything is."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from kg_docre.annotations import Document
from kg_docre.data.errors import DataError
from kg_docre.data.features import Featurizer
from kg_docre.modeling import ModelConfig

__all__ = ["check_documents", "warn_of_facts_never_found"]


def check_documents(
    training: Sequence[Document],
    development: Sequence[Document],
    featurizer: Featurizer,
    model: ModelConfig,
    evidence_weight: float = 0.0,
) -> None:
    """Raise :exc:`DataError` for documents that the model can't read or that have relations it does not know, and where
    there is nothing to learn from, no evidence although that has a weight, or nothing to choose an epoch by. Warn of
    facts that are never found."""
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
    warn_of_facts_never_found(training, model, "training documents: ")
    warn_of_facts_never_found(development, model, "development documents: ")


def warn_of_facts_never_found(documents: Sequence[Document], model: ModelConfig, whose: str = "") -> None:
    """Warn of how many facts of checked documents are about no pair that the model reads, once a reason; ``whose``
    begins the warnings."""
    pairs = [(document, r.head, r.tail) for document in documents for r in document.relations]
    others = [_types(*pair) for pair in pairs if pair[1] != pair[2]]
    left_out = [types for types in others if model.pair_types and types not in model.pair_types]
    lost = f"of {len(pairs)} facts are never found, for"
    if itself := len(pairs) - len(others):
        warnings.warn(f"{whose}{itself} {lost} they relate a thing to itself", stacklevel=2)
    if left_out:
        some = ", ".join(f"{head} to {tail}" for head, tail in sorted(set(left_out))[:5])
        warnings.warn(f"{whose}{len(left_out)} {lost} pair_types leaves out theirs: {some}", stacklevel=2)


def _types(document: Document, head: int, tail: int) -> tuple[str, str]:
    return document.entities[head].type, document.entities[tail].type
