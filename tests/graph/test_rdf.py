import json
from dataclasses import replace

import pytest
from rdflib import DCTERMS, PROV, RDF, RDFS, Dataset, Graph, URIRef

from kg_docre.data.docred_relations import docred_relations
from kg_docre.graph import KnowledgeGraph
from kg_docre.graph.errors import ExportError
from kg_docre.graph.networkx import to_networkx
from kg_docre.graph.provenance import Provenance
from kg_docre.graph.query import ask
from kg_docre.graph.rdf import KG, to_rdf, write_rdf
from kg_docre.graph.targets import open_target
from kg_docre.resolution.decisions import split
from kg_docre.resolution.forms import form_id
from kg_docre.store import FactStore
from tests.graph.exported import WDT, assert_same, expected_facts, no_credentials, write
from tests.resolution.test_resolve import add, document


def test_named_graphs_say_which_document_states_a_fact(graph, tmp_path):
    dataset = Dataset().parse(write(graph, tmp_path / "kg.nq"))
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
    write(graph, path, Provenance.REIFIERS)
    question = """SELECT ?head ?label ?tail ?confidence ?support ?uri ?score ?number ?text WHERE {
        ?fact rdf:reifies <<( ?h ?p ?t )>> ; kg:confidence ?confidence ; kg:support ?support ; kg:evidence ?e .
        ?h ?p ?t ; rdfs:label ?head . ?t rdfs:label ?tail . BIND(STRAFTER(STR(?p), "direct/") AS ?label)
        ?e kg:score ?score ; kg:document/dcterms:identifier ?uri .
        OPTIONAL { ?e kg:sentence ?s . ?s kg:number ?number ; kg:text ?text } } ORDER BY ?number"""
    found = {}
    for head, label, tail, confidence, support, uri, score, number, text in ask(
        str(path), question, no_credentials
    ).rows:
        _, _, evidence = found.setdefault((head, label, tail), (confidence, support, {}))
        _, sentences = evidence.get(uri, (score, ()))
        evidence[uri] = (score, sentences if number is None else (*sentences, text))
    query = "SELECT ?fact ?read { ?fact kg:evidence/kg:lookedAt ?read . ?read rdf:reifies ?triple }"
    steps = [(fact.id, read) for fact in graph.facts() for e in fact.evidence if e.step for read in e.step.looked_at]
    assert len({*ask(str(path), query, no_credentials).rows}) == len({*steps}) > 20
    expected = {
        fact: (confidence, support, {uri: said[:2] for uri, said in evidence.items()})
        for fact, (confidence, support, evidence) in expected_facts(graph).items()
    }
    assert_same(found, expected)


def test_what_a_format_cannot_say_is_refused_beforehand(tmp_path):
    for ending, choice in ((".ttl", "graphs"), (".nt.gz", "graphs"), (".jsonld", "reifiers")):
        with pytest.raises(ExportError, match=rf"kg\{ending}.* has no"):
            open_target(str(tmp_path / f"kg{ending}"), no_credentials, Provenance(choice))


def test_what_is_no_ending_or_no_provenance_is_named(graph, tmp_path):
    with pytest.raises(ExportError, match=r"unknown ending '.xyz'; known are .ttl, "):
        write_rdf(graph, tmp_path / "kg.xyz")
    with pytest.raises(ValueError, match="'NONE' is not a valid Provenance"):
        to_rdf(graph, "NONE")
    with pytest.raises(ValueError, match="'bogus' is not a valid Provenance"):
        write_rdf(graph, tmp_path / "kg.ttl", "bogus")
    assert not {file.suffix for file in tmp_path.iterdir()} & {".xyz", ".ttl"}
    write_rdf(graph, tmp_path / "kg.nt", "none")
    open_target(tmp_path / "same.nt", no_credentials, Provenance.NONE)(graph)
    assert (tmp_path / "kg.nt").read_bytes() == (tmp_path / "same.nt").read_bytes()
    asked = ask(tmp_path / "kg.nt", "ASK { ?s ?p ?o }", no_credentials)
    assert list(asked.rows) == [(True,)]


def test_runs_and_documents_are_told_in_prov(store, documents, tmp_path):
    config = {"model": "m@1", "threshold": 0.5}
    run = store.begin_run(version="9.8.7", config=config)
    other = replace(
        documents[0], id="new", spaces=(True,) * len(documents[0].words), words=("A", *documents[0].words[1:])
    )
    assert store.add(other, model="m@1", names=docred_relations(), resolve=form_id, run=run)
    rdf = Graph().parse(write(KnowledgeGraph(store), tmp_path / "kg.ttl"))
    (activity,) = rdf.subjects(RDF.type, PROV.Activity)
    (used,) = rdf.objects(activity, PROV.used)
    assert str(rdf.value(used, DCTERMS.identifier)) == "new"
    assert json.loads(rdf.value(activity, KG.config)) == config
    assert str(rdf.value(rdf.value(activity, PROV.wasAssociatedWith), RDFS.label)) == "kg-docre 9.8.7"
    assert rdf.value(activity, PROV.startedAtTime).toPython() <= rdf.value(used, KG.added).toPython()


def test_an_oxigraph_store_is_replaced_and_nothing_else(graph, store, tmp_path, monkeypatch):
    path = tmp_path / "kg.oxigraph"
    write(graph, path)
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    ((before,),) = ask(str(path), count, no_credentials).rows
    store.forget(next(uri for (uri,) in store.read("SELECT uri FROM source")))
    write(graph, path)
    ((after,),) = ask(str(path), count, no_credentials).rows
    assert 0 < after < before
    other = tmp_path / "photos.oxigraph"
    other.mkdir()
    (other / "mine.txt").write_text("mine")
    with pytest.raises(ExportError, match="something else than an Oxigraph store"):
        open_target(str(other), no_credentials)
    assert [p.name for p in other.iterdir()] == ["mine.txt"]

    def full(graph, provenance):
        yield from ()
        raise OSError(28, "disk full")

    monkeypatch.setattr("kg_docre.graph.oxigraph.n_quads", full)
    with pytest.raises(ExportError, match="disk full"):
        write(graph, path)
    assert list(ask(str(path), count, no_credentials).rows) == [(after,)]
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


def test_what_a_person_split_is_as_many_things_as_in_networkx(tmp_path):
    linked = URIRef("http://www.wikidata.org/entity/Q42")
    with FactStore(tmp_path / "kg.sqlite") as store:
        for id, year in (("a", "1950"), ("b", "1960")):
            person, time = ("PER", "Jane Doe"), ("TIME", year)
            add(store, document(id, person, time, facts=((0, "P569", 1, 0.9),), kb_ids={0: "Q42"}))
        assert {*to_rdf(KnowledgeGraph(store)).subjects(RDF.type, KG.PER)} == {linked}
        split(store, "Jane Doe")
        graph = KnowledgeGraph(store)
        rdf, people = to_rdf(graph), [node for node, type in to_networkx(graph).nodes(data="type") if type == "PER"]
    assert len({*rdf.subjects(RDF.type, KG.PER)}) == len({*rdf.subjects(WDT.P569)}) == len(people) == 2
    assert linked not in rdf.all_nodes()
