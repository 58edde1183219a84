import shutil

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModel
from typer.testing import CliRunner

from kg_docre.cli import app
from kg_docre.modeling import DocREModel
from kg_docre.modeling.low_rank import compress
from kg_docre.modeling.tables import compress_tables
from kg_docre.predictor import Predictor
from kg_docre.training.config import TrainingConfig
from kg_docre.training.trainer import train


@pytest.fixture(scope="module")
def trained(training_file, tmp_path_factory):
    return train(
        TrainingConfig.from_toml(training_file(epochs=4, frozen_layers=1)), tmp_path_factory.mktemp("run")
    ).folder


def _scores(folder, documents):
    found = Predictor.from_pretrained(folder, device="cpu", precision="fp32").pipe(documents, threshold=0.0)
    return torch.tensor([relation.score for document in found for relation in document.relations])


def test_the_command_makes_a_smaller_checkpoint_that_predicts_the_same(trained, encoder_folder, documents, tmp_path):
    small = tmp_path / "small"
    done = CliRunner().invoke(app, ["compress", str(trained), str(small), "--encoder", str(encoder_folder)])
    assert done.exit_code == 0, done.output
    sizes = [(folder / "model.safetensors").stat().st_size for folder in (trained, small)]
    assert sizes[1] < sizes[0]
    assert {file.name for file in small.iterdir()} == {file.name for file in trained.iterdir()}
    kept = load_file(small / "model.safetensors")
    assert not [name for name in kept if "layer.0." in name], "a frozen layer is the public encoder's"
    assert [name for name in kept if "layer.1." in name]
    torch.testing.assert_close(_scores(small, documents), _scores(trained, documents), atol=0.01, rtol=0)


def test_without_an_encoder_the_vocabulary_is_kept_in_eight_bits(trained, documents, tmp_path):
    small = tmp_path / "small"
    done = CliRunner().invoke(app, ["compress", str(trained), str(small)])
    assert done.exit_code == 0, done.output
    kept = load_file(small / "model.safetensors")
    assert kept["encoder.encoder.embeddings.word_embeddings.weight"].dtype == torch.int8
    before, after = (DocREModel.from_pretrained(folder).state_dict() for folder in (trained, small))
    for name, value in before.items():
        bound = value.abs().amax(-1, keepdim=True) / 254 + 1e-6 if kept[name].dtype == torch.int8 else 0
        assert ((after[name] - value).abs() <= bound).all(), name
    torch.testing.assert_close(_scores(small, documents), _scores(trained, documents), atol=0.01, rtol=0)


def test_compressing_again_changes_nothing_and_a_detector_is_not_kept(trained, tmp_path):
    once, twice = tmp_path / "once", tmp_path / "twice"
    (trained / "mentions.json").write_text("{}")
    try:
        compress_tables(trained, once)
    finally:
        (trained / "mentions.json").unlink()
    compress_tables(once, twice)
    assert not (once / "mentions.json").exists()
    before, after = (DocREModel.from_pretrained(folder).state_dict() for folder in (once, twice))
    for name, value in before.items():
        torch.testing.assert_close(after[name], value, atol=1e-6, rtol=0)


def test_what_cannot_be_compressed_is_one_line(trained, encoder_folder, tmp_path):
    compress(trained, tmp_path / "small", encoder=str(encoder_folder), rank=3)
    for arguments, reason in (
        ((tmp_path / "small", tmp_path / "smaller"), "is kept without its encoder already"),
        (
            (tmp_path / "small", tmp_path / "smaller", "--encoder", encoder_folder),
            "is kept without its encoder already",
        ),
        ((trained, tmp_path / "other", "--rank", "3"), "--rank is of what training added to an --encoder"),
    ):
        done = CliRunner().invoke(app, ["compress", *map(str, arguments)])
        assert (done.exit_code, reason in done.output) == (1, True)


def test_a_rank_keeps_the_largest_singular_values(trained, encoder_folder, tmp_path):
    compress(trained, tmp_path, encoder=str(encoder_folder), rank=3)
    name = "encoder.layer.1.intermediate.dense.weight"
    before, full, approximate = (
        dict(encoder.named_parameters())[name].detach()
        for encoder in (
            AutoModel.from_pretrained(encoder_folder),
            DocREModel.from_pretrained(trained).encoder.encoder,
            DocREModel.from_pretrained(tmp_path).encoder.encoder,
        )
    )
    left_out = torch.linalg.svdvals(full - before)[3:].norm()
    assert left_out > 0
    torch.testing.assert_close((full - approximate).norm(), left_out, rtol=0.01, atol=0)


def test_another_encoder_than_the_checkpoints_is_refused(trained, encoder_folder, tmp_path):
    compress(trained, tmp_path / "small", encoder=str(encoder_folder), rank=3)
    encoder = AutoModel.from_pretrained(encoder_folder)
    torch.nn.init.normal_(encoder.encoder.layer[0].output.dense.bias)
    moved = encoder_folder.with_name("moved")
    encoder_folder.rename(moved)
    try:
        with pytest.raises(FileNotFoundError, match=r"the encoder .* is needed"):
            DocREModel.from_pretrained(tmp_path / "small")
        shutil.copytree(moved, encoder_folder)
        encoder.save_pretrained(encoder_folder)
        with pytest.raises(ValueError, match="other weights than the encoder"):
            DocREModel.from_pretrained(tmp_path / "small")
    finally:
        shutil.rmtree(encoder_folder, ignore_errors=True)
        moved.rename(encoder_folder)


def test_an_encoder_of_another_size_is_refused(trained, encoder_folder, tmp_path):
    config = AutoModel.from_pretrained(encoder_folder).config
    config.intermediate_size = 48
    AutoModel.from_config(config).save_pretrained(tmp_path / "other")
    with pytest.raises(ValueError, match="is not the encoder of this model"):
        compress(trained, tmp_path / "small", encoder=str(tmp_path / "other"), rank=3)
