from dataclasses import replace

import pytest

from kg_docre.annotations import Document, Entity, Mention, Relation
from kg_docre.graph import KnowledgeGraph
from kg_docre.graph.about import why_none
from kg_docre.graph.labels import labels_called
from kg_docre.graph.relations import relation_rows
from kg_docre.resolution.decisions import merge
from kg_docre.resolution.forms import form_id
from kg_docre.store import FactStore
from tests.resolution.test_resolve import add, document

LABELS = {"P17": "country", "P36": "capital"}


def _document(id, names, relations):
    words = tuple(f"{id}{i}" for i in range(10))
    entities = tuple(
        Entity(name, "LOC", (Mention(i, i + 1, int(i > 4), name),), kb_id) for i, (name, kb_id) in enumerate(names)
    )
    return Document(id, words, (0, 5), entities, relations)


def _graph(tmp_path, *documents):
    store = FactStore(tmp_path / "kg.sqlite")
    for one in documents:
        store.add(one, model="m", names=LABELS, resolve=form_id)
    return KnowledgeGraph(store)


def test_one_thing_is_one_node_across_documents(tmp_path):
    graph = _graph(
        tmp_path,
        _document("a", [("The U.S.", ""), ("Rome", "")], ()),
        _document("b", [("U.S.", ""), ("ROME", "Q220")], ()),
        _document("c", [("US", ""), ("Roma", "Q220")], ()),
    )
    nodes = {node.name: node for node in graph.nodes()}
    assert len(nodes) == 3
    states = next(node for node in nodes.values() if "US" in (node.name, *node.aliases))
    assert states.name == "United States", "a country is called by its name, whatever documents call it"
    assert set(states.aliases) == {"The U.S.", "U.S.", "US"}
    linked = next(node for node in nodes.values() if node.id == "Q220")
    assert {linked.name, *linked.aliases} == {"ROME", "Roma"}


