"""What exported files and databases say, as plain values to compare with what the store says."""

import gzip
import json

import pytest
from rdflib import RDF, RDFS, Namespace

from kg_docre.graph.rdf import KG
from kg_docre.graph.targets import open_target

NO_REASONING = ("", 0, 0.0, set())
WDT = Namespace("http://www.wikidata.org/prop/direct/")


def no_credentials():
    raise AssertionError("no file asks for credentials")


def expected_facts(graph):
    """Every fact as plain values: names of head and tail, label, confidence, support, evidence (score, sentences, the
    third thing's name, pattern and weight, the facts looked at)."""
    names = {node.id: node.name for node in graph.nodes()}

    def reasoning(step):
        read = {(names[head], label, names[tail]) for head, label, tail in step.looked_at} if step else set()
        return (names[step.via], step.pattern, step.weight, read) if step else NO_REASONING

    return {
        (names[f.head], f.label, names[f.tail]): (
            f.confidence,
            f.support,
            {e.document.uri: (e.score, tuple(text for _, text in e.sentences), *reasoning(e.step)) for e in f.evidence},
        )
        for f in graph.facts()
    }


def write(graph, path, provenance=None):
    open_target(str(path), no_credentials, provenance)(graph)
    return path


def from_networkx(result):
    def named(head, label, tail):
        return result.nodes[head]["name"], label, result.nodes[tail]["name"]

    return {
        named(head, data["label"], tail): (
            data["confidence"],
            data["support"],
            {
                e["document"]: (
                    e["score"],
                    tuple(text for _, text in e["sentences"]),
                    result.nodes[e["via"]]["name"] if e["via"] else "",
                    e["pattern"],
                    e["weight"],
                    {named(*fact) for fact in e["looked_at"]},
                )
                for e in (json.loads(data["evidence"]) if isinstance(data["evidence"], str) else data["evidence"])
            },
        )
        for head, tail, data in result.edges(data=True)
    }


def from_rdf(rdf):
    def named(statement):
        head, tail = (str(rdf.value(rdf.value(statement, end), RDFS.label)) for end in (RDF.subject, RDF.object))
        return head, str(rdf.value(statement, RDF.predicate)).removeprefix(str(WDT)), tail

    found = {}
    for statement in rdf.subjects(RDF.type, RDF.Statement):
        evidence = {}
        for source in rdf.objects(statement, KG.evidence):
            document = rdf.value(source, KG.document)
            sentences = sorted(
                (rdf.value(s, KG.number).toPython(), str(rdf.value(s, KG.text)))
                for s in rdf.objects(source, KG.sentence)
            )
            uri = str(rdf.value(document, Namespace("http://purl.org/dc/terms/").identifier))
            reasoning = NO_REASONING
            if via := rdf.value(source, KG.via):
                pattern, weight = (rdf.value(source, KG[name]).toPython() for name in ("pattern", "weight"))
                read = {named(read) for read in rdf.objects(source, KG.lookedAt)}
                reasoning = (str(rdf.value(via, RDFS.label)), pattern, weight, read)
            score = rdf.value(source, KG.score).toPython()
            evidence[uri] = (score, tuple(text for _, text in sentences), *reasoning)
        confidence, support = rdf.value(statement, KG.confidence), rdf.value(statement, KG.support)
        found[named(statement)] = (confidence.toPython(), support.toPython(), evidence)
    return found


def from_neo4j(run):
    rows = run(
        """MATCH (h:Entity)-[r]->(t:Entity) MATCH (f:Fact {id: r.id})-[e:EVIDENCED_BY]->(d:Document)
           OPTIONAL MATCH (via:Entity {id: e.via})
           RETURN r.id AS id, h.name AS head, r.property AS label, t.name AS tail, r.confidence AS confidence,
                  r.support AS support, d.uri AS uri, e.score AS score, e.sentences AS sentences,
                  coalesce(via.name, '') AS via, e.pattern AS pattern, e.weight AS weight, e.looked_at AS looked_at"""
    )
    names = {row["id"]: (row["head"], row["label"], row["tail"]) for row in rows}
    found = {}
    for row in rows:
        key = names[row["id"]]
        found.setdefault(key, (row["confidence"], row["support"], {}))
        read = {names[id] for id in row["looked_at"]}
        reasoning = (row["via"], row["pattern"], row["weight"], read)
        found[key][2][row["uri"]] = (row["score"], tuple(row["sentences"]), *reasoning)
    return found


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for key, (confidence, support, evidence) in expected.items():
        assert found[key][0] == pytest.approx(confidence, abs=1e-12), key
        assert found[key][1] == support, key
        assert found[key][2].keys() == evidence.keys(), key
        for uri, (score, *said) in evidence.items():
            assert found[key][2][uri][0] == pytest.approx(score, abs=1e-12), key
            assert found[key][2][uri][1:] == tuple(said), key


def unzipped(path):
    if path.suffix != ".gz":
        return path
    plain = path.with_suffix("")
    plain.write_bytes(gzip.decompress(path.read_bytes()))
    return plain
