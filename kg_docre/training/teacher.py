"""A trained checkpoint that says what holds in the training documents."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from kg_docre.annotations import Document
from kg_docre.data.errors import DataError
from kg_docre.data.features import collate
from kg_docre.modeling import ModelConfig
from kg_docre.precision import autocast
from kg_docre.predictor import Predictor

__all__ = ["Teacher"]


class Teacher:
    """Predictions for the training documents, made once a document and kept in fp16.

    They take ``pairs · relations · 2`` bytes a document, some 70 kB for 20 entities.

    Raises :exc:`DataError` if the checkpoint is none or judges other relations or pairs than the student.
    """

    def __init__(
        self, checkpoint: str, documents: Sequence[Document], student: ModelConfig, *, device: str, precision: str
    ) -> None:
        try:
            self._predictor = Predictor.from_pretrained(checkpoint, device=device, precision=precision)
        except (OSError, ValueError) as error:
            raise DataError(f"teacher: {error}") from error
        config = self._predictor.model.config
        if set(config.relations) != set(student.relations):
            raise DataError(f"{checkpoint}: the teacher knows other relations")
        places = {label: number for number, label in enumerate(config.relations)}
        self._order = [places[label] for label in student.relations]
        if set(config.pair_types) != set(student.pair_types):
            raise DataError(f"{checkpoint}: the teacher has other pair_types")
        try:
            for document in documents:
                self._predictor.featurizer.check(document)
        except DataError as error:
            raise DataError(f"{checkpoint}: the teacher can't read {error}") from error
        self._documents = documents
        self._scores: dict[int, Tensor] = {}

    def scores(self, documents: Sequence[int]) -> Tensor:
        """Log-odds of the documents' pairs, one document after the other. *Shape:* (P, relations)."""
        return torch.cat([self._of(document).float() for document in documents])  # autocast takes no fp16 on a CPU

    @torch.no_grad()
    def _of(self, document: int) -> Tensor:
        if document not in self._scores:  # each alone, so that it never matters what came with it
            predictor, predictions = self._predictor, []
            for member in predictor.members:
                features = member.featurizer([self._documents[document]])
                with autocast(predictor.device, predictor.precision):
                    predictions.append(member.model(collate(features, member.model.config).to(predictor.device)))
            self._scores[document] = predictor.judgement(predictions)[:, self._order].half()
        return self._scores[document]
