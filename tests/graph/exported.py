"""What exported files and databases say, as plain values to compare with what the store says."""

import gzip
import json

import pytest
from rdflib import RDF, RDFS, Namespace

from kg_docre.graph.rdf import KG
from kg_docre.graph.targets import open_target

WDT = Namespace("http://www.wikidata.org/prop/direct/")


def no_credentials():
    raise AssertionError("no file asks for credentials")


def expected_facts(graph):
    """Every fact as plain values: names of head and tail, label, confidence, support, evidence."""
    names = {node.id: node.name for node in graph.nodes()}
    return {
        (names[f.head], f.label, names[f.tail]): (
            f.confidence,
            f.support,
            {e.document.uri: (e.score, tuple(text for _, text in e.sentences)) for e in f.evidence},
        )
        for f in graph.facts()
    }


def write(graph, path, provenance=None):
    open_target(str(path), no_credentials, provenance)(graph)
    return path


def from_networkx(result):
    return {
        (result.nodes[head]["name"], data["label"], result.nodes[tail]["name"]): (
            data["confidence"],
            data["support"],
            {
                e["document"]: (e["score"], tuple(text for _, text in e["sentences"]))
                for e in (json.loads(data["evidence"]) if isinstance(data["evidence"], str) else data["evidence"])
            },
        )
        for head, tail, data in result.edges(data=True)
    }


def from_rdf(rdf):
    found = {}
    for statement in rdf.subjects(RDF.type, RDF.Statement):
        head, tail = (str(rdf.value(rdf.value(statement, end), RDFS.label)) for end in (RDF.subject, RDF.object))
        label = str(rdf.value(statement, RDF.predicate)).removeprefix(str(WDT))
        evidence = {}
        for source in rdf.objects(statement, KG.evidence):
            document = rdf.value(source, KG.document)
            sentences = sorted(
                (rdf.value(s, KG.number).toPython(), str(rdf.value(s, KG.text)))
                for s in rdf.objects(source, KG.sentence)
            )
            uri = str(rdf.value(document, Namespace("http://purl.org/dc/terms/").identifier))
            evidence[uri] = (rdf.value(source, KG.score).toPython(), tuple(text for _, text in sentences))
        confidence, support = rdf.value(statement, KG.confidence), rdf.value(statement, KG.support)
        found[head, label, tail] = (confidence.toPython(), support.toPython(), evidence)
    return found


def from_neo4j(run):
    rows = run(
        """MATCH (h:Entity)-[r]->(t:Entity) MATCH (f:Fact {id: r.id})-[e:EVIDENCED_BY]->(d:Document)
           RETURN h.name AS head, r.property AS label, t.name AS tail, r.confidence AS confidence,
                  r.support AS support, d.uri AS uri, e.score AS score, e.sentences AS sentences"""
    )
    found = {}
    for row in rows:
        key = (row["head"], row["label"], row["tail"])
        found.setdefault(key, (row["confidence"], row["support"], {}))
        found[key][2][row["uri"]] = (row["score"], tuple(row["sentences"]))
    return found


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for key, (confidence, support, evidence) in expected.items():
        assert found[key][0] == pytest.approx(confidence, abs=1e-12), key
        assert found[key][1] == support, key
        assert found[key][2].keys() == evidence.keys(), key
        for uri, (score, sentences) in evidence.items():
            assert found[key][2][uri][0] == pytest.approx(score, abs=1e-12), key
            assert found[key][2][uri][1] == sentences, key


def unzipped(path):
    if path.suffix != ".gz":
        return path
    plain = path.with_suffix("")
    plain.write_bytes(gzip.decompress(path.read_bytes()))
    return plain
