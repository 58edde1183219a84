import json
import re
from dataclasses import replace
from math import inf, nan

import pytest
import torch
from safetensors.torch import load_file

from kg_docre.annotations import Relation
from kg_docre.data.docred import read_docred, write_docred
from kg_docre.data.errors import DataError
from kg_docre.evaluation.relations import score_relations
from kg_docre.predictor import Predictor
from kg_docre.training.config import TrainingConfig
from kg_docre.training.dataset import length_batches, read_split
from kg_docre.training.trainer import train
from tests.conftest import DATA


def _weights(folder):
    return load_file(folder / "last" / "state.safetensors")


def test_documents_have_facts(training_file, tmp_path):
    bare = [replace(document, relations=()) for document in read_docred(DATA / "redocred_sample.json")[8:]]
    write_docred(bare, tmp_path / "bare.json")
    file = training_file(development=str(tmp_path / "bare.json"), development_size=0, epochs=1)
    with pytest.raises(DataError, match="no development document has a fact"):
        train(TrainingConfig.from_toml(file), tmp_path / "run")
    unlabelled = training_file(train=[str(tmp_path / "bare.json")], development_size=0, epochs=1)
    with pytest.raises(DataError, match="no training document has a fact to learn from"):
        train(TrainingConfig.from_toml(unlabelled), tmp_path / "run")
    loops = [replace(document, relations=(Relation(0, 0, "P17"),)) for document in bare]
    write_docred(loops, tmp_path / "bare.json")
    with pytest.raises(DataError, match="no training document has a fact to learn from"):
        train(TrainingConfig.from_toml(unlabelled), tmp_path / "run")
    (tmp_path / "empty.json").write_text("[]")
    empty = training_file(development=str(tmp_path / "empty.json"), development_size=0, epochs=1)
    with pytest.raises(DataError, match=r"empty\.json: there is no document in it"):
        train(TrainingConfig.from_toml(empty), tmp_path / "run")
    same = training_file(development=str(DATA / "redocred_sample.json"), development_size=0, epochs=1)
    with pytest.raises(DataError, match="no training document with two entities is left, beside what is for develop"):
        train(TrainingConfig.from_toml(same), tmp_path / "other")


def test_a_seed_reproduces_a_run_and_another_does_not(training_file, tmp_path):
    runs = {}
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        train(TrainingConfig.from_toml(training_file(seed=seed, epochs=1)), tmp_path / name)
        runs[name] = (tmp_path / name / "last" / "state.safetensors").read_bytes()
    assert runs["a"] == runs["b"]
    assert runs["a"] != runs["c"]


def test_training_learns_and_keeps_the_best_epoch(training_file, tmp_path):
    sample = str(DATA / "redocred_sample.json")
    config = TrainingConfig.from_toml(training_file(epochs=14, development_size=0, development=sample, seed=3))
    # a development file that holds the training texts would leave nothing to train on
    with pytest.raises(DataError, match="no training document"):
        train(config, tmp_path / "nothing")
    result = train(TrainingConfig.from_toml(training_file(epochs=4)), tmp_path / "run")
    log = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert log[-1]["loss"] < log[0]["loss"]
    assert result.scores is not None
    assert result.scores.f1 == max(line["f1"] for line in log)
    assert log[result.epoch - 1]["f1"] == result.scores.f1
    assert (result.folder / "tokenizer.json").exists()


@pytest.mark.parametrize("loss", ["adaptive-threshold", "balanced-softmax"])
def test_a_tuned_threshold_is_saved_with_the_weights(loss, training_file, tmp_path):
    results = {}
    for tuned in (False, True):
        file = training_file(epochs=2, tune_threshold=tuned, model={"loss": loss})
        results[tuned] = train(TrainingConfig.from_toml(file), tmp_path / str(tuned))
    assert results[True].scores.f1 > results[False].scores.f1, "two epochs are too few for the threshold to be right"
    _, held_out = read_split([DATA / "redocred_sample.json"], None, 3)
    predictor = Predictor.from_pretrained(results[True].folder, device="cpu", precision="fp32")
    again = score_relations(held_out, list(predictor.pipe(held_out)))
    assert again.f1 == pytest.approx(results[True].scores.f1, abs=0.01)  # the file holds half precision


