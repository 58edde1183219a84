"""The tokenizer of a checkpoint."""

from __future__ import annotations

from pathlib import Path

from tokenizers import Tokenizer

from kg_docre.pretrained import reading

__all__ = ["load_tokenizer"]


def load_tokenizer(checkpoint: str | Path) -> Tokenizer:
    """Read ``tokenizer.json`` of a checkpoint folder.

    Raises :exc:`FileNotFoundError` if there is none, :exc:`ValueError` if it is broken; both name it.
    """
    file = Path(checkpoint) / "tokenizer.json"
    if not file.is_file():
        raise FileNotFoundError(f"{checkpoint}: no tokenizer.json")
    with reading(file):
        return Tokenizer.from_file(str(file))
