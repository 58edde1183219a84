"""The same model the way research code writes it: the yardstick of speed.py, and an oracle for tests.

Attentions of all layers are requested from the encoder, entities are looped over in Python, and
R-MSA materializes every :math:`F_i` of every pair (DocRE-SD eq 3). It computes with the weights of a
:class:`~kg_docre.modeling.DocREModel` whose configuration is DocRE-SD's; documents fit one window.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from kg_docre.data.features import Features
from kg_docre.modeling import DocREModel
from kg_docre.modeling.classifier import LinearClassifier
from kg_docre.modeling.reasoning import ReasoningAttention

__all__ = ["Straightforward", "materialized"]


def materialized(unit: ReasoningAttention, matrix: Tensor) -> Tensor:
    """Eq 3-5 as written: every F_i of every pair at once, N³ · 2d numbers a head.

    *Shape:* (N, N, d) → (N, N, d).
    """
    n, _, width = matrix.shape
    s, o, i = torch.meshgrid(*[torch.arange(n, device=matrix.device)] * 3, indexing="ij")
    cells = {1: ((s, i), (i, o)), 2: ((i, s), (i, o)), 3: ((s, i), (o, i)), 4: ((o, i), (i, s))}
    heads = []
    queries = unit.query(matrix).chunk(len(unit.patterns), -1)
    for pattern, reduce, query in zip(unit.patterns, unit.reduce, queries, strict=True):
        a, b = cells[pattern]
        through = reduce(torch.cat([matrix[a], matrix[b]], -1))  # (N, N, N, d)
        keys = torch.cat([matrix[:, :, None], through], 2)  # (N, N, N + 1, d)
        weights = torch.softmax((keys @ query[..., None]).squeeze(-1) / width**0.5, -1)
        heads.append((weights[..., None, :] @ keys).squeeze(-2))
    return unit.output(torch.cat(heads, -1))


class Straightforward(nn.Module):
    """DocRE-SD over a batch of documents, all padded to the longest."""

    def __init__(self, model: DocREModel) -> None:
        super().__init__()
        self.model = model
        self.language_model = copy.deepcopy(model.encoder.encoder)
        self.language_model.set_attn_implementation("eager")

    def forward(self, features: list[Features]) -> list[Tensor]:
        """Logits of every document. *Shape:* each (N (N - 1), classes)."""
        return [self.classify(*pairs) for pairs in self.pair_matrices(features)]

    def pair_matrices(self, features: list[Features]) -> list[tuple[Tensor, Tensor, Tensor]]:
        """Every document's matrix (N, N, d), entity embeddings (N, width) and localized context (N, N, width)
        (eq 1-2)."""
        config, device = self.model.config, self.model.device
        sequences = [[*config.prefix, *f.pieces.tolist(), *config.suffix] for f in features]
        longest = max(map(len, sequences))
        if longest > config.window:
            raise ValueError(f"a document of {longest} tokens does not fit one window of {config.window}")
        padding = config.encoder.get("pad_token_id") or 0
        ids = torch.tensor([s + [padding] * (longest - len(s)) for s in sequences], device=device)
        mask = torch.tensor([[1] * len(s) + [0] * (longest - len(s)) for s in sequences], device=device)
        output = self.language_model(input_ids=ids, attention_mask=mask, output_attentions=True)
        states, attentions = self.model.encoder.state_norm(output.last_hidden_state), output.attentions[-1]
        return [self._pairs(f, states[d], attentions[d]) for d, f in enumerate(features)]

    def _pairs(self, features: Features, states: Tensor, attention: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        model, before = self.model, len(self.model.config.prefix)
        embeddings, rows = [], []
        for entity in range(len(features.order)):
            at = [
                int(position) + before
                for position, owner in zip(features.mention_positions, features.mention_entities, strict=True)
                if owner == entity
            ]
            embedding = torch.logsumexp(torch.stack([states[p] for p in at]), 0)
            if model.encoder.type_embedding is not None:
                embedding = embedding + model.encoder.type_embedding.weight[int(features.entity_types[entity])]
            embeddings.append(embedding)
            rows.append(torch.stack([attention[:, p] for p in at]).mean(0))
        entities, attended = torch.stack(embeddings), torch.stack(rows)
        count = len(embeddings)
        s, o = (torch.tensor(column, device=states.device) for column in _grid(count))
        weights = (attended[s] * attended[o]).mean(1)  # (pairs, tokens)
        context = (weights / (weights.sum(1, keepdim=True) + 1e-10)) @ states
        head = torch.tanh(_linear(model.pairs, "head", context, entities[s]))
        tail = torch.tanh(_linear(model.pairs, "tail", context, entities[o]))
        pairs = model.pairs.feed_forward(torch.cat([head, tail], 1)).unflatten(0, (count, count))
        return model.dropout(pairs), entities, context.unflatten(0, (count, count))

    def classify(self, matrix: Tensor, entities: Tensor, context: Tensor) -> Tensor:
        """Reasoning layers (eq 5-6), then the linear (eq 7) or group-bilinear classifier on all pairs at once.

        *Shape:* (N, N, d) → (N (N - 1), classes), pairs row by row without the diagonal.
        """
        for layer in self.model.reasoning.layers:
            matrix = layer.attention_norm(matrix + layer.dropout(materialized(layer.attention, matrix)))
            matrix = layer.feed_forward_norm(matrix + layer.dropout(layer.feed_forward(matrix)))
        last = self.model.classifier
        s, o = (torch.tensor(column, device=matrix.device) for column in _grid(len(entities), diagonal=False))
        if isinstance(last, LinearClassifier):
            return last.linear(last.dropout(matrix[s, o]))
        for_head, for_tail = last.pair(matrix[s, o]).chunk(2, 1)
        if last.context is not None:
            of_head, of_tail = last.context(context[s, o]).chunk(2, 1)
            for_head, for_tail = for_head + of_head, for_tail + of_tail
        head = last.dropout(torch.tanh(last.head(entities[s]) + for_head)).unflatten(1, (last.groups, -1))
        tail = last.dropout(torch.tanh(last.tail(entities[o]) + for_tail)).unflatten(1, (last.groups, -1))
        return last.bilinear((head[..., None] * tail[..., None, :]).flatten(1))


def _grid(count: int, *, diagonal: bool = True) -> tuple[list[int], list[int]]:
    pairs = [(s, o) for s in range(count) for o in range(count) if diagonal or s != o]
    return [s for s, _ in pairs], [o for _, o in pairs]


def _linear(pairs: nn.Module, side: str, context: Tensor, embedding: Tensor) -> Tensor:
    """W [h; c] + b of eq 1, from weights that are kept in two halves. *Shape:* (pairs, width) → (pairs, d)."""
    part = {"head": 0, "tail": 1}[side]
    weight = torch.cat([getattr(pairs, side).weight, pairs.context.weight.chunk(2)[part]], 1)
    return nn.functional.linear(torch.cat([embedding, context], 1), weight, getattr(pairs, side).bias)
