"""Whether two mentions name the same thing, scored for all pairs of a text."""

from __future__ import annotations

import torch
from torch import Tensor, nn

__all__ = ["CoreferenceScorer"]


_TILE_CELLS = 1 << 16  # pairs whose hidden states are held at once


class CoreferenceScorer(nn.Module):
    r"""Log-odds that two mentions name the same thing.

    .. math:: s_{ij} = w^T \mathrm{GELU}(A m_i + A m_j + C (u_i \odot u_j) + D f_{ij}) + b

    where :math:`m_i` are the states of a mention's first and last word, :math:`u_i = B m_i`, and :math:`f_{ij}` what is
    known of the names (:func:`~kg_docre.coreference.features.pair_features`), averaged over both directions.
    """

    def __init__(self, *, state_width: int, features: int, width: int = 128, dropout: float = 0.1) -> None:
        super().__init__()
        self.mention = nn.Linear(2 * state_width, 2 * width)
        self.product = nn.Linear(width, width, bias=False)
        self.features = nn.Linear(features, width, bias=False)
        self.dropout = nn.Dropout(dropout)
        self.score = nn.Linear(width, 1)

    def forward(self, states: Tensor, start: Tensor, last: Tensor, features: Tensor) -> Tensor:
        """*Shape:* word ``states`` (words, width); ``start`` and ``last`` word of each of n mentions (n,);
        ``features`` (n, n, features) → (n, n), symmetric."""
        mentions = self.dropout(torch.cat([states[start], states[last]], -1))
        alone, paired = self.mention(mentions).chunk(2, -1)
        tile = max(1, _TILE_CELLS // max(1, len(start)))
        rows = [torch.empty(0, len(start), device=states.device)]
        for a, u, f in zip(alone.split(tile), paired.split(tile), features.split(tile), strict=True):
            hidden = a[:, None] + alone[None] + self.product(u[:, None] * paired[None]) + self.features(f)
            rows.append(self.score(self.dropout(nn.functional.gelu(hidden))).squeeze(-1).float())
        scores = torch.cat(rows)
        return (scores + scores.transpose(0, 1)) / 2
