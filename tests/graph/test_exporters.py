import gzip
import json
from dataclasses import replace

import networkx
import pyoxigraph
import pytest
from rdflib import DCTERMS, PROV, RDF, RDFS, Dataset, Graph, Namespace

from kg_docre.data.docred_relations import docred_relations
from kg_docre.graph import KnowledgeGraph
from kg_docre.graph.errors import ExportError
from kg_docre.graph.neo4j import Neo4jTarget
from kg_docre.graph.networkx import to_networkx
from kg_docre.graph.property_graph import entity_label, relationship_type
from kg_docre.graph.provenance import Provenance
from kg_docre.graph.query import ask
from kg_docre.graph.rdf import KG, to_rdf
from kg_docre.graph.targets import open_target
from kg_docre.resolution.forms import form_id
from kg_docre.resolution.resolve import resolve
from kg_docre.store import FactStore
from tests.resolution.test_resolve import add, document

WDT = Namespace("http://www.wikidata.org/prop/direct/")


def _credentials():
    raise AssertionError("no file asks for credentials")


def _expected(graph):
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


def _write(graph, path, provenance=None):
    open_target(str(path), _credentials, provenance)(graph)
    return path


def _from_networkx(result):
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


def _from_rdf(rdf):
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


def _from_neo4j(run):
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


def _close(found, expected):
    assert found.keys() == expected.keys()
    for key, (confidence, support, evidence) in expected.items():
        assert found[key][0] == pytest.approx(confidence, abs=1e-12), key
        assert found[key][1] == support, key
        assert found[key][2].keys() == evidence.keys(), key
        for uri, (score, sentences) in evidence.items():
            assert found[key][2][uri][0] == pytest.approx(score, abs=1e-12), key
            assert found[key][2][uri][1] == sentences, key


def _unzipped(path):
    if path.suffix != ".gz":
        return path
    plain = path.with_suffix("")
    plain.write_bytes(gzip.decompress(path.read_bytes()))
    return plain


def test_all_exporters_carry_the_same_facts(graph, tmp_path, bolt, database):
    expected = _expected(graph)
    assert len(expected) > 200
    assert any(support > 1 for _, support, _ in expected.values())
    _close(_from_networkx(to_networkx(graph)), expected)
    _close(
        _from_networkx(networkx.read_graphml(_write(graph, tmp_path / "kg.graphml"), force_multigraph=True)), expected
    )
    gexf = networkx.read_gexf(_write(graph, tmp_path / "kg.gexf"))
    for node, attributes in gexf.nodes(data=True):
        assert attributes["label"] == attributes["name"], node
    for _, _, attributes in gexf.edges(data=True):
        assert attributes["weight"] == attributes["confidence"]
        assert attributes["label"] == attributes["name"]
        attributes["label"] = attributes["property"]
    _close(_from_networkx(gexf), expected)
    data = json.loads(_write(graph, tmp_path / "kg.json").read_text())
    _close(_from_networkx(networkx.node_link_graph(data, edges="edges")), expected)
    for ending in (".ttl", ".nt", ".nq", ".trig", ".jsonld", ".nt.gz", ".trig.gz"):
        written = _unzipped(_write(graph, tmp_path / f"kg{ending}"))
        triples = ending.startswith((".ttl", ".nt"))
        _close(_from_rdf((Graph() if triples else Dataset(default_union=True)).parse(written)), expected)
        oxigraph = pyoxigraph.Store()
        form = pyoxigraph.RdfFormat.from_extension(written.suffix[1:])
        oxigraph.bulk_load(path=str(written), format=form)
        assert len(oxigraph) == len({*pyoxigraph.parse(path=str(written), format=form)}) > 2000
    _close(_from_rdf(to_rdf(graph)), expected)
    uri, user, password, name = bolt
    with Neo4jTarget(uri, user=user, password=password, database=name) as target:
        target.write(graph)
    _close(_from_neo4j(database), expected)


def test_nodes_carry_names_types_and_aliases(graph, bolt, database, tmp_path):
    uri, user, password, name = bolt
    with Neo4jTarget(uri, user=user, password=password, database=name) as target:
        target.write(graph)
    in_neo4j = {row["id"]: row for row in database("MATCH (e:Entity) RETURN e.id AS id, e AS e, labels(e) AS labels")}
    in_networkx = to_networkx(graph).nodes
    rdf = Graph().parse(_write(graph, tmp_path / "kg.ttl"))
    labels = {str(o) for o in rdf.objects(None, RDFS.label)}
    for node in graph.nodes():
        assert in_networkx[node.id] == {
            "name": node.name,
            "type": node.type,
            "kb_id": node.kb_id,
            "aliases": list(node.aliases),
        }
        row = in_neo4j[node.id]
        assert row["e"]["name"] == node.name
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


