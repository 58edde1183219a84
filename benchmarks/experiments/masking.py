"""F1 with pairs hidden while testing (DocRE-SD, Fig. 5)."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from kg_docre.annotations import Document
from kg_docre.data.features import collate
from kg_docre.evaluation.relations import harmonic, ratio
from kg_docre.precision import autocast
from kg_docre.predictor import Predictor
from kg_docre.training.dataset import label_tensor


@torch.inference_mode()
def masked_f1(predictor: Predictor, documents: Sequence[Document], rate: float, *, seed: int = 0) -> float:
    """F1 where the features of a random ``rate`` of all pairs are replaced by the [Mask] vector."""
    model = predictor.model
    generator = torch.Generator().manual_seed(seed)
    expected = found = both = 0
    for document in documents:
        if len(document.entities) < 2:
            expected += len(document.relations)
            continue
        features = predictor.featurizer([document])
        batch = collate(features, model.config).to(predictor.device)
        with autocast(predictor.device, predictor.precision):
            matrix = model.encode(batch)
            masked = torch.zeros(matrix.features.shape[:3], dtype=torch.bool, device=predictor.device)
            masked[matrix.pairs] = (torch.rand(len(matrix.pairs[0]), generator=generator) < rate).to(masked.device)
            prediction = model.predict(matrix, masked=masked)
        truth = label_tensor([document], features, list(model.config.relations)).to(predictor.device)[prediction.pairs]
        guess = model.decision_scores(prediction.logits) > 0
        expected, found, both = (
            total + int(part.sum()) for total, part in ((expected, truth), (found, guess), (both, truth & guess))
        )
    return harmonic(ratio(both, found), ratio(both, expected))
