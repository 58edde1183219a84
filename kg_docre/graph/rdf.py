"""The graph as RDF: Turtle, N-Triples, N-Quads, TriG and JSON-LD.

Facts are direct triples with Wikidata's property IRIs (``wdt:P57``). Where they come from is said, by choice, in
one of the ways of :class:`~kg_docre.graph.provenance.Provenance`; what read the documents, and when, in PROV-O,
once a document and a run.

N-Triples and N-Quads are written as they are (:mod:`~kg_docre.graph.n_quads`), the other formats by Oxigraph, which
reads these: all as the facts come, so that memory does not grow with the graph.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path
from typing import IO, cast

from pyoxigraph import RdfFormat, parse, serialize
from rdflib import Dataset, Graph

from kg_docre.graph.errors import ExportError
from kg_docre.graph.knowledge_graph import KnowledgeGraph
from kg_docre.graph.n_quads import n_quads
from kg_docre.graph.provenance import Provenance
from kg_docre.graph.vocabulary import KG, PREFIXES

__all__ = ["FORMATS", "KG", "check_provenance", "to_rdf", "write_rdf"]

FORMATS = {
    ".ttl": RdfFormat.TURTLE,
    ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS,
    ".trig": RdfFormat.TRIG,
    ".jsonld": RdfFormat.JSON_LD,
}
_AS_LINES = (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS)


def check_provenance(ending: str, provenance: Provenance | None) -> Provenance:
    """The choice for a file with this ending: if there is none, named graphs where the format has them, else
    statements.

    Raises :exc:`ExportError` for an unknown ending and where the format can't say that, :exc:`ValueError` for what is
    no provenance.
    """
    form = FORMATS.get(ending)
    if form is None:
        raise ExportError(f"unknown ending {ending!r}; known are {', '.join(FORMATS)}")
    if provenance is None:
        return Provenance.GRAPHS if form.supports_datasets else Provenance.STATEMENTS
    provenance = Provenance(provenance)
    if provenance == Provenance.GRAPHS and not form.supports_datasets:
        raise ExportError(f"{ending} has no named graphs; .nq, .trig and .jsonld have")
    if provenance == Provenance.REIFIERS and form == RdfFormat.JSON_LD:
        raise ExportError(f"{ending} has no reifiers; .ttl, .nt, .nq and .trig have")
    return provenance


def to_rdf(graph: KnowledgeGraph, provenance: Provenance = Provenance.STATEMENTS) -> Dataset | Graph:
    """Everything in memory as one rdflib graph; as a dataset if provenance is ``graphs``.

    Raises :exc:`ValueError` for ``reifiers``, which rdflib does not know, and for what is no provenance.
    """
    provenance = Provenance(provenance)
    if provenance == Provenance.REIFIERS:
        raise ValueError("rdflib has no reifiers; write a file, or an Oxigraph store")
    target: Dataset | Graph = Dataset() if provenance == Provenance.GRAPHS else Graph()
    for prefix, namespace in PREFIXES.items():
        target.bind(prefix, namespace)
    target.parse(data="".join(n_quads(graph, provenance)).encode(errors="replace"), format="nquads")
    return target


def write_rdf(graph: KnowledgeGraph, path: str | Path, provenance: Provenance | None = None) -> None:
    """Write the format that the file name ends with, one of :data:`FORMATS`, compressed if ``.gz`` follows.

    Raises :exc:`ExportError` for an unknown ending and where the format can't say that, :exc:`ValueError` for what is
    no provenance, :exc:`OSError` where it can't be written.
    """
    path = Path(path)
    zipped = path.suffix == ".gz"
    ending = path.with_suffix("").suffix if zipped else path.suffix
    said = n_quads(graph, check_provenance(ending, provenance))
    with path.open("wb") as raw:
        if not zipped:
            _write(said, raw, FORMATS[ending])
            return
        with gzip.GzipFile("", "wb", 6, raw, mtime=0) as file:
            _write(said, cast(IO[bytes], file), FORMATS[ending])


def _write(said: Iterable[str], file: IO[bytes], form: RdfFormat) -> None:
    if form in _AS_LINES:
        file.writelines(lines.encode(errors="replace") for lines in said)
    else:
        source = cast(IO[bytes], _Bytes(said))
        serialize(parse(source, RdfFormat.N_QUADS), file, form, prefixes=PREFIXES)


class _Bytes:
    """Text that is made as it is read."""

    def __init__(self, said: Iterable[str]) -> None:
        self._said = iter(said)
        self._left = b""

    def read(self, size: int) -> bytes:
        """At most so many bytes; none at the end."""
        parts, length = [self._left], len(self._left)
        for lines in self._said if length < size else ():
            parts.append(lines.encode(errors="replace"))
            length += len(parts[-1])
            if length >= size:
                break
        made = b"".join(parts)
        self._left = made[size:]
        return made[:size]
