"""R-MSA: four attention heads for four patterns of reasoning over a third entity (DocRE-SD eq 3-6)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

__all__ = ["PairAttention", "ReasoningAttention", "ReasoningLayer", "ReasoningModule", "joined_over"]

# For pair (s, o) and intermediate i, which two cells of the matrix head k reads (Table 1). The first
# factor of each head that touches s is indexed (s, i), the other (o, i); True: read it transposed.
#   pattern: (s-side is A?, s-side transposed, o-side transposed)
#   1: A = M[s,i], B = M[i,o]     2: A = M[i,s], B = M[i,o]
#   3: A = M[s,i], B = M[o,i]     4: A = M[o,i], B = M[i,s]
_SIDES = {1: (True, False, True), 2: (True, True, True), 3: (True, False, False), 4: (False, True, False)}

# score cells (documents × N³) held at once, few enough for a processor's cache; the rest are tiled over s
_TILE_CELLS = 1 << 20


class ReasoningAttention(nn.Module):
    r"""The R-MSA unit without its N³·d tensor.

    .. math::
        F_i^{(k)} = W_d^{(k)} [A_i; B_i] + b_d^{(k)} \qquad
        M^{(k)}_{s,o} = \mathrm{Attention}(W_Q^{(k)} M_{s,o}, K, K), \quad K = [M_{s,o}; F_1; \dots; F_N]

    and :math:`W_O [M^{(1)}; \dots; M^{(4)}] + b_O` (DocRE-SD eq 3-5). :math:`W_Q`, the query projection of
    conventional multi-head attention, is not in eq 4. Without it a pair asks for itself: its own score
    :math:`M_{s,o} \cdot M_{s,o} / \sqrt d` is some :math:`\sqrt d`, all others are around 0, and trained models
    never looked at an intermediate.

    As in eq 3, i runs over all entities, s and o among them, for which F reads a diagonal cell, of an entity and
    itself. Only pairs of two entities are ever masked (DocRE-SD, first branch), so that of a masked pair these cells
    still show either entity. With ``third_entities`` i is neither s nor o.

    :math:`W_d` splits into halves, so :math:`F_i = U_i + V_i` with U a function of one cell touching s and V of one
    cell touching o, each computed once per cell. Scores and outputs are then four batched matrix products: memory
    O(N²d) instead of O(N³d), arithmetic O(N²d² + N³d) instead of O(N³d²), the same numbers. Heads take
    their turns, so that memory is one head's.
    """

    def __init__(self, *, width: int, patterns: tuple[int, ...] = (1, 2, 3, 4), third_entities: bool = False) -> None:
        super().__init__()
        self.patterns = patterns
        self.third_entities = third_entities
        self.width = width
        self.query = nn.Linear(width, len(patterns) * width, bias=False)
        self.reduce = nn.ModuleList(nn.Linear(2 * width, width) for _ in patterns)
        self.output = nn.Linear(len(patterns) * width, width)

    def forward(self, pairs: Tensor, mask: Tensor, *, top: int = 0) -> tuple[Tensor, Tensor | None, Tensor | None]:
        """One unit over every pair.

        *Shape:* ``pairs`` (B, N, N, d), ``mask`` (B, N) of real entities. Returns the output
        (B, N, N, d) and, when ``top`` > 0, the largest weights on intermediates and their entities,
        both (B, heads, N, N, top).
        """
        result: Tensor = self.output.bias
        weights, vias = [], []
        heads = len(self.patterns)
        projections = zip(self.query.weight.chunk(heads), self.output.weight.chunk(heads, 1), strict=True)
        for k, (ask, output) in enumerate(projections):
            query = nn.functional.linear(pairs, ask * self.width**-0.5)
            mixed, weight, via = self._head(k, pairs, query, mask, top)
            result = result + nn.functional.linear(mixed, output)
            weights.append(weight)
            vias.append(via)
        if not top:
            return result, None, None
        return result, torch.stack(weights, 1), torch.stack(vias, 1)

    def _head(self, k: int, pairs: Tensor, query: Tensor, mask: Tensor, top: int) -> tuple[Tensor, Tensor, Tensor]:
        """One pattern's attention, a few entities s at a time. *Shape:* (B, N, N, d) and twice (B, N, N, top)."""
        batch, entities = mask.shape
        head_side, tail_side = self._sides(k, pairs)
        own = (query * pairs).sum(-1, keepdim=True)  # (B, N, N, 1): the score of K's first element, M_so itself
        query_by_tail = query.transpose(1, 2)
        hidden = ~mask[:, None, None]  # (B, 1, 1, N)
        same = torch.eye(entities, dtype=torch.bool, device=mask.device) if self.third_entities else None
        tile = max(1, min(entities, _TILE_CELLS // max(1, batch * entities**2)))
        mixtures, weights, vias = [], [], []
        for first in range(0, entities, tile):
            rows = slice(first, min(first + tile, entities))
            side = head_side[:, rows]
            # (B, s, o, i): query (s, o) against the cell (s, i), then against the cell (o, i)
            scores = query[:, rows] @ side.transpose(2, 3)
            scores = scores + (query_by_tail[:, :, rows] @ tail_side.transpose(2, 3)).transpose(1, 2)
            if same is not None:
                hidden = ~mask[:, None, None] | same[rows, None] | same  # (B, s, o, i)
            scores = torch.cat([own[:, rows], scores.masked_fill(hidden, -torch.inf)], -1)
            to_self, over = scores.float().softmax(-1).to(pairs.dtype).split((1, entities), -1)
            # (B, s, o, d)
            mixed = over @ side + (over.transpose(1, 2) @ tail_side).transpose(1, 2)
            mixtures.append(mixed.addcmul(to_self, pairs[:, rows]))
            weight, via = over.topk(min(top, entities), -1)
            weights.append(weight)
            vias.append(via)
        return torch.cat(mixtures, 1), torch.cat(weights, 1), torch.cat(vias, 1)

    def _sides(self, k: int, pairs: Tensor) -> tuple[Tensor, Tensor]:
        """Both halves of every F_i: the one indexed (s, i), with b_d, and the one indexed (o, i).

        *Shape:* each (B, N, N, d).
        """
        head_is_first, head_transposed, tail_transposed = _SIDES[self.patterns[k]]
        reduce = self.reduce[k]
        assert isinstance(reduce, nn.Linear)
        first, second = reduce.weight.chunk(2, 1)
        head = nn.functional.linear(pairs, first if head_is_first else second, reduce.bias)
        tail = nn.functional.linear(pairs, second if head_is_first else first)
        return (
            head.transpose(1, 2) if head_transposed else head,
            tail.transpose(1, 2) if tail_transposed else tail,
        )


class PairAttention(nn.Module):
    """The ablation R-MSA→MSA (DocRE-SD Table 4): every pair attends to all pairs of the document.

    Four heads of full width, with as many parameters as :class:`ReasoningAttention` with four patterns.
    """

    def __init__(self, *, width: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, heads * width, bias=False)
        self.key = nn.Linear(width, heads * width, bias=False)
        self.value = nn.Linear(width, heads * width)
        self.output = nn.Linear(heads * width, width)

    def forward(self, pairs: Tensor, mask: Tensor, *, top: int = 0) -> tuple[Tensor, None, None]:
        """*Shape:* ``pairs`` (B, N, N, d), ``mask`` (B, N) → (B, N, N, d); no intermediates to tell of."""
        batch, entities, _, width = pairs.shape
        cells = pairs.flatten(1, 2)
        query, key, value = (
            projection(cells).unflatten(-1, (self.heads, width)).transpose(1, 2)
            for projection in (self.query, self.key, self.value)
        )
        real = (mask[:, :, None] & mask[:, None]).flatten(1)[:, None, None]
        mixed = nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=real)
        mixed = mixed.transpose(1, 2).reshape(batch, entities, entities, self.heads * width)
        return self.output(mixed), None, None


class ReasoningLayer(nn.Module):
    r"""DocRE-SD eq 5-6.

    .. math::
        \widetilde M = \mathrm{LN}(M + \text{R-MSA}(M)) \qquad
        M' = \mathrm{LN}(\widetilde M + \mathrm{FNN}(\widetilde M))
    """

    def __init__(self, *, attention: nn.Module, width: int, dropout: float) -> None:
        super().__init__()
        self.attention = attention
        self.attention_norm = nn.LayerNorm(width)
        self.feed_forward = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Dropout(dropout), nn.Linear(2 * width, width)
        )
        self.feed_forward_norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, pairs: Tensor, mask: Tensor, *, top: int = 0) -> tuple[Tensor, Tensor | None, Tensor | None]:
        """*Shape:* as :class:`ReasoningAttention`."""
        attended, weights, vias = self.attention(pairs, mask, top=top)
        pairs = self.attention_norm(pairs + self.dropout(attended))
        return self.feed_forward_norm(pairs + self.dropout(self.feed_forward(pairs))), weights, vias


