import pytest
import torch

from kg_docre.modeling import reasoning
from kg_docre.modeling.reasoning import PairAttention, ReasoningAttention, ReasoningModule
from tests.modeling import oracles


@pytest.mark.parametrize("patterns", [(1, 2, 3, 4), (1,), (2,), (3,), (4,), (4, 2)])
@pytest.mark.parametrize("third_entities", [False, True])
def test_r_msa_equals_the_equations(patterns, third_entities):
    torch.manual_seed(0)
    unit = ReasoningAttention(width=16, patterns=patterns, third_entities=third_entities)
    pairs, mask = torch.randn(2, 5, 5, 16), torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]], dtype=torch.bool)
    expected, attention = oracles.r_msa(unit, pairs, mask)
    output, weights, vias = unit(pairs, mask, top=2)
    torch.testing.assert_close(output, expected, atol=1e-5, rtol=1e-5)
    over = attention[..., 1:]
    torch.testing.assert_close(weights, over.topk(2, -1).values, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(over.gather(-1, vias), weights, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("third_entities", [False, True])
def test_tiling_changes_nothing(monkeypatch, third_entities):
    torch.manual_seed(0)
    unit = ReasoningAttention(width=8, third_entities=third_entities)
    pairs, mask = torch.randn(1, 7, 7, 8), torch.ones(1, 7, dtype=torch.bool)
    whole = unit(pairs, mask, top=3)
    monkeypatch.setattr(reasoning, "_TILE_CELLS", 1)
    for part, expected in zip(unit(pairs, mask, top=3), whole, strict=True):
        torch.testing.assert_close(part, expected)


def test_gradients_equal_the_equations():
    torch.manual_seed(0)
    unit = ReasoningAttention(width=6)
    pairs, mask = torch.randn(1, 4, 4, 6, requires_grad=True), torch.ones(1, 4, dtype=torch.bool)
    parameters = [pairs, *unit.parameters()]
    expected = torch.autograd.grad(oracles.r_msa(unit, pairs, mask)[0].square().sum(), parameters)
    for found, wanted in zip(
        torch.autograd.grad(unit(pairs, mask)[0].square().sum(), parameters), expected, strict=True
    ):
        torch.testing.assert_close(found, wanted, atol=1e-4, rtol=1e-4)


def test_a_masked_pair_is_inferred_from_the_others():
    """What the first branch trains: change a premise, and the conclusion at another cell changes."""
    torch.manual_seed(0)
    module = ReasoningModule(width=8, layers=1, dropout=0.0, patterns=(1,)).eval()
    pairs, mask = torch.randn(1, 4, 4, 8), torch.ones(1, 4, dtype=torch.bool)
    changed = pairs.clone()
    changed[0, 0, 2] += 1.0  # (s=0, i=2): a premise of (0, 1) by pattern 1, and of no pair of entity 3
    before, after = module(pairs, mask)[0], module(changed, mask)[0]
    assert not torch.allclose(before[0, 0, 1], after[0, 0, 1])
    torch.testing.assert_close(before[0, 3, 1], after[0, 3, 1])


def test_over_third_entities_alone_a_pair_knows_nothing_of_its_own_two():
    torch.manual_seed(0)
    module = ReasoningModule(width=8, layers=1, dropout=0.0, third_entities=True).eval()
    pairs, mask = torch.randn(1, 4, 4, 8), torch.ones(1, 4, dtype=torch.bool)
    changed = pairs.clone()
    for cell in ((0, 0), (1, 1), (1, 0)):
        changed[0][cell] += 1.0
    torch.testing.assert_close(module(pairs, mask)[0][0, 0, 1], module(changed, mask)[0][0, 0, 1])
    changed[0, 0, 2] += 1.0
    assert not torch.allclose(module(pairs, mask)[0][0, 0, 1], module(changed, mask)[0][0, 0, 1])


def test_all_pairs_attention_has_as_many_parameters():
    """DocRE-SD Table 4: the loss of MSA does not stem from fewer parameters."""
    size = {kind: sum(p.numel() for p in kind(width=32).parameters()) for kind in (PairAttention, ReasoningAttention)}
    assert size[PairAttention] == pytest.approx(size[ReasoningAttention], rel=0.02)


def test_all_pairs_attention_ignores_padding():
    torch.manual_seed(0)
    unit = PairAttention(width=8)
    pairs = torch.randn(1, 5, 5, 8)
    padded, _, _ = unit(pairs, torch.tensor([[1, 1, 1, 0, 0]], dtype=torch.bool))
    alone, _, _ = unit(pairs[:, :3, :3], torch.ones(1, 3, dtype=torch.bool))
    torch.testing.assert_close(padded[:, :3, :3], alone)
