"""The graph as RDF: Turtle, N-Triples, and N-Quads, TriG or JSON-LD with a named graph per document.

Facts are direct triples with Wikidata's property IRIs (``wdt:P57``). Entities linked to Wikidata have
its IRIs, the others minted ones. Each fact is also an ``rdf:Statement`` with its confidence, its
support, what conflicts with it, and one evidence node per document that leads to the sentences.

Files are written by Oxigraph as the facts come, so that memory does not grow with the graph.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import starmap
from pathlib import Path
from typing import IO, cast
from urllib.parse import quote

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, serialize
from rdflib import Dataset, Graph, Namespace

from kg_docre.graph.knowledge_graph import Fact, KnowledgeGraph

__all__ = ["FORMATS", "KG", "to_rdf", "write_rdf"]

KG = Namespace("urn:kg-docre:vocabulary:")
_BASE = "urn:kg-docre:"
_WD = "http://www.wikidata.org/entity/"
_WDT = "http://www.wikidata.org/prop/direct/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_DCTERMS = "http://purl.org/dc/terms/"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_PREFIXES = {
    "kg": str(KG),
    "wd": _WD,
    "wdt": _WDT,
    "rdf": _RDF,
    "rdfs": _RDFS,
    "skos": _SKOS,
    "dcterms": _DCTERMS,
    "xsd": _XSD,
}

FORMATS = {
    ".ttl": RdfFormat.TURTLE,
    ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS,
    ".trig": RdfFormat.TRIG,
    ".jsonld": RdfFormat.JSON_LD,
}

Statement = tuple[NamedNode, NamedNode, NamedNode | Literal]

_TYPE, _LABEL, _ALT_LABEL = NamedNode(f"{_RDF}type"), NamedNode(f"{_RDFS}label"), NamedNode(f"{_SKOS}altLabel")
_STATEMENT = NamedNode(f"{_RDF}Statement")
_SUBJECT, _PREDICATE, _OBJECT = (NamedNode(_RDF + name) for name in ("subject", "predicate", "object"))
_IDENTIFIER, _TITLE = NamedNode(f"{_DCTERMS}identifier"), NamedNode(f"{_DCTERMS}title")
_DOCUMENT, _EVIDENCE, _SENTENCE = (NamedNode(KG[name]) for name in ("Document", "Evidence", "Sentence"))
_HAS_DOCUMENT, _HAS_EVIDENCE, _HAS_SENTENCE = (NamedNode(KG[name]) for name in ("document", "evidence", "sentence"))
_MODEL, _CONFIDENCE, _SUPPORT, _SCORE, _NUMBER, _TEXT = (
    NamedNode(KG[name]) for name in ("model", "confidence", "support", "score", "number", "text")
)
_CONFLICT, _PLAUSIBILITY, _INFERRED = (NamedNode(KG[name]) for name in ("conflict", "plausibility", "inferred"))


def to_rdf(graph: KnowledgeGraph, *, named_graphs: bool = False) -> Dataset | Graph:
    """Everything in memory as one rdflib graph; with ``named_graphs`` a dataset where each document's facts stand
    in the graph named after it, and descriptions in the default graph."""
    target: Dataset | Graph = Dataset() if named_graphs else Graph()
    for prefix, namespace in _PREFIXES.items():
        target.bind(prefix, namespace)
    if named_graphs:
        data = serialize(_quads(graph), format=RdfFormat.N_QUADS)
        target.parse(data=data, format="nquads")
    else:
        target.parse(data=serialize(_triples(graph), format=RdfFormat.N_TRIPLES), format="nt")
    return target


def write_rdf(graph: KnowledgeGraph, path: str | Path) -> None:
    """Write the format that the file name ends with, one of :data:`FORMATS`, compressed if ``.gz`` follows."""
    path = Path(path)
    zipped = path.suffix == ".gz"
    form = FORMATS[path.with_suffix("").suffix if zipped else path.suffix]
    statements = _quads(graph) if form.supports_datasets else _triples(graph)
    if zipped:
        with gzip.open(path, "wb", compresslevel=6) as file:
            serialize(statements, cast(IO[bytes], file), form, prefixes=_PREFIXES)
    else:
        serialize(statements, str(path), form, prefixes=_PREFIXES)


def _quads(graph: KnowledgeGraph) -> Iterator[Quad]:
    default = DefaultGraph()
    for statement in _descriptions(graph):
        yield Quad(*statement, default)
    linked = _wikidata_ids(graph)
    for fact in graph.facts():
        direct = _direct(fact, linked)
        for evidence in fact.evidence:
            yield Quad(*direct, _document(evidence.document.id))
        for statement in _about(fact, direct):
            yield Quad(*statement, default)


def _triples(graph: KnowledgeGraph) -> Iterator[Triple]:
    yield from starmap(Triple, _descriptions(graph))
    linked = _wikidata_ids(graph)
    for fact in graph.facts():
        direct = _direct(fact, linked)
        yield Triple(*direct)
        yield from starmap(Triple, _about(fact, direct))


def _descriptions(graph: KnowledgeGraph) -> Iterator[Statement]:
    for label, name in graph.labels().items():
        yield _property(label), _LABEL, _text(name)
    for node in graph.nodes():
        subject = _node(node.id, {node.id: node.kb_id} if _is_wikidata(node.kb_id) else {})
        yield subject, _TYPE, NamedNode(KG[quote(node.type, safe="")])
        yield subject, _LABEL, _text(node.name)
        for alias in node.aliases:
            yield subject, _ALT_LABEL, _text(alias)
    for document in graph.documents():
        subject = _document(document.id)
        yield subject, _TYPE, _DOCUMENT
        yield subject, _IDENTIFIER, _text(document.uri)
        yield subject, _MODEL, _text(document.model)
        if document.title:
            yield subject, _TITLE, _text(document.title)
    for id, number, text in graph.evidence_sentences():
        sentence = _sentence(id, number)
        yield sentence, _TYPE, _SENTENCE
        yield sentence, _NUMBER, Literal(number)
        yield sentence, _TEXT, _text(text)


def _direct(fact: Fact, linked: dict[str, str]) -> Statement:
    return _node(fact.head, linked), _property(fact.label), _node(fact.tail, linked)


def _about(fact: Fact, direct: Statement) -> Iterator[Statement]:
    iri = f"{_BASE}fact:{fact.id}"
    subject = NamedNode(iri)
    yield subject, _TYPE, _STATEMENT
    yield subject, _SUBJECT, direct[0]
    yield subject, _PREDICATE, direct[1]
    yield subject, _OBJECT, direct[2]
    yield subject, _CONFIDENCE, Literal(fact.confidence)
    yield subject, _SUPPORT, Literal(fact.support)
    if fact.conflicts:
        yield subject, _PLAUSIBILITY, Literal(fact.plausibility)
        for conflict in fact.conflicts:
            yield subject, _CONFLICT, Literal(conflict)
    if fact.inferred:
        yield subject, _INFERRED, Literal(True)
    for evidence in fact.evidence:
        source = NamedNode(f"{iri}:{evidence.document.id}")
        yield subject, _HAS_EVIDENCE, source
        yield source, _TYPE, _EVIDENCE
        yield source, _HAS_DOCUMENT, _document(evidence.document.id)
        yield source, _SCORE, Literal(evidence.score)
        for number, _ in evidence.sentences:
            yield source, _HAS_SENTENCE, _sentence(evidence.document.id, number)


def _wikidata_ids(graph: KnowledgeGraph) -> dict[str, str]:
    """Nodes that are linked to Wikidata, with their ids there."""
    return {node: kb_id for node, kb_id in graph.linked() if _is_wikidata(kb_id)}


def _is_wikidata(kb_id: str) -> bool:
    return re.fullmatch(r"Q[1-9]\d*", kb_id) is not None


def _node(id: str, linked: dict[str, str]) -> NamedNode:
    return NamedNode(_WD + linked[id]) if id in linked else NamedNode(f"{_BASE}entity:{quote(id, safe='')}")


@lru_cache(maxsize=1024)
def _property(label: str) -> NamedNode:
    known = re.fullmatch(r"P[1-9]\d*", label)
    return NamedNode(_WDT + label if known else f"{_BASE}relation:{quote(label, safe='')}")


@lru_cache(maxsize=1024)
def _document(id: str) -> NamedNode:
    return NamedNode(f"{_BASE}document:{id}")


def _sentence(document: str, number: int) -> NamedNode:
    return NamedNode(f"{_BASE}document:{document}:{number}")


def _text(text: str) -> Literal:
    """A literal; half of a character, which UTF-8 has no bytes for, becomes a question mark."""
    try:
        return Literal(text)
    except UnicodeEncodeError:
        return Literal(text.encode("utf-8", "replace").decode("utf-8"))
