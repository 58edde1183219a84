import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModel

from kg_docre.data.docred import read_docred
from kg_docre.data.docred_relations import docred_relations
from kg_docre.data.errors import DataError
from kg_docre.training.config import TrainingConfig
from kg_docre.training.dataset import read_split, text_hash
from kg_docre.training.initial_model import build_model
from kg_docre.training.optimization import build_schedule, freeze_layers
from kg_docre.training.trainer import train
from tests.conftest import DATA


def test_frozen_layers_stay_as_they_were(training_file, encoder_folder, tmp_path):
    train(TrainingConfig.from_toml(training_file(epochs=1, frozen_layers=1)), tmp_path)
    before = load_file(encoder_folder / "model.safetensors")
    after = load_file(tmp_path / "last" / "state.safetensors")
    moved = {
        name
        for name, value in before.items()
        if "pooler" not in name and not torch.equal(value, after[f"model.encoder.encoder.{name}"])
    }
    assert any(".layer.1." in name for name in moved)
    assert not any("embeddings" in name or ".layer.0." in name for name in moved)


def test_what_is_trained_keeps_its_dropout(encoder_folder):
    encoder = AutoModel.from_pretrained(encoder_folder).train()
    for module in freeze_layers(encoder, 1):
        module.eval()
    by_layer = [
        {m.training for m in layer.modules() if isinstance(m, torch.nn.Dropout)} for layer in encoder.encoder.layer
    ]
    assert by_layer == [{False}, {True}]


def test_the_encoders_dropouts_can_be_set(encoder_folder):
    config = TrainingConfig(encoder=str(encoder_folder), train=("unused",), hidden_dropout=0.3, attention_dropout=0.2)
    encoder = build_model(config, docred_relations())[0].encoder.encoder
    assert {m.p for m in encoder.modules() if isinstance(m, torch.nn.Dropout)} == {0.2, 0.3}


def test_more_layers_than_there_are_cannot_be_frozen(training_file, tmp_path):
    with pytest.raises(DataError, match="frozen_layers: 2"):
        train(TrainingConfig.from_toml(training_file(frozen_layers=2)), tmp_path)


def test_the_learning_rate_rises_then_falls_to_nothing():
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = build_schedule(optimizer, steps=10, warmup=0.2)
    rates = []
    for _ in range(10):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    assert rates == pytest.approx([0.5, 1.0, 1.0, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125])
    assert optimizer.param_groups[0]["lr"] == 0


def test_a_training_size_takes_the_same_documents_from_any_order(tmp_path):
    file = DATA / "redocred_sample.json"
    some, held_out = read_split([file], None, 3, 4)
    more, _ = read_split([file], None, 3, 5)
    assert (len(some), len(held_out)) == (4, 3)
    assert set(map(text_hash, some)) < set(map(text_hash, more)) < set(map(text_hash, read_docred(file)))
    assert not set(map(text_hash, more)) & set(map(text_hash, held_out))
