"""Encoders as they are published, and checkpoints to go on from."""

import json
import shutil
from dataclasses import replace

import pytest
import torch
from transformers import (
    AutoModel,
    BigBirdConfig,
    DebertaV2Config,
    DistilBertConfig,
    FNetConfig,
    FunnelConfig,
    LayoutLMConfig,
    LongformerConfig,
    SqueezeBertConfig,
    T5Config,
)

from kg_docre.data.docred import read_docred, write_docred
from kg_docre.data.errors import DataError
from kg_docre.data.features import collate
from kg_docre.data.tokenizer import load_tokenizer
from kg_docre.evaluation.relations import KnownFacts
from kg_docre.modeling import DocREModel
from kg_docre.modeling.low_rank import compress
from kg_docre.pretrained import checkpoint_path
from kg_docre.training.config import TrainingConfig, identity
from kg_docre.training.initial_model import build_model
from kg_docre.training.trainer import train
from tests.conftest import DATA

TINY = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}


def encoder(folder, source, config):
    """A random encoder of this configuration with the tokenizer of ``source``."""
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("config.json", "model.safetensors"))
    torch.manual_seed(0)
    AutoModel.from_config(config).save_pretrained(folder)
    return str(folder)


def vocabulary(source):
    return json.loads((source / "config.json").read_text())["vocab_size"]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_an_encoder_published_in_half_precision_trains(dtype, encoder_folder, training_file, tmp_path):
    half = tmp_path / "half"
    shutil.copytree(encoder_folder, half)
    AutoModel.from_pretrained(encoder_folder).to(dtype).save_pretrained(half)
    result = train(TrainingConfig.from_toml(training_file(encoder=str(half), epochs=1)), tmp_path / "run")
    model = DocREModel.from_pretrained(result.folder)
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    other = tmp_path / "relations.json"
    labels = {r.label for d in read_docred(DATA / "redocred_sample.json") for r in d.relations}
    other.write_text(json.dumps({label: label for label in sorted(labels)}))
    options = {"encoder": None, "checkpoint": str(result.folder), "relations": str(other), "epochs": 1}
    train(TrainingConfig.from_toml(training_file(**options)), tmp_path / "on")


def test_a_checkpoint_keeps_what_it_knows_of_relations_in_another_order(training_file, tmp_path):
    model, _ = build_model(TrainingConfig.from_toml(training_file(encoder=None, checkpoint="default")))
    names = dict(reversed(model.config.relations.items()))
    del names["P17"]
    given = {**names, "P19": "birthplace", "OWN": "of one's own"}
    other, _ = build_model(TrainingConfig.from_toml(training_file(encoder=None, checkpoint="default")), given)
    assert other.config.relations == given
    assert other.config.relations["P19"] == "birthplace"
    rows, others = list(model.config.relations), list(given)
    layer, its = model.classifier.bilinear, other.classifier.bilinear
    for label in ("P19", "P131"):
        row, old = others.index(label) + 1, rows.index(label) + 1  # after the threshold class
        torch.testing.assert_close(its.weight[row], layer.weight[old])
        torch.testing.assert_close(its.bias[row], layer.bias[old])
    torch.testing.assert_close(its.weight[0], layer.weight[0])


def test_a_fresh_model_begins_with_what_a_checkpoint_has_learned_to_read(encoder_folder, training_file, tmp_path):
    result = train(TrainingConfig.from_toml(training_file(encoder=str(encoder_folder), epochs=1)), tmp_path / "run")
    given = {"CID": "induces"}
    for name in (str(result.folder), "small"):
        learned = DocREModel.from_pretrained(checkpoint_path(name))
        choices = {"model": {"entity_types": ["Chemical", "Disease"], "pair_width": 64}, "attention_dropout": 0.25}
        config = TrainingConfig.from_toml(training_file(encoder=name, **choices))
        model, tokenizer = build_model(config, given)
        assert model.config.relations == given
        assert model.config.entity_types == ("Chemical", "Disease")
        for field in ("window", "prefix", "suffix", "marker"):
            assert getattr(model.config, field) == getattr(learned.config, field)
        assert tokenizer.to_str() == load_tokenizer(checkpoint_path(name)).to_str()
        its, weights = model.encoder.encoder.state_dict(), learned.encoder.encoder.state_dict()
        assert its.keys() == weights.keys()
        assert all(torch.equal(its[key], weights[key]) for key in its)
        assert model.encoder.encoder.config.attention_probs_dropout_prob == 0.25
        assert DocREModel(model.config).encoder.encoder.config.attention_probs_dropout_prob == 0.25
    config = training_file(encoder=str(result.folder), epochs=1)
    again = train(TrainingConfig.from_toml(config), tmp_path / "again")
    assert DocREModel.from_pretrained(again.folder).config.relations == learned.config.relations


