"""From pair representations to relation logits (DocRE-SD eq 7, DocuNet eq 7-9)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from kg_docre.modeling.encoder import ordered_pairs

__all__ = ["BilinearClassifier", "LinearClassifier", "Pairs"]

# products of one block held at once: few enough to stay in the processor's cache
_TILE_CELLS = 1 << 20

# document, head and tail of every pair, each (P,)
Pairs = tuple[Tensor, Tensor, Tensor]


class LinearClassifier(nn.Module):
    r"""DocRE-SD eq 7: :math:`W_c M^{(L)}_{s,o} + b_c`."""

    def __init__(self, *, pair_width: int, classes: int, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(pair_width, classes)

    def forward(
        self, matrix: Tensor, entities: Tensor, context: Tensor | None, pairs: Pairs, masked: Tensor | None = None
    ) -> Tensor:
        """*Shape:* matrix (B, N, N, pair width), P pairs → (P, classes); the rest is not read."""
        logits: Tensor = self.linear(self.dropout(matrix[pairs]))
        return logits


class BilinearClassifier(nn.Module):
    r"""DocuNet eq 7-9.

    .. math::
        z_s = \tanh(W_s e_s + Y_{s,o}) \quad z_o = \tanh(W_o e_o + Y_{s,o}) \quad
        \mathrm{logit}_r = z_s W_r z_o + b_r

    With ``groups`` > 1 the bilinear form is block-diagonal, as in ATLOP, which also projects the pair
    (there its localized context) separately for head and tail: ``project_pair``. With ``context`` the pair's
    localized context is read beside what was reasoned of it: :math:`z_s = \tanh(W_s [e_s; c_{s,o}] + Y_{s,o})`, which
    is ATLOP with :math:`Y` added.
    """

    def __init__(
        self,
        *,
        entity_width: int,
        pair_width: int,
        classes: int,
        groups: int,
        project_pair: bool,
        dropout: float,
        context: bool = False,
    ) -> None:
        super().__init__()
        self.groups = groups
        self.head = nn.Linear(entity_width, pair_width)
        self.tail = nn.Linear(entity_width, pair_width)
        self.context = nn.Linear(entity_width, 2 * pair_width, bias=False) if context else None
        self.pair = nn.Linear(pair_width, 2 * pair_width, bias=False) if project_pair else None
        self.dropout = nn.Dropout(dropout)
        self.bilinear = nn.Linear(pair_width * pair_width // groups, classes)

    def forward(
        self, matrix: Tensor, entities: Tensor, context: Tensor | None, pairs: Pairs, masked: Tensor | None = None
    ) -> Tensor:
        """Logits; of a masked pair from what was reasoned of it alone, without its entities and context.

        *Shape:* matrix (B, N, N, pair width), entities (B, N, entity width), context (B, N (N + 1) / 2, entity
        width), P pairs, masked (B, N, N) bool → (P, classes).
        """
        document, head, tail = pairs
        features = matrix[pairs]
        for_head, for_tail = (features, features) if self.pair is None else self.pair(features).chunk(2, -1)
        of_head, of_tail = self.head(entities)[document, head], self.tail(entities)[document, tail]
        if self.context is not None:
            assert context is not None
            where = ordered_pairs(entities.shape[1], entities.device)[head * entities.shape[1] + tail]
            context_of_head, context_of_tail = self.context(context)[document, where].chunk(2, -1)
            of_head, of_tail = of_head + context_of_head, of_tail + context_of_tail
        if masked is not None:
            hidden = masked[pairs][:, None]
            of_head, of_tail = of_head.masked_fill(hidden, 0.0), of_tail.masked_fill(hidden, 0.0)
        z_head = self.dropout(torch.tanh(of_head + for_head))
        z_tail = self.dropout(torch.tanh(of_tail + for_tail))
        if self.groups > 1:
            z_head, z_tail = (z.unflatten(-1, (self.groups, -1)) for z in (z_head, z_tail))
            tile = max(1, _TILE_CELLS * self.groups // self.bilinear.in_features)
            return torch.cat([self._blocks(h, t) for h, t in zip(z_head.split(tile), z_tail.split(tile), strict=True)])
        # the full form: z_s W_r for every pair would be P · d · classes numbers, so go class by class
        weight = self.bilinear.weight.unflatten(1, (z_head.shape[-1], z_tail.shape[-1]))
        scores = [((z_head @ matrix_r) * z_tail).sum(-1) for matrix_r in weight]
        return torch.stack(scores, -1) + self.bilinear.bias

    def _blocks(self, head: Tensor, tail: Tensor) -> Tensor:
        """The block-diagonal form, one block after the other. *Shape:* (P, groups, d / groups) → (P, classes)."""
        logits: Tensor = self.bilinear.bias
        for group, weight in enumerate(self.bilinear.weight.chunk(self.groups, 1)):
            products = head[:, group, :, None] * tail[:, group, None, :]
            logits = torch.addmm(logits, products.flatten(1), weight.t())
        return logits
