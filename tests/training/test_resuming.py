"""A run that was stopped goes on, and no other run does in its place."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
import torch
from safetensors.torch import load_file, save_file

from kg_docre.data.docred import read_docred, write_docred
from kg_docre.data.errors import DataError
from kg_docre.training.checkpoint import load_state, replace_folder, save_state
from kg_docre.training.config import TrainingConfig
from kg_docre.training.objective import mask_rate
from kg_docre.training.optimization import build_schedule
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


def test_a_run_without_its_best_checkpoint_does_not_go_on(training_file, tmp_path):
    config = TrainingConfig.from_toml(training_file(epochs=1))
    train(config, tmp_path / "run").folder.rename(tmp_path / "mine")
    with pytest.raises(DataError, match="run holds a run without its best checkpoint; choose another output folder"):
        train(config, tmp_path / "run")


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


def test_the_random_state_is_that_of_the_runs_device(tmp_path, monkeypatch):
    states = {f"cuda:{n}": torch.full((4,), n, dtype=torch.uint8) for n in range(2)}
    monkeypatch.setattr(torch.cuda, "get_rng_state", lambda device="cuda:0": states[str(device)].clone())
    monkeypatch.setattr(torch.cuda, "set_rng_state", lambda state, device="cuda:0": states.update({str(device): state}))
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.AdamW(model.parameters())
    run = ({"model": model}, optimizer, build_schedule(optimizer, steps=2, warmup=0.5))
    save_state(tmp_path, *run, {"epoch": 1}, device=torch.device("cuda:1"))
    states["cuda:1"] = torch.zeros(4, dtype=torch.uint8)
    assert load_state(tmp_path, *run, device=torch.device("cuda:1")) == {"epoch": 1}
    assert [int(state[0]) for state in states.values()] == [0, 1]
