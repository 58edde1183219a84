import json

import networkx
import pytest
from rdflib import Graph, Literal

from kg_docre.data.docred_relations import docred_relations
from kg_docre.graph import KnowledgeGraph
from kg_docre.graph.graph_xml import write_graphml
from kg_docre.graph.neo4j import Neo4jTarget
from kg_docre.graph.networkx import to_networkx
from kg_docre.graph.properties import known_properties
from kg_docre.graph.rdf import KG, to_rdf
from kg_docre.resolution.forms import form_id
from kg_docre.store import FactStore
from tests.resolution.test_resolve import document

ADA, TEN, FIFTEEN = ("PER", "Ada Lovelace"), ("TIME", "10 December 1815"), ("TIME", "1815")


@pytest.fixture
def store(tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        yield store


def add(store, *documents):
    for one in documents:
        store.add(one, model="m", names=docred_relations(), resolve=form_id)


def facts(store, **options):
    graph = KnowledgeGraph(store, **options)
    names = {node.id: node.name for node in graph.nodes()}
    return {(names[f.head], f.label, names[f.tail]): f for f in graph.facts()}


FORD, LINCOLN = ("ORG", "Ford"), ("ORG", "Lincoln")


def born(id, when, score):
    return document(id, ADA, when, facts=((0, "P569", 1, score),))


def test_every_relation_is_known_and_inverses_lead_back():
    known = known_properties()
    assert known.keys() == docred_relations().keys()
    types = {"PER", "ORG", "LOC", "TIME", "NUM", "MISC"}
    for label, one in known.items():
        assert one.heads
        assert one.tails
        assert one.heads | one.tails <= types
        if one.inverse:
            other = known[one.inverse]
            assert other.heads & one.tails, label
            assert other.tails & one.heads, label
            assert not other.single, "what is completed excludes nothing that is stated"


def test_gold_facts_rarely_conflict(documents):
    """The table says what is usual: nearly all that annotators found fits it."""
    total = odd = 0
    for one in documents:
        for relation in one.relations:
            total += 1
            head, tail = one.entities[relation.head].type, one.entities[relation.tail].type
            odd += known_properties()[relation.label].misfits(head, tail)
    assert odd / total < 0.05


def test_types_that_a_relation_does_not_join_are_flagged_and_dropped_on_request(store):
    add(store, document("a", ("LOC", "Paris"), TEN, ADA, facts=((0, "P569", 1, 0.9), (2, "P569", 1, 0.9))))
    found = facts(store)
    odd = found["Paris", "P569", "10 December 1815"]
    assert (odd.conflicts, odd.confidence) == (("types",), 0.9)
    assert odd.plausibility == pytest.approx(9 * 0.15 / (1 + 9 * 0.15), abs=1e-5), "seldom right"
    assert found["Ada Lovelace", "P569", "10 December 1815"].conflicts == ()
    assert set(facts(store, strict=True)) == {("Ada Lovelace", "P569", "10 December 1815")}


def test_what_a_country_is_called_is_a_place_whatever_it_was_taken_for(store):
    names = ("ORG", "United Kingdom"), ("ORG", "Acme"), ("TIME", "1815")
    add(store, document("a", ADA, *names, facts=((0, "P27", 1, 0.9), (0, "P27", 2, 0.8), (3, "P27", 1, 0.7))))
    found = facts(store)
    assert found["Ada Lovelace", "P27", "United Kingdom"].conflicts == ()
    assert found["Ada Lovelace", "P27", "Acme"].conflicts == ("types",)
    assert found["1815", "P27", "United Kingdom"].conflicts == ("types",)


def test_a_date_without_its_year_is_flagged_and_no_rival_of_one_that_has_it(store):
    monday, day = ("TIME", "Monday"), ("TIME", "10 December")
    add(
        store,
        document("a", ADA, monday, day, TEN, facts=((0, "P570", 1, 0.9), (0, "P569", 2, 0.9), (0, "P569", 3, 0.6))),
    )
    found = facts(store)
    assert found["Ada Lovelace", "P570", "Monday"].conflicts == ("no year",)
    assert "no year" in found["Ada Lovelace", "P569", "10 December"].conflicts
    assert found["Ada Lovelace", "P569", "10 December 1815"].conflicts == ()
    assert set(facts(store, strict=True)) == {("Ada Lovelace", "P569", "10 December 1815")}


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("2", False),
        ("00:00:04,5", False),
        ("3/4/24", False),
        ("1815", True),
        ("the 1st century", True),
        ("44 BC", True),
    ],
)
def test_what_tells_no_year_is_flagged(when, told, store):
    add(store, born("a", ("TIME", when), 0.9))
    (fact,) = facts(store).values()
    assert fact.conflicts == (() if told else ("no year",))


