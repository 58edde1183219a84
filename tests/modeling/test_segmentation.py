import pytest
import torch

from kg_docre.modeling.segmentation import Segmentation


@pytest.mark.parametrize("entities", [1, 2, 3, 4, 7, 43])
def test_any_number_of_entities(entities):
    module = Segmentation(width=8, channels=4)
    pairs, mask = torch.randn(1, entities, entities, 8), torch.ones(1, entities, dtype=torch.bool)
    assert module(pairs, mask).shape == pairs.shape


def test_padding_is_invisible():
    torch.manual_seed(0)
    module = Segmentation(width=8, channels=4)
    pairs = torch.randn(2, 11, 11, 8)
    mask = torch.tensor([[True] * 5 + [False] * 6, [True] * 11])
    alone = module(pairs[:1, :5, :5], torch.ones(1, 5, dtype=torch.bool))
    torch.testing.assert_close(module(pairs, mask)[:1, :5, :5], alone, atol=1e-6, rtol=1e-5)


def test_a_pair_sees_its_neighbourhood():
    """DocuNet, 3.3: down-sampling widens what one pair sees to pairs that convolutions alone don't reach."""
    torch.manual_seed(0)
    module = Segmentation(width=8, channels=4)
    pairs, mask = torch.randn(1, 16, 16, 8, requires_grad=True), torch.ones(1, 16, dtype=torch.bool)
    (seen,) = torch.autograd.grad(module(pairs, mask)[0, 0, 0].sum(), pairs)
    assert seen[0, 9, 9].abs().sum() > 0