@pytest.mark.parametrize("objective", ["self-distillation", "plain-branch", "masked-branch", "r-drop"])
def test_every_objective_trains(objective, training_file, tmp_path):
    result = train(TrainingConfig.from_toml(training_file(epochs=1, objective=objective)), tmp_path)
    assert result.folder.exists()


def test_a_teacher_with_another_vocabulary_teaches(checkpoint, training_file, tmp_path):
    file = training_file(epochs=1, objective="knowledge-distillation", teacher=str(checkpoint))
    train(TrainingConfig.from_toml(file), tmp_path)
    assert json.loads((tmp_path / "log.jsonl").read_text())["loss_divergence"] > 0


def test_pairs_without_labels_are_unknown_in_sparse_and_unlabelled_files(documents, tmp_path):
    train_file, sparse, unlabelled = (tmp_path / f"{name}.json" for name in ("train", "sparse", "unlabelled"))
    write_docred(documents[:4], train_file)
    write_docred(documents[:6], sparse)
    write_docred(documents, unlabelled)
    rest, held_out = read_split([train_file], None, 1, sparse=[sparse], unlabelled=[unlabelled])
    assert len(held_out) == 1
    assert {d.words for d in rest} | {held_out[0].words} == {d.words for d in documents}
    assert len(rest) == 9, "a text counts once, and one held out not at all"
    for document in rest:
        place = [d.words for d in documents].index(document.words)
        entities = len(document.entities)
        related = {(r.head, r.tail) for r in document.relations}
        if place < 4:
            assert document.unjudged == ()
        else:
            assert len(document.unjudged) == entities * (entities - 1) - len(related)
            assert not related & set(document.unjudged)
        assert bool(document.relations) == (place < 6)


def test_files_that_add_nothing_are_named(documents, training_file, tmp_path):
    for field in ("sparse", "unlabelled"):
        with pytest.raises(DataError, match=r"redocred_sample\.json: no document in it that earlier files"):
            read_split([DATA / "redocred_sample.json"], training_size=2, **{field: [DATA / "redocred_sample.json"]})
    unmarked = [replace(d, relations=tuple(replace(r, evidence=()) for r in d.relations)) for d in documents]
    write_docred(unmarked, tmp_path / "unmarked.json")
    file = training_file(train=[str(tmp_path / "unmarked.json")], evidence_weight=0.1)
    with pytest.raises(DataError, match="evidence_weight: no fact of the training documents has evidence"):
        train(TrainingConfig.from_toml(file), tmp_path / "run")


def test_a_teacher_judges_what_has_no_labels(checkpoint, training_file, documents, tmp_path):
    """Labels of unlabelled files change nothing; their texts do."""
    write_docred(documents[:6], tmp_path / "train.json")
    write_docred(documents, tmp_path / "more.json")
    write_docred([replace(document, relations=()) for document in documents], tmp_path / "same.json")
    weights = {}
    for name in ("train", "more", "same"):
        file = training_file(
            train=[str(tmp_path / "train.json")],
            unlabelled=None if name == "train" else [str(tmp_path / f"{name}.json")],
            development_size=2,
            epochs=1,
            batch_size=8,
            teacher=str(checkpoint),
        )
        train(TrainingConfig.from_toml(file), tmp_path / name)
        weights[name] = _weights(tmp_path / name)
    assert all(torch.equal(value, weights["same"][name]) for name, value in weights["more"].items())
    assert not all(torch.equal(value, weights["train"][name]) for name, value in weights["more"].items())
    assert all(value.isfinite().all() for value in weights["more"].values() if value.is_floating_point())


def test_no_text_is_on_both_sides(tmp_path, documents):
    write_docred(documents, tmp_path / "a.json")
    write_docred(documents[4:], tmp_path / "b.json")
    train_side, held_out = read_split([tmp_path / "a.json", tmp_path / "b.json"], None, 4)
    words = {document.words for document in held_out}
    assert len(held_out) == 4
    assert not any(document.words in words for document in train_side)
    reversed_file = tmp_path / "reversed.json"
    write_docred(documents[::-1], reversed_file)
    assert {d.words for d in read_split([reversed_file], None, 4)[1]} == words


