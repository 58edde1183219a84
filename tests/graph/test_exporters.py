import json
from pathlib import Path

import networkx
import pyoxigraph
import pytest
from rdflib import Dataset, Graph

from kg_docre.graph import KnowledgeGraph
from kg_docre.graph.errors import ExportError
from kg_docre.graph.neo4j import Neo4jTarget
from kg_docre.graph.networkx import to_networkx
from kg_docre.graph.provenance import Provenance
from kg_docre.graph.query import ask
from kg_docre.graph.rdf import to_rdf
from kg_docre.graph.targets import open_target
from kg_docre.resolution.forms import form_id
from kg_docre.store import FactStore
from tests.graph.exported import (
    assert_same,
    expected_facts,
    from_neo4j,
    from_networkx,
    from_rdf,
    no_credentials,
    unzipped,
    write,
)


def test_all_exporters_carry_the_same_facts(graph, tmp_path, bolt, database):
    expected = expected_facts(graph)
    assert len(expected) > 200
    assert any(support > 1 for _, support, _ in expected.values())
    explained = [bool(read) for *_, evidence in expected.values() for *_, read in evidence.values()]
    assert 20 < sum(explained) < len(explained)
    assert_same(from_networkx(to_networkx(graph)), expected)
    assert_same(
        from_networkx(networkx.read_graphml(write(graph, tmp_path / "kg.graphml"), force_multigraph=True)), expected
    )
    gexf = networkx.read_gexf(write(graph, tmp_path / "kg.gexf"))
    for node, attributes in gexf.nodes(data=True):
        assert attributes["label"] == attributes["name"], node
    for _, _, attributes in gexf.edges(data=True):
        assert attributes["weight"] == attributes["confidence"]
        assert attributes["label"] == attributes["name"]
        attributes["label"] = attributes["property"]
    assert_same(from_networkx(gexf), expected)
    data = json.loads(write(graph, tmp_path / "kg.json").read_text())
    assert_same(from_networkx(networkx.node_link_graph(data, edges="edges")), expected)
    for ending in (".ttl", ".nt", ".nq", ".trig", ".jsonld", ".nt.gz", ".trig.gz"):
        written = unzipped(write(graph, tmp_path / f"kg{ending}"))
        triples = ending.startswith((".ttl", ".nt"))
        assert_same(from_rdf((Graph() if triples else Dataset(default_union=True)).parse(written)), expected)
        oxigraph = pyoxigraph.Store()
        form = pyoxigraph.RdfFormat.from_extension(written.suffix[1:])
        oxigraph.bulk_load(path=str(written), format=form)
        assert len(oxigraph) == len({*pyoxigraph.parse(path=str(written), format=form)}) > 2000
    assert_same(from_rdf(to_rdf(graph)), expected)
    uri, user, password, name = bolt
    with Neo4jTarget(uri, user=user, password=password, database=name) as target:
        target.write(graph)
    assert_same(from_neo4j(database), expected)


@pytest.mark.parametrize("ending", [".ttl", ".nq", ".oxigraph", ".graphml", ".gexf", ".json"])
def test_provenance_can_be_left_out(ending, graph, tmp_path):
    whole, bare = (tmp_path / f"{name}{ending}" for name in ("whole", "bare"))
    write(graph, whole)
    write(graph, bare, Provenance.NONE)
    if ending in (".ttl", ".nq", ".oxigraph"):
        facts = "SELECT DISTINCT ?s ?p ?o { ?s ?p ?o FILTER(STRSTARTS(STR(?p), STR(wdt:))) }"
        kept, all_of_them = (set(ask(str(path), facts, no_credentials).rows) for path in (bare, whole))
        assert kept == all_of_them
        assert len(kept) > 200
        assert {*ask(str(bare), "ASK { ?s kg:confidence|kg:text|dcterms:identifier ?o }", no_credentials).rows} == {
            (False,)
        }
    else:
        assert "evidence" in whole.read_text()
        assert "evidence" not in bare.read_text()
        assert "confidence" in bare.read_text()


@pytest.mark.parametrize(
    ("target", "reason"), [("kg.xlsx", "unknown ending"), ("no/such/kg.ttl", "folder does not exist")]
)
def test_impossible_files_are_refused_beforehand(target, reason, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ExportError, match=reason):
        open_target(target, no_credentials)


def test_a_part_has_the_things_documents_and_sentences_of_its_facts_alone(graph, tmp_path):
    part = KnowledgeGraph(graph.store, relations=["place of birth", "P569"])
    facts = list(part.facts())
    stated = {(e.document.uri, number, text) for fact in facts for e in fact.evidence for number, text in e.sentences}
    told = {end for fact in facts for end in (fact.head, fact.tail)}
    told |= {e.step.via for fact in facts for e in fact.evidence if e.step}
    assert facts == [fact for fact in graph.facts() if fact.label in {"P19", "P569"}]
    assert len(facts) > 5
    assert {node.id for node in part.nodes()} == told
    written = ask(
        str(write(part, tmp_path / "part.ttl")),
        """SELECT ?uri ?number ?text WHERE {
             ?document a kg:Document ; dcterms:identifier ?uri . ?sentence a kg:Sentence ; kg:number ?number ;
             kg:text ?text . FILTER(strstarts(str(?sentence), str(?document)))
           }""",
        no_credentials,
    )
    assert {tuple(row) for row in written.rows} == stated
    drawn = networkx.read_graphml(write(part, tmp_path / "part.graphml"), force_multigraph=True)
    assert {*drawn} == told
    assert drawn.number_of_edges() == len(facts)


def test_a_failed_export_leaves_the_old_file(graph, tmp_path, monkeypatch):
    path = write(graph, tmp_path / "kg.ttl")
    before = path.read_bytes()

    def full(statements, *arguments, **options):
        next(statements)
        raise OSError(28, "disk full")

    monkeypatch.setattr("kg_docre.graph.rdf.serialize", full)
    with pytest.raises(ExportError, match="disk full"):
        write(graph, path)
    assert path.read_bytes() == before
    assert not [p.name for p in tmp_path.iterdir() if p.name.startswith(".")]


@pytest.mark.parametrize("ending", [".oxigraph", ".neo4j"])
def test_a_folder_that_cannot_be_put_in_place_leaves_the_old_one(ending, graph, tmp_path, monkeypatch):
    path = write(graph, tmp_path / f"kg{ending}")
    before, rename = {p.name for p in path.iterdir()}, Path.rename

    def broken(self, target):
        if target == path and "old" not in self.name:
            raise OSError(5, "broken disk")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", broken)
    with pytest.raises(ExportError, match="broken disk"):
        write(graph, path)
    assert {p.name for p in path.iterdir()} == before
    assert not [p.name for p in tmp_path.iterdir() if p.name.startswith(".")]


def test_names_that_xml_cannot_say_are_replaced(tmp_path):
    from kg_docre.annotations import Document, Entity, Mention

    name = "Bobby\x01 \"<&>'` \u202eтест 😀"
    document = Document("d", ("w",), (0,), (Entity(name, "PER", (Mention(0, 1, 0, name),)),))
    with FactStore(tmp_path / "kg.sqlite") as store:
        store.add(document, model="m", names={}, resolve=form_id)
        graph = KnowledgeGraph(store)
        for read in (networkx.read_graphml, networkx.read_gexf):
            result = read(write(graph, tmp_path / f"kg.{read.__name__.removeprefix('read_')}"))
            assert [data["name"] for _, data in result.nodes(data=True)] == [name.replace("\x01", "\ufffd")]
