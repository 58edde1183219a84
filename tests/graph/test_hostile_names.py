"""Names that other languages would take for their own: every exporter gives them back as they were."""

import csv
import gzip
import io
import json
import re

import networkx
import pytest
from lxml import html
from rdflib import RDFS, SKOS, Dataset, Graph

from kg_docre.annotations import Document, Entity, Mention, ReasoningStep, Relation, premises
from kg_docre.graph import KnowledgeGraph
from kg_docre.graph.answer import print_answer
from kg_docre.graph.neo4j import Neo4jTarget
from kg_docre.graph.query import ask
from kg_docre.graph.rdf import KG
from kg_docre.graph.table import print_facts, print_forms, print_sources
from kg_docre.graph.targets import open_target
from kg_docre.resolution.explanations import explain
from kg_docre.resolution.forms import form_id
from kg_docre.resolution.lookup import find_node
from kg_docre.resolution.resolve import resolve
from kg_docre.store import FactStore, list_sources

NAMES = {
    "quotes": 'O\'Brien "the" `x` \\ \\\\ \\u0041',
    "newlines": "one\ntwo\r\nthree\ttab",
    "carriage return": "one\rtwo",
    "NUL": "nul\0nul",
    "control": "bell\x07 \x1b]0;title\x07 \x1b[31m vt\x0b ff\x0c",
    "C1 control": "\x7f \x85 \x9b31m",
    "no characters": "\uffff \ufffe \ufeff \u2028 \u2029",
    "right to left": "\u202eאבג عربي\u2069 \u200f",
    "four bytes": "😀 𝔘𝔫𝔦 🏳️\u200d🌈 \U0010ffff",
    "100 kB": "long " * 20_000 + "end",
    "Cypher": "x`]->() DETACH DELETE (n) // $rows {id: 1}",
    "SPARQL": '"@en . } INSERT DATA { <urn:a> <urn:b> <urn:c> } #',
    "HTML": "</title><script>alert(1)</script> &lt;&#0; ]]> <!--",
    "markup": "[bold red]x[/] [/x]",
    "spaces": " leading  and trailing ",
}
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
NOT_HTML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
TAGS = set("main div section p a h1 h2 ul li span bdi svg line text circle".split())
TAGS |= set("details summary meter b small blockquote mark br".split())
COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def _document(name):
    """Everything in it is called so: an entity, its type, its id, the relation, the text, its source. (Ids with NUL
    are read from no file.)"""
    id = name.replace("\0", "0")
    entities = (
        Entity(name, name, (Mention(0, 1, 0, name), Mention(0, 1, 0, f"{name}!")), kb_id=id),
        Entity("Paris", "LOC", (Mention(1, 2, 0, "Paris"),)),
    )
    relations = (Relation(0, 1, id, 0.9, (0,)),)
    return Document(
        id=name, title=name, words=(name, "w"), sentence_starts=(0,), entities=entities, relations=relations
    )


@pytest.fixture(params=NAMES.values(), ids=NAMES.keys())
def name(request):
    return request.param


