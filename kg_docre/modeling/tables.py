"""Tables of many rows in eight bits: half of a small encoder is its vocabulary.

A row :math:`w` of a table is kept as integers :math:`q = \\mathrm{round}(127\\, w / m)` with :math:`m = \\max |w|`, one
number a row, so that no entry is off by more than :math:`m / 254`.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from kg_docre.pretrained import writing

__all__ = ["compress_tables", "restore_tables", "whole_weights", "write_with"]

_SCALE = ":scale"
_ROWS_A_COLUMN = 8  # a matrix with as many is a table


def compress_tables(checkpoint: Path, output: Path) -> None:
    """Write ``checkpoint`` to the folder ``output`` with its tables in eight bits, as :func:`write_with` does.

    Raises :exc:`ValueError` for a checkpoint without its encoder.
    """
    kept: dict[str, Tensor] = {}
    for name, value in whole_weights(checkpoint).items():
        if value.ndim == 2 and value.is_floating_point() and len(value) >= _ROWS_A_COLUMN * value.shape[1]:
            scale = value.float().abs().amax(1, keepdim=True).clamp_min(1e-12) / 127
            kept[name], kept[name + _SCALE] = (value.float() / scale).round().to(torch.int8), scale
        else:
            kept[name] = value
    write_with(kept, checkpoint, output)


def whole_weights(checkpoint: Path) -> dict[str, Tensor]:
    """All weights as floating-point numbers. Raises :exc:`ValueError` for a checkpoint without its encoder."""
    weights = checkpoint / "model.safetensors"
    with safe_open(weights, "pt") as file:
        if "encoder" in (file.metadata() or {}):
            raise ValueError(f"{checkpoint} is kept without its encoder already")
    return restore_tables(load_file(weights))


def write_with(
    weights: dict[str, Tensor], checkpoint: Path, output: Path, *, about: dict[str, str] | None = None
) -> None:
    """Write ``checkpoint`` to the folder ``output`` with these weights, the rest as it is, checkpoints inside it that
    judge along too; without its mention detector, which is bound to the weights as they were."""
    file = "model.safetensors"

    def left_out(folder: str, names: list[str]) -> list[str]:
        return [n for n in names if Path(folder) == checkpoint and (n == file or n.startswith("mentions."))]

    shutil.copytree(checkpoint, output, ignore=left_out, dirs_exist_ok=True)
    with writing(output / file):
        save_file(weights, output / file, about)


def restore_tables(kept: dict[str, Tensor]) -> dict[str, Tensor]:
    """All weights as floating-point numbers, from what :func:`compress_tables` wrote or left alone."""
    return {
        name: value.float() * kept[name + _SCALE] if name + _SCALE in kept else value
        for name, value in kept.items()
        if not name.endswith(_SCALE)
    }
