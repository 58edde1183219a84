"""Train and score what the tables need and do not have yet.

    python -m benchmarks.experiments.run PROTOCOL [--rows ROW ...] [--seeds N ...] [--jobs 2]

Paths in the protocol are relative to the working directory, where ``runs/`` gets the checkpoints. A run
with a result is not repeated; one that was stopped goes on from its last epoch. Scores go to
``benchmarks/results/PROTOCOL``, one JSON file a run; ``python -m benchmarks.experiments.tables`` draws them.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path

import torch

from benchmarks.experiments.experiment import RESULTS, Experiment, experiments_of, read_protocol, read_row
from benchmarks.experiments.masking import masked_f1
from kg_docre.data.docred import read_docred
from kg_docre.evaluation.relations import KnownFacts
from kg_docre.evaluation.report import report
from kg_docre.precision import has_bf16
from kg_docre.predictor import Predictor
from kg_docre.training.trainer import train


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("protocol")
    parser.add_argument("--rows", nargs="+", metavar="ROW")
    parser.add_argument("--seeds", nargs="+", type=int, metavar="N")
    parser.add_argument("--jobs", type=int, default=1, help="runs at a time, each with its share of the cores")
    arguments = parser.parse_args()
    try:
        wanted = _wanted(arguments.protocol, arguments.rows, arguments.seeds)
    except ValueError as error:
        sys.exit(f"Error: {error}")
    if arguments.jobs == 1:
        for experiment in wanted:
            run(experiment)
        return
    worker = partial(_in_a_process, threads=max(1, (os.cpu_count() or 1) // arguments.jobs))
    failed = []
    with ThreadPoolExecutor(arguments.jobs) as workers:
        for taught in (False, True):  # teachers first
            now = [experiment for experiment in wanted if (experiment.teacher() is not None) == taught]
            failed += [e for e, code in zip(now, workers.map(worker, now), strict=True) if code]
    if failed:
        sys.exit(f"failed, see log.txt there: {', '.join(str(e.folder) for e in failed)}")


def _wanted(protocol: str, rows: list[str] | None, seeds: list[int] | None) -> list[Experiment]:
    """The runs asked for that have no result. Raises :exc:`ValueError` for unknown ones, and where data are missing."""
    every = experiments_of(protocol)
    for asked, known in ((rows, [e.row for e in every]), (seeds, [e.seed for e in every])):
        for name in asked or ():
            if name not in known:
                raise ValueError(f"{protocol} has no {name}, but {', '.join(map(str, dict.fromkeys(known)))}")
    chosen = [e for e in every if (not rows or e.row in rows) and (not seeds or e.seed in seeds)]
    wanted = [experiment for experiment in chosen if not experiment.result.exists()]
    if not wanted:
        print(f"every run has its result; delete one in {RESULTS / protocol} to repeat its run")
        return wanted
    settings = read_protocol(protocol)
    for file in (*settings.training["train"], settings.test):
        if not Path(file).exists():
            raise ValueError(f"{file}: no such file; {protocol} looks for its data in the working directory")
    return wanted


def _in_a_process(experiment: Experiment, threads: int) -> int:
    experiment.folder.mkdir(parents=True, exist_ok=True)
    print(experiment.row, experiment.seed, "begins", flush=True)
    with (experiment.folder / "log.txt").open("a") as log:
        command = [sys.executable, "-m", __spec__.name, experiment.protocol, "--rows", experiment.row]
        code = subprocess.run(
            [*command, "--seeds", str(experiment.seed)],
            env={**os.environ, "OMP_NUM_THREADS": str(threads)},
            stdout=log,
            stderr=log,
            check=False,
        ).returncode
    print(experiment.row, experiment.seed, "failed" if code else "done", flush=True)
    return code


def _is_trained(teacher: Experiment) -> bool:
    """A clone has the scores of a teacher, not its weights; those of an unfinished run are no teacher's."""
    folder = teacher.folder
    return teacher.result.exists() and (folder / "best").exists() and not (folder / "last").exists()


def run(experiment: Experiment) -> None:
    """One run, from training to its result file."""
    teacher = experiment.teacher()
    if teacher is not None and not _is_trained(teacher):
        run(teacher)
    config, protocol, row = experiment.config(), read_protocol(experiment.protocol), read_row(experiment.row)
    trained = train(config, experiment.folder)
    documents = read_docred(protocol.test)
    predictor = Predictor.from_pretrained(
        trained.folder, device=config.device, precision=config.precision, checks=False
    )
    known = KnownFacts.load(trained.folder / "known_facts.safetensors")
    scores = report(documents, list(predictor.pipe(documents)), known)
    del scores["by_relation"]
    assert trained.scores is not None
    result = {
        "row": experiment.row,
        "seed": experiment.seed,
        "training": config.model_dump(mode="json", exclude_defaults=True),
        "precision": {"auto": "bf16" if has_bf16(predictor.device) else "fp32"}.get(config.precision, config.precision),
        "device": predictor.device.type,
        "torch": torch.__version__,
        "epoch": trained.epoch,
        "development": asdict(trained.scores),
        "test": scores,
        "masked_at_test": {str(rate): masked_f1(predictor, documents, rate) for rate in row.masked_at_test},
    }
    experiment.result.parent.mkdir(parents=True, exist_ok=True)
    fresh = experiment.result.with_suffix(".new")
    fresh.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    Path(fresh).replace(experiment.result)
    shutil.rmtree(experiment.folder / "last", ignore_errors=True)


if __name__ == "__main__":
    main()
