"""Annotated documents from any file that is understood."""

from __future__ import annotations

from pathlib import Path

from kg_docre.annotations import Document
from kg_docre.data.docred import read_docred
from kg_docre.data.errors import DataError
from kg_docre.data.files import uncompressed
from kg_docre.data.pubtator import read_hierarchy, read_pubtator

__all__ = ["is_pubtator", "read_documents"]


def read_documents(path: str | Path, *, hierarchy: str | Path | None = None) -> list[Document]:
    """PubTator where the name ends so (``.pubtator``, ``.PubTator.txt``), DocRED format otherwise; of ``.gz`` what was
    compressed.

    ``hierarchy`` is a file of tree numbers for PubTator's ids. Raises :exc:`~kg_docre.data.errors.DataError`.
    """
    if is_pubtator(path):
        return read_pubtator(path, hierarchy=None if hierarchy is None else read_hierarchy(hierarchy))
    if hierarchy is not None:
        raise DataError(f"{path}: a hierarchy is for the ids of PubTator files")
    return read_docred(path)


def is_pubtator(path: str | Path) -> bool:
    """Whether a file's name ends as PubTator's do."""
    return uncompressed(Path(path)).name.lower().endswith((".pubtator", ".pubtator.txt"))
