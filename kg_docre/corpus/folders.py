"""The files of a folder that may hold texts."""

from __future__ import annotations

import os
from collections.abc import Collection, Set
from pathlib import Path

from kg_docre.graph.endings import FILES, FOLDERS, RDF

__all__ = ["PAGES", "READ", "TABLES", "files_below"]

PAGES, TABLES = (".html", ".htm", ".xhtml"), (".csv", ".tsv")
READ = (".json", ".jsonl", *TABLES, *PAGES)  # what is read besides plain text, though graphs may be called so
_GRAPHS = (".sqlite", ".sqlite-wal", ".sqlite-shm", *(end for end in (*RDF, *FILES, *FOLDERS) if end not in READ))


def files_below(
    folder: Path, exclude: Set[Path], sources: Collection[str | Path]
) -> tuple[list[Path], list[tuple[Path, str]]]:
    """All files below a folder, sorted, without hidden ones and ``exclude``; and folders below it that are not listed,
    with why: links, for one may lead round in circles, but for those into ``sources``, which are read anyway."""
    found: list[Path] = []
    closed: list[tuple[Path, str]] = []
    read = [Path(source).resolve() for source in sources]

    def failed(error: OSError) -> None:
        closed.append((Path(error.filename), error.strerror or str(error)))

    for parent, folders, names in os.walk(folder, onerror=failed):
        folders[:] = (
            name
            for name in folders
            if not (name.startswith(".") or _is_graph(name)) and Path(parent, name).resolve() not in exclude
        )
        for link in filter(Path.is_symlink, (Path(parent, name) for name in folders)):
            there = link.resolve()
            if not any(source in (there, *there.parents) and not _is_hidden(there, source) for source in read):
                closed.append((link, "a link to a folder, not followed; name it as a source of its own"))
        paths = (Path(parent, name) for name in names if not (name.startswith(".") or _is_graph(name)))
        found += (path for path in paths if _is_file(path) and Path(os.path.realpath(path)) not in exclude)
    return sorted(found), closed


def _is_hidden(folder: Path, source: Path) -> bool:
    return any(part.startswith(".") for part in folder.relative_to(source).parts)


def _is_graph(name: str) -> bool:
    """Whether a file or folder of this name is a store, or what one was exported to."""
    return name.lower().removesuffix(".gz").endswith(_GRAPHS)


def _is_file(path: Path) -> bool:
    """Whether it is, or whether there is no telling, or a link leads nowhere: reading it will say why."""
    try:
        return path.is_file() or (path.is_symlink() and not path.exists())
    except PermissionError:
        return True
