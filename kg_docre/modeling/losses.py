"""What the model is trained to lower: DocRE-SD eq 8 and 10, DocuNet eq 11, and cross-entropy."""

from __future__ import annotations

import torch
from torch import Tensor, nn

__all__ = ["adaptive_threshold_loss", "balanced_softmax_loss", "binary_cross_entropy", "prediction_divergence"]


def adaptive_threshold_loss(logits: Tensor, labels: Tensor) -> Tensor:
    r"""Adaptive-threshold loss, DocRE-SD eq 10 (ATLOP). Class 0 is the threshold class TH.

    .. math::
        \mathcal L = -\sum_{r \in R_{pos}} \log \frac{e^{l_r}}{\sum_{r' \in R_{pos} \cup TH} e^{l_{r'}}}
                     - \log \frac{e^{l_{TH}}}{\sum_{r' \in R_{neg} \cup TH} e^{l_{r'}}}

    *Shape:* logits (pairs, 1 + relations), labels (pairs, relations) bool → loss per pair (pairs,).
    """
    threshold, scores = logits[:, :1], logits[:, 1:]
    positive = torch.cat([threshold, scores.masked_fill(~labels, -torch.inf)], 1)
    negative = torch.cat([threshold, scores.masked_fill(labels, -torch.inf)], 1)
    log_positive = (scores - positive.logsumexp(1, keepdim=True)).masked_fill(~labels, 0.0)
    return -log_positive.sum(1) - (threshold.squeeze(1) - negative.logsumexp(1))


def balanced_softmax_loss(logits: Tensor, labels: Tensor) -> Tensor:
    r"""Balanced softmax, DocuNet eq 11, with the threshold at zero.

    .. math:: \mathcal L = \log(1 + \sum_{i \in \Omega_{neg}} e^{s_i}) + \log(1 + \sum_{j \in \Omega_{pos}} e^{-s_j})

    *Shape:* logits (pairs, relations), labels (pairs, relations) bool → loss per pair (pairs,).
    """
    zero = logits.new_zeros(len(logits), 1)
    negative = torch.cat([zero, logits.masked_fill(labels, -torch.inf)], 1)
    positive = torch.cat([zero, (-logits).masked_fill(~labels, -torch.inf)], 1)
    return negative.logsumexp(1) + positive.logsumexp(1)


def binary_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """DocuNet's ablation without balanced softmax. *Shape:* as :func:`balanced_softmax_loss`."""
    return nn.functional.binary_cross_entropy_with_logits(logits, labels.to(logits.dtype), reduction="none").sum(1)


def prediction_divergence(target: Tensor, other: Tensor) -> Tensor:
    r"""DocRE-SD eq 8, :math:`\mathrm{KL}(p \,\|\, \hat p)`, summed over relations.

    Each relation of a pair holds or not by itself (eq 7), so p is one Bernoulli variable per relation. With an adaptive
    threshold it is :math:`\sigma(l_r - l_{TH})`, where eq 7 has :math:`\sigma(l_r)`: eq 10 stays the same if all
    logits of a pair rise together, so that what training gives a meaning are their differences to the threshold's.

    *Shape:* decision scores (pairs, relations), the log-odds of p and of p̂ → divergence per pair (pairs,).
    """
    probability = target.sigmoid()
    log_p, log_not_p = nn.functional.logsigmoid(target), nn.functional.logsigmoid(-target)
    log_q, log_not_q = nn.functional.logsigmoid(other), nn.functional.logsigmoid(-other)
    return (probability * (log_p - log_q) + (1 - probability) * (log_not_p - log_not_q)).sum(1)
