"""What a graph says, as N-Quads: names and types, sources, facts. All of RDF is made of this text.

Terms are put together from constants, ids and what :func:`~kg_docre.graph.vocabulary.literal` has escaped: text is
made faster than an object for every quad.
"""

from __future__ import annotations

from collections.abc import Iterator

from kg_docre.graph import vocabulary
from kg_docre.graph.knowledge_graph import KnowledgeGraph
from kg_docre.graph.provenance import Provenance
from kg_docre.graph.records import Evidence, Fact, fact_id
from kg_docre.graph.vocabulary import literal, term
from kg_docre.metadata import values_of

__all__ = ["n_quads"]

_TYPE, _LABEL, _ALT_LABEL, _DATE = map(term, ("rdf:type", "rdfs:label", "skos:altLabel", "kg:date"))
_STATEMENT, _REIFIES = map(term, ("rdf:Statement", "rdf:reifies"))
_SUBJECT, _PREDICATE, _OBJECT = map(term, ("rdf:subject", "rdf:predicate", "rdf:object"))
_IDENTIFIER, _TITLE = map(term, ("dcterms:identifier", "dcterms:title"))
_ACTIVITY, _USED, _STARTED = map(term, ("prov:Activity", "prov:used", "prov:startedAtTime"))
_AGENT, _WITH = map(term, ("prov:SoftwareAgent", "prov:wasAssociatedWith"))
_DOCUMENT, _EVIDENCE, _SENTENCE, _CONFIG = map(term, ("kg:Document", "kg:Evidence", "kg:Sentence", "kg:config"))
_HAS_DOCUMENT, _HAS_EVIDENCE, _HAS_SENTENCE = map(term, ("kg:document", "kg:evidence", "kg:sentence"))
_MODEL, _ADDED, _NUMBER, _TEXT = map(term, ("kg:model", "kg:added", "kg:number", "kg:text"))
_CONFIDENCE, _SUPPORT, _SCORE = map(term, ("kg:confidence", "kg:support", "kg:score"))
_LOOKED_AT, _VIA, _PATTERN, _WEIGHT = map(term, ("kg:lookedAt", "kg:via", "kg:pattern", "kg:weight"))
_CONFLICT, _PLAUSIBILITY, _INFERRED = map(term, ("kg:conflict", "kg:plausibility", "kg:inferred"))
_DOUBLE, _INTEGER, _BOOLEAN = map(term, ("xsd:double", "xsd:integer", "xsd:boolean"))


def n_quads(graph: KnowledgeGraph, provenance: Provenance) -> Iterator[str]:
    """Everything there is to say, as it is read from the store, a line or several at a time. Half of a character,
    which UTF-8 has no bytes for, is for the reader to replace."""
    yield from _names(graph)
    if provenance != Provenance.NONE:
        yield from _sources(graph)
    for fact in graph.facts(details=provenance != Provenance.NONE):
        yield _fact(fact, provenance)


def _names(graph: KnowledgeGraph) -> Iterator[str]:
    for label, name in graph.labels().items():
        yield f"{vocabulary.relation(label)} {_LABEL} {literal(name)} .\n"
    for node in graph.nodes():
        subject = vocabulary.entity(node.id)
        yield f"{subject} {_TYPE} {vocabulary.node_type(node)} .\n{subject} {_LABEL} {literal(node.name)} .\n"
        for alias in node.aliases:
            yield f"{subject} {_ALT_LABEL} {literal(alias)} .\n"
        if node.date:
            yield f"{subject} {_DATE} {vocabulary.date(node.date)} .\n"


