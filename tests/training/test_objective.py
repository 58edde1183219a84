import pytest
import torch

from kg_docre.data.features import collate
from kg_docre.training.dataset import label_tensor
from kg_docre.training.objective import mask_rate, training_loss
from tests.modeling import oracles


@pytest.fixture
def case(tiny_model, documents):
    model, featurizer = tiny_model(dropout=0.0)
    chosen = documents[:2]
    features = featurizer(chosen)
    batch = collate(features, model.config)
    return model, batch, label_tensor(chosen, features, list(model.config.relations))


def _real(batch):
    return [
        (d, s, o)
        for d, mask in enumerate(batch.entity_mask)
        for s in range(len(mask))
        for o in range(len(mask))
        if s != o and mask[s] and mask[o]
    ]


def test_self_distillation_is_eq_9(case):
    model, batch, labels = case
    torch.manual_seed(3)
    losses = training_loss(model, batch, labels, objective="self-distillation", rate=0.3)
    torch.manual_seed(3)
    cells = _real(batch)
    masked = torch.zeros(labels.shape[:3], dtype=torch.bool)
    for cell, hide in zip(cells, torch.rand(len(cells)) < 0.3, strict=True):
        masked[cell] = hide
    matrix = model.encode(batch)
    plain, hidden = model.predict(matrix).logits, model.predict(matrix, masked=masked).logits
    expected_plain, expected_masked = (
        sum(oracles.adaptive_threshold(part[n], labels[c]) for n, c in enumerate(cells)) / len(cells)
        for part in (plain, hidden)
    )
    gap = sum(
        oracles.bernoulli_divergence(plain[n][1:] - plain[n][0], hidden[n][1:] - hidden[n][0])
        for n in range(len(cells))
    ) / len(cells)
    assert losses.plain.item() == pytest.approx(expected_plain, rel=1e-4)
    assert losses.masked.item() == pytest.approx(expected_masked, rel=1e-4)
    assert losses.divergence.item() == pytest.approx(gap, rel=1e-3)
    assert losses.total.item() == pytest.approx(expected_plain + expected_masked + gap, rel=1e-4)
    assert masked.any()


def test_each_ablation_leaves_its_part_out(case):
    model, batch, labels = case
    plain = training_loss(model, batch, labels, objective="plain-branch")
    assert plain.total == plain.plain
    assert plain.masked == plain.divergence == 0
    masked = training_loss(model, batch, labels, objective="masked-branch", rate=0.5)
    assert masked.total == masked.masked
    assert masked.plain == masked.divergence == 0
    assert masked.masked != plain.plain


def test_a_fully_masked_matrix_knows_nothing_of_the_document(case):
    """All features replaced by [Mask]: every pair gets the same logits, from context-free reasoning."""
    model, batch, _ = case
    matrix = model.encode(batch)
    everything = torch.ones(matrix.features.shape[:3], dtype=torch.bool)
    logits = model.predict(matrix, masked=everything).logits
    torch.testing.assert_close(logits[0], logits[1])


def test_the_mask_vector_is_learned_in_the_first_branch(case):
    model, batch, labels = case
    training_loss(model, batch, labels, objective="self-distillation", rate=0.2).total.backward()
    assert model.mask_vector.grad.abs().sum() > 0


def test_r_drop_compares_two_dropout_samples(case):
    model, batch, labels = case
    still = training_loss(model, batch, labels, objective="r-drop")
    assert still.divergence.item() == pytest.approx(0, abs=1e-6)
    model.train()
    model.dropout.p = 0.5
    assert training_loss(model, batch, labels, objective="r-drop").divergence > 1e-4


def test_knowledge_distillation_pulls_towards_the_teacher(case):
    model, batch, labels = case
    own = model.decision_scores(model(batch).logits).detach()
    same = training_loss(model, batch, labels, objective="knowledge-distillation", teacher_scores=own)
    other = training_loss(model, batch, labels, objective="knowledge-distillation", teacher_scores=own + 2)
    assert same.divergence.item() == pytest.approx(0, abs=1e-6)
    assert other.divergence > 0.1
    with pytest.raises(ValueError, match="without a teacher"):
        training_loss(model, batch, labels, objective="knowledge-distillation")


@pytest.mark.parametrize("objective", ["self-distillation", "plain-branch", "masked-branch", "r-drop"])
def test_a_teacher_adds_to_any_objective(case, objective):
    model, batch, labels = case
    torch.manual_seed(1)
    alone = training_loss(model, batch, labels, objective=objective, rate=0.2)
    scores = model.decision_scores(model(batch).logits).detach() + 2
    torch.manual_seed(1)
    taught = training_loss(model, batch, labels, objective=objective, rate=0.2, teacher_scores=scores)
    assert taught.divergence > alone.divergence + 0.1
    torch.testing.assert_close(taught.plain + taught.masked, alone.plain + alone.masked)


def test_curriculum_rises_to_its_maximum():
    assert [mask_rate(t, 100, 0.2) for t in (0, 10, 20, 99)] == [0.0, 0.1, 0.2, 0.2]
    assert mask_rate(0, 100, 0.2, curriculum=False) == 0.2


def test_pairs_nobody_judged_teach_nothing(case):
    model, batch, labels = case
    unjudged = torch.zeros(labels.shape[:3], dtype=torch.bool)
    document, head, tail = (int(part[0]) for part in labels.any(-1).nonzero().unbind(1))
    unjudged[document, head, tail] = True
    without = labels.clone()
    without[document, head, tail] = False
    options = {"objective": "plain-branch", "unjudged": unjudged}
    assert training_loss(model, batch, labels, **options).total == training_loss(model, batch, without, **options).total
    cells = [cell for cell in _real(batch) if cell != (document, head, tail)]
    logits = model(batch).logits
    numbers = {cell: n for n, cell in enumerate(_real(batch))}
    expected = sum(oracles.adaptive_threshold(logits[numbers[c]], labels[c]) for c in cells) / len(numbers)
    assert training_loss(model, batch, labels, **options).total.item() == pytest.approx(float(expected), rel=1e-4)


def test_only_pairs_of_the_given_types_are_classified(tiny_model, documents):
    model, featurizer = tiny_model(pair_types=(("PER", "LOC"),))
    features = featurizer(documents[:2])
    batch = collate(features, model.config)
    labels = label_tensor(documents[:2], features, list(model.config.relations))
    document, head, tail = model(batch).pairs
    types = batch.entity_types
    assert set(types[document, head].tolist()) == {0}
    assert set(types[document, tail].tolist()) == {2}
    expected = sum(int((row == 0).sum() * (row == 2).sum()) for row in types.masked_fill(~batch.entity_mask, 9))
    assert len(document) == expected
    for objective in ("self-distillation", "masked-branch", "r-drop"):
        assert training_loss(model, batch, labels, objective=objective, rate=0.5).total.isfinite()


def test_a_batch_without_any_pair_is_no_loss(tiny_model, documents):
    model, featurizer = tiny_model(
        pair_types=(("PER", "LOC"),), entity_types=("PER", "ORG", "LOC", "TIME", "NUM", "MISC")
    )
    features = featurizer(documents[:1])
    batch = collate(features, model.config)
    batch.entity_types.fill_(1)
    labels = label_tensor(documents[:1], features, list(model.config.relations))
    losses = training_loss(model, batch, labels, objective="self-distillation", rate=0.5)
    assert losses.total == 0
    losses.total.backward()
