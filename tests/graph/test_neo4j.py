import os

import pytest
from rdflib import RDFS, Graph

from kg_docre.data.docred_relations import docred_relations
from kg_docre.graph import KnowledgeGraph
from kg_docre.graph.errors import ExportError
from kg_docre.graph.neo4j import Neo4jTarget
from kg_docre.graph.networkx import to_networkx
from kg_docre.graph.property_graph import entity_label, relationship_type
from kg_docre.graph.rdf import KG
from kg_docre.resolution.forms import form_id
from kg_docre.resolution.resolve import resolve
from kg_docre.store import FactStore
from tests.graph.exported import assert_same, expected_facts, from_neo4j, write
from tests.resolution.test_resolve import add, document


def test_nodes_carry_names_types_and_aliases(graph, bolt, database, tmp_path):
    uri, user, password, name = bolt
    with Neo4jTarget(uri, user=user, password=password, database=name) as target:
        target.write(graph)
    in_neo4j = {row["id"]: row for row in database("MATCH (e:Entity) RETURN e.id AS id, e AS e, labels(e) AS labels")}
    in_networkx = to_networkx(graph).nodes
    rdf = Graph().parse(write(graph, tmp_path / "kg.ttl"))
    labels = {str(o) for o in rdf.objects(None, RDFS.label)}
    assert {str(o) for o in rdf.objects(None, KG.date)} == {node.date for node in graph.nodes()} - {""}
    for node in graph.nodes():
        assert in_networkx[node.id] == {
            "name": node.name,
            "type": node.type,
            "kb_id": node.kb_id,
            "aliases": list(node.aliases),
            "date": node.date,
        }
        row = in_neo4j[node.id]
        assert row["e"]["name"] == node.name
        assert row["e"]["date"] == node.date
        assert sorted(row["e"]["aliases"]) == sorted(node.aliases)
        assert set(row["labels"]) == {"Entity", entity_label(node.type)}
        assert node.name in labels


def test_a_second_export_changes_nothing(graph, bolt, database):
    uri, user, password, name = bolt
    everything = "MATCH (n) OPTIONAL MATCH (n)-[r]->(m) RETURN n.id AS n, type(r) AS type, r.id AS r, m.id AS m"
    snapshots = []
    for _ in range(2):
        with Neo4jTarget(uri, user=user, password=password, database=name) as target:
            target.write(graph)
        snapshots.append(sorted(map(str, database(everything))))
    assert snapshots[0] == snapshots[1]
    assert len(snapshots[0]) > 300


def test_the_evidence_layer_can_be_left_out(graph, bolt, database):
    uri, user, password, name = bolt
    with Neo4jTarget(uri, user=user, password=password, database=name) as target:
        target.write(graph, evidence=False)
    (row,) = database("MATCH (e:Entity) OPTIONAL MATCH (f:Fact) RETURN count(DISTINCT e) AS e, count(DISTINCT f) AS f")
    assert row["e"] > 50
    assert row["f"] == 0


@pytest.mark.skipif(not os.environ.get("NEO4J_URI"), reason="the server that the tests start has no full-text indexes")
def test_things_are_found_by_words_of_their_names(graph, bolt, database):
    _export(graph, bolt)
    database("CALL db.awaitIndexes()")
    node = next(node for node in graph.nodes() if " " in node.name)
    query = "CALL db.index.fulltext.queryNodes('kg_names', $words) YIELD node RETURN node.id AS id"
    assert node.id in {row["id"] for row in database(query, words=node.name.split()[0].lower())}


def test_names_never_enter_cypher():
    assert relationship_type("P57", "director") == "DIRECTOR"
    assert relationship_type("P1", "x`]->() DETACH DELETE (n) //") == "X_DETACH_DELETE_N"
    assert relationship_type("P9", "首都") == "P9"
    assert relationship_type("P1", "größe") == "GROSSE"
    assert relationship_type("P1", "grūße") == "GRUSSE"
    assert relationship_type("P1", "øre") != relationship_type("P1", "ære")
    assert relationship_type("X", "3rd") == "R_3RD"
    assert entity_label("PER") == "Person"
    assert entity_label("a:b`c") == "Type_a_b_c"


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("bolt://127.0.0.1:1", "no Neo4j server answers there"),
        ("http://127.0.0.1", "not a Neo4j address"),
        ("bolt://user:s3cret@127.0.0.1:1", "address with credentials"),
        ("bolt:user:s3cret@127.0.0.1", "address with credentials"),
        ("bolt://user:s3cret", "not a Neo4j address"),
        ("bolt://user:s3/cret@host", "address with credentials"),
        ("bolt://127.0.0.1:1?s3cret=1", "not a Neo4j address"),
    ],
)
def test_unreachable_servers_are_one_clear_line(uri, reason):
    with pytest.raises(ExportError, match=reason) as caught:
        Neo4jTarget(uri, user="neo4j", password="s3cret")
    assert "s3cret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def _export(graph, bolt, **options):
    uri, user, password, name = bolt
    with Neo4jTarget(uri, user=user, password=password, database=name) as target:
        target.write(graph, **options)


