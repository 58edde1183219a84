"""What tells a page that a graph was written to from other HTML: it is no text to read, and may be overwritten."""

from __future__ import annotations

from pathlib import Path

__all__ = ["MARK", "is_page"]

MARK = '<meta name="generator" content="kg-docre">'
_FAR = 1000  # bytes before it


def is_page(file: Path | bytes) -> bool:
    """Whether a file, or what begins one, is such a page."""
    if isinstance(file, bytes):
        return MARK.encode() in file[:_FAR]
    with file.open("rb") as opened:
        return is_page(opened.read(_FAR))
