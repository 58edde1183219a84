"""Supervision of the third entities that reasoning looks at, where facts lead over them."""

from __future__ import annotations

import torch
from torch import Tensor

from kg_docre.modeling import Prediction
from kg_docre.modeling.reasoning import joined_over

__all__ = ["step_loss"]


def step_loss(
    prediction: Prediction, patterns: tuple[int, ...], related: Tensor, unjudged: Tensor | None = None
) -> Tensor:
    r"""Cross-entropy of attention on third entities against those that facts lead over, averaged over the pairs
    that are related and have any.

    .. math:: \mathcal L_{step} = -\log \frac{\sum_{k, i \in R_k} \alpha^{(k)}_{s,o,i}}
                                            {\sum_{k, i \in J_k} \alpha^{(k)}_{s,o,i}}

    where :math:`\alpha^{(k)}` are the weights of R-MSA's head k on intermediates i (DocRE-SD eq 4), :math:`R_k` the
    third entities for which both cells that pattern k reads (Table 1) are related pairs, and :math:`J_k` those for
    which both were judged. How much a pair attends to itself, and which of the right steps it prefers, stays free.
    Not in the paper. 0 where no fact leads over a third entity.

    ``prediction`` tells of as many intermediates as there are entities. *Shape:* ``related`` and ``unjudged``
    (B, N, N) bool. Raises :exc:`ValueError` if the model reasons over no third entity.
    """
    if prediction.vias is None or prediction.via_weights is None:
        raise ValueError("the model reasons over no third entity")
    entities = related.shape[1]
    itself = torch.eye(entities, dtype=torch.bool, device=related.device)
    judged = ~itself.expand_as(related) if unjudged is None else ~(unjudged | itself)
    related = related & judged
    right = joined_over(related, patterns)
    pairs = (related & right.any(-1).any(1)).nonzero(as_tuple=True)
    if not len(pairs[0]):
        return prediction.via_weights.new_zeros((), dtype=torch.float32)
    document, head, tail = pairs
    chosen = (document, slice(None), head, tail)
    weights, vias = prediction.via_weights[chosen].float(), prediction.vias[chosen]  # (P, heads, N)
    inside = right[chosen].gather(-1, vias)
    among = joined_over(judged, patterns)[chosen].gather(-1, vias)
    share = (weights * inside).sum((1, 2)) / (weights * among).sum((1, 2)).clamp_min(1e-10)
    return -share.clamp_min(1e-10).log().mean()
