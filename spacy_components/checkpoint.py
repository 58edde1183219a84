"""What components that work with a checkpoint have in common."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Self

from spacy.language import Language

from kg_docre.pretrained import checkpoint_path, shipped_checkpoints

__all__ = ["CheckpointComponent", "one_thread_in_forks"]


class CheckpointComponent:
    """A component whose predictor is made of a checkpoint, at the first use or when the pipeline is initialized.

    Subclasses make it in their property ``predictor`` and keep it in ``_predictor``.
    """

    def __init__(self, *, name: str, model: str, options: dict[str, Any]) -> None:
        self.name = name
        self._model = model
        self._options = options
        self._predictor: Any = None

    @property
    def predictor(self) -> Any:
        raise NotImplementedError

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
def one_thread_in_forks() -> None:
    """Forked workers of ``nlp.pipe(n_process=…)`` inherit no OpenMP threads and would wait for them forever."""
    import torch

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=lambda: torch.set_num_threads(1))