def test_what_has_an_unfitting_type_is_no_rival_of_what_fits(store):
    oslo = ("LOC", "Oslo")
    add(store, document("a", ADA, FIFTEEN, oslo, facts=((0, "P569", 1, 0.8), (0, "P569", 2, 0.9))))
    right, wrong = ("Ada Lovelace", "P569", "1815"), ("Ada Lovelace", "P569", "Oslo")
    found = facts(store)
    assert (found[right].conflicts, found[right].plausibility) == ((), 0.8)
    assert found[wrong].conflicts == ("types", "several values")
    assert set(facts(store, strict=True)) == {right}


def test_a_decade_agrees_with_its_years(store):
    add(store, born("a", ("TIME", "the 1810s"), 0.8), born("b", FIFTEEN, 0.9), born("c", ("TIME", "1820s"), 0.7))
    found = facts(store)
    assert {tail: len(fact.conflicts) for (_, _, tail), fact in found.items()} == {
        "the 1810s": 1,
        "1815": 1,
        "1820s": 1,
    }
    assert set(facts(store, strict=True)) == {("Ada Lovelace", "P569", "the 1810s"), ("Ada Lovelace", "P569", "1815")}


def test_strict_completes_no_inverse_of_what_it_leaves_out(store):
    one, other = ("PER", "Dad One"), ("PER", "Dad Two")
    add(store, document("a", ADA, one, other, facts=((0, "P22", 1, 0.9), (0, "P22", 2, 0.8))))
    kept = set(facts(store, strict=True, inverses=True))
    assert kept == {("Ada Lovelace", "P22", "Dad One"), ("Dad One", "P40", "Ada Lovelace")}
    assert ("Dad Two", "P40", "Ada Lovelace") in facts(store, inverses=True)
    add(store, document("b", ("PER", "Dad Three"), ADA, facts=((0, "P40", 1, 0.99),)))
    stated = {("Ada Lovelace", "P22", "Dad One"), ("Dad Three", "P40", "Ada Lovelace")}
    assert set(facts(store, strict=True, inverses=True)) == kept | stated, "no second father by way of a child"


def test_things_are_no_dates_whose_ids_begin_alike(store):
    linked = {1: "Q1", 2: "Q12"}
    people = (ADA, ("PER", "Dad One"), ("PER", "Dad Two"))
    add(store, document("a", *people, facts=((0, "P22", 1, 0.9), (0, "P22", 2, 0.8)), kb_ids=linked))
    assert all(fact.conflicts == ("several values",) for fact in facts(store).values())


def test_of_types_outside_the_table_nothing_is_known(store):
    add(store, document("a", ("GENE", "BRCA1"), TEN, facts=((0, "P569", 1, 0.9), (0, "CID", 1, 0.9))))
    assert all(fact.conflicts == () for fact in facts(store).values())


def test_values_that_exclude_each_other_are_weighed(store):
    add(store, born("a", TEN, 0.9), born("b", ("TIME", "5 May 1816"), 0.5))
    found = facts(store)
    right, wrong = (found["Ada Lovelace", "P569", day] for day in ("10 December 1815", "5 May 1816"))
    assert right.conflicts == wrong.conflicts == ("several values",)
    # odds of 9 and 1 for two things of which one at most holds
    assert right.plausibility == pytest.approx(9 / 11, abs=1e-5)
    assert wrong.plausibility == pytest.approx(1 / 11, abs=1e-5)
    assert (right.confidence, wrong.confidence) == (0.9, 0.5)
    assert set(facts(store, strict=True)) == {("Ada Lovelace", "P569", "10 December 1815")}


