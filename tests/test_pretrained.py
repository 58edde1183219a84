import json
import shutil

import pytest

import kg_docre
from kg_docre.corpus.pipeline import Pipeline
from kg_docre.corpus.records import SourceText
from kg_docre.data.errors import DataError
from kg_docre.pretrained import checkpoint_path, detector_of
from tests.command_line import run
from tests.conftest import DATA


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
    pipeline = Pipeline.from_pretrained(str(other), device="cpu")
    with pytest.raises(DataError, match="has no mention detector"):
        list(pipeline([SourceText(uri="a", title="a", text="Aspirin helps.")]))
    assert "Chemical" in json.loads((other / "config.json").read_text())["entity_types"]


def test_a_pipeline_reads_with_its_own_checkpoints_detector(tmp_path):
    own = tmp_path / "own"
    shutil.copytree(checkpoint_path("small"), own)
    assert Pipeline.from_pretrained(str(own)).mentions == str(own)
    with pytest.raises(ValueError, match="not both"):
        Pipeline.from_pretrained(threshold=0.5, min_precision=0.9)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.json", '{"architectures": ["BertModel"], "hidden_size": 384}'),
        ("config.json", "{"),
        ("model.safetensors", "no weights"),
        ("tokenizer.json", "{}"),
        ("calibration.json", '{"slope": 1}'),
        ("mentions.json", "{}"),
        ("mentions.safetensors", ""),
        ("known_facts.safetensors", "?"),
    ],
)
def test_broken_files_of_a_checkpoint_are_named(name, content, tmp_path):
    own = tmp_path / "own"
    shutil.copytree(checkpoint_path("small"), own)
    (own / name).write_text(content)
    (tmp_path / "text.txt").write_text("Vince Gilligan was born in Richmond.")
    if name == "known_facts.safetensors":
        broken = run("evaluate", own, DATA / "redocred_sample.json", cwd=tmp_path)
    else:
        broken = run("build", "text.txt", "--model", own, cwd=tmp_path)
    assert broken.returncode == 1
    assert name in broken.stderr
    assert "Traceback" not in broken.stderr
    assert all(len(line) < 600 for line in broken.stderr.splitlines())
