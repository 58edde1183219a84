"""Whether documents can be trained on, before anything is."""

from __future__ import annotations

from collections.abc import Sequence

from kg_docre.annotations import Document
from kg_docre.data.errors import DataError
from kg_docre.data.features import Featurizer
from kg_docre.modeling import ModelConfig

__all__ = ["check_documents"]


def check_documents(
    training: Sequence[Document], development: Sequence[Document], featurizer: Featurizer, model: ModelConfig
) -> None:
    """Raise :exc:`DataError` for documents that the model can't read or that have relations it does not know, and where
    there is nothing to learn from or to choose an epoch by."""
    for document in (*training, *development):
        featurizer.check(document)
        for relation in document.relations:
            if relation.label not in model.relations:
                raise DataError(f"{document.id}: relation {relation.label!r} is not in the vocabulary")
    if not training:
        raise DataError("no training document with two entities is left, beside what is for development")
    related = {(d.entities[r.head].type, d.entities[r.tail].type) for d in training for r in d.relations}
    if not related:
        raise DataError("no training document has a fact to learn from")
    if model.pair_types and not related & set(model.pair_types):
        raise DataError("pair_types: no fact of the training documents joins such types")
    if development and not any(document.relations for document in development):
        raise DataError("no development document has a fact to choose the best epoch by")
