"""Supervision of reasoning's third entities, against sums over Table 1 written out by hand."""

import math
from dataclasses import replace

import pytest
import torch

from kg_docre.annotations import Relation
from kg_docre.data.errors import DataError
from kg_docre.data.features import collate
from kg_docre.modeling import Prediction
from kg_docre.training.config import TrainingConfig
from kg_docre.training.dataset import label_tensor, unjudged_tensor
from kg_docre.training.objective import training_loss
from kg_docre.training.steps import step_loss
from kg_docre.training.trainer import train

# DocRE-SD Table 1: the two cells that a pattern reads for s and o over i
CELLS = {
    1: lambda s, i, o: ((s, i), (i, o)),
    2: lambda s, i, o: ((i, s), (i, o)),
    3: lambda s, i, o: ((s, i), (o, i)),
    4: lambda s, i, o: ((o, i), (i, s)),
}


def _prediction(weights):
    """What a model tells that attended so. *Shape:* (B, heads, N, N, N)."""
    top, vias = weights.topk(weights.shape[-1], -1)
    return Prediction(logits=weights.new_zeros(0), pairs=(), via_weights=top, vias=vias)


def _oracle(weights, patterns, related, unjudged):
    losses = []
    documents, entities = related.shape[:2]
    for d in range(documents):
        for s in range(entities):
            for o in range(entities):
                right = among = 0.0
                for k, pattern in enumerate(patterns):
                    for i in set(range(entities)) - {s, o}:
                        cells = CELLS[pattern](s, i, o)
                        weight = weights[d, k, s, o, i].item()
                        if not any(unjudged[d][cell] for cell in cells):
                            among += weight
                            right += weight if all(related[d][cell] for cell in cells) else 0.0
                if s != o and related[d, s, o] and right:
                    losses.append(-math.log(right / among))
    return sum(losses) / len(losses)


@pytest.mark.parametrize("patterns", [(1, 2, 3, 4), (4, 2), (3,)])
def test_the_loss_is_the_share_of_attention_on_steps_that_hold(patterns):
    torch.manual_seed(0)
    weights = torch.rand(2, len(patterns), 6, 6, 6)
    related = torch.rand(2, 6, 6) < 0.4
    unjudged = (torch.rand(2, 6, 6) < 0.2) & ~related
    for some in (unjudged, torch.zeros_like(unjudged)):
        found = step_loss(_prediction(weights), patterns, related, some)
        assert found.item() == pytest.approx(_oracle(weights, patterns, related, some), rel=1e-5)
    assert step_loss(_prediction(weights), patterns, related).item() == found.item()


def test_facts_that_no_other_explains_cost_nothing():
    related = torch.zeros(1, 4, 4, dtype=torch.bool)
    related[0, 0, 1] = related[0, 2, 3] = True
    assert step_loss(_prediction(torch.rand(1, 1, 4, 4, 4)), (1,), related) == 0


def test_attention_that_never_comes_near_costs_no_infinity():
    related = torch.zeros(1, 4, 4, dtype=torch.bool)
    related[0, 0, 1] = related[0, 0, 2] = related[0, 2, 1] = True
    weights = torch.zeros(1, 1, 4, 4, 4, requires_grad=True)
    loss = step_loss(_prediction(weights), (1,), related)
    loss.backward()
    assert loss.isfinite()
    assert weights.grad.isfinite().all()


@pytest.fixture
def case(tiny_model, documents):
    """A document where 0 → 1 follows over 2 (pattern 1), and no other fact from another."""
    model, featurizer = tiny_model(dropout=0.0)
    facts = tuple(Relation(head=h, tail=t, label="P17") for h, t in ((0, 1), (0, 2), (2, 1)))
    chosen = [replace(documents[0], relations=facts)]
    features = featurizer(chosen)
    return model, chosen, features, collate(features, model.config)


@pytest.mark.parametrize("objective", ["self-distillation", "plain-branch", "masked-branch"])
def test_it_moves_attention_to_the_third_entity_that_explains(case, objective):
    model, documents, features, batch = case
    labels = label_tensor(documents, features, list(model.config.relations))
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    losses = []
    for _ in range(30):
        loss = training_loss(model, batch, labels, objective=objective, step_weight=1.0)
        parts = loss.plain + loss.masked + loss.divergence + loss.steps
        assert loss.total.item() == pytest.approx(parts.item(), rel=1e-5)
        losses.append(loss.steps.item())
        optimizer.zero_grad()
        loss.total.backward()
        optimizer.step()
    assert losses[-1] < 0.5 * losses[0]


def test_unjudged_pairs_are_no_wrong_steps(case):
    """Of a document whose unrelated pairs nobody judged, only the steps that hold are known: nothing to choose."""
    model, documents, features, batch = case
    labels = label_tensor(documents, features, list(model.config.relations))
    related = {(r.head, r.tail) for r in documents[0].relations}
    number = range(len(documents[0].entities))
    sparse = [replace(documents[0], unjudged=tuple((a, b) for a in number for b in number if (a, b) not in related))]
    unjudged = unjudged_tensor(sparse, features)
    with torch.no_grad():
        loss = training_loss(model, batch, labels, objective="plain-branch", step_weight=1.0, unjudged=unjudged)
        judged = training_loss(model, batch, labels, objective="plain-branch", step_weight=1.0)
    assert loss.steps.item() == pytest.approx(0, abs=1e-6)
    assert judged.steps > 1


def test_training_says_what_it_costs(training_file, tmp_path):
    file = training_file(epochs=1, step_weight=0.1, development_size=0)
    train(TrainingConfig.from_toml(file), tmp_path)
    assert '"loss_steps": 0.0' not in (tmp_path / "log.jsonl").read_text()


@pytest.mark.parametrize("reasoning", ["none", "msa", "u-net"])
def test_a_model_without_third_entities_is_refused(training_file, tmp_path, reasoning):
    file = training_file(epochs=1, step_weight=0.1, model={"reasoning": reasoning})
    with pytest.raises(DataError, match="step_weight: the model reasons over no third entity"):
        train(TrainingConfig.from_toml(file), tmp_path)
