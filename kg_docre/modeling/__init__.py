"""DocRE-SD and DocuNet as torch modules."""

from kg_docre.modeling.config import ModelChoices, ModelConfig
from kg_docre.modeling.encoder import (
    DocumentBatch,
    DocumentEncoder,
    EncodedDocuments,
    context_weights,
    localized_context,
    sentence_shares,
)
from kg_docre.modeling.model import DocREModel, PairMatrix, Prediction

__all__ = [
    "DocREModel",
    "DocumentBatch",
    "DocumentEncoder",
    "EncodedDocuments",
    "ModelChoices",
    "ModelConfig",
    "PairMatrix",
    "Prediction",
    "context_weights",
    "localized_context",
    "sentence_shares",
]