def test_named_graphs_say_which_document_states_a_fact(graph, tmp_path):
    dataset = Dataset().parse(_write(graph, tmp_path / "kg.nq"))
    by_document = {}
    for head, label, tail, context in dataset.quads():
        if context is not None and str(label).startswith(str(WDT)):
            by_document.setdefault(str(context).rpartition(":")[2], set()).add((head, label, tail))
    expected = {}
    for fact in graph.facts():
        for evidence in fact.evidence:
            expected.setdefault(evidence.document.id, 0)
            expected[evidence.document.id] += 1
    assert {document: len(triples) for document, triples in by_document.items()} == expected


@pytest.mark.parametrize("ending", [".ttl", ".nt", ".trig", ".oxigraph"])
def test_reifiers_say_what_statements_say(ending, graph, tmp_path):
    path = tmp_path / f"kg{ending}"
    _write(graph, path, Provenance.REIFIERS)
    question = """SELECT ?head ?label ?tail ?confidence ?support ?uri ?score ?number ?text WHERE {
        ?fact rdf:reifies <<( ?h ?p ?t )>> ; kg:confidence ?confidence ; kg:support ?support ; kg:evidence ?e .
        ?h ?p ?t ; rdfs:label ?head . ?t rdfs:label ?tail . BIND(STRAFTER(STR(?p), "direct/") AS ?label)
        ?e kg:score ?score ; kg:document/dcterms:identifier ?uri .
        OPTIONAL { ?e kg:sentence ?s . ?s kg:number ?number ; kg:text ?text } } ORDER BY ?number"""
    found = {}
    for head, label, tail, confidence, support, uri, score, number, text in ask(str(path), question, _credentials).rows:
        _, _, evidence = found.setdefault((head, label, tail), (confidence, support, {}))
        _, sentences = evidence.get(uri, (score, ()))
        evidence[uri] = (score, sentences if number is None else (*sentences, text))
    _close(found, _expected(graph))


@pytest.mark.parametrize("ending", [".ttl", ".nq", ".oxigraph", ".graphml", ".gexf", ".json"])
def test_provenance_can_be_left_out(ending, graph, tmp_path):
    whole, bare = (tmp_path / f"{name}{ending}" for name in ("whole", "bare"))
    _write(graph, whole)
    _write(graph, bare, Provenance.NONE)
    if ending in (".ttl", ".nq", ".oxigraph"):
        facts = "SELECT DISTINCT ?s ?p ?o { ?s ?p ?o FILTER(STRSTARTS(STR(?p), STR(wdt:))) }"
        kept, all_of_them = (set(ask(str(path), facts, _credentials).rows) for path in (bare, whole))
        assert kept == all_of_them
        assert len(kept) > 200
        assert {*ask(str(bare), "ASK { ?s kg:confidence|kg:text|dcterms:identifier ?o }", _credentials).rows} == {
            (False,)
        }
    else:
        assert "evidence" in whole.read_text()
        assert "evidence" not in bare.read_text()
        assert "confidence" in bare.read_text()


def test_what_a_format_cannot_say_is_refused_beforehand(tmp_path):
    for ending, choice in ((".ttl", "graphs"), (".nt.gz", "graphs"), (".jsonld", "reifiers")):
        with pytest.raises(ExportError, match=rf"kg\{ending}.* has no"):
            open_target(str(tmp_path / f"kg{ending}"), _credentials, Provenance(choice))


def test_runs_and_documents_are_told_in_prov(store, documents, tmp_path):
    config = {"model": "m@1", "threshold": 0.5}
    run = store.begin_run(version="9.8.7", config=config)
    other = replace(
        documents[0], id="new", spaces=(True,) * len(documents[0].words), words=("A", *documents[0].words[1:])
    )
    assert store.add(other, model="m@1", names=docred_relations(), resolve=form_id, run=run)
    rdf = Graph().parse(_write(KnowledgeGraph(store), tmp_path / "kg.ttl"))
    (activity,) = rdf.subjects(RDF.type, PROV.Activity)
    (used,) = rdf.objects(activity, PROV.used)
    assert str(rdf.value(used, DCTERMS.identifier)) == "new"
    assert json.loads(rdf.value(activity, KG.config)) == config
    assert str(rdf.value(rdf.value(activity, PROV.wasAssociatedWith), RDFS.label)) == "kg-docre 9.8.7"
    assert rdf.value(activity, PROV.startedAtTime).toPython() <= rdf.value(used, KG.added).toPython()


