"""The graph as RDF: Turtle, N-Triples, N-Quads, TriG and JSON-LD.

Facts are direct triples with Wikidata's property IRIs (``wdt:P57``). Where they come from is said, by choice, in
one of the ways of :class:`~kg_docre.graph.provenance.Provenance`; what read the documents, and when, in PROV-O,
once a document and a run.

Files are written by Oxigraph as the facts come, so that memory does not grow with the graph.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, serialize
from rdflib import Dataset, Graph

from kg_docre.graph import vocabulary
from kg_docre.graph.errors import ExportError
from kg_docre.graph.knowledge_graph import KnowledgeGraph
from kg_docre.graph.provenance import Provenance
from kg_docre.graph.records import Fact, fact_id
from kg_docre.graph.vocabulary import KG, PREFIXES, minted, text

__all__ = ["FORMATS", "KG", "check_provenance", "quads", "to_rdf", "write_rdf"]

FORMATS = {
    ".ttl": RdfFormat.TURTLE,
    ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS,
    ".trig": RdfFormat.TRIG,
    ".jsonld": RdfFormat.JSON_LD,
}


def _iri(name: str) -> NamedNode:
    prefix, _, local = name.partition(":")
    return NamedNode(PREFIXES[prefix] + local)


_TYPE, _LABEL, _ALT_LABEL, _DATE = map(_iri, ("rdf:type", "rdfs:label", "skos:altLabel", "kg:date"))
_STATEMENT, _REIFIES = map(_iri, ("rdf:Statement", "rdf:reifies"))
_SUBJECT, _PREDICATE, _OBJECT = map(_iri, ("rdf:subject", "rdf:predicate", "rdf:object"))
_IDENTIFIER, _TITLE, _DATE_TIME = map(_iri, ("dcterms:identifier", "dcterms:title", "xsd:dateTime"))
_ACTIVITY, _USED, _STARTED = map(_iri, ("prov:Activity", "prov:used", "prov:startedAtTime"))
_AGENT, _WITH = map(_iri, ("prov:SoftwareAgent", "prov:wasAssociatedWith"))
_DOCUMENT, _EVIDENCE, _SENTENCE, _CONFIG = map(_iri, ("kg:Document", "kg:Evidence", "kg:Sentence", "kg:config"))
_HAS_DOCUMENT, _HAS_EVIDENCE, _HAS_SENTENCE = map(_iri, ("kg:document", "kg:evidence", "kg:sentence"))
_MODEL, _ADDED, _NUMBER, _TEXT = map(_iri, ("kg:model", "kg:added", "kg:number", "kg:text"))
_CONFIDENCE, _SUPPORT, _SCORE = map(_iri, ("kg:confidence", "kg:support", "kg:score"))
_LOOKED_AT, _VIA, _PATTERN, _WEIGHT = map(_iri, ("kg:lookedAt", "kg:via", "kg:pattern", "kg:weight"))
_CONFLICT, _PLAUSIBILITY, _INFERRED = map(_iri, ("kg:conflict", "kg:plausibility", "kg:inferred"))


def check_provenance(ending: str, provenance: Provenance | None) -> Provenance:
    """The choice for a file with this ending: if there is none, named graphs where the format has them, else
    statements.

    Raises :exc:`ExportError` where the format can't say that.
    """
    form = FORMATS[ending]
    if provenance is None:
        return Provenance.GRAPHS if form.supports_datasets else Provenance.STATEMENTS
    if provenance == Provenance.GRAPHS and not form.supports_datasets:
        raise ExportError(f"{ending} has no named graphs; .nq, .trig and .jsonld have")
    if provenance == Provenance.REIFIERS and form == RdfFormat.JSON_LD:
        raise ExportError(f"{ending} has no reifiers; .ttl, .nt, .nq and .trig have")
    return provenance


def to_rdf(graph: KnowledgeGraph, provenance: Provenance = Provenance.STATEMENTS) -> Dataset | Graph:
    """Everything in memory as one rdflib graph; as a dataset if provenance is ``graphs``.

    Raises :exc:`ValueError` for ``reifiers``, which rdflib does not know.
    """
    if provenance == Provenance.REIFIERS:
        raise ValueError("rdflib has no reifiers; write a file, or an Oxigraph store")
    target: Dataset | Graph = Dataset() if provenance == Provenance.GRAPHS else Graph()
    for prefix, namespace in PREFIXES.items():
        target.bind(prefix, namespace)
    target.parse(data=serialize(quads(graph, provenance), format=RdfFormat.N_QUADS), format="nquads")
    return target


def write_rdf(graph: KnowledgeGraph, path: str | Path, provenance: Provenance | None = None) -> None:
    """Write the format that the file name ends with, one of :data:`FORMATS`, compressed if ``.gz`` follows.

    Raises :exc:`ExportError` where the format can't say that, :exc:`OSError` where it can't be written.
    """
    path = Path(path)
    zipped = path.suffix == ".gz"
    ending = path.with_suffix("").suffix if zipped else path.suffix
    statements = quads(graph, check_provenance(ending, provenance))
    if zipped:
        with path.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as file:
            serialize(statements, cast(IO[bytes], file), FORMATS[ending], prefixes=PREFIXES)
    else:
        serialize(statements, str(path), FORMATS[ending], prefixes=PREFIXES)


def quads(graph: KnowledgeGraph, provenance: Provenance) -> Iterator[Quad]:
    """Everything there is to say, as it is read from the store: names and types, sources, facts."""
    yield from _names(graph)
    if provenance != Provenance.NONE:
        yield from _sources(graph)
    linked = {node: kb_id for node, kb_id in graph.linked() if vocabulary.is_wikidata(kb_id)}
    for fact in graph.facts(details=provenance != Provenance.NONE):
        head, tail = (vocabulary.entity(end, linked.get(end, "")) for end in (fact.head, fact.tail))
        property = vocabulary.relation(fact.label)
        if provenance == Provenance.GRAPHS:
            for evidence in fact.evidence:
                yield Quad(head, property, tail, vocabulary.document(evidence.document.id))
        else:
            yield Quad(head, property, tail)
        if provenance != Provenance.NONE:
            yield from _about(fact, Triple(head, property, tail), linked, reifier=provenance == Provenance.REIFIERS)


def _names(graph: KnowledgeGraph) -> Iterator[Quad]:
    for label, name in graph.labels().items():
        yield Quad(vocabulary.relation(label), _LABEL, text(name))
    for node in graph.nodes():
        subject = vocabulary.entity(node.id, node.kb_id)
        yield Quad(subject, _TYPE, vocabulary.node_type(node))
        yield Quad(subject, _LABEL, text(node.name))
        for alias in node.aliases:
            yield Quad(subject, _ALT_LABEL, text(alias))
        if node.date:
            yield Quad(subject, _DATE, vocabulary.date(node.date))


def _sources(graph: KnowledgeGraph) -> Iterator[Quad]:
    for run in graph.runs():
        subject, agent = minted("run", graph.store.identity, str(run.id)), minted("agent", run.version)
        yield Quad(subject, _TYPE, _ACTIVITY)
        yield Quad(subject, _STARTED, Literal(run.started, datatype=_DATE_TIME))
        yield Quad(subject, _CONFIG, text(run.config))
        yield Quad(subject, _WITH, agent)
        yield Quad(agent, _TYPE, _AGENT)
        yield Quad(agent, _LABEL, text(f"kg-docre {run.version}"))
    for document in graph.documents():
        subject = vocabulary.document(document.id)
        yield Quad(subject, _TYPE, _DOCUMENT)
        yield Quad(subject, _IDENTIFIER, text(document.uri))
        yield Quad(subject, _MODEL, text(document.model))
        yield Quad(subject, _ADDED, Literal(document.added, datatype=_DATE_TIME))
        if document.title:
            yield Quad(subject, _TITLE, text(document.title))
        if document.run:
            yield Quad(minted("run", graph.store.identity, str(document.run)), _USED, subject)
    for id, number, words in graph.evidence_sentences():
        sentence = vocabulary.sentence(id, number)
        yield Quad(sentence, _TYPE, _SENTENCE)
        yield Quad(sentence, _NUMBER, Literal(number))
        yield Quad(sentence, _TEXT, text(words))


def _about(fact: Fact, direct: Triple, linked: dict[str, str], *, reifier: bool) -> list[Quad]:
    subject = minted("fact", fact.id)
    said = (
        [Quad(subject, _REIFIES, direct)]
        if reifier
        else [
            Quad(subject, _TYPE, _STATEMENT),
            Quad(subject, _SUBJECT, direct.subject),
            Quad(subject, _PREDICATE, direct.predicate),
            Quad(subject, _OBJECT, direct.object),
        ]
    )
    said.append(Quad(subject, _CONFIDENCE, Literal(fact.confidence)))
    said.append(Quad(subject, _SUPPORT, Literal(fact.support)))
    if fact.conflicts:
        said.append(Quad(subject, _PLAUSIBILITY, Literal(fact.plausibility)))
        said += [Quad(subject, _CONFLICT, Literal(conflict)) for conflict in fact.conflicts]
    if fact.inferred:
        said.append(Quad(subject, _INFERRED, Literal(True)))
    for evidence in fact.evidence:
        source, id = minted("fact", fact.id, evidence.document.id), evidence.document.id
        said += [
            Quad(subject, _HAS_EVIDENCE, source),
            Quad(source, _TYPE, _EVIDENCE),
            Quad(source, _HAS_DOCUMENT, vocabulary.document(id)),
            Quad(source, _SCORE, Literal(evidence.score)),
            *(Quad(source, _HAS_SENTENCE, vocabulary.sentence(id, number)) for number, _ in evidence.sentences),
        ]
        if step := evidence.step:
            said += [
                *(Quad(source, _LOOKED_AT, minted("fact", fact_id(*read))) for read in step.looked_at),
                Quad(source, _VIA, vocabulary.entity(step.via, linked.get(step.via, ""))),
                Quad(source, _PATTERN, Literal(step.pattern)),
                Quad(source, _WEIGHT, Literal(step.weight)),
            ]
    return said