def test_what_a_store_forgot_leaves_neo4j(graph, store, bolt, database):
    _export(graph, bolt)
    before = from_neo4j(database)
    database("MATCH (e:Entity) WITH e LIMIT 1 CREATE (:Note {id: 'mine'})")
    uris = [uri for (uri,) in store.read("SELECT uri FROM source ORDER BY uri")]
    assert store.forget(uris[0])
    assert not store.forget(uris[0])
    _export(graph, bolt)
    after = from_neo4j(database)
    assert_same(after, expected_facts(graph))
    assert len(after) < len(before)
    counts = {
        label: database(f"MATCH (n:{label}) RETURN count(n) AS n")[0]["n"] for label in ("Entity", "Document", "Fact")
    }
    expected = {"Entity": graph.nodes(), "Document": graph.documents(), "Fact": graph.facts()}
    assert counts == {label: len(list(things)) for label, things in expected.items()}
    assert database("MATCH (n:Note) RETURN n.id AS id") == [{"id": "mine"}]


def test_a_document_that_no_longer_says_so_is_no_evidence(graph, store, bolt, database, documents):
    """The fact stays for the other document that says it."""
    _export(graph, bolt)
    twice = next(fact for fact in graph.facts() if fact.support > 1)
    gone = twice.evidence[0].document
    store.read("DELETE FROM relation WHERE document = (SELECT document FROM source WHERE uri = ?)", (gone.uri,))
    _export(graph, bolt)
    assert_same(from_neo4j(database), expected_facts(graph))
    rows = database("MATCH (:Fact)-[:EVIDENCED_BY]->(d:Document) RETURN DISTINCT d.uri AS uri")
    assert gone.uri not in {row["uri"] for row in rows}


def test_two_stores_share_a_database(graph, store, bolt, database, documents, tmp_path):
    with FactStore(tmp_path / "other.sqlite") as second:
        for document in documents[3:]:
            second.add(document, model="other", names=docred_relations(), resolve=form_id)
        other = KnowledgeGraph(second)
        _export(graph, bolt)
        _export(other, bolt)
        for (uri,) in store.read("SELECT uri FROM source"):
            store.forget(uri)
        _export(graph, bolt)
        assert_same(from_neo4j(database), expected_facts(other))
        for (uri,) in second.read("SELECT uri FROM source"):
            second.forget(uri)
        _export(other, bolt)
    assert database("MATCH (n) RETURN count(n) AS n") == [{"n": 0}]


def test_resolving_moves_facts_in_neo4j(bolt, database, tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        country = ((0, "P17", 1, 0.9),)
        add(
            store,
            document("a", ("ORG", "North Atlantic Treaty Organization", "NATO"), ("LOC", "Belgium"), facts=country),
            document("b", ("ORG", "NATO"), ("LOC", "Belgium"), facts=country),
        )
        _export(KnowledgeGraph(store), bolt)
        assert database("MATCH (e:Organization) RETURN count(e) AS n") == [{"n": 2}]
        resolve(store)
        _export(KnowledgeGraph(store), bolt)
        assert database("MATCH (e:Organization) RETURN count(e) AS n") == [{"n": 1}]
        assert database("MATCH (:Organization)-[r]->(:Location) RETURN r.support AS n") == [{"n": 2}]


def test_a_thing_has_one_type_whichever_store_came_first(bolt, database, tmp_path):
    for name, type in (("a", "PER"), ("b", "LOC")):
        with FactStore(tmp_path / f"{name}.sqlite") as store:
            add(store, document(name, (type, "Jordan"), kb_ids={0: "Q810"}))
            _export(KnowledgeGraph(store), bolt)
    assert database("MATCH (e:Entity) RETURN labels(e) AS labels, e.type AS type") == [
        {"labels": ["Entity", "Location"], "type": "LOC"}
    ]


def test_a_type_or_a_name_that_changed_leaves_nothing_of_the_old_one(bolt, database, tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        add(store, document("a", ("ORG", "Oslo"), ("a:b", "Norway"), facts=((0, "P17", 1, 0.9),)))
        _export(KnowledgeGraph(store), bolt)
        database("MATCH (e:Organization) SET e:Mine")
        for change in (
            "UPDATE entity SET type = 'LOC' WHERE name = 'Oslo'",
            "UPDATE entity SET type = 'c' WHERE name = 'Norway'",
            "UPDATE label SET name = 'lies in'",
        ):
            store.read(change)
        _export(KnowledgeGraph(store), bolt)
    rows = database("MATCH (h)-[r]->(t:Entity) RETURN labels(h) AS h, type(r) AS type, labels(t) AS t")
    assert [(set(row["h"]), row["type"], set(row["t"])) for row in rows] == [
        ({"Entity", "Location", "Mine"}, "LIES_IN", {"Entity", "Type_c"})
    ]
