"""What is trained on, batch by batch: documents and texts joined of them, their labels, and what a teacher says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import torch
from torch import Tensor

from kg_docre.annotations import Document
from kg_docre.data.features import Featurizer, collate
from kg_docre.modeling import DocumentBatch
from kg_docre.training.config import TrainingConfig
from kg_docre.training.dataset import label_tensor, length_batches, unjudged_tensor
from kg_docre.training.evidence import Evidence, evidence_tensors
from kg_docre.training.joined import join, same_part, strangers
from kg_docre.training.teacher import Teacher

__all__ = ["TrainingBatch", "TrainingTexts"]


@dataclass(frozen=True, slots=True)
class TrainingBatch:
    """A batch and what :func:`~kg_docre.training.objective.training_loss` needs to know of it.

    *Shape:* ``labels`` (B, N, N, relations) bool; ``unjudged`` and ``taught`` (B, N, N) bool; ``teacher_scores``
    (P, relations).
    """

    inputs: DocumentBatch
    labels: Tensor
    unjudged: Tensor | None
    evidence: Evidence | None
    teacher_scores: Tensor | None
    taught: Tensor | None


class TrainingTexts:
    """Checked documents, and beside them the texts of several that ``config`` asks for.

    Raises :exc:`~kg_docre.data.errors.DataError` if the teacher is no checkpoint or judges other things.
    """

    def __init__(
        self, documents: Sequence[Document], featurizer: Featurizer, config: TrainingConfig, device: torch.device
    ) -> None:
        self.config, self.device, self._settings = config, device, featurizer.config
        chance = torch.Generator().manual_seed(config.seed)
        together = strangers(documents, round(config.joined * len(documents)), chance)
        self._documents = [*documents, *(join([documents[n] for n in text]) for text in together)]
        self._parts = [*((n,) for n in range(len(documents))), *together]  # of every text its documents, by number
        self.features = featurizer(self._documents)
        self._teacher: Teacher | None = None
        if config.teacher is not None:
            settings = (config.teacher, documents, featurizer.config)
            self._teacher = Teacher(*settings, device=str(device), precision=config.precision)

    @property
    def steps(self) -> int:
        """Batches of an epoch."""
        return -(-len(self.features) // self.config.batch_size)

    def batches(self, epoch: int) -> Iterator[TrainingBatch]:
        """Every text once, in an order of the epoch's own."""
        shuffle = torch.Generator().manual_seed(self.config.seed * 100_003 + epoch)
        for numbers in length_batches([len(f.pieces) for f in self.features], self.config.batch_size, shuffle):
            yield self._batch(numbers)

    def _batch(self, numbers: list[int]) -> TrainingBatch:
        documents, features = [self._documents[n] for n in numbers], [self.features[n] for n in numbers]
        parts = [self._parts[n] for n in numbers]
        unjudged, evidence, said, taught = unjudged_tensor(documents, features), None, None, None
        if self.config.evidence_weight:
            evidence = evidence_tensors(documents, features).to(self.device)
        if self._teacher is not None:
            said = self._teacher.scores([*chain(*parts)])
            if any(len(part) > 1 for part in parts):
                taught = same_part([[len(self._documents[n].entities) for n in part] for part in parts])
        return TrainingBatch(
            inputs=collate(features, self._settings).to(self.device),
            labels=label_tensor(documents, features, list(self._settings.relations)).to(self.device),
            unjudged=None if unjudged is None else unjudged.to(self.device),
            evidence=evidence,
            teacher_scores=said,
            taught=None if taught is None else taught.to(self.device),
        )
