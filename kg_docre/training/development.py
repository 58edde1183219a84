"""How good a model is on the development documents, after an epoch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch

from kg_docre.annotations import Document
from kg_docre.calibration import Calibration
from kg_docre.data.features import Featurizer
from kg_docre.evaluation.relations import KnownFacts, RelationScores, score_relations
from kg_docre.modeling import DocREModel
from kg_docre.predictor import Predictor
from kg_docre.training.calibration import fit_calibration, probable
from kg_docre.training.config import TrainingConfig

__all__ = ["Evaluation", "evaluate"]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Scores on the development documents, and the calibration they are reached with; None without data."""

    scores: RelationScores | None
    calibration: Calibration | None


def evaluate(
    model: DocREModel,
    documents: Sequence[Document],
    featurizer: Featurizer,
    known: KnownFacts,
    config: TrainingConfig,
    *,
    device: torch.device,
) -> Evaluation:
    """Scores on the development documents, if there are any, and what is learned from them; ``known`` are the facts of
    the training documents."""
    if not documents:
        return Evaluation(None, None)
    predictor = Predictor(
        model, featurizer, device=str(device), precision=config.precision, max_entities=None, checks=False
    )
    many = probable(predictor, documents)
    try:
        calibration = fit_calibration(documents, many, tune_threshold=config.tune_threshold)
    except ValueError:  # all or none are right: too few documents, or nothing learned yet
        calibration = None
    threshold = 0.5 if calibration is None else 1 / (1 + math.exp(-calibration.decision))
    found = [replace(d, relations=tuple(r for r in d.relations if r.score >= threshold)) for d in many]
    return Evaluation(score_relations(documents, found, known), calibration)
