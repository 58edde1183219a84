"""The same model the way research code writes it: the yardstick of speed.py, and an oracle for tests.

Attentions of all layers are requested from the encoder, entities and pairs are looped over in Python,
and R-MSA materializes every :math:`F_i` of every pair (DocRE-SD eq 3). It computes with the weights of a
:class:`~kg_docre.modeling.DocREModel` whose configuration is DocRE-SD's; documents fit one window.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from kg_docre.data.features import Features
from kg_docre.modeling import DocREModel
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
    for pattern, reduce in zip(unit.patterns, unit.reduce, strict=True):
        a, b = cells[pattern]
        through = reduce(torch.cat([matrix[a], matrix[b]], -1))  # (N, N, N, d)
        keys = torch.cat([matrix[:, :, None], through], 2)  # (N, N, N + 1, d)
        weights = torch.softmax((keys @ matrix[..., None]).squeeze(-1) / width**0.5, -1)
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
        """Logits of every document. *Shape:* each (N, N, classes)."""
        return [self.classify(matrix, entities) for matrix, entities in self.pair_matrices(features)]

    def pair_matrices(self, features: list[Features]) -> list[tuple[Tensor, Tensor]]:
        """Every document's matrix (N, N, d) and entity embeddings (N, width) (eq 1-2)."""
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

    def _pairs(self, features: Features, states: Tensor, attention: Tensor) -> tuple[Tensor, Tensor]:
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
        entities = torch.stack(embeddings)
        lines = []
        for s in range(len(embeddings)):
            cells = []
            for o in range(len(embeddings)):
                weights = (rows[s] * rows[o]).mean(0)
                context = (weights / (weights.sum() + 1e-10)) @ states
                head = torch.tanh(_linear(model.pairs, "head", context, embeddings[s]))
                tail = torch.tanh(_linear(model.pairs, "tail", context, embeddings[o]))
                cells.append(model.pairs.feed_forward(torch.cat([head, tail])))
            lines.append(torch.stack(cells))
        return model.dropout(torch.stack(lines)), entities

    def classify(self, matrix: Tensor, entities: Tensor) -> Tensor:
        """Reasoning layers (eq 5-6) and the configured classifier. *Shape:* (N, N, d) → (N, N, classes)."""
        for layer in self.model.reasoning.layers:
            matrix = layer.attention_norm(matrix + layer.dropout(materialized(layer.attention, matrix)))
            matrix = layer.feed_forward_norm(matrix + layer.dropout(layer.feed_forward(matrix)))
        return self.model.classifier(matrix[None], entities[None])[0]


def _linear(pairs: nn.Module, side: str, context: Tensor, embedding: Tensor) -> Tensor:
    """W [h; c] + b of eq 1, from weights that are kept in two halves."""
    part = {"head": 0, "tail": 1}[side]
    weight = torch.cat([getattr(pairs, side).weight, pairs.context.weight.chunk(2)[part]], 1)
    return nn.functional.linear(torch.cat([embedding, context]), weight, getattr(pairs, side).bias)
