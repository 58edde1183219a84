"""What components that work with a checkpoint have in common."""

from __future__ import annotations

import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

from spacy.language import Language

from kg_docre.pretrained import checkpoint_path, shipped_checkpoints

__all__ = ["CheckpointComponent"]

PredictorT = TypeVar("PredictorT")


class CheckpointComponent(ABC, Generic[PredictorT]):
    """A component whose predictor is made of a checkpoint, at the first use or when the pipeline is initialized."""

    def __init__(self, *, name: str, model: str, options: dict[str, Any]) -> None:
        self.name = name
        self._model = model
        self._options = options
        self._predictor: PredictorT | None = None

    @property
    def predictor(self) -> PredictorT:
        """The loaded checkpoint."""
        if self._predictor is None:
            _one_thread_in_forks()
            self._predictor = self._load()
        return self._predictor

    @abstractmethod
    def _load(self) -> PredictorT:
        """Read the checkpoint."""

    def initialize(self, get_examples: Any = None, *, nlp: Language | None = None) -> None:
        """Read the checkpoint now."""
        _ = self.predictor

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Keep a checkpoint of one's own with the pipeline; shipped ones are found by name."""
        folder = Path(path)
        ships = self._model in shipped_checkpoints()
        if ships or checkpoint_path(self._model).resolve() != folder.resolve():
            shutil.rmtree(folder, ignore_errors=True)  # of another model, saved here before
            if not ships:
                shutil.copytree(checkpoint_path(self._model), folder)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Self:
        """Use the checkpoint kept with the pipeline, if there is one."""
        if (Path(path) / "config.json").is_file():
            self._model, self._predictor = str(path), None
        return self

    def __getstate__(self) -> dict[str, Any]:
        """Spawned processes read the checkpoint themselves: a third of a second, and no weights in pipes."""
        return {**self.__dict__, "_predictor": None}


@cache
def _one_thread_in_forks() -> None:
    """Forked workers of ``nlp.pipe(n_process=…)`` inherit no OpenMP threads and would wait for them forever."""
    import torch

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=lambda: torch.set_num_threads(1))
