import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from math import inf, nan

import pytest
import torch
from safetensors.torch import load_file, save_file

from kg_docre.annotations import Relation
from kg_docre.data.docred import read_docred, write_docred
from kg_docre.data.errors import DataError
from kg_docre.evaluation.relations import score_relations
from kg_docre.predictor import Predictor
from kg_docre.training.checkpoint import replace_folder
from kg_docre.training.config import TrainingConfig
from kg_docre.training.dataset import length_batches, read_split
from kg_docre.training.objective import mask_rate
from kg_docre.training.trainer import train
from tests.conftest import DATA


def _weights(folder):
    return load_file(folder / "last" / "state.safetensors")


@pytest.mark.parametrize("frozen_layers", [0, 1])
def test_a_killed_run_goes_on_to_the_same_weights(training_file, tmp_path, frozen_layers):
    file = training_file(epochs=6, frozen_layers=frozen_layers)
    whole = tmp_path / "whole"
    train(TrainingConfig.from_toml(file), whole)

    killed = tmp_path / "killed"
    command = [sys.executable, "-m", "kg_docre.cli", "train", str(file), "--output", str(killed)]
    threads = {"OMP_NUM_THREADS": str(torch.get_num_threads())}  # sums are rounded by how they are split
    process = subprocess.Popen(
        command, env={**os.environ, **threads}, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    log = killed / "log.jsonl"
    while not (log.exists() and log.read_text().endswith("\n")) and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    epochs = len(log.read_text().splitlines())
    assert 1 <= epochs < 6, "the run must be killed in the middle for this test to mean anything"
    train(TrainingConfig.from_toml(file), killed)

    expected, found = _weights(whole), _weights(killed)
    assert expected.keys() == found.keys()
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value, atol=0, rtol=0, msg=name)


def test_a_run_does_not_go_on_with_other_data(training_file, tmp_path):
    data = tmp_path / "train.json"
    data.write_bytes((DATA / "redocred_sample.json").read_bytes())
    config = TrainingConfig.from_toml(training_file(train=[str(data)], epochs=1))
    train(config, tmp_path / "run")
    write_docred(read_docred(data)[1:], data)
    with pytest.raises(DataError, match=r"a run with other settings .*what is in its files"):
        train(config, tmp_path / "run")


def test_a_run_does_not_go_on_with_another_encoder(training_file, encoder_folder, tmp_path):
    encoder = shutil.copytree(encoder_folder, tmp_path / "encoder")
    config = TrainingConfig.from_toml(training_file(encoder=str(encoder), epochs=1))
    train(config, tmp_path / "run")
    train(config, tmp_path / "run")
    weights = load_file(encoder / "model.safetensors")
    save_file({name: value * 2 for name, value in weights.items()}, encoder / "model.safetensors", {"format": "pt"})
    with pytest.raises(DataError, match=r"a run with other settings .*what is in its files"):
        train(config, tmp_path / "run")


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


def test_a_folder_with_another_run_is_refused(training_file, tmp_path):
    train(TrainingConfig.from_toml(training_file(epochs=1)), tmp_path)
    with pytest.raises(DataError, match=r"a run with other settings .*learning_rate"):
        train(TrainingConfig.from_toml(training_file(epochs=1, learning_rate=1e-5)), tmp_path)


def test_a_kill_between_two_renames_loses_nothing(training_file, tmp_path):
    config = TrainingConfig.from_toml(training_file(epochs=1))
    train(config, tmp_path)
    for name in ("last", "best"):
        (tmp_path / name).rename(tmp_path / f"{name}.old")
    train(config, tmp_path)
    assert len((tmp_path / "log.jsonl").read_text().splitlines()) == 1, "the epoch was trained again"
    assert (tmp_path / "best" / "model.safetensors").exists()


def test_a_damaged_state_is_one_line(training_file, tmp_path):
    config = TrainingConfig.from_toml(training_file(epochs=1))
    train(config, tmp_path)
    for name in ("state.safetensors", "state.json"):
        whole = (tmp_path / "last" / name).read_bytes()
        (tmp_path / "last" / name).write_bytes(whole[: len(whole) // 2])
        with pytest.raises(DataError, match=r"last is damaged \(.*\); without it the run begins anew") as refused:
            train(config, tmp_path)
        assert len(str(refused.value).splitlines()) == 1
        (tmp_path / "last" / name).write_bytes(whole)


def test_the_log_has_each_epoch_of_the_run_once(training_file, tmp_path, monkeypatch):
    def epochs():
        return [json.loads(line)["epoch"] for line in (tmp_path / "log.jsonl").read_text().splitlines()]

    config = TrainingConfig.from_toml(training_file(epochs=2))

    def killed(new, folder):
        replace_folder(new, folder)
        if folder.name == "last":
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("kg_docre.training.trainer.replace_folder", killed)
        with pytest.raises(KeyboardInterrupt):
            train(config, tmp_path)
    train(config, tmp_path)
    assert epochs() == [1, 2]
    shutil.rmtree(tmp_path / "last")  # so that it begins anew
    train(config, tmp_path)
    assert epochs() == [1, 2]


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


def test_a_run_has_a_folder(training_file, tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(DataError, match="out is a file; name a folder"):
        train(TrainingConfig.from_toml(training_file()), tmp_path / "out")


def test_relations_outside_the_vocabulary_are_named(training_file, tmp_path):
    vocabulary = tmp_path / "relations.json"
    vocabulary.write_text(json.dumps({"P17": "country"}))
    with pytest.raises(DataError, match="not in the vocabulary"):
        train(TrainingConfig.from_toml(training_file(relations=str(vocabulary))), tmp_path / "run")


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


def test_a_killed_run_keeps_its_average(training_file, tmp_path, monkeypatch):
    """Stopped after one epoch of two and gone on with, the average is the uninterrupted run's."""
    file = training_file(epochs=2, weight_averaging=0.9)
    train(TrainingConfig.from_toml(file), tmp_path / "whole")
    run = tmp_path / "killed"
    with monkeypatch.context() as patch:
        patch.setattr("kg_docre.training.trainer.mask_rate", _stopping_in_the_second_epoch(run))
        with pytest.raises(KeyboardInterrupt):
            train(TrainingConfig.from_toml(file), run)
    train(TrainingConfig.from_toml(file), run)
    expected, found = _weights(tmp_path / "whole"), _weights(run)
    assert any(name.startswith("average.") for name in expected)
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value, atol=0, rtol=0, msg=name)


def _stopping_in_the_second_epoch(run):
    def rate(*arguments, **options):
        if (run / "log.jsonl").exists():
            raise KeyboardInterrupt
        return mask_rate(*arguments, **options)

    return rate


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
