"""One run of the tables: a protocol (data, encoder, budget), a row (what differs) and a seed."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from kg_docre.training.config import TrainingConfig

HERE = Path(__file__).parent
RESULTS = HERE.parent / "results"
RUNS = Path("runs/experiments")


class Protocol(BaseModel):
    """What all rows share. ``training`` has fields of TrainingConfig; ``test`` is read for reporting only."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    about: str
    rows: tuple[str, ...] = Field(min_length=1, description="in the order in which they are worked off")
    seeds: tuple[int, ...] = (1, 2, 3)
    once: tuple[str, ...] = Field((), description="rows that the first seed is enough for: points of a curve")
    test: Path
    training: dict[str, Any]


class Row(BaseModel):
    """What is different in a row, and what the paper has of it on DocRED's development set, in percent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    about: str = ""
    published: dict[str, float] = Field(default_factory=dict)
    training: dict[str, Any] = Field(default_factory=dict)
    teacher: str | None = Field(None, description="row whose checkpoint of the same seed teaches")
    masked_at_test: tuple[float, ...] = Field((), description="also evaluate with these shares of pairs masked")


@dataclass(frozen=True, slots=True)
class Experiment:
    """``protocol`` and ``row`` are names of files beside this one, without their ending."""

    protocol: str
    row: str
    seed: int

    @property
    def result(self) -> Path:
        """Where the scores are kept, in the repository."""
        return RESULTS / self.protocol / f"{self.row}.{self.seed}.json"

    @property
    def folder(self) -> Path:
        """Where the run keeps its checkpoints, in the working directory."""
        return RUNS / self.protocol / self.row / str(self.seed)

    def teacher(self) -> Experiment | None:
        name = read_row(self.row).teacher
        return None if name is None else Experiment(self.protocol, name, self.seed)

    def config(self) -> TrainingConfig:
        protocol, row, teacher = read_protocol(self.protocol), read_row(self.row), self.teacher()
        values = {**protocol.training, **row.training, "seed": self.seed}
        values["model"] = {**protocol.training.get("model", {}), **row.training.get("model", {})}
        if teacher is not None:
            values["teacher"] = str(teacher.folder / "best")
        return TrainingConfig.model_validate(values)


def read_protocol(name: str) -> Protocol:
    return Protocol.model_validate(_read("protocols", name))


def read_row(name: str) -> Row:
    return Row.model_validate(_read("rows", name))


def _read(folder: str, name: str) -> dict[str, Any]:
    files = {file.stem: file for file in sorted((HERE / folder).glob("*.toml"))}
    if name not in files:
        raise ValueError(f"no {name!r} among the {folder}: {', '.join(files)}")
    return tomllib.loads(files[name].read_text(encoding="utf-8"))


def experiments_of(name: str) -> list[Experiment]:
    """Every run of a protocol, seed by seed: after the first, every row has a number."""
    protocol = read_protocol(name)
    return [
        Experiment(name, row, seed)
        for number, seed in enumerate(protocol.seeds)
        for row in protocol.rows
        if number == 0 or row not in protocol.once
    ]
