"""The tokenizer of a checkpoint, and how words go through it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tokenizers import Encoding, Tokenizer

from kg_docre.pretrained import reading

__all__ = ["encode", "load_tokenizer"]

_LONGEST = 500  # characters


def encode(tokenizer: Tokenizer, texts: Sequence[Sequence[str]]) -> list[Encoding]:
    """Pieces of the words of each text, without special tokens. Of what is far too long for a word, an address or an
    image in letters, only its beginning is read: all of it would cost as much as a whole text."""
    words = [[word[:_LONGEST] for word in text] for text in texts]
    return tokenizer.encode_batch(words, is_pretokenized=True, add_special_tokens=False)


def load_tokenizer(checkpoint: str | Path) -> Tokenizer:
    """Read ``tokenizer.json`` of a checkpoint folder.

    Raises :exc:`FileNotFoundError` if there is none, :exc:`ValueError` if it is broken; both name it.
    """
    file = Path(checkpoint) / "tokenizer.json"
    if not file.is_file():
        raise FileNotFoundError(f"{checkpoint}: no tokenizer.json")
    with reading(file):
        return Tokenizer.from_file(str(file))
