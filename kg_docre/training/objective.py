"""What one training step minimizes: DocRE-SD eq 8-10 and the ablations of its Tables 2 and 4."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from kg_docre.modeling import DocREModel, DocumentBatch, PairMatrix
from kg_docre.modeling.losses import prediction_divergence
from kg_docre.modeling.reasoning import ReasoningModule
from kg_docre.training.evidence import Evidence, evidence_loss
from kg_docre.training.steps import step_loss

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
    evidence: Tensor  # L_evi, before its weight
    steps: Tensor  # L_step, before its weight


def training_loss(
    model: DocREModel,
    batch: DocumentBatch,
    labels: Tensor,
    *,
    objective: str,
    rate: float = 0.0,
    unjudged: Tensor | None = None,
    teacher_scores: Tensor | None = None,
    taught: Tensor | None = None,
    evidence: Evidence | None = None,
    evidence_weight: float = 0.0,
    step_weight: float = 0.0,
) -> Losses:
    r"""Loss of one batch, averaged over its pairs that can be related; pairs that nobody judged add nothing to it.

    ``self-distillation`` is eq 9, :math:`\mathcal L_c + \hat{\mathcal L}_c + \mathcal L_{kl}`: both
    branches share the encoder pass and the pair features, and one batched call reasons over the plain
    and the masked matrix. ``plain-branch`` keeps :math:`\mathcal L_c` alone, ``masked-branch``
    :math:`\hat{\mathcal L}_c` alone. ``r-drop`` (Wu et al. 2021) replaces masking by a second dropout
    sample with a symmetric divergence, ``knowledge-distillation`` (Hinton et al. 2015) by a teacher. To
    each, ``evidence_weight`` adds :func:`~kg_docre.training.evidence.evidence_loss`, ``step_weight``
    :func:`~kg_docre.training.steps.step_loss` of the branch that decides, and ``teacher_scores`` the divergence from
    a teacher's predictions, of unjudged pairs too.

    *Shape:* labels (B, N, N, relations) bool; unjudged (B, N, N) bool, pairs whose labels are not known;
    teacher_scores (P, relations) log-odds of the matrix's pairs, or, where ``taught`` (B, N, N) bool is given, of those
    of them that the teacher has seen.
    """
    zero = batch.start_weights.new_zeros(())
    matrix = model.encode(batch)
    pairs = matrix.pairs
    targets = labels[pairs]
    judged = torch.ones_like(pairs[0], dtype=torch.bool) if unjudged is None else ~unjudged[pairs]

    def classification(logits: Tensor) -> Tensor:
        losses = model.classification_loss(logits, targets)
        return (losses * judged).sum() / max(1, len(losses))

    def divergence(target: Tensor, other: Tensor) -> Tensor:
        losses = prediction_divergence(target, other)
        return losses.sum() / max(1, len(losses))

    attended = zero if evidence is None else evidence_loss(model, matrix, batch, evidence)
    top = labels.shape[1] if step_weight else 0
    if objective in ("self-distillation", "masked-branch"):
        masked = torch.zeros(labels.shape[:3], dtype=torch.bool, device=labels.device)
        masked[pairs] = torch.rand(len(targets), device=labels.device) < rate
    plain = hidden = gap = zero
    if objective == "self-distillation":
        prediction = model.predict(_twice(matrix), masked=torch.cat([torch.zeros_like(masked), masked]), top=top)
        plain_logits, masked_logits = prediction.logits.chunk(2)
        plain, hidden = classification(plain_logits), classification(masked_logits)
        scores, masked_scores = (model.decision_scores(part) for part in (plain_logits, masked_logits))
        gap = divergence(scores, masked_scores)
    elif objective == "masked-branch":
        prediction = model.predict(matrix, masked=masked, top=top)
        hidden, scores = classification(prediction.logits), model.decision_scores(prediction.logits)
    else:
        prediction = model.predict(matrix, top=top)
        plain, scores = classification(prediction.logits), model.decision_scores(prediction.logits)
        if objective == "r-drop":
            again = model(batch).logits
            other = model.decision_scores(again)
            gap = (divergence(scores, other) + divergence(other, scores)) / 2
            plain = plain + classification(again)
        elif objective == "knowledge-distillation" and teacher_scores is None:
            raise ValueError("knowledge-distillation without a teacher")
        elif objective not in ("plain-branch", "knowledge-distillation"):
            raise ValueError(objective)
    if teacher_scores is not None:
        seen = scores if taught is None else scores[taught[pairs]]
        gap = gap + divergence(teacher_scores, seen) * len(seen) / max(1, len(scores))
    led = zero
    if step_weight:
        assert isinstance(model.reasoning, ReasoningModule)
        led = step_loss(prediction, model.reasoning.patterns, labels.any(-1), unjudged)
    total = plain + hidden + gap + evidence_weight * attended + step_weight * led
    return Losses(total=total, plain=plain, masked=hidden, divergence=gap, evidence=attended, steps=led)


def _both(pairs: tuple[Tensor, Tensor, Tensor], batch: int) -> tuple[Tensor, Tensor, Tensor]:
    document, head, tail = pairs
    return torch.cat([document, document + batch]), head.repeat(2), tail.repeat(2)


def _twice(matrix: PairMatrix) -> PairMatrix:
    """The same matrix twice along the batch; what prediction does not read is left as it is."""
    encoded = matrix.encoded
    return PairMatrix(
        features=matrix.features.repeat(2, 1, 1, 1),
        context=None if matrix.context is None else matrix.context.repeat(2, 1, 1),
        encoded=type(encoded)(
            states=encoded.states, entities=encoded.entities.repeat(2, 1, 1), attention=encoded.attention
        ),
        mask=matrix.mask.repeat(2, 1),
        pairs=_both(matrix.pairs, len(matrix.mask)),
    )
