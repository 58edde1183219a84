"""Where a graph can go: files by their ending, Neo4j by its address."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from kg_docre.graph.errors import ExportError
from kg_docre.graph.knowledge_graph import KnowledgeGraph

__all__ = ["FILE_ENDINGS", "SCHEMES", "Credentials", "Target", "open_target"]

SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
_RDF = (".ttl", ".nt", ".nq", ".trig", ".jsonld")
FILE_ENDINGS = (*_RDF, *(f"{ending}.gz" for ending in _RDF), ".graphml", ".json")

Target = Callable[[KnowledgeGraph], None]
Credentials = Callable[[], tuple[str, str, str | None]]


def open_target(target: str, credentials: Credentials) -> Target:
    """A function that writes a graph to ``target``.

    Everything that can be known beforehand is checked now: the file's ending and folder; whether a
    Neo4j server answers and accepts ``credentials()``, which are only asked for then. A file appears
    under its name when it is whole.

    Raises :exc:`ExportError` with the target and the reason.
    """
    if "://" in target or target.partition(":")[0] in SCHEMES:
        return _neo4j(target, credentials)
    path = Path(target)
    if _ending(path) not in FILE_ENDINGS:
        raise ExportError(f"{target}: unknown ending; known are {', '.join(FILE_ENDINGS)} and neo4j:// addresses")
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise ExportError(f"{target}: {'a folder' if path.is_dir() else 'its folder does not exist'}")
    return lambda graph: _write_file(graph, path)


def _neo4j(target: str, credentials: Credentials) -> Target:
    from kg_docre.graph.neo4j import Neo4jTarget, check_address

    check_address(target)
    user, password, database = credentials()
    server = Neo4jTarget(target, user=user, password=password, database=database)

    def write(graph: KnowledgeGraph) -> None:
        with server, graph.store.snapshot():
            server.write(graph)

    return write


def _write_file(graph: KnowledgeGraph, path: Path) -> None:
    unfinished = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        with graph.store.snapshot():
            _writer(_ending(path))(graph, unfinished)
        unfinished.replace(path)
    except OSError as error:
        raise ExportError(f"{path}: {error.strerror or error}") from error
    finally:
        unfinished.unlink(missing_ok=True)


def _ending(path: Path) -> str:
    return "".join(path.suffixes[-2:]) if path.suffix == ".gz" else path.suffix


def _writer(ending: str) -> Callable[[KnowledgeGraph, Path], None]:
    if ending in (".graphml", ".json"):
        from kg_docre.graph.networkx import write_graphml, write_node_link

        return write_graphml if ending == ".graphml" else write_node_link
    from kg_docre.graph.rdf import write_rdf

    return write_rdf