def test_batches_cover_everything_once_and_are_of_like_length():
    lengths = torch.randint(50, 500, (500,), generator=torch.Generator().manual_seed(0)).tolist()
    batches = list(length_batches(lengths, 4, torch.Generator().manual_seed(0)))
    assert sorted(i for batch in batches for i in batch) == list(range(500))
    waste = sum(max(lengths[i] for i in batch) * len(batch) - sum(lengths[i] for i in batch) for batch in batches)
    assert waste / sum(lengths) < 0.1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"epochs": 0}, "epochs"),
        ({"epochs": True}, "epochs: expected something else than true"),
        ({"model": {"reasoning_layers": True}}, "model: reasoning_layers: expected something else than true"),
        ({"joined": inf}, "joined: Input should be a finite number"),
        ({"model": {"dropout": nan}}, "model: dropout: Input should be a finite number"),
        ({"objective": "magic"}, "objective"),
        ({"epoch": 1}, r"epoch: no such field; did you mean epochs\?"),
        ({"objective": "knowledge-distillation"}, "need a teacher"),
        ({"unlabelled": ["more.json"]}, "need a teacher"),
        ({"tune_threshold": True, "development_size": 0}, "tune_threshold needs development documents"),
        ({"teacher": "somewhere"}, "teacher: no checkpoint 'somewhere'"),
        ({"model": {"patterns": (5,)}}, "patterns"),
        ({"model": {"entity_types": ("PER", "LOC", "PER")}}, r"entity_types: each type once .*, got PER, LOC, PER"),
        ({"model": {"entity_types": ("PER", " ")}}, "entity_types: each type once and none empty"),
        ({"model": {"pair_types": [("PER", "LOC")] * 2}}, "pair_types: each pair once"),
        ({"model": {"patern": (1,)}}, r"training\.toml: model: patern: no such field; did you mean patterns\?"),
        ({"model": {"reasoning": "msa", "patterns": (1,)}}, "patterns: has no effect where reasoning is not r-msa"),
        ({"model": {"reasoning": "u-net", "reasoning_layers": 3}}, "layers: .* where reasoning is not r-msa or msa"),
        ({"model": {"bilinear_groups": 4}}, "bilinear_groups: has no effect where classifier is not bilinear"),
        ({"model": {"classifier_context": True}}, "classifier_context: has no effect where classifier is not bilinear"),
        ({"objective": "plain-branch", "curriculum": False}, "curriculum: has no effect where objective is not self-d"),
        ({"objective": "r-drop", "max_mask_rate": 0.5}, "max_mask_rate: has no effect where objective is not self-d"),
        ({"model": {"marker": 999999}}, "model: marker: no such field"),
        ({"model": {"epochs": 3}}, r"model: epochs: no such field; it belongs above \[model\]"),
        ({"train": "nowhere.json"}, "train: expected a list"),
        ({"train": ["nowhere.json", "nowhere.json"]}, "train: the same file twice"),
        ({"seed": 10**20}, "seed: Input should be less"),
        ({"model": {"pair_types": [["NUM", "NUM"]]}}, "pair_types: no fact of the training documents"),
        ({"train": ["nowhere.json"]}, r"nowhere\.json"),
    ],
)
def test_broken_training_files_name_the_field(fields, message, training_file, tmp_path):
    with pytest.raises(DataError, match=message) as refused:
        train(TrainingConfig.from_toml(training_file(**fields)), tmp_path)
    assert "Value error" not in str(refused.value)


def test_a_training_file_may_begin_with_a_byte_order_mark(training_file):
    file = training_file()
    without = TrainingConfig.from_toml(file)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert TrainingConfig.from_toml(file) == without