def _sources(graph: KnowledgeGraph) -> Iterator[str]:
    for run in graph.runs():
        subject, agent = vocabulary.run(graph.store.identity, run.id), vocabulary.agent(run.version)
        yield (
            f"{subject} {_TYPE} {_ACTIVITY} .\n"
            f"{subject} {_STARTED} {literal(run.started, 'xsd:dateTime')} .\n"
            f"{subject} {_CONFIG} {literal(run.config)} .\n"
            f"{subject} {_WITH} {agent} .\n"
            f"{agent} {_TYPE} {_AGENT} .\n"
            f"{agent} {_LABEL} {literal(f'kg-docre {run.version}')} .\n"
        )
    for document in graph.documents():
        subject = vocabulary.document(document.id)
        yield (
            f"{subject} {_TYPE} {_DOCUMENT} .\n"
            f"{subject} {_IDENTIFIER} {literal(document.uri)} .\n"
            f"{subject} {_MODEL} {literal(document.model)} .\n"
            f"{subject} {_ADDED} {literal(document.added, 'xsd:dateTime')} .\n"
        )
        if document.title:
            yield f"{subject} {_TITLE} {literal(document.title)} .\n"
        for name, value in document.metadata.items():
            field = vocabulary.field(name)
            yield from (f"{subject} {field} {vocabulary.value(one)} .\n" for one in values_of(value))
        if document.run:
            yield f"{vocabulary.run(graph.store.identity, document.run)} {_USED} {subject} .\n"
    for id, number, words in graph.evidence_sentences():
        sentence = vocabulary.sentence(id, number)
        yield (
            f"{sentence} {_TYPE} {_SENTENCE} .\n"
            f'{sentence} {_NUMBER} "{number}"^^{_INTEGER} .\n'
            f"{sentence} {_TEXT} {literal(words)} .\n"
        )


def _fact(fact: Fact, provenance: Provenance) -> str:
    head, tail = vocabulary.entity(fact.head), vocabulary.entity(fact.tail)
    said = f"{head} {vocabulary.relation(fact.label)} {tail}"
    if provenance == Provenance.NONE:
        return f"{said} .\n"
    subject = vocabulary.fact(fact.id)
    if provenance == Provenance.GRAPHS:
        lines = [f"{said} {vocabulary.document(evidence.document.id)} .\n" for evidence in fact.evidence]
    else:
        lines = [f"{said} .\n"]
    if provenance == Provenance.REIFIERS:
        lines.append(f"{subject} {_REIFIES} <<( {said} )>> .\n")
    else:
        lines.append(
            f"{subject} {_TYPE} {_STATEMENT} .\n{subject} {_SUBJECT} {head} .\n"
            f"{subject} {_PREDICATE} {vocabulary.relation(fact.label)} .\n{subject} {_OBJECT} {tail} .\n"
        )
    lines.append(
        f'{subject} {_CONFIDENCE} "{fact.confidence}"^^{_DOUBLE} .\n'
        f'{subject} {_SUPPORT} "{fact.support}"^^{_INTEGER} .\n'
    )
    if fact.conflicts:
        lines.append(f'{subject} {_PLAUSIBILITY} "{fact.plausibility}"^^{_DOUBLE} .\n')
        lines += [f"{subject} {_CONFLICT} {literal(conflict)} .\n" for conflict in fact.conflicts]
    if fact.inferred:
        lines.append(f'{subject} {_INFERRED} "true"^^{_BOOLEAN} .\n')
    for evidence in fact.evidence:
        lines += _evidence(fact, subject, evidence)
    return "".join(lines)


def _evidence(fact: Fact, subject: str, evidence: Evidence) -> list[str]:
    id, step = evidence.document.id, evidence.step
    source = vocabulary.evidence(fact.id, id)
    lines = [
        f"{subject} {_HAS_EVIDENCE} {source} .\n"
        f"{source} {_TYPE} {_EVIDENCE} .\n"
        f"{source} {_HAS_DOCUMENT} {vocabulary.document(id)} .\n"
        f'{source} {_SCORE} "{evidence.score}"^^{_DOUBLE} .\n'
    ]
    lines += [f"{source} {_HAS_SENTENCE} {vocabulary.sentence(id, number)} .\n" for number, _ in evidence.sentences]
    if step:
        lines += [f"{source} {_LOOKED_AT} {vocabulary.fact(fact_id(*read))} .\n" for read in step.looked_at]
        lines.append(
            f"{source} {_VIA} {vocabulary.entity(step.via)} .\n"
            f'{source} {_PATTERN} "{step.pattern}"^^{_INTEGER} .\n'
            f'{source} {_WEIGHT} "{step.weight}"^^{_DOUBLE} .\n'
        )
    return lines