class ReasoningModule(nn.Module):
    """L reasoning layers (DocRE-SD, Reasoning Module); intermediates are told of the last layer."""

    def __init__(
        self,
        *,
        width: int,
        layers: int,
        dropout: float,
        patterns: tuple[int, ...] = (1, 2, 3, 4),
        third_entities: bool = False,
        all_pairs: bool = False,
    ) -> None:
        super().__init__()
        self.patterns = () if all_pairs else patterns

        def attention() -> nn.Module:
            if all_pairs:
                return PairAttention(width=width)
            return ReasoningAttention(width=width, patterns=patterns, third_entities=third_entities)

        self.layers = nn.ModuleList(
            ReasoningLayer(attention=attention(), width=width, dropout=dropout) for _ in range(layers)
        )

    def forward(self, pairs: Tensor, mask: Tensor, *, top: int = 0) -> tuple[Tensor, Tensor | None, Tensor | None]:
        """*Shape:* as :class:`ReasoningAttention`."""
        weights = vias = None
        for number, layer in enumerate(self.layers, 1):
            pairs, weights, vias = layer(pairs, mask, top=top if number == len(self.layers) else 0)
        return pairs, weights, vias


def joined_over(cells: Tensor, patterns: tuple[int, ...]) -> Tensor:
    """Whether both cells that each pattern reads for pair (s, o) and intermediate i are true (DocRE-SD Table 1).

    *Shape:* (B, N, N) bool → (B, patterns, N, N, N) bool, indexed s, o, i.
    """
    turned = cells.transpose(1, 2)
    found = []
    for pattern in patterns:
        _, head_transposed, tail_transposed = _SIDES[pattern]
        head, tail = (turned if transposed else cells for transposed in (head_transposed, tail_transposed))
        found.append(head[:, :, None, :] & tail[:, None, :, :])
    return torch.stack(found, 1)
