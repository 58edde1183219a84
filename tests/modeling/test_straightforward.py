"""The whole network against the same model written as research code writes it."""

import pytest
import torch

from benchmarks.straightforward import Straightforward
from kg_docre.data.features import Featurizer, collate
from kg_docre.modeling import DocREModel


def _compare(model, features, tolerance):
    with torch.no_grad():
        expected = Straightforward(model)(features)
        found = model(collate(features, model.config)).logits
    for ours, theirs in zip(found.split([len(logits) for logits in expected]), expected, strict=True):
        torch.testing.assert_close(ours, theirs, atol=tolerance, rtol=tolerance, check_dtype=False)
        ours, theirs = model.decision_scores(ours), model.decision_scores(theirs)
        clear = theirs.abs() > tolerance  # fresh weights decide nothing clearly
        assert ((ours > 0) == (theirs > 0))[clear].all()


BILINEAR = {"classifier": "bilinear", "bilinear_groups": 2}


@pytest.mark.parametrize(
    "fields", [{"reasoning_layers": 1}, {"reasoning_layers": 3}, BILINEAR, {**BILINEAR, "classifier_context": True}]
)
def test_any_docre_sd(tiny_model, documents, fields):
    model, featurizer = tiny_model(**fields)
    _compare(model, featurizer(documents), 1e-4)


def test_the_default_checkpoint_on_real_documents(checkpoint, documents):
    """A few logits show what single precision rounds off."""
    model = DocREModel.from_pretrained(checkpoint)
    features = Featurizer.from_pretrained(checkpoint, model.config)(documents)
    batches = [features[first : first + 4] for first in range(0, len(features), 4)]
    for batch in batches:
        _compare(model, batch, 1e-3)
    torch.set_default_dtype(torch.float64)
    try:
        for batch in batches:
            _compare(model.double(), batch, 1e-4)
    finally:
        torch.set_default_dtype(torch.float32)