def test_a_run_begun_with_a_checkpoints_encoder_does_not_go_on_with_anothers(training_file):
    identities = [identity(TrainingConfig.from_toml(training_file(encoder=name))) for name in ("small", "base")]
    assert identities[0]["what is in its files"] != identities[1]["what is in its files"]


def test_an_encoder_that_is_a_broken_checkpoint_is_named(training_file, tmp_path):
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "config.json").write_text('{"relations": {}}')
    with pytest.raises(DataError, match=r"encoder: .*broken.*model.safetensors"):
        build_model(TrainingConfig.from_toml(training_file(encoder=str(broken))))
    (broken / "config.json").write_text("[")
    with pytest.raises(DataError, match=r"encoder .*broken"):
        build_model(TrainingConfig.from_toml(training_file(encoder=str(broken))))


def test_an_encoder_with_a_convolution_trains(encoder_folder, training_file, tmp_path):
    config = DebertaV2Config(
        vocab_size=vocabulary(encoder_folder),
        **{**TINY, "num_hidden_layers": 3},
        conv_kernel_size=3,
        conv_act="gelu",
        relative_attention=True,
        position_buckets=32,
        pos_att_type=["p2c", "c2p"],
    )
    folder = encoder(tmp_path / "deberta", encoder_folder, config)
    fields = {"encoder": folder, "epochs": 1, "frozen_layers": 2, "train": [str(_short(tmp_path))]}
    assert train(TrainingConfig.from_toml(training_file(**fields)), tmp_path / "run").folder.exists()


def test_dropout_is_set_whatever_the_encoder_calls_it(encoder_folder, training_file, tmp_path):
    config = DistilBertConfig(vocab_size=vocabulary(encoder_folder), dim=32, n_layers=2, n_heads=4, hidden_dim=64)
    folder = encoder(tmp_path / "distilbert", encoder_folder, config)
    fields = {"encoder": folder, "hidden_dropout": 0.0, "attention_dropout": 0.05}
    model, _ = build_model(TrainingConfig.from_toml(training_file(**fields)))
    settings = model.encoder.encoder.config
    assert (settings.dropout, settings.attention_dropout) == (0.0, 0.05)


def test_big_bird_attends_to_all_of_a_window(encoder_folder, training_file, tmp_path):
    config = BigBirdConfig(vocab_size=vocabulary(encoder_folder), **TINY, block_size=4, num_random_blocks=1)
    fields = {
        "encoder": encoder(tmp_path / "bird", encoder_folder, config),
        "epochs": 1,
        "train": [str(_short(tmp_path))],
    }
    trained = train(TrainingConfig.from_toml(training_file(**fields)), tmp_path / "run").folder
    assert DocREModel.from_pretrained(trained).encoder.encoder.config.attention_type == "original_full"


def test_an_encoder_that_calls_its_pooler_reads(encoder_folder, tiny_model, documents, tmp_path):
    config = LayoutLMConfig(vocab_size=vocabulary(encoder_folder), **TINY)
    model, featurizer = tiny_model(encoder=encoder(tmp_path / "layout", encoder_folder, config))
    assert model(collate(featurizer(documents[:1]), model.config)).logits.isfinite().all()
    assert not any("pooler" in name for name in model.state_dict())


def test_encoders_that_cannot_be_used_are_named(encoder_folder, training_file, tmp_path):
    config = LongformerConfig(
        vocab_size=vocabulary(encoder_folder),
        **TINY,
        attention_window=16,
    )
    t5 = T5Config(vocab_size=vocabulary(encoder_folder), d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4)
    fnet, squeeze = (
        kind(vocab_size=vocabulary(encoder_folder), **TINY, **more)
        for kind, more in ((FNetConfig, {}), (SqueezeBertConfig, {"embedding_size": 32}))
    )
    funnel = FunnelConfig(vocab_size=vocabulary(encoder_folder), block_sizes=[1, 1], d_model=32, n_head=4, d_head=8)
    funnel.architectures = ["FunnelBaseModel"]
    for fields, message in (
        (
            {"encoder": encoder(tmp_path / "long", encoder_folder, config)},
            r"longformer does not tell, .*: att.* \(2, 4, 100, 17\)",
        ),
        ({"encoder": encoder(tmp_path / "fnet", encoder_folder, fnet)}, "'.*fnet': fnet does .*: no attention weights"),
        ({"encoder": encoder(tmp_path / "squeeze", encoder_folder, squeeze)}, "squeezebert does .* sum to 1"),
        ({"encoder": encoder(tmp_path / "funnel", encoder_folder, funnel)}, r"funnel does .* shape \(2, 4, 50, 100\)"),
        ({"encoder": encoder(tmp_path / "t5", encoder_folder, t5)}, r"encoder '.*t5': t5 has a decoder"),
        ({"encoder": str(tmp_path / "nowhere")}, "encoder '.*nowhere': no such folder"),
        ({"model": {"window": 1024}}, "window: .* reads at most 512 tokens, not 1024"),
        ({"model": {"window": 129, "window_overlap": 128}}, "^model: window_overlap must be smaller"),
        ({"model": {"window": 3}}, r"training\.toml: model: window: Input should be greater"),
    ):
        with pytest.raises(DataError, match=message) as refused:
            build_model(TrainingConfig.from_toml(training_file(**fields)))
        assert len(str(refused.value).splitlines()) == 1


