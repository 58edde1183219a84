"""From entities and their context to the entity-pair matrix (DocRE-SD eq 1, DocuNet eq 3-4)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from kg_docre.modeling.encoder import ordered_pairs

__all__ = ["ContextPairs", "EntityPairs", "SimilarityPairs"]


def _ordered(half: Tensor, entities: int) -> Tensor:
    """What is said of unordered pairs, for ordered ones. *Shape:* (B, N (N + 1) / 2, d) → (B, N, N, d)."""
    ordered = half.index_select(1, ordered_pairs(entities, half.device))
    return ordered.view(len(half), entities, entities, -1)


class EntityPairs(nn.Module):
    r"""DocRE-SD eq 1.

    .. math::
        F_{s,o} = \mathrm{LN}(\mathrm{FNN}([\tanh(W_s[h(e_s); c_{s,o}]); \tanh(W_o[h(e_o); c_{s,o}])]))

    The layer normalization is not in the paper. Without it training makes features ever larger, and with them the
    scores of R-MSA's attention, until each pair looks at one entity alone, whichever, and what is reasoned
    drowns the pair itself.

    :math:`W_s [h; c]` is :math:`W_s^h h + W_s^c c`: the entity half is computed once per entity, and
    the context halves of :math:`W_s` and :math:`W_o` in one product, for (s, o) and (o, s) together.
    """

    def __init__(self, *, entity_width: int, pair_width: int, dropout: float) -> None:
        super().__init__()
        self.head = nn.Linear(entity_width, pair_width)
        self.tail = nn.Linear(entity_width, pair_width)
        self.context = nn.Linear(entity_width, 2 * pair_width, bias=False)
        self.feed_forward = nn.Sequential(
            nn.Linear(2 * pair_width, pair_width),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(pair_width, pair_width),
            nn.LayerNorm(pair_width),
        )
        for layer in self.feed_forward:  # features of unit scale from the start
            if isinstance(layer, nn.Linear):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")

    def forward(self, entities: Tensor, context: Tensor) -> Tensor:
        """*Shape:* entities (B, N, width), context (B, N (N + 1) / 2, width) → (B, N, N, pair width)."""
        head, tail = _ordered(self.context(context), entities.shape[1]).chunk(2, dim=-1)
        head = torch.tanh(head + self.head(entities)[:, :, None])
        tail = torch.tanh(tail + self.tail(entities)[:, None])
        features: Tensor = self.feed_forward(torch.cat([head, tail], -1))
        return features


class ContextPairs(nn.Module):
    r"""DocuNet eq 4, the context-based strategy: :math:`F(e_s, e_o) = W_2 H a^{(s,o)}`."""

    def __init__(self, *, entity_width: int, pair_width: int) -> None:
        super().__init__()
        self.context = nn.Linear(entity_width, pair_width)

    def forward(self, entities: Tensor, context: Tensor) -> Tensor:
        """*Shape:* entities (B, N, width), context (B, N (N + 1) / 2, width) → (B, N, N, pair width)."""
        return _ordered(self.context(context), entities.shape[1])


class SimilarityPairs(nn.Module):
    r"""DocuNet eq 3, the similarity-based strategy, followed by :math:`W_3` of eq 6.

    .. math:: F(e_s, e_o) = [e_s \odot e_o;\ \cos(e_s, e_o);\ e_s W_1 e_o / \sqrt{\mathrm{width}}]

    The root is not in the paper: it scales the bilinear form as attention scores are, so that it does not drown the
    rest.
    """

    def __init__(self, *, entity_width: int, pair_width: int) -> None:
        super().__init__()
        self.bilinear = nn.Linear(entity_width, entity_width, bias=False)
        self.project = nn.Linear(entity_width + 2, pair_width)

    def forward(self, entities: Tensor, context: Tensor) -> Tensor:
        """*Shape:* entities (B, N, width), context unused → (B, N, N, pair width)."""
        product = entities[:, :, None] * entities[:, None]
        normal = nn.functional.normalize(entities, dim=-1)
        cosine = normal @ normal.transpose(1, 2)
        bilinear = self.bilinear(entities) @ entities.transpose(1, 2) / entities.shape[-1] ** 0.5
        features: Tensor = self.project(torch.cat([product, cosine[..., None], bilinear[..., None]], -1))
        return features
