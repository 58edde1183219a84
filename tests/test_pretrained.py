import json

import pytest

import kg_docre
from kg_docre.corpus.build import Pipeline
from kg_docre.corpus.reader import SourceText
from kg_docre.data.errors import DataError
from kg_docre.predictor import Predictor
from kg_docre.pretrained import detector_of


@pytest.fixture
def folder(tmp_path, tiny_model):
    """A checkpoint without a detector, of the types given."""

    def make(*types):
        model, featurizer = tiny_model(entity_types=types)
        model.save_pretrained(tmp_path)
        featurizer.tokenizer.save(str(tmp_path / "tokenizer.json"))
        return tmp_path

    return make


def test_a_checkpoint_without_a_detector_takes_the_default_ones_if_the_types_are_its_own(folder):
    assert detector_of("small") == "small"
    assert detector_of(folder("PER", "ORG", "LOC", "TIME", "NUM", "MISC")) == "small"
    assert detector_of(folder("PER", "LOC")) is None, "the default one would find organizations as well"


def test_what_finds_no_mentions_says_so_before_reading(folder):
    other = folder("Chemical", "Disease")
    with pytest.raises(ValueError, match="no mention detector; train one"):
        kg_docre.load(str(other))
    pipeline = Pipeline(Predictor.from_pretrained(other, device="cpu"), mentions=detector_of(other))
    with pytest.raises(DataError, match="has no mention detector"):
        list(pipeline([SourceText(uri="a", title="a", text="Aspirin helps.")]))
    assert "Chemical" in json.loads((other / "config.json").read_text())["entity_types"]
