"""Evidence supervision against sums written out by hand."""

from dataclasses import replace

import pytest
import torch

from kg_docre.annotations import Relation
from kg_docre.data.features import collate
from kg_docre.modeling import context_weights
from kg_docre.training.dataset import label_tensor
from kg_docre.training.evidence import evidence_loss, evidence_tensors
from kg_docre.training.objective import training_loss


@pytest.fixture
def case(tiny_model, documents):
    model, featurizer = tiny_model(dropout=0.0)
    facts = (
        Relation(head=0, tail=1, label="P17", evidence=(0, 2)),
        Relation(head=0, tail=1, label="P131", evidence=(0,)),
        Relation(head=2, tail=0, label="P17", evidence=(1,)),
        Relation(head=1, tail=2, label="P17"),  # a fact without evidence says nothing
    )
    chosen = [replace(documents[0], relations=facts)]
    features = featurizer(chosen)
    return model, chosen, features, collate(features, model.config)


def test_the_facts_of_a_pair_share_its_sentences(case):
    _, documents, features, _ = case
    evidence = evidence_tensors(documents, features)
    order = features[0].order.tolist()
    pairs = zip(evidence.head.tolist(), evidence.tail.tolist(), evidence.shares.tolist(), strict=True)
    found = {(order[h], order[t]): shares[:4] for h, t, shares in pairs}
    assert found == {(0, 1): [0.75, 0, 0.25, 0], (2, 0): [0, 1, 0, 0]}


def test_the_loss_is_the_cross_entropy_of_sentences(case):
    model, documents, features, batch = case
    evidence = evidence_tensors(documents, features)
    matrix = model.encode(batch)
    weights = context_weights(matrix.encoded, batch.token_mask, (evidence.document, evidence.head, evidence.tail))
    expected = 0.0
    for row, wanted in zip(weights, evidence.shares, strict=True):
        inside = {j: row[batch.token_sentences[0] == j].sum().item() for j in range(len(wanted))}
        for j, share in enumerate(wanted.tolist()):
            if share:
                expected -= share * torch.tensor(inside[j] / sum(inside.values())).log().item()
    assert evidence_loss(model, matrix, batch, evidence).item() == pytest.approx(expected / 2, rel=1e-4)


def test_it_moves_attention_to_the_marked_sentences(case):
    model, documents, features, batch = case
    evidence = evidence_tensors(documents, features)
    labels = label_tensor(documents, features, list(model.config.relations))
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    losses = []
    for _ in range(15):
        loss = training_loss(model, batch, labels, objective="plain-branch", evidence=evidence, evidence_weight=1.0)
        assert loss.total.item() == pytest.approx(loss.plain.item() + loss.evidence.item(), rel=1e-5)
        losses.append(loss.evidence.item())
        optimizer.zero_grad()
        loss.total.backward()
        optimizer.step()
    assert losses[-1] < 0.8 * losses[0]


def test_documents_without_evidence_cost_nothing(case):
    model, documents, features, batch = case
    bare = [replace(documents[0], relations=())]
    assert evidence_loss(model, model.encode(batch), batch, evidence_tensors(bare, features)) == 0