@pytest.fixture
def store(name, tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        store.add(_document(name), model=name, names={name.replace("\0", "0"): name}, resolve=form_id)
        resolve(store)
        yield store


def _write(graph, path):
    open_target(str(path), lambda: pytest.fail("no file asks for credentials"))(graph)
    return path


def test_the_store_gives_names_back(name, store):
    graph, id = KnowledgeGraph(store), name.replace("\0", "0")
    (node,) = graph.nodes([find_node(store, name)])
    assert (node.name, node.type, node.kb_id, node.aliases) == (name, name, id, (f"{name}!",))
    assert node.id == (id if len(id) < 1000 else form_id(Entity(name, name, (), kb_id=id)))
    assert len(node.id) < 1000, "databases index no longer keys"
    for part in ({"relations": [id]}, {"about": [name]}):
        (fact,) = KnowledgeGraph(store, **part).facts()
        assert (fact.head, fact.label, fact.name) == (node.id, id, name)
        (evidence,) = fact.evidence
        assert (evidence.document.uri, evidence.document.title, evidence.document.model) == (name, name, name)
        assert evidence.sentences == ((0, f"{name} w"),)


@pytest.mark.parametrize("ending", [".ttl", ".nt", ".nq", ".trig", ".jsonld", ".ttl.gz", ".nq.gz", ".oxigraph"])
def test_rdf_gives_names_back(ending, name, store, tmp_path):
    path = _write(KnowledgeGraph(store), tmp_path / f"kg{ending}")
    query = """SELECT ?name ?alias ?title ?uri ?model ?text {
        ?x rdfs:label ?name ; skos:altLabel ?alias . ?s kg:text ?text .
        ?d dcterms:title ?title ; dcterms:identifier ?uri ; kg:model ?model }"""
    expected = (name, f"{name}!", name, name, name, f"{name} w")
    assert list(ask(str(path), query, lambda: None).rows) == [expected]
    if ending == ".oxigraph":
        return
    if path.suffix == ".gz":
        path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
        path = path.with_suffix("")
    rdf = (Graph() if path.suffix in (".ttl", ".nt") else Dataset(default_union=True)).parse(path)
    assert {str(alias) for alias in rdf.objects(None, SKOS.altLabel)} == {f"{name}!"}
    assert {str(label) for label in rdf.objects(None, RDFS.label)} == {name, "Paris"}
    assert {str(text) for text in rdf.objects(None, KG.text)} == {f"{name} w"}


@pytest.mark.parametrize("ending", [".graphml", ".gexf", ".json"])
def test_networkx_gives_names_back(ending, name, store, tmp_path):
    path = _write(KnowledgeGraph(store), tmp_path / f"kg{ending}")
    if ending == ".json":
        graph = networkx.node_link_graph(json.loads(path.read_text(encoding="utf-8")), edges="edges")
    else:
        graph = {".graphml": networkx.read_graphml, ".gexf": networkx.read_gexf}[ending](path)
        name = NOT_XML.sub("\ufffd", name)
        if ending == ".graphml":  # XML reads every line's end as a newline
            name = name.replace("\r\n", "\n").replace("\r", "\n")
    named = {data["name"]: data for _, data in graph.nodes(data=True)}
    assert named.keys() == {name, "Paris"}
    aliases = named[name]["aliases"]
    assert len(json.loads(aliases) if isinstance(aliases, str) else aliases) == 1
    ((head, tail, data),) = graph.edges(data=True)
    assert (graph.nodes[head]["name"], graph.nodes[tail]["name"]) == (name, "Paris")
    assert data["name"] == name


def test_a_page_shows_names_as_they_are(name, store, tmp_path):
    root = html.parse(_write(KnowledgeGraph(store), tmp_path / "kg.html"), html.HTMLParser(encoding="utf-8")).getroot()
    shown = NOT_HTML.sub("\ufffd", name).replace("\r\n", "\n").replace("\r", "\n")  # HTML reads line ends as XML does
    assert shown in [element.text_content() for element in root.iter("bdi")]
    assert not [*root.iter("script", "img", "iframe")]
    thing, document = (section for section in root.iter("section") if section.findtext("h1/bdi") == shown)
    assert f"{shown} w" in thing.find(".//blockquote").text_content()
    assert f"{shown} w" in document.find_class("text")[0].text_content()
    assert {element.tag for element in root.find("body/main").iter()} <= TAGS


def test_neo4j_gives_names_back(name, store, bolt, database):
    uri, user, password, called = bolt
    with Neo4jTarget(uri, user=user, password=password, database=called) as target:
        target.write(KnowledgeGraph(store))
    query = """MATCH (h:Entity {name: $name})-[r]->(t:Entity {name: 'Paris'})
               MATCH (f:Fact {id: r.id})-[e:EVIDENCED_BY]->(d:Document)
               RETURN h.kb_id AS id, h.aliases AS aliases, r.property AS label, r.name AS relation, d.uri AS uri,
                      d.title AS title, e.sentences AS sentences"""
    id = name.replace("\0", "0")
    expected = {"id": id, "aliases": [f"{name}!"], "label": id, "relation": name, "uri": name, "title": name}
    assert database(query, name=name) == [expected | {"sentences": [f"{name} w"]}]
    assert database("MATCH (n) RETURN count(n) AS n") == [{"n": 4}]
    answer = ask(uri, query, lambda: (user, password, called), {"name": name})
    assert next(answer.rows)[0] == id


def test_reasoning_names_nodes_and_facts_that_are_there(name, tmp_path, bolt, database):
    """The town's country was read by way of a thing whose id, type and relations are called so."""
    id = name.replace("\0", "0")
    things = (("Rome", "LOC", ""), ("Italy", "LOC", ""), (name, name, id))
    entities = tuple(Entity(n, type, (Mention(0, 1, 0, n),), kb_id=kb_id) for n, type, kb_id in things)
    step = ReasoningStep(1, 2, premises(1, 0, 2, 1), 0.25)
    relations = (Relation(0, 1, "P17", 0.9, (0,), (step,)), Relation(0, 2, id, 0.9), Relation(2, 1, id, 0.9))
    with FactStore(tmp_path / "kg.sqlite") as store:
        store.add(Document("d", ("w",), (0,), entities, relations), model="m", names={}, resolve=form_id)
        graph = KnowledgeGraph(store)
        for read, ending in ((networkx.read_graphml, ".graphml"), (networkx.read_gexf, ".gexf"), (None, ".json")):
            path = _write(graph, tmp_path / f"kg{ending}")
            there = (
                read(path)
                if read
                else networkx.node_link_graph(json.loads(path.read_text(encoding="utf-8")), edges="edges")
            )
            evidence = next(data["evidence"] for *_, data in there.edges(data=True) if data["name"] == "P17")
            (said,) = json.loads(evidence) if isinstance(evidence, str) else evidence
            assert said["via"] in there
            assert len(said["looked_at"]) == 2
            assert all(there.has_edge(head, tail) for head, _, tail in said["looked_at"])
        path = str(_write(graph, tmp_path / "kg.nt"))
        query = """SELECT ?name { ?e kg:via/rdfs:label ?name ; kg:pattern 1 ; kg:weight ?w ; kg:lookedAt ?a, ?b .
                   ?a rdf:object/rdfs:label ?name . ?b rdf:subject/rdfs:label ?name }"""
        assert list(ask(path, query, lambda: None).rows) == [(name,)]
        uri, user, password, called = bolt
        with Neo4jTarget(uri, user=user, password=password, database=called) as target:
            target.write(graph)
    query = """MATCH (:Fact)-[e:EVIDENCED_BY]->(:Document) WHERE e.pattern = 1
               MATCH (via:Entity {id: e.via}) MATCH (f:Fact) WHERE f.id IN e.looked_at
               RETURN via.name AS name, f.property AS label"""
    assert database(query) == [{"name": name, "label": id}] * 2


def test_answers_give_names_back_and_tables_command_no_terminal(name, store, tmp_path, capsys):
    path = str(_write(KnowledgeGraph(store), tmp_path / "kg.nt"))

    def printed(form):
        query = "SELECT ?name ?alias { ?x rdfs:label ?name ; skos:altLabel ?alias }"
        print_answer(ask(path, query, lambda: None), form)
        return capsys.readouterr().out

    assert json.loads(printed("json")) == {"name": name, "alias": f"{name}!"}
    assert list(csv.reader(io.StringIO(printed("csv"), newline=""))) == [["name", "alias"], [name, f"{name}!"]]
    graph = KnowledgeGraph(store)
    shown = printed("table")
    print_facts(graph, list(graph.facts()), name)
    print_sources(list_sources(store))
    print_forms(explain(store, find_node(store, name)), name)
    assert not COMMANDS.search((shown + capsys.readouterr().out).replace("\n", ""))
