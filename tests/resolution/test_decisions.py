import json
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from kg_docre.cli import app
from kg_docre.names import normalize_name
from kg_docre.resolution.decisions import merge, split
from kg_docre.resolution.errors import ResolutionError
from kg_docre.resolution.explanations import explain
from kg_docre.resolution.lookup import _called, find_node
from kg_docre.resolution.resolve import resolve
from kg_docre.store import FactStore
from tests.resolution.test_resolve import add, document, nodes

NATO = "North Atlantic Treaty Organization"


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "kg.sqlite"
    with FactStore(path) as store:
        add(
            store,
            document("a", ("ORG", NATO, "NATO"), ("LOC", "Brussels")),
            document("b", ("ORG", "NATO"), ("LOC", "Springfield")),
            document("c", ("ORG", "the Alliance"), ("LOC", "Springfield")),
        )
        resolve(store)
    return path


def run(*arguments):
    return CliRunner().invoke(app, ["resolve", *map(str, arguments)])


def test_a_node_is_explained(path):
    shown = run(path, "--explain", "NATO")
    assert shown.exit_code == 0, shown.output
    assert "North Atlantic Treaty Organization" in shown.output
    assert "is called nato +2.5" in shown.output
    with FactStore(path) as store:
        forms = explain(store, find_node(store, "nato"))
    joined = [form for form in forms if form.reasons]
    assert len(forms) == 2
    assert len(joined) == 1
    assert joined[0].score == pytest.approx(sum(joined[0].reasons.values()))


def test_what_has_one_name_is_one_node_for_that(path):
    with FactStore(path) as store:
        add(store, document("d", ("LOC", "U.S."), ("TIME", "May 4, 1990")))
        add(
            store, document("e", ("LOC", "United States"), ("TIME", "4 May 1990"), ("LOC", "Lima"), kb_ids={2: "Q2868"})
        )
        add(store, document("f", ("LOC", "Ciudad de los Reyes"), kb_ids={0: "Q2868"}))
        resolve(store)
    assert "same name" in run(path, "--explain", "Springfield").output
    assert "same" not in run(path, "--explain", "Brussels").output, "it is a single one"
    for name, reason in (
        ("Springfield", "same name"),
        ("U.S.", "same country"),
        ("4 May 1990", "same date"),
        ("Lima", "same id in a knowledge base"),
    ):
        (form,) = map(json.loads, run(path, "--explain", name, "--json").output.splitlines())
        assert (form["entities"], form["reasons"]) == (2, {reason: 0.0})


def test_each_node_of_a_name_is_explained(path):
    with FactStore(path) as store:
        add(store, document("g", ("PER", "Brussels")))
    shown = run(path, "--explain", "Brussels")
    assert shown.exit_code == 0, shown.output
    with FactStore(path) as store:
        ids = [nodes(store, "Brussels")[document] for document in "ag"]
    assert all(f"Brussels ({id})" in shown.output for id in ids)
    found = map(json.loads, run(path, "--explain", "Brussels", "--json").output.splitlines())
    assert {form["node"]: form["type"] for form in found} == dict(zip(ids, ["LOC", "PER"], strict=True))


def test_of_very_many_nodes_of_a_name_the_most_frequent_are_explained(path):
    with FactStore(path) as store:
        add(store, *(document(str(number), ("LOC", "Springfield")) for number in range(10)))
        split(store, "Springfield")
    shown = run(path, "--explain", "Springfield").output
    assert shown.count("Springfield (") == 10
    assert "2 more nodes of this name" in shown
    assert len(run(path, "--explain", "Springfield", "--json").output.splitlines()) == 12


def test_a_node_is_explained_as_json(path):
    shown = run(path, "--explain", "NATO", "--explain", "Brussels", "--json").output
    *nato, brussels = map(json.loads, shown.splitlines())
    assert [form["asked"] for form in nato] == ["NATO"] * 2
    assert {form["node"] for form in nato} == {find(path, NATO)}
    assert {name for form in nato for name in form["names"]} == {"NATO", NATO}
    (joined,) = (form for form in nato if form["reasons"])
    assert joined["score"] == pytest.approx(sum(joined["reasons"].values()))
    assert (brussels["names"], brussels["documents"], brussels["entities"]) == (["Brussels"], ["a"], 1)
    assert "--json is for --explain" in run(path, "--json").output


def find(path, name):
    with FactStore(path) as store:
        return find_node(store, name)