def test_a_run_has_a_folder(training_file, tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(DataError, match="out is a file; name a folder"):
        train(TrainingConfig.from_toml(training_file()), tmp_path / "out")


def test_relations_outside_the_vocabulary_are_named(training_file, tmp_path):
    vocabulary = tmp_path / "relations.json"
    vocabulary.write_text(json.dumps({"P17": "country"}))
    with pytest.raises(DataError, match="not in the vocabulary"):
        train(TrainingConfig.from_toml(training_file(relations=str(vocabulary))), tmp_path / "run")


def test_facts_never_found_are_warned_of(training_file, documents, tmp_path):
    loop = replace(documents[0], relations=(Relation(0, 0, "P17"), *documents[0].relations[:1]))
    write_docred([loop], tmp_path / "train.json")
    file = training_file(train=[str(tmp_path / "train.json")], development_size=0, epochs=1)
    with pytest.warns(UserWarning, match="training documents: 1 of 2 facts are never found, for they relate a thing"):
        train(TrainingConfig.from_toml(file), tmp_path / "run")


@pytest.mark.parametrize("field", ["development", "sparse"])
def test_errors_name_the_file_of_a_document(field, training_file, documents, tmp_path):
    own = tmp_path / "own.json"
    odd = Relation(0, 1, "P9999")
    write_docred(documents[:8], tmp_path / "train.json")
    for changed in (
        replace(documents[8], relations=(odd,)),
        replace(documents[8], entities=(replace(documents[8].entities[0], type="GENE"), *documents[8].entities[1:])),
    ):
        write_docred([changed], own)
        given = {field: str(own) if field == "development" else [str(own)]}
        file = training_file(train=[str(tmp_path / "train.json")], development_size=None, **given)
        with pytest.raises(
            DataError, match=rf"own\.json: {re.escape(changed.title)}: (relation 'P9999'|entity 0 .* type 'GENE')"
        ):
            train(TrainingConfig.from_toml(file), tmp_path / "run")


def test_the_average_of_the_weights_is_what_is_kept(training_file, tmp_path):
    file = training_file(epochs=2, weight_averaging=0.9, evidence_weight=0.1, development_size=0)  # the last is kept
    train(TrainingConfig.from_toml(file), tmp_path)
    assert json.loads((tmp_path / "log.jsonl").read_text().splitlines()[-1])["loss_evidence"] > 0
    state, best = _weights(tmp_path), load_file(tmp_path / "best" / "model.safetensors")
    name = "encoder.state_norm.weight"
    last, average = state[f"model.{name}"], state[f"average.module.{name}"]
    assert not torch.equal(last, average)
    torch.testing.assert_close(best[name].float(), average, atol=1e-3, rtol=1e-3)
    assert (last - average).abs().max() > 2e-3, "else the half precision of the file would hide which it is"


def test_training_goes_on_from_a_checkpoint(training_file, tmp_path):
    first = train(TrainingConfig.from_toml(training_file(epochs=3)), tmp_path / "first")
    options = {"encoder": None, "checkpoint": str(first.folder), "learning_rate": 1e-9, "encoder_learning_rate": 1e-9}
    again = train(TrainingConfig.from_toml(training_file(epochs=1, **options)), tmp_path / "again")
    assert again.scores.f1 == pytest.approx(first.scores.f1, abs=0.02)  # the file holds half precision

    relations = tmp_path / "relations.json"
    known = {r.label for d in read_docred(DATA / "redocred_sample.json") for r in d.relations}
    relations.write_text(json.dumps({"X1": "new", **{label: label for label in sorted(known)}}))
    other = train(
        TrainingConfig.from_toml(training_file(epochs=1, relations=str(relations), **options)), tmp_path / "o"
    )
    before, after = (load_file(folder / "model.safetensors") for folder in (first.folder, other.folder))
    torch.testing.assert_close(after["encoder.state_norm.weight"], before["encoder.state_norm.weight"])
    assert after["classifier.linear.weight"].shape[0] == 2 + len(known), "one class each, and the threshold's"


def test_checkpoints_to_go_on_from_are_checked(training_file, tmp_path):
    both = training_file(checkpoint="default")
    with pytest.raises(DataError, match="give encoder or checkpoint"):
        TrainingConfig.from_toml(both)
    with pytest.raises(DataError, match=r"checkpoint: .*nowhere"):
        train(TrainingConfig.from_toml(training_file(encoder=None, checkpoint="nowhere")), tmp_path)
