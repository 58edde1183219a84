"""The checkpoints that ship inside the package, each a folder with a model card."""

from __future__ import annotations

import hashlib
from pathlib import Path

__all__ = [
    "checkpoint_fingerprint",
    "checkpoint_path",
    "detector_fingerprint",
    "shipped_checkpoints",
    "weights_fingerprint",
]

_FOLDER = Path(__file__).parent
_DEFAULT = "small"


def shipped_checkpoints() -> dict[str, Path]:
    """Name and folder of every shipped checkpoint; ``default`` is one of them under a second name."""
    found = {folder.name: folder for folder in sorted(_FOLDER.iterdir()) if (folder / "config.json").is_file()}
    if _DEFAULT in found:
        found = {"default": found[_DEFAULT], **found}
    return found


def checkpoint_path(path_or_name: str | Path) -> Path:
    """Folder of a shipped checkpoint or of one's own.

    Raises :exc:`FileNotFoundError` that lists the shipped names.
    """
    shipped = shipped_checkpoints()
    if str(path_or_name) in shipped:
        return shipped[str(path_or_name)]
    folder = Path(path_or_name)
    if not (folder / "config.json").is_file():
        known = ", ".join(shipped)
        raise FileNotFoundError(f"no checkpoint {str(path_or_name)!r}: no folder with config.json, and none of {known}")
    return folder


def checkpoint_fingerprint(folder: Path) -> str:
    """Twelve hex digits that change whenever weights, configuration or calibration do."""
    return _digest(folder, "config.json", "model.safetensors", "calibration.json")


def weights_fingerprint(folder: Path) -> str:
    """Twelve hex digits that change whenever the weights do."""
    return _digest(folder, "model.safetensors")


def detector_fingerprint(folder: Path) -> str:
    """Twelve hex digits that change whenever the mention detector does."""
    return _digest(folder, "model.safetensors", "mentions.json", "mentions.safetensors")


def _digest(folder: Path, *names: str) -> str:
    digest = hashlib.blake2b(digest_size=6)
    for name in names:
        digest.update((folder / name).read_bytes() if (folder / name).is_file() else b"")
    return digest.hexdigest()
