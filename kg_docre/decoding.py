"""From the tensors of a batch to facts: decisions, evidence and reasoning, Python objects only for what is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from kg_docre.annotations import ReasoningStep, Relation, premises
from kg_docre.calibration import Calibration
from kg_docre.data.features import Features
from kg_docre.modeling import DocREModel, PairMatrix, Prediction, context_weights, sentence_shares
from kg_docre.modeling.reasoning import ReasoningModule

__all__ = ["STEPS", "decode", "least_scores"]

STEPS = 3  # reasoning steps told per fact
_MINIMUM_WEIGHT = 0.05  # attention below this explains nothing
_EVIDENCE_SHARE = 0.2  # a sentence is evidence if it holds this share of the pair's context weight
_CHUNK = 128  # facts whose token weights are held at once


def decode(
    model: DocREModel,
    features: Sequence[Features],
    matrix: PairMatrix,
    prediction: Prediction,
    log_odds: Tensor,
    *,
    token_mask: Tensor,
    sentences: Tensor,
    calibration: Calibration,
    threshold: float | None = None,
) -> list[tuple[Relation, ...]]:
    """Relations of every document whose score reaches the threshold (None: that is decided for) by ``log_odds``, in the
    documents' own entity numbers, with the evidence and the reasoning of the model.

    *Shape:* ``log_odds`` (pairs, relations), ``token_mask`` and ``sentences`` (B, L): which a token is in, or -1.
    """
    probabilities = _calibrated(log_odds, model, calibration).sigmoid()
    decided = log_odds >= calibration.decision if threshold is None else probabilities >= threshold
    pair, label = decided.nonzero().unbind(1)
    document, head, tail = (column[pair] for column in prediction.pairs)
    count = int(sentences.max()) + 1
    naming = _naming(features, count).to(document.device)
    evidence = []
    for part in zip(*(column.split(_CHUNK) for column in (document, head, tail)), strict=True):
        weights = context_weights(matrix.encoded, token_mask, part, weights=model.config.context_weights)
        share = sentence_shares(weights.float(), sentences[part[0]], count)
        evidence.append(_evidence(share, [naming[part[0], entity] for entity in part[1:]]))
    facts = _Facts(
        document=document,
        head=head,
        tail=tail,
        label=label,
        score=probabilities[pair, label],
        evidence=torch.cat(evidence),
    )
    steps = None
    if prediction.vias is not None and prediction.via_weights is not None:
        found = (document, slice(None), head, tail)
        steps = _strongest_steps(prediction.via_weights[found], prediction.vias[found], head, tail)
    return _assemble(model, features, facts, steps)


def least_scores(model: DocREModel, calibration: Calibration, threshold: float | None = None) -> dict[str, float]:
    """The score from which on :func:`decode` reports facts of each label."""
    names = model.config.relations
    if threshold is not None:
        return dict.fromkeys(names, threshold)
    decision = torch.full((1, len(names)), calibration.decision)
    return dict(zip(names, _calibrated(decision, model, calibration).sigmoid()[0].tolist(), strict=True))


def _calibrated(log_odds: Tensor, model: DocREModel, calibration: Calibration) -> Tensor:
    """*Shape:* (pairs, relations) → (pairs, relations)."""
    offsets = [calibration.intercept + calibration.offsets.get(name, 0.0) for name in model.config.relations]
    return log_odds * calibration.slope + log_odds.new_tensor(offsets)


def _assemble(
    model: DocREModel, features: Sequence[Features], facts: _Facts, steps: tuple[Tensor, Tensor, Tensor] | None
) -> list[tuple[Relation, ...]]:
    """Python objects for the facts found, in the documents' own entity numbers."""
    names = list(model.config.relations)
    module = model.reasoning
    patterns = module.patterns if isinstance(module, ReasoningModule) else ()
    columns = [column.tolist() for column in (facts.document, facts.head, facts.tail, facts.label, facts.score)]
    sentences: list[list[int]] = [[] for _ in columns[0]]
    for fact, sentence in facts.evidence.nonzero().tolist():
        sentences[fact].append(sentence)
    told = zip(*(part.tolist() for part in steps), strict=True) if steps else ()
    reasons = list(told) or [([], [], [])] * len(sentences)
    relations: list[list[Relation]] = [[] for _ in features]
    for (d, h, t, r, score), evidence, (weights, heads, vias) in zip(
        zip(*columns, strict=True), sentences, reasons, strict=True
    ):
        order = features[d].order
        reasoning = []
        for weight, k, via in zip(weights, heads, vias, strict=True):
            if weight < _MINIMUM_WEIGHT:
                break
            third = int(order[via])
            pairs = premises(patterns[k], int(order[h]), third, int(order[t]))
            reasoning.append(ReasoningStep(pattern=patterns[k], via=third, premises=pairs, weight=weight))
        relations[d].append(
            Relation(
                head=int(order[h]),
                tail=int(order[t]),
                label=names[r],
                score=score,
                evidence=tuple(evidence),
                reasoning=tuple(reasoning),
            )
        )
    return [tuple(found) for found in relations]


@dataclass(frozen=True, slots=True)
class _Facts:
    """What was decided, as parallel tensors (n,); ``evidence`` (n, sentences) bool."""

    document: Tensor
    head: Tensor
    tail: Tensor
    label: Tensor
    score: Tensor
    evidence: Tensor


def _naming(features: Sequence[Features], count: int) -> Tensor:
    """Which sentences name which entity.

    *Shape:* (documents, entities, ``count``) bool.
    """
    naming = torch.zeros(len(features), max(len(f.order) for f in features), count, dtype=torch.bool)
    for names, f in zip(naming, features, strict=True):
        names[f.mention_entities, f.sentences[f.mention_positions]] = True
    return naming


def _evidence(share: Tensor, naming: Sequence[Tensor]) -> Tensor:
    """Sentences that hold a good share of each pair's localized context, and where none of them names one of the two,
    of those that do the one with the largest share, or the first where none has any.

    *Shape:* (n, sentences), and for head and tail each the same → (n, sentences) bool.
    """
    evidence = (share >= _EVIDENCE_SHARE) | ((share == share.amax(1, keepdim=True)) & (share > 0))
    rows = torch.arange(len(share), device=share.device)
    for names in naming:
        best = share.masked_fill(~names, -1.0).argmax(1)
        evidence[rows, best] |= ~(evidence & names).any(1)
    return evidence


def _strongest_steps(weights: Tensor, vias: Tensor, head: Tensor, tail: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The largest attention weights over all heads on a third entity.

    *Shape:* weights and vias (n, heads, top), head and tail (n,) → weight, head number and via, each
    (n, steps), sorted by weight.
    """
    third = (vias != head[:, None, None]) & (vias != tail[:, None, None])
    weights = weights.float().masked_fill(~third, 0.0)
    top = weights.shape[2]
    best, index = weights.flatten(1).topk(min(STEPS, weights.shape[1] * top), 1)
    return best, index // top, vias.flatten(1).gather(1, index)