@pytest.mark.parametrize("label", ["P19", "P20"])
@pytest.mark.parametrize(
    ("one", "other", "exclude"),
    [
        ("Stockholm", "Helsinki", True),
        ("Stockholm", "Finland", True),
        ("Stockholm", "Sweden", False),
        ("Bavaria", "Munich", False),
        ("Paris", "Texas", False),
        ("Stockholm", "Nether Wallop", False),
        ("Nether Wallop", "Over Wallop", False),
    ],
)
def test_nobody_is_born_or_dies_in_two_countries(label, one, other, exclude, store):
    places = (("LOC", one), ("LOC", other))
    add(store, document("a", ADA, places[0], facts=((0, label, 1, 0.9),)))
    add(store, document("b", ADA, places[1], facts=((0, label, 1, 0.5),)))
    found = facts(store)
    assert {fact.conflicts for fact in found.values()} == {("several values",) if exclude else ()}
    assert found["Ada Lovelace", label, other].plausibility == pytest.approx(1 / 11 if exclude else 0.5, abs=1e-5)
    assert len(facts(store, strict=True)) == 2 - exclude


@pytest.mark.parametrize("strict", [False, True])
def test_facts_about_one_thing_are_in_conflict_with_what_all_facts_are(store, strict):
    add(store, born("a", TEN, 0.9), born("b", ("TIME", "5 May 1816"), 0.5), document("c", ("PER", "Eve"), TEN))
    every = {*KnowledgeGraph(store, strict=strict, inverses=True).facts()}
    for name, number in (("5 May 1816", 0 if strict else 1), ("10 December 1815", 1), ("Ada Lovelace", 2 - strict)):
        found = list(KnowledgeGraph(store, strict=strict, inverses=True, about=[name]).facts())
        assert len(found) == number
        assert {*found} <= every


def test_what_strict_leaves_out_is_completed_in_no_part(store):
    """Bo is Ada's father, or, surer, her brother: neither is he completed to be somebody who has a child."""
    people = ("PER", "Ada"), ("PER", "Bo")
    add(store, document("a", *people, facts=((0, "P22", 1, 0.5), (0, "P3373", 1, 0.9))))
    options = {"strict": True, "inverses": True}
    assert {fact.label for fact in KnowledgeGraph(store, **options).facts()} == {"P3373"}
    assert not [*KnowledgeGraph(store, relations=["child"], **options).facts()]
    assert {f.label for f in KnowledgeGraph(store, relations=["child"], inverses=True).facts()} == {"P40"}


def test_an_unsure_fact_keeps_no_sure_one_from_being_completed(store):
    whole, part = ("LOC", "Ohio"), ("LOC", "Dayton")
    add(store, document("a", whole, part, facts=((0, "P150", 1, 0.9), (1, "P131", 0, 0.1))))
    assert {f: fact.inferred for f, fact in facts(store, inverses=True, min_confidence=0.5).items()} == {
        ("Ohio", "P150", "Dayton"): False,
        ("Dayton", "P131", "Ohio"): True,
    }
    assert not any(fact.inferred for fact in facts(store, inverses=True).values())
    assert set(facts(store, inverses=True, min_confidence=0.95)) == set()


@pytest.mark.parametrize(("other", "options"), [(FORD, {"min_confidence": 0.5}), (("TIME", "Ford"), {"strict": True})])
def test_details_of_what_is_completed_are_those_of_what_it_comes_from(store, other, options):
    """Another document says it outright, but is not sure, or takes the one thing for a day."""
    ids = {0: "Q1", 1: "Q2"}
    add(store, document("strong", FORD, LINCOLN, facts=((0, "P527", 1, 0.9),), kb_ids=ids))
    add(store, document("other", other, LINCOLN, facts=((1, "P361", 0, 0.3),), kb_ids=ids))
    graph = KnowledgeGraph(store, inverses=True, **options)
    whole = list(graph.facts())
    told = [(fact.label, fact.inferred, fact.evidence[0].document.uri) for fact in whole]
    assert told == [("P527", False, "strong"), ("P361", True, "strong")]
    assert graph.with_details(list(graph.facts(details=False))) == whole


