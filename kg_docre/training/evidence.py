"""Supervision of the sentences that a pair's context comes from, where annotators marked them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from kg_docre.annotations import Document
from kg_docre.data.features import Features
from kg_docre.modeling import DocREModel, DocumentBatch, PairMatrix, context_weights, sentence_shares
from kg_docre.training.dataset import ranks

__all__ = ["Evidence", "evidence_loss", "evidence_tensors"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence of every pair that has any.

    *Shape:* ``document``, ``head``, ``tail`` (pairs,) in the entity order of the features; ``shares`` (pairs,
    sentences): how the pair's marked sentences share its facts, every row summing to 1.
    """

    document: Tensor
    head: Tensor
    tail: Tensor
    shares: Tensor

    def to(self, device: torch.device) -> Evidence:
        return Evidence(*(getattr(self, name).to(device) for name in ("document", "head", "tail", "shares")))


def evidence_tensors(documents: Sequence[Document], features: Sequence[Features]) -> Evidence:
    """The marked sentences of all facts; a fact without evidence says nothing of its pair."""
    cells: dict[tuple[int, int, int], dict[int, float]] = {}
    for d, (document, f) in enumerate(zip(documents, features, strict=True)):
        rank = ranks(f)
        for relation in document.relations:
            cell = cells.setdefault((d, rank[relation.head], rank[relation.tail]), {}) if relation.evidence else {}
            for sentence in relation.evidence:
                cell[sentence] = cell.get(sentence, 0.0) + 1 / len(relation.evidence)
    pairs = torch.tensor(list(cells), dtype=torch.long).reshape(-1, 3)
    shares = torch.zeros(len(cells), max((len(document.sentence_starts) for document in documents), default=0))
    for row, cell in enumerate(cells.values()):
        for sentence, share in cell.items():
            shares[row, sentence] = share
    shares = shares / shares.sum(1, keepdim=True).clamp_min(1e-10)
    return Evidence(document=pairs[:, 0], head=pairs[:, 1], tail=pairs[:, 2], shares=shares)


def evidence_loss(model: DocREModel, matrix: PairMatrix, batch: DocumentBatch, evidence: Evidence) -> Tensor:
    r"""Cross-entropy of the context's sentences against the marked ones, averaged over the pairs that have any.

    .. math:: \mathcal L_{evi} = -\sum_j v_j \log \sum_{i \in \text{sentence } j} a^{(s,o)}_i

    where :math:`a^{(s,o)}` are the token weights of localized context (DocRE-SD eq 2, DocuNet eq 5). Only
    the sentence is supervised, not the tokens inside it. 0 where no pair has evidence.
    """
    if not len(evidence.document):
        return evidence.shares.new_zeros(())
    pairs = (evidence.document, evidence.head, evidence.tail)
    weights = context_weights(matrix.encoded, batch.token_mask, pairs, weights=model.config.context_weights)
    shares = sentence_shares(weights.float(), batch.token_sentences[evidence.document], evidence.shares.shape[1])
    return -(evidence.shares * shares.clamp_min(1e-10).log()).sum(1).mean()