def test_a_date_is_as_exact_as_its_names(tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        for id, name in (("a", "1937"), ("b", "1937"), ("c", "3 June 1937"), ("d", "4 May 1938"), ("e", "Monday")):
            add(store, document(id, ("TIME", name)))
        merge(store, "1937", "3 June 1937")
        dates = {node.name: node.date for node in KnowledgeGraph(store).nodes()}
    assert dates == {"1937": "1937-06-03", "4 May 1938": "1938-05-04", "Monday": ""}


@pytest.mark.parametrize("order", [1, -1])
def test_facts_gather_their_evidence(tmp_path, order):
    """Two documents say it with 0.6 and 0.5: noisy-or 1 - 0.4 · 0.5 = 0.8. Within a document the best counts. It is
    the same in whichever order they were added."""
    names = [("Rome", ""), ("Italy", ""), ("Rome!", "")]
    documents = [
        _document("a", names, (Relation(0, 1, "P17", 0.6, (0,)), Relation(2, 1, "P17", 0.3, (1,)))),
        _document("b", names, (Relation(0, 1, "P17", 0.5, (0, 1)), Relation(0, 2, "P36", 0.9))),
    ]
    graph = _graph(tmp_path, *documents[::order])
    (fact,) = graph.facts()
    assert (fact.label, fact.name, fact.support) == ("P17", "country", 2)
    assert fact.confidence == pytest.approx(0.8)
    assert [(e.document.uri, e.score, [n for n, _ in e.sentences]) for e in fact.evidence] == [
        ("a", 0.6, [0, 1]),
        ("b", 0.5, [0, 1]),
    ]
    assert fact.evidence[0].sentences[0][1] == "a0 a1 a2 a3 a4"
    (bare,) = graph.facts(details=False)
    assert [e.sentences for e in bare.evidence] == [(), ()]
    assert bare == fact._replace(evidence=tuple(e._replace(sentences=()) for e in fact.evidence))


def test_facts_about_an_entity_by_any_of_its_names(graph):
    every = list(graph.facts())
    names = {node.id: {node.name, *node.aliases} for node in graph.nodes()}
    fact = every[0]
    for name in names[fact.head]:
        about = list(KnowledgeGraph(graph.store, about=[name.upper()]).facts())
        assert fact in about
        assert all(name in names[f.head] | names[f.tail] for f in about)
    part = KnowledgeGraph(graph.store, relations=[fact.name])
    assert list(part.facts()) == [f for f in every if f.label == fact.label]


def test_facts_about_several_things_and_of_what_there_are_none(tmp_path):
    names = [(name, "") for name in ("Oslo", "Norway", "Rome", "Italy", "Lima")]
    relations = (Relation(0, 1, "P17", 0.6), Relation(1, 0, "P36", 0.9), Relation(2, 3, "P17", 0.5))
    graph = _graph(tmp_path, _document("a", names, relations))
    sure = KnowledgeGraph(graph.store, min_confidence=0.8)
    for part, expected in (
        ({"about": ["Oslo", "Norway", "Rome", "Lima"]}, [0.5, 0.6, 0.9]),
        ({"about": ["Rome", "Oslo"], "relations": ["P17"]}, [0.5, 0.6]),
        ({"about": ["Oslo"], "relations": ["capital", "country"]}, [0.6, 0.9]),
    ):
        assert sorted(fact.confidence for fact in KnowledgeGraph(graph.store, **part).facts()) == expected
    with pytest.raises(ValueError, match="nothing is called 'Limas'; names like it: Lima"):
        KnowledgeGraph(graph.store, about=["Oslo", "Limas"])
    graph.store.add(_document("b", [("HAMADA Tetsuo", ""), ("Hamadan", "")], ()), model="m", names={}, resolve=form_id)
    with pytest.raises(ValueError, match=r"nothing is called 'Hamada'; names like it: HAMADA Tetsuo$"):
        KnowledgeGraph(graph.store, about=["Hamada"])
    lima = "'Lima' is mentioned 1 time in 1 document, but there are no facts about it"
    assert why_none(graph, ["Lima"], ()) == f"{lima}: none was likely enough, or a person has rejected all"
    assert why_none(sure, ["Lima"], ["P17", "P36"]) == f"{lima} of 'P17' or 'P36' of confidence 0.8 or more"
    assert why_none(graph, (), ["director"]) == "no facts of 'director'"
    assert labels_called(graph.store, "Director") == {"P57"}, "which is known, if not here"
    with graph.store.transaction() as db:
        db.execute("INSERT INTO label VALUES ('P57', 'P57'), ('P50', 'by')")
    assert labels_called(graph.store, "Director") == {"P57"}, "nor named here"
    assert labels_called(graph.store, "author") == labels_called(graph.store, "BY") == {"P50"}
    with pytest.raises(
        ValueError, match=r"no relation is called 'directr'; relations like it: director.*-docre relations"
    ):
        labels_called(graph.store, "directr")


def test_relations_are_listed_with_what_they_join(tmp_path):
    graph = _graph(
        tmp_path, _document("a", [("Oslo", ""), ("Norway", "")], (Relation(0, 1, "P36"), Relation(0, 1, "mine")))
    )
    known, here = relation_rows(), list(relation_rows(graph).rows)
    assert known.columns == ("property", "relation", "head_types", "tail_types")
    rows = list(known.rows)
    assert len(rows) == 96
    assert ("P26", "spouse", "PER", "PER") in rows
    assert [(row[0], row[-1]) for row in here[:3]] == [("P36", 1), ("mine", 1), ("P6", 0)]
    assert len(here) == 97


def test_a_pair_resolved_to_one_node_is_no_fact(tmp_path, documents):
    document = documents[0]
    twin = replace(document.entities[0])
    doubled = replace(
        document, entities=(*document.entities, twin), relations=(Relation(0, len(document.entities), "P17"),)
    )
    assert list(_graph(tmp_path, doubled).facts()) == []


def test_the_path_of_a_store_is_no_store():
    with pytest.raises(TypeError, match=r"FactStore\('kg.sqlite', create=False\)"):
        KnowledgeGraph("kg.sqlite")