def test_a_year_and_a_day_in_it_agree(store):
    add(store, born("a", TEN, 0.9), born("b", FIFTEEN, 0.5), born("c", ("TIME", "December 10, 1815"), 0.5))
    found = facts(store)
    assert len(found) == 2
    assert all(fact.conflicts == () and fact.plausibility == fact.confidence for fact in found.values())


def test_one_is_a_relative_in_one_way(store):
    people = (ADA, ("PER", "William King"), ("PER", "Anne King"))
    add(store, document("a", *people, facts=((0, "P26", 1, 0.8), (0, "P3373", 1, 0.5), (0, "P40", 2, 0.9))))
    add(store, document("b", *people, facts=((0, "P26", 1, 0.5),)))
    found = facts(store)
    spouse, sibling, child = (
        found["Ada Lovelace", label, f"{name} King"]
        for label, name in (("P26", "William"), ("P3373", "William"), ("P40", "Anne"))
    )
    assert (spouse.conflicts, sibling.conflicts, child.conflicts) == (("kinship",), ("kinship",), ())
    # odds of 9 (two documents: 1 - 0.2 · 0.5 = 0.9) and 1
    assert (spouse.plausibility, sibling.plausibility) == (
        pytest.approx(9 / 11, abs=1e-5),
        pytest.approx(1 / 11, abs=1e-5),
    )
    assert set(facts(store, strict=True)) == {
        ("Ada Lovelace", "P26", "William King"),
        ("Ada Lovelace", "P40", "Anne King"),
    }


KING = ("PER", "William King")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ([("P26", 0.9), ("P3373", 0.6)], ["P26", "-P26"]),
        ([("P26", 0.9), ("-P3373", 0.6)], ["P26", "-P26"]),
        ([("P26", 0.9), ("P3373", 0.6), ("-P26", 0.5), ("-P3373", 0.8)], ["P26", "-P26"]),
        ([("P22", 0.95), ("-P40", 0.4), ("-P26", 0.9)], ["P22", "-P40"]),
        ([("P40", 0.9), ("-P40", 0.8)], ["P40"]),
        ([("P22", 0.5), ("P25", 0.6), ("-P40", 0.9)], ["P25", "-P40"]),
        ([("P26", 0.70000041), ("P3373", 0.70000041)], ["P3373", "-P3373"]),
    ],
)
def test_of_the_ways_to_be_a_relative_strict_keeps_the_surest(said, kept, store):
    made = [(1, label[1:], 0, score) if label[0] == "-" else (0, label, 1, score) for label, score in said]
    add(store, document("a", ADA, KING, facts=made))
    expected = {
        ("William King", label[1:], "Ada Lovelace") if label[0] == "-" else ("Ada Lovelace", label, "William King")
        for label in kept
    }
    assert set(facts(store, strict=True, inverses=True)) == expected
    in_one_way = {"P40"} if ("P25", 0.6) in said else set()  # father and mother are both a parent's
    for (_, label, _), fact in facts(store, inverses=True).items():
        assert (fact.conflicts == ("kinship",)) == (label not in in_one_way), label
        assert (fact.plausibility < fact.confidence) == (label not in in_one_way), label


def test_very_sure_ways_to_be_a_relative_are_still_one(store):
    for number in range(9):
        said = ((0, "P26", 1, 0.9), (0, "P3373", 1, 0.9))[: 1 + (number < 8)]
        add(store, document(f"d{number}", ADA, KING, facts=said))
    assert [fact.confidence for fact in facts(store).values()] == [1.0, 1.0]
    assert len(facts(store, strict=True)) == 1


def test_relatives_of_unfitting_types_are_no_rivals(store):
    add(store, document("a", ADA, KING, facts=((0, "P26", 1, 0.9),), kb_ids={1: "Q1"}))
    add(store, document("b", ADA, ("LOC", "William King"), facts=((0, "P3373", 1, 0.95),), kb_ids={1: "Q1"}))
    found = {label: fact for (_, label, _), fact in facts(store).items()}
    assert (found["P26"].conflicts, found["P3373"].conflicts) == ((), ("types", "kinship"))
    assert {label for _, label, _ in facts(store, strict=True)} == {"P26"}