def test_what_a_person_merged_stays_merged(path):
    assert run(path, "--merge", "the Alliance", "NATO").exit_code == 0
    with FactStore(path) as store:
        together = nodes(store, "the Alliance")["c"]
        assert together == nodes(store, "NATO")["b"]
        add(store, document("d", ("ORG", "Alliance")))
        resolve(store)
        assert nodes(store, "Alliance")["d"] == nodes(store, "the Alliance")["c"] == nodes(store, NATO)["a"]
    assert "decided by a person" in run(path, "--explain", "the Alliance").output


def test_what_a_person_split_stays_split(path):
    done = run(path, "--split", "NATO")
    assert done.exit_code == 0
    assert "7 entities" not in done.output
    assert "6 entities are 5 nodes; they were 4" in done.output
    with FactStore(path) as store:
        resolve(store)
        assert nodes(store, "NATO")["b"] != nodes(store, NATO)["a"]


def test_several_nodes_are_split_and_explained_at_once(path):
    assert "6 entities are 6 nodes" in run(path, "--split", "NATO", "--split", "Springfield").output
    shown = run(path, "--explain", "Brussels", "--explain", "the Alliance").output
    assert "Brussels" in shown
    assert "the Alliance" in shown


def test_a_single_form_is_split_by_document(path):
    with FactStore(path) as store:
        before = nodes(store, "Springfield")
        assert before["b"] == before["c"]
        split(store, "Springfield")
        add(store, document("d", ("LOC", "Springfield")))
        resolve(store)
        after = nodes(store, "Springfield")
    assert len(set(after.values())) == 3


def test_a_merge_is_taken_back_and_no_more_than_that(path):
    def placed():
        with FactStore(path) as store:
            return store.read("SELECT name, document, node FROM entity ORDER BY id").fetchall()

    before = placed()
    assert "--split takes that back" in run(path, "--merge", "NATO", "the Alliance").output
    assert placed() != before
    done = run(path, "--split", "the Alliance")
    assert "the Alliance: the merge is taken back, and all is as before it" in done.output
    assert placed() == before
    assert "taken back" not in run(path, "--split", "NATO").output
    with FactStore(path) as store:
        assert nodes(store, "NATO")["b"] != nodes(store, NATO)["a"], "split once more"


def test_what_names_alone_hold_together_is_split_behind_a_merge_too(path):
    with FactStore(path) as store:
        merge(store, "NATO", "the Alliance")
        store.read("DELETE FROM document WHERE id = (SELECT document FROM entity WHERE name = 'the Alliance')")
    assert "taken back" not in run(path, "--split", "NATO").output
    with FactStore(path) as store:
        assert nodes(store, "NATO")["b"] != nodes(store, NATO)["a"]


def test_homonyms_that_were_merged_are_two_again_when_split(path):
    with FactStore(path) as store:
        for year, times in (("1850", 2), ("1941", 3)):
            facts = [(0, "P569", 1, 0.9)]
            add(
                store, *(document(f"{year} {n}", ("PER", "Ann Lee"), ("TIME", year), facts=facts) for n in range(times))
            )
        resolve(store)
        assert len({*nodes(store, "Ann Lee").values()}) == 2
        merge(store, "Ann Lee", "Ann Lee")
        assert len({*nodes(store, "Ann Lee").values()}) == 1
        split(store, "Ann Lee")
        assert len({*nodes(store, "Ann Lee").values()}) == 2


@pytest.mark.parametrize("third", [False, True])
def test_merging_a_name_takes_back_how_it_was_split_by_documents(third, tmp_path):
    def band(id, *given):
        return document(
            id, ("PER", "Smith"), ("TIME", "4 May"), ("ORG", "Band"), *(("PER", f"{n} Smith") for n in given)
        )

    path = tmp_path / "kg.sqlite"
    with FactStore(path) as store:
        add(store, document("d0", ("PER", "John Smith")), band("d3", "Ann", "Lee", "Kim"), band("d9", "Lee", "Ida"))
        resolve(store)
        split(store, "Smith")
        if third:
            add(store, band("d20", "Ann", "Ida"))
            resolve(store)
        assert len({*nodes(store, "Smith").values()}) > 1
    done = run(path, "--merge", "Smith", "Smith")
    assert done.exit_code == 0, done.output
    with FactStore(path) as store:
        assert len({*nodes(store, "Smith").values()}) == 1


