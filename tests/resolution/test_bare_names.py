"""Names that many people bear beside others, where documents say them alone; dates without a year."""

import pytest
from typer.testing import CliRunner

from kg_docre.cli import app
from kg_docre.resolution.decisions import find_node, merge, split
from kg_docre.resolution.errors import ResolutionError
from kg_docre.resolution.resolve import resolve
from kg_docre.store import FactStore
from tests.resolution.test_resolve import add, document, nodes

SURNAMES = "Adams Brown Clark Davis Evans Foster Gray Hill Irons Jones King Lamb Moore Nash Olson Perry Quinn".split()


@pytest.fixture
def path(tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        for surname in SURNAMES:  # seventeen people called John, and 250 places that nobody is in
            add(store, document(f"of {surname}", ("PER", f"John {surname}"), ("LOC", f"{surname} Town")))
        for number in range(250):
            add(store, document(f"place {number}", ("LOC", f"Place {number}"), ("LOC", "Ohio")))
        add(
            store,
            document("a", ("PER", "John"), ("LOC", "Ohio"), ("TIME", "3 May 1861")),
            document("b", ("PER", "John"), ("LOC", "Ohio"), ("TIME", "3 May 1861")),
            document("c", ("PER", "John"), ("ORG", "Quarry Band")),
            document("x", ("PER", "Napoleon"), ("LOC", "Ohio")),
            document("y", ("PER", "Napoleon"), ("LOC", "Elba")),
            document("z", ("PER", "Napoleon Hill"), ("LOC", "Wise")),
        )
        resolve(store)
    return tmp_path / "kg.sqlite"


@pytest.fixture
def store(path):
    with FactStore(path) as store:
        yield store


def test_a_first_name_alone_is_another_one_in_every_document(store):
    """Also where documents have a date and what is everywhere in common; nor is it one of those with surnames."""
    johns = nodes(store, "John")
    assert len({*johns.values()}) == 3
    assert not {*johns.values()} & {node for s in SURNAMES for node in nodes(store, f"John {s}").values()}
    napoleon = nodes(store, "Napoleon")
    assert napoleon["x"] == napoleon["y"], "few others are called so"


def test_a_date_without_a_year_is_another_one_in_every_document(store):
    add(
        store,
        document("d", ("TIME", "4 May"), ("ORG", "Quarry Band"), ("TIME", "May 1990")),
        document("e", ("TIME", "4 May"), ("ORG", "Quarry Band"), ("TIME", "May 1990")),
    )
    resolve(store)
    assert len({*nodes(store, "4 May").values()}) == 2
    assert len({*nodes(store, "May 1990").values()}) == 1


def test_a_rare_thing_in_common_makes_it_one(store):
    before = nodes(store, "John")
    add(store, document("d", ("PER", "John"), ("ORG", "Quarry Band"), ("LOC", "Ohio")))
    assert nodes(store, "John")["d"] not in before.values(), "before anything is resolved"
    resolve(store)
    after = nodes(store, "John")
    assert after["d"] == after["c"]
    assert {document: after[document] for document in before} == before, "what was there keeps its node"


def test_nothing_moves_when_resolved_again(store):
    assert resolve(store) == 0


def test_a_document_that_is_read_again_keeps_its_own(store):
    before = nodes(store, "John")
    add(store, document("a", ("PER", "John"), ("LOC", "Ohio"), ("LOC", "Dayton")))
    resolve(store)
    after = nodes(store, "John")
    assert after["b"] == before["b"]
    assert after["c"] == before["c"]
    assert len({*after.values()}) == 3


def test_it_is_one_again_when_the_others_are_gone(store):
    store.forget(*(f"of {surname}" for surname in SURNAMES))
    resolve(store)
    assert len({*nodes(store, "John").values()}) == 1


def test_a_person_can_say_that_all_are_one(store, path):
    assert CliRunner().invoke(app, ["resolve", str(path), "--merge", "John", "John"]).exit_code == 0
    assert len({*nodes(store, "John").values()}) == 1
    add(store, document("e", ("PER", "John"), ("LOC", "Utah")))
    resolve(store)
    assert len({*nodes(store, "John").values()}) == 1
    split(store, "John")
    assert len({*nodes(store, "John").values()}) == 4


def test_what_a_person_said_of_one_of_them_holds(store):
    with pytest.raises(ResolutionError, match="several nodes are called 'John'"):
        find_node(store, "John")
    merge(store, nodes(store, "John")["c"], "John Adams")
    adams = find_node(store, "John Adams")
    assert nodes(store, "John")["c"] == adams
    for number in range(3):  # documents that might give the id, were it not decided upon
        add(store, document(f"further {number}", ("PER", "John"), ("ORG", "Quarry Band")))
        resolve(store)
        assert nodes(store, "John")["c"] == find_node(store, "John Adams") == nodes(store, "John")[f"further {number}"]
    assert nodes(store, "John")["a"] != adams
    merge(store, nodes(store, "John")["a"], "John Brown")
    add(store, document("both", ("PER", "John"), ("ORG", "Quarry Band"), ("LOC", "Ohio")))
    resolve(store)
    assert nodes(store, "John")["a"] == find_node(store, "John Brown") != nodes(store, "John")["c"]
