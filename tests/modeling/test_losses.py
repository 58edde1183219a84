import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from kg_docre.modeling.losses import (
    adaptive_threshold_loss,
    balanced_softmax_loss,
    binary_cross_entropy,
    prediction_divergence,
)
from tests.modeling import oracles

seeds = st.integers(0, 10_000)


def _case(seed, extra):
    torch.manual_seed(seed)
    return torch.randn(3, 5 + extra, dtype=torch.float64) * 3, torch.rand(3, 5) < torch.rand(3, 1)


@given(seeds)
def test_adaptive_threshold_is_eq_10(seed):
    logits, labels = _case(seed, extra=1)
    expected = [oracles.adaptive_threshold(a, b) for a, b in zip(logits, labels, strict=True)]
    assert adaptive_threshold_loss(logits, labels).tolist() == pytest.approx(expected)


@given(seeds)
def test_balanced_softmax_is_eq_11(seed):
    logits, labels = _case(seed, extra=0)
    expected = [oracles.balanced_softmax(a, b) for a, b in zip(logits, labels, strict=True)]
    assert balanced_softmax_loss(logits, labels).tolist() == pytest.approx(expected)


@given(seeds)
def test_divergence_is_eq_8(seed):
    target, _ = _case(seed, extra=0)
    other, _ = _case(seed + 1, extra=0)
    expected = [oracles.bernoulli_divergence(a, b) for a, b in zip(target, other, strict=True)]
    assert prediction_divergence(target, other).tolist() == pytest.approx(expected)
    assert prediction_divergence(target, target).abs().max() < 1e-9


def test_cross_entropy_of_certain_and_undecided_scores():
    logits = torch.tensor([[0.0, 0.0], [100.0, -100.0]])
    labels = torch.tensor([[True, False], [True, False]])
    assert binary_cross_entropy(logits, labels).tolist() == pytest.approx([2 * 0.693147, 0.0], abs=1e-5)


def test_losses_stay_finite_at_extreme_logits():
    logits = torch.tensor([[1e4, -1e4, 1e4, -1e4]], requires_grad=True)
    labels = torch.tensor([[True, False, True]])
    loss = adaptive_threshold_loss(logits, labels).sum() + balanced_softmax_loss(logits[:, 1:], labels).sum()
    loss = loss + prediction_divergence(logits[:, 1:], -logits[:, 1:]).sum()
    (gradient,) = torch.autograd.grad(loss, logits)
    assert torch.isfinite(loss)
    assert torch.isfinite(gradient).all()
