"""What components that work with a checkpoint have in common."""

from __future__ import annotations

import os
import shutil
from abc import abstractmethod
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

from spacy.language import Language
from spacy.pipeline import Pipe

from kg_docre.pretrained import CHECKPOINT_FILES, checkpoint_path, ensemble_of, shipped_checkpoints

__all__ = ["CheckpointComponent"]

PredictorT = TypeVar("PredictorT")

_SET_BY_SPACY = ("name", "error_handler")


class CheckpointComponent(Pipe, Generic[PredictorT]):
    """A component whose predictor is made of a checkpoint, at the first use or when the pipeline is initialized."""

    def __init__(self, *, name: str, model: str | Path, options: dict[str, Any]) -> None:
        from kg_docre.precision import check_device, check_precision

        check_precision(options["precision"])
        check_device(options["device"])
        self.name = name
        folder = Path(model)
        self._model = str(folder.absolute()) if model not in shipped_checkpoints() and folder.is_dir() else str(model)
        self._options = options
        self._predictor: PredictorT | None = None

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse what would change nothing: options are those that the pipeline was made with, and is saved with."""
        if not name.startswith("_") and name not in _SET_BY_SPACY:
            raise AttributeError(
                f"{name} can't be set once {self.name!r} is made; give it to nlp.add_pipe, config={{{name!r}: …}}, "
                "or to kg_docre.load"
            )
        super().__setattr__(name, value)

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
        """Keep a checkpoint of one's own with the pipeline; shipped ones are found by name. Of what else the folder
        holds only the files of a checkpoint that lay there are replaced."""
        if self._model in shipped_checkpoints():
            return
        source, folder = checkpoint_path(self._model).resolve(), Path(path).resolve()
        if source == folder:
            return
        inside = [other.name for other in ensemble_of(source) if other.parent == source]
        for place in ("", *inside):
            _copy_checkpoint(source / place, folder / place)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Self:
        """Use the checkpoint kept with the pipeline, if there is one and the config names none that ships."""
        if self._model not in shipped_checkpoints() and (Path(path) / "config.json").is_file():
            self._model, self._predictor = str(Path(path).absolute()), None
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled without the weights: who unpickles it, or a spawned process, reads the checkpoint in a third of a
        second. (spaCy's own class, being Cython's, would ask for no state.)"""
        return _again, (type(self), self.name, {**self.__dict__, "_predictor": None})


def _copy_checkpoint(source: Path, folder: Path) -> None:
    if (folder / "config.json").is_file():
        for name in CHECKPOINT_FILES:
            (folder / name).unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    for name in CHECKPOINT_FILES:
        if (source / name).is_file():
            shutil.copy2(source / name, folder)


def _again(kind: Any, name: str, state: dict[str, Any]) -> Any:
    """A component as it was pickled."""
    component = kind.__new__(kind)
    component.name = name
    component.__dict__.update(state)
    return component


@cache
def _one_thread_in_forks() -> None:
    """Forked workers of ``nlp.pipe(n_process=…)`` inherit no OpenMP threads and would wait for them forever."""
    import torch

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=lambda: torch.set_num_threads(1))
