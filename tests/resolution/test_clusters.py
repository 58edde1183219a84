"""What may never become one node, whichever names lead from one thing to the other, and what stays so."""

import time
from itertools import permutations

import pytest

from kg_docre.graph import KnowledgeGraph
from kg_docre.resolution.decisions import merge, split
from kg_docre.resolution.errors import ResolutionError
from kg_docre.resolution.explanations import explain
from kg_docre.resolution.forms import form_id
from kg_docre.resolution.lookup import find_node
from kg_docre.resolution.resolve import resolve, resolve_if_grown
from kg_docre.store import FactStore
from tests.resolution.test_resolve import add, document, nodes

SMITH = "John Smith"


@pytest.fixture
def store(tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        yield store


def person(id, born=None, died=None, name=SMITH, others=(), **options):
    dates = [(label, year) for label, year in (("P569", born), ("P570", died)) if year]
    facts = [(0, label, place, 0.9) for place, (label, _) in enumerate(dates, 1)]
    return document(id, ("PER", name, *others), *(("TIME", year) for _, year in dates), facts=facts, **options)


def by_document(store, *names):
    return {id: node for name in names for id, node in nodes(store, name).items()}


def test_senses_that_share_a_claim_have_ids_of_their_own(store):
    add(store, *(person(f"a{n}", "1850") for n in range(3)), person("b1", "1941", "2000"), person("b2", "1941", "2000"))
    add(store, person("c", "1941", "1990"))
    resolve(store)
    found = nodes(store, SMITH)
    assert len({found["a0"], found["b1"], found["c"]}) == 3
    assert found["b1"] == found["b2"]
    add(store, *(document(f"f{n}", ("PER", SMITH), kb_ids={0: "Q7"}) for n in range(2)))
    resolve(store)
    assert nodes(store, SMITH)["f0"] == "Q7"


def test_a_sense_keeps_its_node_when_another_becomes_more_frequent(store):
    add(store, person("a1", "1941"), person("a2", "1941"), person("b1", "1928"))
    add(store, document("r", ("PER", "Rhymin Simon")))
    resolve(store)
    before = nodes(store, SMITH)
    merge(store, before["a1"], "Rhymin Simon")
    add(store, person("b2", "1928"), person("b3", "1928"))
    resolve(store)
    after = by_document(store, SMITH, "Rhymin Simon")
    assert {id: after[id] for id in before} == before
    assert after["r"] == after["a1"]
    assert after["b3"] == after["b1"] != after["a1"]


def test_a_sense_of_which_more_becomes_known_stays_merged(store):
    add(store, person("a1", "1850"), person("a2", "1850"), person("b1", None, "1990"), person("b2", None, "1990"))
    add(store, person("c", None, "1900"), person("d", None, "1900"), document("s", ("PER", "Smithy")))
    resolve(store)
    other = nodes(store, SMITH)["b1"]
    assert other != nodes(store, SMITH)["c"]
    merge(store, other, "Smithy")
    add(store, person("b3", "1920", "1990"))
    resolve(store)
    after = by_document(store, SMITH, "Smithy")
    assert after["s"] == after["b1"] == after["b3"]


@pytest.mark.parametrize("third", ["linked", "longer name"])
def test_no_third_name_joins_two_senses(store, third):
    add(store, person("a", "1850"), person("b", "1941"))
    if third == "linked":
        add(store, document("q", ("PER", SMITH), kb_ids={0: "Q7"}))
    else:
        add(store, *(document(f"q{n}", ("PER", "John Edward Smith", SMITH)) for n in range(3)))
    resolve(store)
    assert nodes(store, SMITH)["a"] != nodes(store, SMITH)["b"]


def test_a_sense_keeps_its_node_when_its_homonym_goes(store):
    add(store, person("a1", "1941"), person("a2", "1941"), person("b1", "1928"))
    add(store, document("r", ("PER", "Rhymin Simon")))
    resolve(store)
    before = nodes(store, SMITH)["b1"]
    merge(store, before, "Rhymin Simon")
    store.forget("a1")
    store.forget("a2")
    resolve(store)
    add(store, person("b2", "1928"))
    after = by_document(store, SMITH, "Rhymin Simon")
    assert set(after.values()) == {before}, "and so do those who come later"


@pytest.mark.parametrize("better_known", [0, 5])
def test_what_was_merged_may_go_and_come_back(store, better_known):
    add(store, person("a1", "1941"), person("a2", "1941"), person("b1", "1928"))
    add(store, *(document(id, ("PER", "Rhymin Simon")) for id in ["r", *map(str, range(better_known))]))
    resolve(store)
    before = nodes(store, SMITH)["b1"]
    merge(store, "Rhymin Simon", nodes(store, SMITH)["a1"])
    store.forget("a1")
    store.forget("a2")
    resolve(store)
    assert nodes(store, SMITH)["b1"] == before != nodes(store, "Rhymin Simon")["r"]
    add(store, person("a3", "1941"), person("a4", "1941"))
    assert nodes(store, SMITH)["a3"] == nodes(store, "Rhymin Simon")["r"], "at once"
    resolve(store)
    found = by_document(store, SMITH, "Rhymin Simon")
    assert found["a3"] == found["r"] != found["b1"] == before


def test_a_sense_keeps_its_node_when_another_model_reads_it_anew(store):
    documents = [*(person(f"a{n}", "1941") for n in range(2)), *(person(f"b{n}", "1928") for n in range(4))]
    add(store, *documents[:3], document("r", ("PER", "Rhymin Simon")))
    resolve(store)
    merge(store, nodes(store, SMITH)["a0"], "Rhymin Simon")
    add(store, *documents[3:])
    resolve(store)
    before = by_document(store, SMITH, "Rhymin Simon")
    assert before["r"] == before["a0"] != before["b0"]
    for one in documents:
        store.add(one, model="another", names={}, resolve=form_id)
    resolve(store)
    assert by_document(store, SMITH, "Rhymin Simon") == before


def test_a_linked_thing_that_was_split_can_be_put_together_but_with_no_other(store):
    add(store, *(document(f"a{n}", ("PER", "Jane Roe"), kb_ids={0: "Q1"}) for n in range(3)))
    add(store, document("f", ("PER", "Foo Bar")))
    resolve(store)
    split(store, "Q1")
    found = nodes(store, "Jane Roe")
    assert len(set(found.values())) == 3
    merge(store, found["a0"], "Foo Bar")
    add(store, document("q", ("PER", "Foo Bar"), kb_ids={0: "Q2"}))
    resolve(store)
    assert nodes(store, "Foo Bar")["q"] == "Q2" != nodes(store, "Jane Roe")["a0"]
    merge(store, "Jane Roe", "Jane Roe")
    assert set(nodes(store, "Jane Roe").values()) == {"Q1"}


def test_many_senses_take_no_cubic_time(store):
    add(store, *(person(f"a{n}", str(1000 + n)) for n in range(400)))
    start = time.perf_counter()
    resolve(store)
    assert time.perf_counter() - start < 10
    assert len(set(nodes(store, SMITH).values())) == 400


def test_a_person_may_join_two_senses(store):
    add(store, person("a", "1850"), person("b", "1941"))
    resolve(store)
    merge(store, *nodes(store, SMITH).values())
    assert nodes(store, SMITH)["a"] == nodes(store, SMITH)["b"]


def test_no_merge_joins_two_knowledge_base_ids(store):
    add(store, document("a", ("PER", "Jane Roe"), ("ORG", "Acme")), document("b", ("PER", "J. R."), kb_ids={0: "Q1"}))
    resolve(store)
    merge(store, "Jane Roe", "Q1")
    add(store, document("c", ("PER", "Jane Roe"), kb_ids={0: "Q2"}))
    resolve(store)
    found = by_document(store, "Jane Roe", "J. R.")
    assert found["a"] == found["b"] == "Q1"
    assert found["c"] == "Q2"


def test_a_split_by_document_holds_for_new_documents_at_once(store):
    add(store, *(document(f"a{n}", ("LOC", "Springfield")) for n in range(20)))
    resolve(store)
    split(store, "Springfield")
    add(store, document("z1", ("LOC", "Springfield")), document("z2", ("LOC", "Springfield")))
    found = nodes(store, "Springfield")
    assert len(set(found.values())) == 22
    resolve(store)
    assert nodes(store, "Springfield") == found


def test_parts_of_a_split_by_document_are_merged_one_by_one_or_all(store):
    add(store, *(document(f"a{n}", ("LOC", "Springfield")) for n in range(5)))
    add(store, document("b", ("LOC", "Springfield, Illinois")))
    resolve(store)
    split(store, "Springfield")
    found = nodes(store, "Springfield")
    merge(store, found["a0"], found["a1"])
    merge(store, found["a2"], "Springfield, Illinois")
    after = by_document(store, "Springfield", "Springfield, Illinois")
    assert after["a0"] == after["a1"]
    assert after["a2"] == after["b"]
    assert len(set(after.values())) == 4
    merge(store, "Springfield", "Springfield")
    add(store, document("c", ("LOC", "Springfield")))
    resolve(store)
    assert len(set(by_document(store, "Springfield", "Springfield, Illinois").values())) == 1


def test_what_was_split_by_document_is_not_joined_by_its_names(store):
    add(store, *(document(f"a{n}", ("ORG", "NATO")) for n in range(3)))
    resolve(store)
    split(store, "NATO")
    add(store, *(document(f"b{n}", ("ORG", "North Atlantic Treaty Organization", "NATO")) for n in range(5)))
    resolve(store)
    assert len(set(nodes(store, "NATO").values())) == 3


def test_what_is_one_thing_in_one_document_cannot_be_split(store):
    add(store, document("a", ("LOC", "Springfield")))
    resolve(store)
    with pytest.raises(ResolutionError, match="nothing to split"):
        split(store, "Springfield")


def test_a_corpus_that_changes_without_growing_is_resolved(store):
    add(store, *(document(f"a{n}", ("ORG", f"Company {n}")) for n in range(6)))
    resolve_if_grown(store)
    long, short = ("ORG", "North Atlantic Treaty Organization", "NATO"), ("ORG", "NATO")
    for n in range(6):
        store.forget(f"a{n}")
    add(store, document("b", long), document("c", short))
    resolve_if_grown(store)
    assert nodes(store, "NATO")["c"] == nodes(store, long[1])["b"]


def test_order_of_documents_does_not_matter(tmp_path):
    made = [
        document("a", ("ORG", "UNO"), kb_ids={0: "Q1065"}),
        document("b", ("ORG", "United Nations"), kb_ids={0: "Q1065"}),
        document("c", ("ORG", "United Nations")),
        person("d", "1850"),
        person("e", "1901"),
        person("f"),
    ]
    kept = set()
    for number, order in enumerate([*permutations(made[:3]), *permutations(made[3:])]):
        with FactStore(tmp_path / f"{number}.sqlite") as store:
            add(store, *order)
            resolve(store)
            found = by_document(store, "UNO", "United Nations", SMITH)
            same = frozenset((a, b) for a in found for b in found if a < b and found[a] == found[b])
            kept.add((frozenset(found), same))
    assert len(kept) == 2, "one for each of the two sets of documents"


def test_every_form_but_one_has_a_reason_after_further_builds(store):
    """A node keeps its id, though what it got that from has joined something better known since."""
    short, long = ("ORG", "NATO"), ("ORG", "North Atlantic Treaty Organization", "NATO")
    add(store, document("a", short), document("b", short))
    resolve(store)
    add(store, *(document(f"c{n}", long) for n in range(3)))
    resolve(store)
    forms = explain(store, find_node(store, "NATO"))
    assert len(forms) == 2
    assert sorted({*form.reasons} == {"same name"} for form in forms) == [False, True]
    assert all(form.reasons for form in forms)


def test_what_a_person_decided_is_not_explained_otherwise(store):
    add(store, document("a", ("PER", "Adorno"), ("ORG", "Frankfurt School")))
    add(store, document("b", ("PER", "Theodor Adorno", "Adorno"), ("ORG", "Frankfurt School")))
    add(store, document("c", ("PER", "Zed")))
    resolve(store)
    merge(store, "Adorno", "Zed")
    forms = explain(store, find_node(store, "Zed"))
    why = {form.names[0]: set(form.reasons) for form in forms}
    assert why.keys() == {"Adorno", "Theodor Adorno", "Zed"}
    assert sorted(map(len, why.values())) == [0, 1, 1]
    assert list(why.values()).count({"decided by a person"}) == 2


def test_a_node_is_found_by_what_the_graph_calls_it(store):
    add(store, document("a", ("LOC", "American")), document("b", ("ORG", "Bundesliga Verein", "BV 09")))
    resolve(store)
    assert find_node(store, "United States") == nodes(store, "American")["a"]
    assert find_node(store, "BV 09") == nodes(store, "Bundesliga Verein")["b"]


def test_facts_of_a_country_are_found_under_its_name(store):
    add(store, document("a", ("LOC", "American"), ("PER", "Ada"), facts=((1, "P17", 0, 0.9),)))
    assert [fact.label for fact in KnowledgeGraph(store, about=["United States"]).facts()] == ["P17"]
