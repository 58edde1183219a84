"""Files as they are read, compressed or not."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path
from typing import BinaryIO, cast

from kg_docre.data.errors import DataError

__all__ = ["open_file", "read_text", "uncompressed"]


def open_file(path: Path) -> BinaryIO:
    """What is in a file, of ``.gz`` what was compressed. Reading raises :exc:`OSError`, and of what is damaged
    :exc:`EOFError` or :exc:`zlib.error`, too."""
    return cast("BinaryIO", gzip.open(path)) if path.suffix.lower() == ".gz" else path.open("rb")


def uncompressed(path: Path) -> Path:
    """What a file is called, without the ending that says it is compressed."""
    return path.with_suffix("") if path.suffix.lower() == ".gz" else path


def read_text(path: Path) -> str:
    """A file's text in UTF-8, with or without a byte order mark. Raises :exc:`DataError`."""
    try:
        with io.TextIOWrapper(open_file(path), encoding="utf-8-sig") as file:
            return file.read()
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 text (byte {error.start})") from error
