import json
import os

import pytest
import torch
from safetensors.torch import load_file

from kg_docre.data.errors import DataError
from kg_docre.data.features import collate
from kg_docre.modeling import DocREModel, ModelConfig
from kg_docre.training.dataset import label_tensor
from kg_docre.training.objective import training_loss

ARCHITECTURES = {
    "docre-sd": {},
    "msa": {"reasoning": "msa"},
    "first pattern only": {"patterns": (1,)},
    "no reasoning": {"reasoning": "none"},
    "entity types": {"type_features": True},
    "docunet": ModelConfig.docunet(),
    "docunet, softmax weights": {**ModelConfig.docunet(), "context_weights": "softmax"},
    "docunet, similarity": {**ModelConfig.docunet(), "pair_features": "similarity"},
    "docunet, feed-forward": {**ModelConfig.docunet(), "reasoning": "feed-forward"},
    "docunet, cross-entropy": {**ModelConfig.docunet(), "loss": "binary-cross-entropy"},
    "atlop": ModelConfig.atlop(),
}


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_architecture_learns_one_batch(name, tiny_model, documents):
    model, featurizer = tiny_model(**ARCHITECTURES[name], dropout=0.0)
    chosen = documents[:2]
    features = featurizer(chosen)
    batch, labels = collate(features, model.config), label_tensor(chosen, features, list(model.config.relations))
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    losses = []
    for _ in range(12):
        losses.append(training_loss(model, batch, labels, objective="plain-branch").total)
        optimizer.zero_grad()
        losses[-1].backward()
        optimizer.step()
    assert losses[-1] < 0.7 * losses[0]


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_document_gets_the_same_logits_alone_and_in_a_batch(name, tiny_model, documents):
    model, featurizer = tiny_model(**ARCHITECTURES[name])
    features = featurizer(documents[:4])
    with torch.no_grad():
        together = model(collate(features, model.config)).logits
        alone = [model(collate([one], model.config)).logits for one in features]
    assert [len(logits) for logits in alone] == [len(one.order) * (len(one.order) - 1) for one in features]
    torch.testing.assert_close(together, torch.cat(alone), atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize("name", ["docre-sd", "docunet", "atlop"])
def test_saved_and_read_back_it_is_the_same_model(name, tiny_model, documents, tmp_path):
    model, featurizer = tiny_model(**ARCHITECTURES[name])
    model.save_pretrained(tmp_path)
    again = DocREModel.from_pretrained(tmp_path)
    batch = collate(featurizer(documents[:2]), model.config)
    with torch.no_grad():
        torch.testing.assert_close(again(batch).logits, model(batch).logits, atol=0, rtol=0)
    assert not again.training


def test_half_precision_checkpoints_are_half_the_size(tiny_model, documents, tmp_path):
    model, featurizer = tiny_model()
    model.save_pretrained(tmp_path / "full")
    model.save_pretrained(tmp_path / "half", half=True)
    full, half = ((tmp_path / kind / "model.safetensors").stat().st_size for kind in ("full", "half"))
    assert half < 0.55 * full
    batch = collate(featurizer(documents[:1]), model.config)
    with torch.no_grad():
        logits = DocREModel.from_pretrained(tmp_path / "half")(batch).logits
        torch.testing.assert_close(logits, model(batch).logits, atol=0.05, rtol=0.05)


@pytest.mark.skipif(os.name == "nt", reason="files have no such modes")
def test_who_may_read_a_checkpoint_may_read_its_weights(tiny_model, tmp_path):
    model, _ = tiny_model()
    tmp_path.chmod(0o1777)  # as /tmp is, where the weights are not everybody's to write
    before = os.umask(0o022)
    try:
        for mask, mode in ((0o022, 0o644), (0o077, 0o600), (0o002, 0o664)):
            os.umask(mask)
            model.save_pretrained(tmp_path / f"{mask}")
            model.save_pretrained(tmp_path)
            files = [folder / "model.safetensors" for folder in (tmp_path / f"{mask}", tmp_path)]
            assert [file.stat().st_mode & 0o777 for file in files] == [mode] * 2
            files[1].chmod(0o640)
            model.save_pretrained(tmp_path)
            assert files[1].stat().st_mode & 0o777 == 0o640, "as it was"
            files[1].unlink()
    finally:
        os.umask(before)


def test_a_full_disk_is_named(tiny_model, tmp_path):
    """A limit on the size of files stands for the disk."""
    resource = pytest.importorskip("resource")
    model, _ = tiny_model()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        with pytest.raises(OSError, match=r"model\.safetensors: .*File too large"):
            model.save_pretrained(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not (tmp_path / "model.safetensors").exists()


def test_what_is_not_learned_may_be_too_large_for_half_precision(tiny_model, tmp_path):
    model, _ = tiny_model()
    model.encoder.encoder.register_buffer("lowest", torch.tensor([-1e9, 0.0]))
    model.save_pretrained(tmp_path, half=True)
    weights = load_file(tmp_path / "model.safetensors")
    assert {name for name, value in weights.items() if value.dtype == torch.float32} == {"encoder.encoder.lowest"}
    assert weights["encoder.encoder.lowest"].tolist() == [-1e9, 0.0]
    model.encoder.encoder.lowest.fill_(torch.nan)
    with pytest.raises(DataError, match=r"encoder\.lowest are not finite"):
        model.save_pretrained(tmp_path, half=True)


def test_broken_checkpoints_say_what_is_wrong(tiny_model, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no config\.json"):
        DocREModel.from_pretrained(tmp_path)
    tiny_model()[0].save_pretrained(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "pair_width": 24}))
    with pytest.raises(ValueError, match="weights do not fit") as refused:
        DocREModel.from_pretrained(tmp_path)
    assert len(str(refused.value).splitlines()) == 1
    (tmp_path / "config.json").write_text(json.dumps({**config, "colour": "red"}))
    with pytest.raises(ValueError, match="colour"):
        DocREModel.from_pretrained(tmp_path)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"patterns": (1, 1)}, "each pattern once"),
        ({"pair_width": 30, "bilinear_groups": 4}, "multiple of bilinear_groups"),
        ({"window": 32, "window_overlap": 31}, "window_overlap"),
    ],
)
def test_impossible_configurations_are_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        ModelConfig(encoder={}, marker=1, relations={"P1": "x"}, prefix=(2,), suffix=(3,), **fields)