def _short(tmp_path, count=10, **changes):
    path = tmp_path / f"short-{count}.json"
    documents = read_docred(DATA / "redocred_sample.json")
    write_docred([replace(document, **changes) for document in documents[:count]], path)
    return path


def test_a_checkpoint_keeps_its_relations_and_what_it_has_seen(training_file, tmp_path):
    documents = read_docred(DATA / "redocred_sample.json")
    halves = []
    for number, part in enumerate((documents[:5], documents[5:])):
        halves.append(tmp_path / f"half-{number}.json")
        write_docred(part, halves[-1])
    relations = tmp_path / "relations.json"
    labels = sorted({r.label for document in documents for r in document.relations})
    relations.write_text(json.dumps({label: label for label in labels}))
    fields = {"epochs": 1, "development_size": 0, "relations": str(relations), "train": [str(halves[0])]}
    first = train(TrainingConfig.from_toml(training_file(**fields)), tmp_path / "first")
    fields = {"epochs": 1, "development_size": 0, "train": [str(halves[1])]}
    second = train(
        TrainingConfig.from_toml(training_file(**fields, encoder=None, checkpoint=str(first.folder))), tmp_path / "next"
    )
    assert list(DocREModel.from_pretrained(second.folder).config.relations) == labels
    known = KnownFacts.load(second.folder / "known_facts.safetensors")
    assert all(known.contain(d, r.head, r.tail, r.label) for d in documents for r in d.relations)


def test_a_teacher_that_cannot_read_the_documents_is_named(training_file, tmp_path):
    renamed = _short(tmp_path)
    text = renamed.read_text()
    for kind in ("PER", "ORG", "LOC", "TIME", "NUM", "MISC"):
        text = text.replace(f'"type": "{kind}"', '"type": "Thing"')
    renamed.write_text(text)
    other = {"train": [str(renamed)], "model": {"entity_types": ["Thing"]}, "epochs": 1}
    teacher = train(TrainingConfig.from_toml(training_file(**other)), tmp_path / "teacher")
    with pytest.raises(DataError, match=r"the teacher can't read .*type '\w+' is none of Thing"):
        train(TrainingConfig.from_toml(training_file(teacher=str(teacher.folder))), tmp_path / "student")


def test_a_loss_that_is_no_number_ends_the_run(training_file, tmp_path):
    with pytest.raises(DataError, match=r"the loss of epoch \d is .*: lower learning rates may help"):
        train(TrainingConfig.from_toml(training_file(learning_rate=1e30, max_gradient_norm=1e30, epochs=5)), tmp_path)


@pytest.mark.parametrize(("rate", "reason"), [(1e38, "not finite"), (1e7, "too large for half precision")])
def test_weights_that_are_no_numbers_are_not_kept(rate, reason, training_file, tmp_path):
    """One step, so that no loss tells."""
    file = training_file(epochs=1, batch_size=16, learning_rate=rate)
    with pytest.raises(DataError, match=rf"the weights \S+ are {reason}: lower learning rates may help"):
        train(TrainingConfig.from_toml(file), tmp_path)
    assert not (tmp_path / "best").exists()


def test_a_large_development_document_ends_no_run(training_file, tmp_path, monkeypatch):
    documents = read_docred(DATA / "redocred_sample.json")
    many = replace(documents[0], entities=(documents[0].entities * 20)[:301])
    path = tmp_path / "development.json"
    write_docred([many, *documents[8:]], path)
    most = []

    def nothing(predictor, documents):  # what an untrained model holds for possible of so many pairs fills the memory
        most.append(predictor.max_entities)
        return [replace(document, relations=()) for document in documents]

    monkeypatch.setattr("kg_docre.training.development.probable", nothing)
    fields = {"development": str(path), "development_size": None, "train": [str(_short(tmp_path, 4))], "epochs": 1}
    assert train(TrainingConfig.from_toml(training_file(**fields)), tmp_path / "run").folder.exists()
    assert most == [None]


def test_another_encoder_is_not_taken_for_the_public_one(encoder_folder, training_file, tmp_path):
    trained = train(TrainingConfig.from_toml(training_file(epochs=1)), tmp_path / "run").folder
    config = AutoModel.from_pretrained(encoder_folder).config
    config.num_hidden_layers = 3
    deeper = encoder(tmp_path / "deeper", encoder_folder, config)
    with pytest.raises(ValueError, match="is not the encoder of this model"):
        compress(trained, tmp_path / "small", encoder=deeper, rank=2)
    assert not (tmp_path / "small").exists()
