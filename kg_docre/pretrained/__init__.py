"""The checkpoints that ship inside the package, each a folder with a model card."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from safetensors import SafetensorError

__all__ = [
    "CHECKPOINT_FILES",
    "checkpoint_fingerprint",
    "checkpoint_path",
    "detector_fingerprint",
    "detector_of",
    "ensemble_of",
    "entity_types",
    "is_checkpoint",
    "mention_types",
    "own_checkpoint",
    "reading",
    "shipped_checkpoints",
    "weights_fingerprint",
    "writing",
]

_FOLDER = Path(__file__).parent
_DEFAULT = "small"
_JUDGING = ("config.json", "model.safetensors", "calibration.json", "ensemble.json", "subjects.safetensors")
CHECKPOINT_FILES = (
    *_JUDGING,
    *("tokenizer.json", "known_facts.safetensors", "training.json", "mentions.json", "mentions.safetensors"),
)


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


def is_checkpoint(path_or_name: str | Path) -> bool:
    """Whether it is a checkpoint, and no encoder alone: a shipped one's name, or a folder whose ``config.json`` has
    relations."""
    config = Path(path_or_name) / "config.json"
    if str(path_or_name) in shipped_checkpoints():
        return True
    try:
        return "relations" in json.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False


def own_checkpoint(path_or_name: str | Path) -> Path:
    """Folder of a checkpoint that may be written to.

    Raises :exc:`ValueError` for one that ships with the package.
    """
    folder = checkpoint_path(path_or_name)
    if folder.resolve() in {shipped.resolve() for shipped in shipped_checkpoints().values()}:
        raise ValueError(f"{path_or_name} ships with the package; take a copy of {folder}")
    return folder


@contextmanager
def reading(file: Path) -> Iterator[None]:
    """Whatever a library says of a checkpoint's broken file becomes a :exc:`ValueError` that names it."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"{file}: not what a checkpoint has: {reason[:300]}") from error


@contextmanager
def writing(file: Path) -> Iterator[None]:
    """What safetensors says of a file that can't be written, as on a full disk, becomes an :exc:`OSError` that names
    it. Who may read and write the file is as of any that is written here, or as it was; safetensors 0.8 leaves it to
    its owner alone."""
    there = file.exists()
    file.touch()
    mode = file.stat().st_mode
    try:
        yield
    except SafetensorError as error:
        if not there:
            file.unlink(missing_ok=True)
        raise OSError(f"{file}: {error}") from error
    with suppress(OSError):  # not all file systems have modes
        file.chmod(mode & 0o777)


def detector_of(path_or_name: str | Path) -> str | None:
    """The checkpoint whose detector finds the mentions of this one: itself, else the default one if that finds no
    types but this one's, else None."""
    types = entity_types(checkpoint_path(path_or_name))
    for name in (str(path_or_name), _DEFAULT):
        found = mention_types(checkpoint_path(name))
        if found and set(found) <= set(types):
            return name
    return None


def entity_types(folder: Path) -> tuple[str, ...]:
    """The types of entities that a checkpoint reads relations of."""
    config = folder / "config.json"
    with reading(config):
        return tuple(json.loads(config.read_text(encoding="utf-8"))["entity_types"])


def mention_types(folder: Path) -> tuple[str, ...]:
    """The types that a checkpoint's detector finds; empty if it has none."""
    settings = folder / "mentions.json"
    with reading(settings):
        return tuple(json.loads(settings.read_text(encoding="utf-8"))["types"]) if settings.is_file() else ()


def ensemble_of(folder: Path) -> dict[Path, float]:
    """The checkpoints that judge together with this one, and how much each of them counts where all, itself among
    them, count 1: what ``ensemble.json`` says by name, of a folder inside this one or of a shipped checkpoint. Empty if
    there is none."""
    file = folder / "ensemble.json"
    if not file.is_file():
        return {}
    with reading(file):
        weights = {name: float(weight) for name, weight in json.loads(file.read_text(encoding="utf-8")).items()}
        inside = {name: folder / name for name in weights if name == Path(name).name and name not in ("", "..")}
        own = {name: other for name, other in inside.items() if (other / "config.json").is_file()}
        known = {**shipped_checkpoints(), **own}
        if unknown := weights.keys() - known.keys():
            raise ValueError(f"no shipped checkpoint {min(unknown)!r}, nor a checkpoint's folder in {folder.name}")
        if not (all(weight > 0 for weight in weights.values()) and sum(weights.values()) < 1):  # NaN is no weight
            raise ValueError("weights must lie above 0, and their sum below 1")
        named: dict[Path, str] = {}
        for name in weights:
            if (same := named.setdefault(known[name].resolve(), name)) != name:
                raise ValueError(f"{same!r} and {name!r} are one checkpoint")
        return {known[name]: weight for name, weight in weights.items()}


def checkpoint_fingerprint(folder: Path) -> str:
    """Twelve hex digits that change whenever weights, configuration or calibration do, or what judges along, or what
    tells subjects apart."""
    others = [other / name for other in ensemble_of(folder) for name in ("config.json", "model.safetensors")]
    return _digest(*(folder / name for name in _JUDGING), *others)


def weights_fingerprint(folder: Path) -> str:
    """Twelve hex digits that change whenever the weights do."""
    return _digest(folder / "model.safetensors")


def detector_fingerprint(folder: Path) -> str:
    """Twelve hex digits that change whenever the mention detector does."""
    return _digest(folder / "mentions.json", folder / "mentions.safetensors")  # the former names the weights below


def _digest(*files: Path) -> str:
    digest = hashlib.blake2b(digest_size=6)
    for file in files:
        digest.update(file.read_bytes() if file.is_file() else b"")
    return digest.hexdigest()
