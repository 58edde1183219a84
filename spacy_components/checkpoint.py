"""Keeping a checkpoint of one's own with a saved pipeline; shipped ones are found by name."""

from __future__ import annotations

import shutil
from pathlib import Path

from kg_docre.pretrained import checkpoint_path, shipped_checkpoints

__all__ = ["keep_checkpoint", "kept_checkpoint"]


def keep_checkpoint(model: str, path: str | Path) -> None:
    """Copy the checkpoint to a component's folder, unless it ships with the package."""
    folder = Path(path)
    ships = model in shipped_checkpoints()
    if ships or checkpoint_path(model).resolve() != folder.resolve():
        shutil.rmtree(folder, ignore_errors=True)  # of another model, saved here before
        if not ships:
            shutil.copytree(checkpoint_path(model), folder)


def kept_checkpoint(path: str | Path, model: str) -> str:
    """The checkpoint in a component's folder, or ``model`` if there is none."""
    return str(path) if (Path(path) / "config.json").is_file() else model
