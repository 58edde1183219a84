"""The graph as an Oxigraph store on disk: a folder that SPARQL is asked of without a server."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from pyoxigraph import Store

from kg_docre.graph.knowledge_graph import KnowledgeGraph
from kg_docre.graph.provenance import Provenance
from kg_docre.graph.rdf import quads

__all__ = ["is_store", "write_store"]

_BATCH = 200_000  # quads; Oxigraph sorts a batch in memory, some 1.3 kB for each


def write_store(graph: KnowledgeGraph, folder: str | Path, provenance: Provenance | None = None) -> None:
    """Fill a new folder; provenance is statements unless another way is chosen. (In named graphs a fact stands once
    for each of its documents, which queries would have to mind.)

    Raises :exc:`OSError` where it can't be written.
    """
    store = Store(str(folder))
    statements = quads(graph, provenance or Provenance.STATEMENTS)
    while batch := list(islice(statements, _BATCH)):
        store.bulk_extend(batch)
    store.flush()


def is_store(folder: Path) -> bool:
    """Whether :func:`write_store` made this folder, by the files that Oxigraph's storage has."""
    return all((folder / name).is_file() for name in ("CURRENT", "IDENTITY"))
