"""The graph as RDF: Turtle, N-Triples, and N-Quads or TriG with a named graph per document.

Facts are direct triples with Wikidata's property IRIs (``wdt:P57``). Entities linked to Wikidata have
its IRIs, the others minted ones. Each fact is also an ``rdf:Statement`` with its confidence, its
support, and one evidence node per document that leads to the sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from rdflib import RDF, RDFS, SKOS, XSD, Dataset, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS

from kg_docre.graph.knowledge_graph import Evidence, Fact, KnowledgeGraph

__all__ = ["FORMATS", "KG", "to_rdf", "write_rdf"]

Term = URIRef | Literal
Triple = tuple[URIRef, URIRef, Term]

KG = Namespace("urn:kg-docre:vocabulary:")
WD = Namespace("http://www.wikidata.org/entity/")
WDT = Namespace("http://www.wikidata.org/prop/direct/")
_BASE = "urn:kg-docre:"

FORMATS = {".ttl": "turtle", ".nt": "nt", ".nq": "nquads", ".trig": "trig"}
_QUADS = {"nquads", "trig"}


def to_rdf(graph: KnowledgeGraph, *, named_graphs: bool = False) -> Dataset | Graph:
    """Everything as one rdflib graph; with ``named_graphs`` a dataset where each document's facts stand
    in the graph named after it, and descriptions in the default graph."""
    target: Dataset | Graph = Dataset() if named_graphs else Graph()
    default = target.default_graph if isinstance(target, Dataset) else target
    for prefix, namespace in (("kg", KG), ("wd", WD), ("wdt", WDT), ("skos", SKOS), ("dcterms", DCTERMS)):
        target.bind(prefix, namespace)
    for triple in _descriptions(graph):
        default.add(triple)
    kb_ids = {node.id: node.kb_id for node in graph.nodes() if node.kb_id}
    for fact in graph.facts():
        triple = (_node(fact.head, kb_ids), _property(fact.label), _node(fact.tail, kb_ids))
        if isinstance(target, Dataset):
            for evidence in fact.evidence:
                target.graph(_document(evidence)).add(triple)
        else:
            default.add(triple)
        for statement in _statement(fact, triple):
            default.add(statement)
    return target


def write_rdf(graph: KnowledgeGraph, path: str | Path) -> None:
    """Write the format that the file name ends with, one of :data:`FORMATS`."""
    form = FORMATS[Path(path).suffix]
    result = to_rdf(graph, named_graphs=form in _QUADS)
    result.serialize(destination=str(path), format=form, encoding="utf-8")


def _descriptions(graph: KnowledgeGraph) -> Iterator[Triple]:
    for label, name in graph.labels().items():
        yield _property(label), RDFS.label, Literal(name)
    for node in graph.nodes():
        subject = _node(node.id, {node.id: node.kb_id})
        yield subject, RDF.type, KG[quote(node.type, safe="")]
        yield subject, RDFS.label, Literal(node.name)
        yield from ((subject, SKOS.altLabel, Literal(alias)) for alias in node.aliases)
    for document in graph.documents():
        subject = URIRef(f"{_BASE}document:{document.id}")
        yield subject, RDF.type, KG.Document
        yield subject, DCTERMS.identifier, Literal(document.uri)
        yield subject, KG.model, Literal(document.model)
        if document.title:
            yield subject, DCTERMS.title, Literal(document.title)


def _statement(fact: Fact, triple: tuple[URIRef, URIRef, URIRef]) -> Iterator[Triple]:
    subject = URIRef(f"{_BASE}fact:{fact.id}")
    yield subject, RDF.type, RDF.Statement
    yield subject, RDF.subject, triple[0]
    yield subject, RDF.predicate, triple[1]
    yield subject, RDF.object, triple[2]
    yield subject, KG.confidence, Literal(fact.confidence, datatype=XSD.double)
    yield subject, KG.support, Literal(fact.support)
    for evidence in fact.evidence:
        source = URIRef(f"{subject}:{evidence.document.id}")
        yield subject, KG.evidence, source
        yield source, RDF.type, KG.Evidence
        yield source, KG.document, _document(evidence)
        yield source, KG.score, Literal(evidence.score, datatype=XSD.double)
        for number, text in evidence.sentences:
            sentence = URIRef(f"{_document(evidence)}:{number}")
            yield source, KG.sentence, sentence
            yield sentence, RDF.type, KG.Sentence
            yield sentence, KG.number, Literal(number)
            yield sentence, KG.text, Literal(text)


def _node(id: str, kb_ids: dict[str, str]) -> URIRef:
    if re.fullmatch(r"Q[1-9]\d*", kb_ids.get(id, "")):
        return WD[kb_ids[id]]
    return URIRef(f"{_BASE}entity:{quote(id, safe='')}")


def _property(label: str) -> URIRef:
    return WDT[label] if re.fullmatch(r"P[1-9]\d*", label) else URIRef(f"{_BASE}relation:{quote(label, safe='')}")


def _document(evidence: Evidence) -> URIRef:
    return URIRef(f"{_BASE}document:{evidence.document.id}")
