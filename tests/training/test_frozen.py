import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModel, BertConfig, DebertaV2Config, DistilBertConfig, MPNetConfig

from kg_docre.data.errors import DataError
from kg_docre.modeling.attention import encode_with_rows, use_row_attention
from kg_docre.training.config import TrainingConfig
from kg_docre.training.frozen import FrozenLayers
from kg_docre.training.trainer import train

SIZES = {"vocab_size": 50, "hidden_size": 16, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 32}
ENCODERS = [
    BertConfig(**SIZES),
    MPNetConfig(**SIZES),
    DistilBertConfig(vocab_size=50, dim=16, n_layers=3, n_heads=2, hidden_dim=32),
    DebertaV2Config(**SIZES, relative_attention=True, pos_att_type=["c2p", "p2c"], position_buckets=8),
]


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
    FrozenLayers(encoder, 1).eval()
    by_layer = [
        {m.training for m in layer.modules() if isinstance(m, torch.nn.Dropout)} for layer in encoder.encoder.layer
    ]
    assert by_layer == [{False}, {True}]


def test_more_layers_than_there_are_cannot_be_frozen(training_file, tmp_path):
    with pytest.raises(DataError, match="frozen_layers: 2"):
        train(TrainingConfig.from_toml(training_file(frozen_layers=2)), tmp_path)


@pytest.mark.parametrize("config", ENCODERS, ids=lambda config: config.model_type)
def test_remembered_windows_pass_the_frozen_layers_by(config):
    torch.manual_seed(0)
    encoder = AutoModel.from_config(config).eval()
    fused = use_row_attention(encoder)
    ids = torch.randint(5, 50, (2, 9))
    mask = torch.ones(2, 9, dtype=torch.bool)
    mask[1, 6:] = False
    rows = torch.tensor([[1, 4], [2, 3]])

    def run():
        with torch.no_grad():
            states, weights = encode_with_rows(encoder, ids, mask, rows, fused=fused)
        return states[mask], weights

    before = run()
    frozen = FrozenLayers(encoder, 2)
    above = next(m for m in encoder.modules() if isinstance(m, torch.nn.ModuleList) and len(m) > 2)[2]
    watched = above.register_forward_pre_hook(lambda *_: pytest.fail("what is not frozen need not run"))
    for window, real in zip(ids, mask, strict=True):  # each alone, later side by side and padded
        frozen.remember(window[real][None], real[real][None])
    watched.remove()
    for layer in frozen.layers:
        for parameter in layer.parameters():
            parameter.zero_()
    for a, b in zip(before, run(), strict=True):
        torch.testing.assert_close(a, b)
    ids[0, 3] += 1  # never seen: goes through the layers, which now are all zeros
    assert not torch.allclose(before[0], run()[0])
