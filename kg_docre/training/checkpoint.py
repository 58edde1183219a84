"""Everything a run needs to go on exactly where it was killed, in safetensors and JSON."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from kg_docre.data.errors import DataError
from kg_docre.pretrained import writing

__all__ = ["load_state", "replace_folder", "restore_folder", "save_state", "saved_progress"]


def replace_folder(new: Path, folder: Path) -> None:
    """Put a finished folder in place of an old one; after a kill :func:`restore_folder` finds one of the two."""
    old = folder.with_name(folder.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def restore_folder(folder: Path) -> None:
    """Bring back the folder that a kill between the two steps of :func:`replace_folder` left under another name."""
    old = folder.with_name(folder.name + ".old")
    if not folder.exists() and old.exists():
        old.rename(folder)


@contextmanager
def _unharmed(folder: Path) -> Iterator[None]:
    """Whatever fails while a state is read becomes one line."""
    try:
        yield
    except Exception as error:
        reason = str(error).partition("\n")[0]
        raise DataError(f"{folder} is damaged ({reason}); without it the run begins anew") from error


def saved_progress(folder: Path) -> dict[str, Any] | None:
    """``progress`` of a state, None where there is none. Raises :exc:`DataError` if it is damaged."""
    file = folder / "state.json"
    if not file.is_file():
        return None
    with _unharmed(folder):
        progress: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["progress"]
        return progress


def save_state(
    folder: Path,
    models: dict[str, torch.nn.Module],
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler,
    progress: dict[str, Any],
    *,
    device: torch.device,
) -> None:
    """Weights, optimizer moments, schedule, random state (of ``device``, too) and ``progress``."""
    tensors: dict[str, Tensor] = {
        f"{prefix}.{name}": value.contiguous()
        for prefix, model in models.items()
        for name, value in model.state_dict().items()
    }
    for number, moments in optimizer.state_dict()["state"].items():
        for name, value in moments.items():
            tensors[f"optimizer.{number}.{name}"] = value.contiguous()
    tensors["random.cpu"] = torch.get_rng_state()
    if device.type == "cuda":
        tensors["random.cuda"] = torch.cuda.get_rng_state(device)
    folder.mkdir(parents=True, exist_ok=True)
    with writing(folder / "state.safetensors"):
        save_file(tensors, folder / "state.safetensors")
    schedule = {key: value for key, value in scheduler.state_dict().items() if isinstance(value, int | float | list)}
    text = json.dumps({"progress": progress, "schedule": schedule}, indent=1)
    (folder / "state.json").write_text(text, encoding="utf-8")


def load_state(
    folder: Path,
    models: dict[str, torch.nn.Module],
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler,
    *,
    device: torch.device,
) -> dict[str, Any]:
    """Put everything back and return ``progress``. Raises :exc:`DataError` if something of it is damaged."""
    with _unharmed(folder):
        tensors = load_file(folder / "state.safetensors")
        state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
        for prefix, model in models.items():
            start = f"{prefix}."
            model.load_state_dict({n.removeprefix(start): v for n, v in tensors.items() if n.startswith(start)})
        moments: dict[int, dict[str, Tensor]] = {}
        for name, value in tensors.items():
            if name.startswith("optimizer."):
                _, number, moment = name.split(".")
                moments.setdefault(int(number), {})[moment] = value
        optimizer.load_state_dict({"state": moments, "param_groups": optimizer.state_dict()["param_groups"]})
        scheduler.load_state_dict({**scheduler.state_dict(), **state["schedule"]})
        for group, rate in zip(optimizer.param_groups, scheduler.get_last_lr(), strict=True):
            group["lr"] = rate
        torch.set_rng_state(tensors["random.cpu"])
        if "random.cuda" in tensors and device.type == "cuda":
            torch.cuda.set_rng_state(tensors["random.cuda"], device)
        done: dict[str, Any] = state["progress"]
        return done