def test_an_oxigraph_store_is_replaced_and_nothing_else(graph, store, tmp_path, monkeypatch):
    path = tmp_path / "kg.oxigraph"
    _write(graph, path)
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    ((before,),) = ask(str(path), count, _credentials).rows
    store.forget(next(uri for (uri,) in store.read("SELECT uri FROM source")))
    _write(graph, path)
    ((after,),) = ask(str(path), count, _credentials).rows
    assert 0 < after < before
    other = tmp_path / "photos.oxigraph"
    other.mkdir()
    (other / "mine.txt").write_text("mine")
    with pytest.raises(ExportError, match="something else than an Oxigraph store"):
        open_target(str(other), _credentials)
    assert [p.name for p in other.iterdir()] == ["mine.txt"]

    def full(graph, provenance):
        yield from ()
        raise OSError(28, "disk full")

    monkeypatch.setattr("kg_docre.graph.oxigraph.quads", full)
    with pytest.raises(ExportError, match="disk full"):
        _write(graph, path)
    assert list(ask(str(path), count, _credentials).rows) == [(after,)]
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


def test_names_never_enter_cypher():
    assert relationship_type("P57", "director") == "DIRECTOR"
    assert relationship_type("P1", "x`]->() DETACH DELETE (n) //") == "X_DETACH_DELETE_N"
    assert relationship_type("P9", "首都") == "P9"
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


def test_a_wrong_password_is_refused_and_not_repeated(bolt):
    uri, user, _, name = bolt
    with pytest.raises(ExportError, match="user or password refused") as caught:
        Neo4jTarget(uri, user=user, password="wr0ng-password", database=name)
    assert "wr0ng" not in str(caught.value)


@pytest.mark.parametrize(
    ("target", "reason"), [("kg.xlsx", "unknown ending"), ("no/such/kg.ttl", "folder does not exist")]
)
def test_impossible_files_are_refused_beforehand(target, reason, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ExportError, match=reason):
        open_target(target, _credentials)


def test_a_failed_export_leaves_the_old_file(graph, tmp_path, monkeypatch):
    path = _write(graph, tmp_path / "kg.ttl")
    before = path.read_bytes()

    def full(statements, *arguments, **options):
        next(statements)
        raise OSError(28, "disk full")

    monkeypatch.setattr("kg_docre.graph.rdf.serialize", full)
    with pytest.raises(ExportError, match="disk full"):
        _write(graph, path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir() if "kg" in p.name and p.suffix == ".ttl"] == ["kg.ttl"]


def test_names_that_xml_cannot_say_are_replaced(tmp_path):
    from kg_docre.annotations import Document, Entity, Mention

    name = "Bobby\x01 \"<&>'` \u202eтест 😀"
    document = Document("d", ("w",), (0,), (Entity(name, "PER", (Mention(0, 1, 0, name),)),))
    with FactStore(tmp_path / "kg.sqlite") as store:
        store.add(document, model="m", names={}, resolve=form_id)
        graph = KnowledgeGraph(store)
        for read in (networkx.read_graphml, networkx.read_gexf):
            result = read(_write(graph, tmp_path / f"kg.{read.__name__.removeprefix('read_')}"))
            assert [data["name"] for _, data in result.nodes(data=True)] == [name.replace("\x01", "\ufffd")]


def _export(graph, bolt, **options):
    uri, user, password, name = bolt
    with Neo4jTarget(uri, user=user, password=password, database=name) as target:
        target.write(graph, **options)


def test_what_a_store_forgot_leaves_neo4j(graph, store, bolt, database):
    _export(graph, bolt)
    before = _from_neo4j(database)
    database("MATCH (e:Entity) WITH e LIMIT 1 CREATE (:Note {id: 'mine'})")
    uris = [uri for (uri,) in store.read("SELECT uri FROM source ORDER BY uri")]
    assert store.forget(uris[0])
    assert not store.forget(uris[0])
    _export(graph, bolt)
    after = _from_neo4j(database)
    _close(after, _expected(graph))
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
    _close(_from_neo4j(database), _expected(graph))
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
        _close(_from_neo4j(database), _expected(other))
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
