"""From pair representations to relation logits (DocRE-SD eq 7, DocuNet eq 7-9)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

__all__ = ["BilinearClassifier", "LinearClassifier"]

# numbers of the block-diagonal form held at once; the pairs of more entities are taken in turns
_TILE_CELLS = 1 << 26


class LinearClassifier(nn.Module):
    r"""DocRE-SD eq 7: :math:`W_c M^{(L)}_{s,o} + b_c`."""

    def __init__(self, *, pair_width: int, classes: int, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(pair_width, classes)

    def forward(self, pairs: Tensor, entities: Tensor) -> Tensor:
        """*Shape:* pairs (B, N, N, pair width), entities unused → (B, N, N, classes)."""
        logits: Tensor = self.linear(self.dropout(pairs))
        return logits


class BilinearClassifier(nn.Module):
    r"""DocuNet eq 7-9.

    .. math::
        z_s = \tanh(W_s e_s + Y_{s,o}) \quad z_o = \tanh(W_o e_o + Y_{s,o}) \quad
        \mathrm{logit}_r = z_s W_r z_o + b_r

    With ``groups`` > 1 the bilinear form is block-diagonal, as in ATLOP, which also projects the pair
    (there its localized context) separately for head and tail: ``project_pair``.
    """

    def __init__(
        self, *, entity_width: int, pair_width: int, classes: int, groups: int, project_pair: bool, dropout: float
    ) -> None:
        super().__init__()
        self.groups = groups
        self.head = nn.Linear(entity_width, pair_width)
        self.tail = nn.Linear(entity_width, pair_width)
        self.pair = nn.Linear(pair_width, 2 * pair_width, bias=False) if project_pair else None
        self.dropout = nn.Dropout(dropout)
        self.bilinear = nn.Linear(pair_width * pair_width // groups, classes)

    def forward(self, pairs: Tensor, entities: Tensor) -> Tensor:
        """*Shape:* pairs (B, N, N, pair width), entities (B, N, entity width) → (B, N, N, classes)."""
        for_head, for_tail = (pairs, pairs) if self.pair is None else self.pair(pairs).chunk(2, -1)
        head = self.dropout(torch.tanh(self.head(entities)[:, :, None] + for_head))
        tail = self.dropout(torch.tanh(self.tail(entities)[:, None] + for_tail))
        head = head.unflatten(-1, (self.groups, -1))
        tail = tail.unflatten(-1, (self.groups, -1))
        if self.groups > 1:
            cells = head.shape[0] * head.shape[2] * self.bilinear.in_features
            tile = max(1, _TILE_CELLS // cells)
            logits = [
                self.bilinear((h[..., :, None] * t[..., None, :]).flatten(3))
                for h, t in zip(head.split(tile, 1), tail.split(tile, 1), strict=True)
            ]
            return torch.cat(logits, 1)
        # the full form: z_s W_r for every pair would be N² · d · classes numbers, so go class by class
        weight = self.bilinear.weight.unflatten(1, (head.shape[-1], tail.shape[-1]))
        head, tail = head.squeeze(3), tail.squeeze(3)
        scores = [((head @ matrix) * tail).sum(-1) for matrix in weight]
        return torch.stack(scores, -1) + self.bilinear.bias
