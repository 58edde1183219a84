"""The graph as an Oxigraph store on disk: a folder that SPARQL is asked of without a server."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from pyoxigraph import RdfFormat, Store

from kg_docre.graph.knowledge_graph import KnowledgeGraph
from kg_docre.graph.n_quads import n_quads
from kg_docre.graph.provenance import Provenance

__all__ = ["is_store", "write_store"]

_BATCH = 30_000  # texts of up to a dozen quads; Oxigraph sorts a batch in memory, some 1.3 kB for each quad


def write_store(graph: KnowledgeGraph, folder: str | Path, provenance: Provenance | None = None) -> None:
    """Fill a new folder; provenance is statements unless another way is chosen. (In named graphs a fact stands once
    for each of its documents, which queries would have to mind.)

    Raises :exc:`OSError` where it can't be written.
    """
    store = Store(str(folder))
    said = n_quads(graph, provenance or Provenance.STATEMENTS)
    while batch := "".join(islice(said, _BATCH)):
        store.bulk_load(batch.encode(errors="replace"), RdfFormat.N_QUADS)
    store.flush()


def is_store(folder: Path) -> bool:
    """Whether :func:`write_store` made this folder, by the files that Oxigraph's storage has."""
    return all((folder / name).is_file() for name in ("CURRENT", "IDENTITY"))
