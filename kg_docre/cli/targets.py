"""What commands that write graphs have in common: their options, and what they may not overwrite."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from kg_docre.graph.endings import FILES, FOLDERS, RDF
from kg_docre.graph.provenance import Provenance

__all__ = [
    "Connected",
    "Inverses",
    "Sources",
    "Strict",
    "Targets",
    "files_of_store",
    "refuse_overwriting",
]

Strict = Annotated[bool, typer.Option("--strict", help="Leave out facts that conflict with others or their types.")]
Inverses = Annotated[
    bool, typer.Option("--inverses", help="Complete inverse relations, marked as inferred: part of and has part, …")
]
Connected = Annotated[
    bool, typer.Option("--connected", help="Leave out things that no fact is about or was read by way of.")
]
Targets = Annotated[
    list[str] | None,
    typer.Option(
        "--to",
        metavar="TARGET",
        help=f"{' '.join(RDF)} (or .gz), {' '.join((*FILES, *FOLDERS))}, neo4j://… (repeatable).",
    ),
]
Sources = Annotated[
    Provenance | None,
    typer.Option(
        "--provenance",
        help="How RDF says where a fact comes from: named graphs (where it can), statements, or RDF 1.2 reifiers; "
        "none leaves that out of any target.",
    ),
]


def files_of_store(store: Path) -> list[Path]:
    return [store.with_name(store.name + end) for end in ("", "-wal", "-shm")]


def refuse_overwriting(targets: Iterable[str], store: Path, sources: Iterable[str] = ()) -> None:
    """Raise :exc:`ValueError` for a target that is the store or a text."""
    taken = {file.resolve(): "the store" for file in files_of_store(store)}
    taken |= {Path(source).resolve(): "one of the sources" for source in sources}
    for target in targets:
        if "://" not in target and Path(target).resolve() in taken:
            raise ValueError(f"--to {target}: that is {taken[Path(target).resolve()]}; name another file")
