"""Where a graph can go: files and folders by their ending, Neo4j by its address."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from kg_docre.graph.address import check_address, is_address
from kg_docre.graph.endings import FILE_ENDINGS, FILES, FOLDERS
from kg_docre.graph.errors import ExportError
from kg_docre.graph.knowledge_graph import KnowledgeGraph
from kg_docre.graph.provenance import Provenance

__all__ = ["Credentials", "Target", "no_credentials", "open_target"]

Target = Callable[[KnowledgeGraph], None]
Credentials = Callable[[], tuple[str, str, str | None]]
Writer = Callable[[KnowledgeGraph, Path], None]


def no_credentials() -> tuple[str, str, str | None]:
    """What a server asks for, where files and folders alone were expected."""
    raise ExportError("Neo4j: credentials are needed, a function that gives user, password and database")


def open_target(
    target: str | Path, credentials: Credentials = no_credentials, provenance: Provenance | None = None
) -> Target:
    """A function that writes a graph to ``target``.

    Everything that can be known beforehand is checked now: the file's ending and folder; whether a Neo4j server answers
    and accepts ``credentials()``, which no file needs. A file or folder appears under its name when it is whole. With
    ``Provenance.NONE`` nothing is said of where facts come from; the other choices are RDF's.

    Raises :exc:`ExportError` with the target and the reason, and :exc:`ValueError` for what is no provenance.
    """
    target = str(target)
    provenance = None if provenance is None else Provenance(provenance)
    if is_address(target):
        return _neo4j(target, credentials, evidence=provenance != Provenance.NONE)
    path = Path(target)
    ending = "".join(path.suffixes[-2:]) if path.suffix == ".gz" else path.suffix
    if ending.removesuffix(".gz") in (".csv", ".tsv"):
        raise ExportError(f"{target}: a table, not a graph; kg-docre facts --csv --limit 0 prints all facts as one")
    if ending not in FILE_ENDINGS:
        raise ExportError(f"{target}: unknown ending; known are {', '.join(FILE_ENDINGS)} and neo4j:// addresses")
    if not path.absolute().parent.is_dir():
        raise ExportError(f"{target}: its folder does not exist")
    if not os.access(path.absolute().parent, os.W_OK):
        raise ExportError(f"{target}: its folder can't be written to")
    if path.is_dir() and ending not in FOLDERS:
        raise ExportError(f"{target}: a folder")
    try:
        writer = _writer(ending, path, provenance)
    except ExportError as error:
        raise ExportError(f"{target}: {error}") from None
    return lambda graph: _write(graph, path, writer)


def _neo4j(target: str, credentials: Credentials, *, evidence: bool) -> Target:
    from kg_docre.graph.neo4j import Neo4jTarget

    check_address(target)
    user, password, database = credentials()
    connect = partial(Neo4jTarget, target, user=user, password=password, database=database)
    with connect():  # closed at once: before there is something to write there may be a build, or none
        pass

    def write(graph: KnowledgeGraph) -> None:
        with connect() as server, graph.store.snapshot(), _few_collections():
            server.write(graph, evidence=evidence)

    return write


@contextmanager
def _few_collections() -> Iterator[None]:
    """Rows that wait to be sent hold no cycles: looking for some among them takes a third of the time to make them."""
    usual = gc.get_threshold()
    gc.set_threshold(50_000, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _writer(ending: str, path: Path, provenance: Provenance | None) -> Writer:
    """What writes this kind of file or folder, once it is sure that it may."""
    if ending in FILES:
        from kg_docre.graph.graph_xml import write_gexf, write_graphml
        from kg_docre.graph.networkx import write_node_link
        from kg_docre.graph.page import write_page
        from kg_docre.graph.page_mark import is_page

        if ending == ".html" and path.exists() and path.stat().st_size and not is_page(path):
            raise ExportError("something else than a graph's page")
        write = {".graphml": write_graphml, ".gexf": write_gexf, ".json": write_node_link, ".html": write_page}[ending]
        return lambda graph, path: write(graph, path, evidence=provenance != Provenance.NONE)
    if ending == ".oxigraph":
        from kg_docre.graph.oxigraph import is_store, write_store

        if path.exists() and not is_store(path):
            raise ExportError("something else than an Oxigraph store")
        return lambda graph, path: write_store(graph, path, provenance)
    if ending == ".neo4j":
        from kg_docre.graph.neo4j_import import is_import, write_import

        if path.exists() and not is_import(path):
            raise ExportError("something else than files for neo4j-admin")
        return lambda graph, path: write_import(graph, path, evidence=provenance != Provenance.NONE)
    from kg_docre.graph.rdf import check_provenance, write_rdf

    checked = check_provenance(ending.removesuffix(".gz"), provenance)
    return lambda graph, path: write_rdf(graph, path, checked)


def _write(graph: KnowledgeGraph, path: Path, writer: Writer) -> None:
    """Write beside its place first; what was there before goes only when the new one is in its place."""
    parent = path.absolute().parent
    try:
        with TemporaryDirectory(dir=parent, prefix=f".{path.name}.", ignore_cleanup_errors=True) as folder:
            unfinished, old = Path(folder, path.name), Path(folder, f"{path.name}.old")
            with graph.store.snapshot():
                writer(graph, unfinished)
            if not (unfinished.is_dir() and path.exists()):
                unfinished.replace(path)
                return
            path.rename(old)
            try:
                unfinished.rename(path)
            except BaseException:
                old.rename(path)
                raise
    except ExportError as error:
        raise ExportError(f"{path}: {error}") from None
    except OSError as error:
        raise ExportError(f"{path}: {error.strerror or error}") from error
