import json
import shutil

import pytest
from safetensors.torch import load_file

from kg_docre import mention_predictor
from kg_docre.data.errors import DataError
from kg_docre.evaluation.mentions import score_raw_text
from kg_docre.mention_predictor import MentionPredictor
from kg_docre.training.dataset import read_split
from kg_docre.training.mentions import MentionTrainingConfig, found_mentions, train_mentions
from tests.conftest import DATA

SAMPLE = DATA / "redocred_sample.json"


@pytest.fixture(scope="module")
def trained(tmp_path_factory, checkpoint):
    config = MentionTrainingConfig(
        checkpoint=str(checkpoint),
        train=(SAMPLE, SAMPLE),
        development_size=3,
        trained_layers=1,
        epochs=8,
        batch_size=2,
        encoder_learning_rate=1e-3,
        learning_rate=1e-2,
        precision="fp32",
    )
    return train_mentions(config, tmp_path_factory.mktemp("detector") / "checkpoint")


def test_a_detector_learns_and_is_found_again_from_disk(trained):
    _, held_out = read_split([SAMPLE], None, 3)
    predictor = MentionPredictor.from_pretrained(trained.folder, precision="fp32")
    scores = score_raw_text(held_out, found_mentions(predictor, held_out))
    assert scores.mention_f1 > 0.3, "seven texts are few, but not nothing"
    assert scores.mention_f1 == pytest.approx(trained.f1, abs=0.02)  # the file holds half precision
    assert scores.cluster_f1 == pytest.approx(trained.cluster_f1, abs=0.02)


def test_every_mention_is_in_one_cluster_however_few_there_are(trained):
    texts = [[], ["!"], ["and", "then", "?"], ["Oslo"], "Oslo is in Norway , where Oslo is large .".split()]
    for text, found in zip(texts, MentionPredictor.from_pretrained(trained.folder).pipe(texts), strict=True):
        assert sorted(i for cluster in found.clusters or () for i in cluster) == list(range(len(found.spans))), text
    assert len(found.spans) > 1


def test_clusters_can_be_left_to_others_and_are_not_told_of_too_many(trained, monkeypatch):
    text = ["Oslo is in Norway .".split()]
    predictor = MentionPredictor.from_pretrained(trained.folder)
    (found,) = predictor.pipe(text)
    assert found.clusters is not None
    (without,) = MentionPredictor.from_pretrained(trained.folder, coreference=False).pipe(text)
    monkeypatch.setattr(mention_predictor, "_MOST_MENTIONS", len(found.spans) - 1)
    (many,) = predictor.pipe(text)
    assert found.spans == without.spans == many.spans
    assert without.clusters is many.clusters is None


def test_a_detector_may_know_nothing_of_clusters(checkpoint, tmp_path):
    config = MentionTrainingConfig(
        checkpoint=str(checkpoint), train=(SAMPLE,), trained_layers=1, coreference_weight=0, epochs=1, precision="fp32"
    )
    trained = train_mentions(config, tmp_path / "own")
    assert not [name for name in load_file(trained.folder / "mentions.safetensors") if "coreference" in name]
    (found,) = MentionPredictor.from_pretrained(trained.folder).pipe([["Oslo"]])
    assert found.clusters is None


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"trained_layers": 7}, "trained_layers: the encoder has 6, not 7"),
        ({"development_size": 10}, "no training document with words is left, beside what is held out"),
    ],
)
def test_what_cannot_be_trained_is_named(fields, message, checkpoint, tmp_path):
    config = MentionTrainingConfig(checkpoint=str(checkpoint), train=(SAMPLE,), **fields)
    with pytest.raises(DataError, match=message):
        train_mentions(config, tmp_path / "own")


@pytest.mark.parametrize(
    ("size", "message"), [(1, "the loss of epoch 1 is"), (99, "the weights .* are too large for half precision")]
)
def test_a_detector_that_is_no_numbers_is_not_kept(size, message, checkpoint, tmp_path):
    config = MentionTrainingConfig(
        checkpoint=str(checkpoint), train=(SAMPLE,), trained_layers=1, epochs=1, batch_size=size, learning_rate=1e36
    )
    with pytest.raises(DataError, match=message):
        train_mentions(config, tmp_path / "own")
    kept, before = (folder / "mentions.safetensors" for folder in (tmp_path / "own", checkpoint))
    assert kept.read_bytes() == before.read_bytes()


def test_only_what_was_trained_is_kept(trained):
    names = set(load_file(trained.folder / "mentions.safetensors"))
    assert any(".layer.5." in name for name in names)
    assert not any("embeddings" in name or ".layer.4." in name for name in names)


def test_a_detector_over_other_weights_is_refused(trained, tmp_path):
    folder = shutil.copytree(trained.folder, tmp_path / "copy")
    settings = json.loads((folder / "mentions.json").read_text())
    (folder / "mentions.json").write_text(json.dumps({**settings, "encoder": "0" * 12}))
    with pytest.raises(ValueError, match="over other weights"):
        MentionPredictor.from_pretrained(folder)
    (folder / "mentions.safetensors").unlink()
    with pytest.raises(FileNotFoundError, match="train-mentions"):
        MentionPredictor.from_pretrained(folder)


@pytest.mark.parametrize(
    ("text", "message"),
    [("train = []", "train: "), ("train = ['a.json']\nepoch = 2", "epoch: "), ("train = ", "not TOML")],
)
def test_a_broken_training_file_is_named(text, message, tmp_path):
    file = tmp_path / "mentions.toml"
    file.write_text(text)
    with pytest.raises(DataError, match=f"mentions.toml: {message}"):
        MentionTrainingConfig.from_toml(file)