def test_a_split_holds_where_the_merge_was_with_a_form_that_is_gone(path):
    with FactStore(path) as store:
        merge(store, "the Alliance", "NATO")
        store.read("DELETE FROM document WHERE id = (SELECT document FROM entity WHERE name = 'the Alliance')")
        split(store, "NATO")
        add(store, document("d", ("ORG", "the Alliance")))
        resolve(store)
        assert nodes(store, "NATO")["b"] != nodes(store, NATO)["a"]


def test_rules_survive_a_rebuild(path, tmp_path):
    """The same documents, forgotten and read again."""
    with FactStore(path) as store:
        merge(store, "the Alliance", "NATO")
        store.read("DELETE FROM document")
        add(store, document("b", ("ORG", "NATO")), document("c", ("ORG", "the Alliance")))
        resolve(store)
        assert nodes(store, "the Alliance")["c"] == nodes(store, "NATO")["b"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--explain", "Atlantis"), "no node is called 'Atlantis'"),
        (("--merge", "NATO", NATO), "one node already"),
        (("--split", "Atlantis"), "no node is called"),
        (("--explain", "NATO", "--split", "NATO"), "one at a time"),
    ],
)
def test_decisions_that_cannot_be_are_refused(path, arguments, message):
    refused = run(path, *arguments)
    assert refused.exit_code == 1
    assert message in refused.output


@pytest.mark.parametrize(
    ("asked", "likely"),
    [
        ("Treaty", NATO),
        ("Spring", "Springfield"),
        ("RUSS", "Brussels"),
        ("Brusels", "Brussels"),
        ("field", "Fields, Springfield"),
    ],
)
def test_names_like_one_that_nothing_has_are_told(path, asked, likely):
    with FactStore(path) as store:
        add(store, document("d", ("PER", "Fields")))
    assert run(path, "--explain", asked).output == f"Error: no node is called {asked!r}; names like it: {likely}\n"


def test_a_name_of_several_nodes_is_not_guessed(path):
    with FactStore(path) as store:
        add(store, document("e", ("PER", "Brussels"), ("LOC", "Antwerp")))
        with pytest.raises(ResolutionError, match=r"several nodes are called 'brussels'.*LOC, in a\).*PER, in e\)"):
            find_node(store, "brussels")
        ids = {nodes(store, "Brussels")["a"], nodes(store, "Brussels")["e"]}
        assert {find_node(store, id) for id in ids} == ids


def test_of_very_many_nodes_of_a_name_the_most_frequent_are_shown(path):
    with FactStore(path) as store:
        add(store, *(document(str(number), ("LOC", "Springfield")) for number in range(12)))
        split(store, "Springfield")
        add(store, document("x", ("PER", "Springfield")), document("y", ("PER", "Springfield")))
        with pytest.raises(
            ResolutionError, match=r"by its id: \w+ \(PER, in x and 1 more\), (\w+ \(LOC, in \w+\),? ){9}and 5 more$"
        ):
            find_node(store, "Springfield")


def test_different_knowledge_base_ids_are_not_merged(path):
    with FactStore(path) as store:
        add(store, document("f", ("LOC", "Lima"), ("LOC", "Quito"), kb_ids={0: "Q2868", 1: "Q2900"}))
        with pytest.raises(ResolutionError, match="different knowledge-base ids: Q2868, Q2900"):
            merge(store, "Lima", "Quito")


@given(st.text("aKkSstheé'’.-_ %", max_size=8), st.text("aKkSstheé'’.-_ %", max_size=8))
def test_names_are_the_same_when_they_are_once_normalized(name, other):
    among = [name, *map(str, range(100))]
    assert (name in _called(among)(other)) == (normalize_name(name) == normalize_name(other))
    assert (name in _called([name])(other)) == (normalize_name(name) == normalize_name(other))
    assert (name in _called([name])(f"The {name.upper()}'s")) == (
        normalize_name(name) == normalize_name(f"The {name.upper()}'s")
    )


def test_many_names_are_looked_up_as_fast_as_one():
    written = [f"Name {number} of many" for number in range(20_000)]

    def seconds(names):
        start = perf_counter()
        called = _called(names)
        assert sum(bool(called(other)) for other in written) == len(names)
        return perf_counter() - start

    assert min(seconds(written[:100]) for _ in range(5)) < 3 * min(seconds(written[:1]) for _ in range(5))


def test_names_of_any_length_are_looked_up_at_once():
    names = [f"{'ab' * 10_000}{number}" for number in range(8)]
    start = perf_counter()
    called = _called(names)
    assert called(names[3].upper()) == {names[3]}
    assert not called("ab" * 10_000)
    assert perf_counter() - start < 1
