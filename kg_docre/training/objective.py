"""What one training step minimizes: DocRE-SD eq 8-10 and the ablations of its Tables 2 and 4."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from kg_docre.modeling import DocREModel, DocumentBatch, PairMatrix
from kg_docre.modeling.losses import prediction_divergence

__all__ = ["Losses", "mask_rate", "training_loss"]


def mask_rate(step: int, total: int, maximum: float, *, curriculum: bool = True) -> float:
    r"""Share of pairs masked at a step, :math:`\gamma_t = \min(\gamma_{max}, t/T)` (Curriculum Learning)."""
    return min(maximum, step / total) if curriculum else maximum


@dataclass(frozen=True, slots=True)
class Losses:
    """The sum that is minimized, and its parts as the paper names them (0 where a part is off)."""

    total: Tensor
    plain: Tensor  # L_c
    masked: Tensor  # L̂_c
    divergence: Tensor  # L_kl


def training_loss(
    model: DocREModel,
    batch: DocumentBatch,
    labels: Tensor,
    *,
    objective: str,
    rate: float = 0.0,
    teacher_scores: Tensor | None = None,
) -> Losses:
    r"""Loss of one batch, averaged over its entity pairs (s ≠ o).

    ``self-distillation`` is eq 9, :math:`\mathcal L_c + \hat{\mathcal L}_c + \mathcal L_{kl}`: both
    branches share the encoder pass and the pair features, and one batched call reasons over the plain
    and the masked matrix. ``plain-branch`` keeps :math:`\mathcal L_c` alone, ``masked-branch``
    :math:`\hat{\mathcal L}_c` alone. ``r-drop`` (Wu et al. 2021) replaces masking by a second dropout
    sample with a symmetric divergence, ``knowledge-distillation`` (Hinton et al. 2015) by a teacher.

    *Shape:* labels (B, N, N, relations) bool; teacher_scores (B, N, N, relations) log-odds.
    """
    pairs = real_pairs(batch.entity_mask)
    targets = labels[pairs]

    def classification(logits: Tensor) -> Tensor:
        return model.classification_loss(logits[pairs], targets).mean()

    def divergence(target: Tensor, other: Tensor) -> Tensor:
        return prediction_divergence(target, other).mean()

    zero = batch.start_weights.new_zeros(())
    if objective == "self-distillation":
        masked = (torch.rand(pairs.shape, device=pairs.device) < rate) & pairs
        twice = _twice(model.encode(batch))
        logits = model.predict(twice, masked=torch.cat([torch.zeros_like(masked), masked])).logits
        plain_logits, masked_logits = logits.chunk(2)
        plain, hidden = classification(plain_logits), classification(masked_logits)
        scores, masked_scores = (model.decision_scores(part[pairs]) for part in (plain_logits, masked_logits))
        gap = divergence(scores, masked_scores)
        return Losses(total=plain + hidden + gap, plain=plain, masked=hidden, divergence=gap)
    if objective == "masked-branch":
        masked = (torch.rand(pairs.shape, device=pairs.device) < rate) & pairs
        hidden = classification(model.predict(model.encode(batch), masked=masked).logits)
        return Losses(total=hidden, plain=zero, masked=hidden, divergence=zero)
    logits = model(batch).logits
    plain = classification(logits)
    if objective == "plain-branch":
        return Losses(total=plain, plain=plain, masked=zero, divergence=zero)
    scores = model.decision_scores(logits[pairs])
    if objective == "r-drop":
        again = model(batch).logits
        other = model.decision_scores(again[pairs])
        gap = (divergence(scores, other) + divergence(other, scores)) / 2
        plain = plain + classification(again)
    elif objective == "knowledge-distillation" and teacher_scores is not None:
        gap = divergence(teacher_scores[pairs], scores)
    else:
        raise ValueError(f"objective {objective!r} without a teacher" if objective.startswith("know") else objective)
    return Losses(total=plain + gap, plain=plain, masked=zero, divergence=gap)


def real_pairs(entity_mask: Tensor) -> Tensor:
    """Pairs of two different entities. *Shape:* (B, N) bool → (B, N, N) bool."""
    different = ~torch.eye(entity_mask.shape[1], dtype=torch.bool, device=entity_mask.device)
    return entity_mask[:, :, None] & entity_mask[:, None] & different


def _twice(matrix: PairMatrix) -> PairMatrix:
    """The same matrix twice along the batch; what prediction does not read is left as it is."""
    encoded = matrix.encoded
    return PairMatrix(
        features=matrix.features.repeat(2, 1, 1, 1),
        encoded=type(encoded)(
            states=encoded.states, entities=encoded.entities.repeat(2, 1, 1), attention=encoded.attention
        ),
        mask=matrix.mask.repeat(2, 1),
    )