def test_a_father_is_no_mother_and_one_of_two_fathers(store):
    people = (ADA, ("PER", "Dad One"), ("PER", "Dad Two"))
    add(store, document("a", *people, facts=((0, "P22", 1, 0.9), (0, "P22", 2, 0.5), (0, "P25", 1, 0.5))))
    found = facts(store)
    assert found["Ada Lovelace", "P22", "Dad One"].conflicts == ("several values", "kinship")
    assert found["Ada Lovelace", "P22", "Dad One"].plausibility == pytest.approx(9 / 12, abs=1e-5)
    assert set(facts(store, strict=True)) == {("Ada Lovelace", "P22", "Dad One")}


def test_relations_with_many_values_are_left_alone(store):
    add(store, document("a", ADA, ("PER", "Byron"), ("PER", "Anne"), facts=((0, "P40", 1, 0.9), (0, "P40", 2, 0.9))))
    assert all(fact.conflicts == () for fact in facts(store).values())


def test_inverses_are_completed_where_they_are_missing(store):
    add(
        store,
        document("a", ADA, ("PER", "William King"), facts=((0, "P26", 1, 0.9),)),
        document("b", ("LOC", "Ohio"), ("LOC", "Dayton"), facts=((0, "P150", 1, 0.8), (1, "P131", 0, 0.7))),
        document("c", ADA, ("PER", "Lord Byron"), ("PER", "Anne"), facts=((0, "P22", 1, 0.9), (0, "P25", 2, 0.8))),
    )
    plain, completed = facts(store), facts(store, inverses=True)
    assert plain.items() <= completed.items()
    new = {key: completed[key] for key in completed.keys() - plain.keys()}
    assert set(new) == {
        ("William King", "P26", "Ada Lovelace"),
        ("Lord Byron", "P40", "Ada Lovelace"),
        ("Anne", "P40", "Ada Lovelace"),
    }
    assert all(fact.inferred for fact in new.values())
    spouse = new["William King", "P26", "Ada Lovelace"]
    assert (spouse.confidence, spouse.name, spouse.support) == (0.9, "spouse", 1)
    assert spouse.evidence == plain["Ada Lovelace", "P26", "William King"].evidence


def test_every_target_carries_conflicts_and_what_is_inferred(store, tmp_path, bolt, database):
    add(
        store,
        born("a", TEN, 0.9),
        born("b", ("TIME", "5 May 1816"), 0.5),
        document("c", ADA, ("PER", "William King"), facts=((0, "P26", 1, 0.9),)),
    )
    graph = KnowledgeGraph(store, inverses=True)
    expected = sorted((f.label, f.confidence, f.conflicts, f.plausibility, f.inferred) for f in graph.facts())
    assert [row[2] for row in expected].count(("several values",)) == 2
    assert [row[4] for row in expected].count(True) == 1

    keys = ("label", "confidence", "conflicts", "plausibility", "inferred")
    edges = [data for *_, data in to_networkx(graph).edges(data=True)]
    assert sorted(tuple(tuple(e[k]) if k == "conflicts" else e[k] for k in keys) for e in edges) == expected
    write_graphml(graph, tmp_path / "kg.graphml")
    read = [data for *_, data in networkx.read_graphml(tmp_path / "kg.graphml").edges(data=True)]
    assert sorted(tuple(tuple(json.loads(e[k])) if k == "conflicts" else e[k] for k in keys) for e in read) == expected

    rdf: Graph = to_rdf(graph)
    assert sorted(str(o) for o in rdf.objects(None, KG.conflict)) == ["several values"] * 2
    assert {o.toPython() for o in rdf.objects(None, KG.plausibility)} == {row[3] for row in expected if row[2]}
    assert len(list(rdf.subjects(KG.inferred, Literal(True)))) == 1

    uri, user, password, name = bolt
    with Neo4jTarget(uri, user=user, password=password, database=name) as target:
        target.write(graph)
    for query in ("MATCH (:Entity)-[r]->(:Entity) RETURN r AS r", "MATCH (r:Fact) RETURN r AS r"):
        rows = database(
            query.replace("RETURN r AS r", "RETURN r.property AS label, r.confidence AS confidence, ")
            + "r.conflicts AS conflicts, r.plausibility AS plausibility, r.inferred AS inferred"
        )
        assert sorted(tuple(tuple(row[k]) if k == "conflicts" else row[k] for k in keys) for row in rows) == expected
