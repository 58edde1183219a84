"""Names that many people bear beside others, where documents say them alone; dates without a year."""

import random

import pytest
from typer.testing import CliRunner

from kg_docre.cli import app
from kg_docre.resolution.bare_names import split_bare_names
from kg_docre.resolution.decision_file import apply_decisions, read_decisions
from kg_docre.resolution.decisions import merge, split
from kg_docre.resolution.errors import ResolutionError
from kg_docre.resolution.forms import form_id
from kg_docre.resolution.lookup import find_node
from kg_docre.resolution.resolve import resolve
from kg_docre.store import FactStore
from tests.resolution.test_resolve import add, document, nodes

SURNAMES = "Adams Brown Clark Davis Evans Foster Gray Hill Irons Jones King Lamb Moore Nash Olson Perry Quinn".split()


@pytest.fixture
def path(tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        for surname in SURNAMES:  # seventeen people called Berit, and 250 places that nobody is in
            add(store, document(f"of {surname}", ("PER", f"Berit {surname}"), ("LOC", f"{surname} Town")))
        for number in range(250):
            add(store, document(f"place {number}", ("LOC", f"Place {number}"), ("LOC", "Ohio")))
        add(
            store,
            document("a", ("PER", "Berit"), ("LOC", "Ohio"), ("TIME", "3 May 1861")),
            document("b", ("PER", "Berit"), ("LOC", "Ohio"), ("TIME", "3 May 1861")),
            document("c", ("PER", "Berit"), ("ORG", "Quarry Band")),
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
    berits = nodes(store, "Berit")
    assert len({*berits.values()}) == 3
    assert not {*berits.values()} & {node for s in SURNAMES for node in nodes(store, f"Berit {s}").values()}
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
    before = nodes(store, "Berit")
    add(store, document("d", ("PER", "Berit"), ("ORG", "Quarry Band"), ("LOC", "Ohio")))
    assert nodes(store, "Berit")["d"] not in before.values(), "before anything is resolved"
    resolve(store)
    after = nodes(store, "Berit")
    assert after["d"] == after["c"]
    assert {document: after[document] for document in before} == before, "what was there keeps its node"
    add(store, document("e", ("PER", "Berit"), ("MISC", "Quarry Band"), ("LOC", "Ohio")))
    resolve(store)
    assert nodes(store, "Berit")["e"] == after["c"], "of whatever type"


def test_nothing_moves_when_resolved_again(store):
    assert resolve(store) == 0


def test_a_document_that_is_read_again_keeps_its_own(store):
    before = nodes(store, "Berit")
    add(store, document("a", ("PER", "Berit"), ("LOC", "Ohio"), ("LOC", "Dayton")))
    resolve(store)
    after = nodes(store, "Berit")
    assert after["b"] == before["b"]
    assert after["c"] == before["c"]
    assert len({*after.values()}) == 3


def test_it_is_one_again_when_the_others_are_gone(store):
    store.forget(*(f"of {surname}" for surname in SURNAMES))
    resolve(store)
    assert len({*nodes(store, "Berit").values()}) == 1


def test_what_few_say_alone_and_very_many_bear_is_not_one_in_many_documents(tmp_path):
    """Half as many bearers as documents are enough, and fifty in any case."""
    for bearers, expected in ((9, 1), (11, 20), (49, 1), (50, 110)):
        with FactStore(tmp_path / f"{bearers}.sqlite") as store:
            add(store, *(document(f"of {number}", ("PER", f"Berit Name{number}")) for number in range(bearers)))
            alone = 20 if bearers < 20 else 110
            add(store, *(document(f"d{number}", ("PER", "Berit")) for number in range(alone)))
            resolve(store)
            assert len({*nodes(store, "Berit").values()}) == expected


def test_a_linked_one_does_not_draw_the_others_to_it(store):
    before = nodes(store, "Berit")
    add(store, document("q", ("PER", "Berit"), ("LOC", "Oslo"), kb_ids={0: "Q1"}))
    resolve(store)
    assert nodes(store, "Berit") == before | {"q": "Q1"}


def test_another_name_for_one_of_them_is_none_for_the_others(store):
    company = (("LOC", "Lima"), ("ORG", "Zed"))
    add(
        store,
        document("d", ("PER", "Berit", "Bero")),
        document("e", ("PER", "Berit"), *company),
        document("f", ("PER", "Bero"), *company),
    )
    resolve(store)
    assert nodes(store, "Bero")["f"] not in nodes(store, "Berit").values()


def test_a_person_can_say_that_all_are_one(store, path):
    """Also of those born in different years, and once more after they were split."""
    add(
        store,
        *(document(f"born {y}", ("PER", "Berit"), ("TIME", y), facts=[(0, "P569", 1, 0.9)]) for y in ("1850", "1941")),
    )
    for _ in range(2):
        assert CliRunner().invoke(app, ["resolve", str(path), "--merge", "Berit", "Berit"]).exit_code == 0
        assert len({*nodes(store, "Berit").values()}) == 1
        add(store, document("e", ("PER", "Berit"), ("LOC", "Utah")))
        resolve(store)
        assert len({*nodes(store, "Berit").values()}) == 1
        split(store, "Berit")
        assert len({*nodes(store, "Berit").values()}) == 6


def test_the_order_in_which_documents_are_read_does_not_matter(tmp_path):
    bands = ["Quarry Band", "Anvil Club", "Kiln Choir", "Loom Trio"]
    chance = random.Random(3)
    documents = [document(f"of {surname}", ("PER", f"Berit {surname}")) for surname in SURNAMES]
    for number in range(30):
        its = [("ORG", band) for band in chance.sample(bands, 2)] if number < 8 else [("LOC", f"Place {number}")]
        documents.append(document(f"d{number}", ("PER", "Berit"), ("TIME", "4 May"), *its))
    found = []
    for order in range(3):
        with FactStore(tmp_path / f"{order}.sqlite") as store:
            add(store, *documents)
            resolve(store)
            found.append((nodes(store, "Berit"), nodes(store, "4 May")))
        chance.shuffle(documents)
    assert found[0] == found[1] == found[2]
    assert 1 < len({*found[0][0].values()}) < 30


def test_what_another_process_adds_while_a_name_becomes_a_bare_one_has_a_node(store, monkeypatch):
    """And when another model has read it before all is resolved again."""
    late = document("late", ("PER", "Ann"), ("LOC", "Lima"))

    def split_late(groups, decided):
        with FactStore(store.path) as other:
            add(other, late)
        return split_bare_names(groups, decided)

    monkeypatch.setattr("kg_docre.resolution.resolve.split_bare_names", split_late)
    add(store, document("x2", *(("PER", f"Ann {surname}") for surname in SURNAMES)), document("x3", ("PER", "Ann")))
    resolve(store)
    assert "" not in nodes(store, "Ann").values()
    store.add(late, model="another", names={}, resolve=form_id)
    assert "" not in nodes(store, "Ann").values()
    monkeypatch.undo()
    resolve(store)
    assert len({*nodes(store, "Ann").values()}) == 2


def test_a_person_can_say_that_a_date_is_one(store):
    add(store, document("d", ("TIME", "4 May")), document("e", ("TIME", "4 May")))
    merge(store, "4 May", "4 May")
    add(store, document("f", ("TIME", "4 May")))
    resolve(store)
    assert len({*nodes(store, "4 May").values()}) == 1


def test_what_a_person_said_of_one_of_them_holds(store, tmp_path):
    with pytest.raises(ResolutionError, match="several nodes are called 'Berit'"):
        find_node(store, "Berit")
    merge(store, nodes(store, "Berit")["c"], "Berit Adams")
    merge(store, nodes(store, "Berit")["a"], "Berit Brown")
    for number in range(40):  # so many that "Berit" is no bare name any more
        add(store, document(f"further {number}", ("PER", "Berit")))
    resolve(store)
    berits = nodes(store, "Berit")
    assert berits["c"] == find_node(store, "Berit Adams") != berits["b"]
    assert berits["a"] == find_node(store, "Berit Brown")
    assert berits["b"] == berits["further 0"]


def test_two_people_are_not_one_by_way_of_a_first_name(store):
    add(store, document("a2", ("PER", "Berit"), ("ORG", "Anvil Club")))
    resolve(store)
    merge(store, nodes(store, "Berit")["c"], "Berit Adams")
    merge(store, nodes(store, "Berit")["a2"], "Berit Brown")
    add(store, document("both", ("PER", "Berit"), ("ORG", "Quarry Band"), ("ORG", "Anvil Club")))
    resolve(store)
    assert find_node(store, "Berit Adams") != find_node(store, "Berit Brown")
    assert nodes(store, "Berit")["both"] in {find_node(store, "Berit Adams"), find_node(store, "Berit Brown")}


def test_a_split_of_several_documents_holds_when_one_of_them_goes(store):
    add(store, *(document(f"band {number}", ("PER", "Berit"), ("ORG", "Quarry Band")) for number in range(3)))
    resolve(store)
    together = nodes(store, "Berit")["c"]
    assert [nodes(store, "Berit")[f"band {number}"] for number in range(3)] == [together] * 3
    split(store, together)
    for gone in ("c", "band 0"):
        store.forget(gone)
        resolve(store)
        berits = nodes(store, "Berit")
        assert len({*berits.values()}) == len(berits)


def test_decisions_go_to_another_store_whatever_is_in_it(store, tmp_path):
    band = [document(f"band {number}", ("PER", "Berit"), ("ORG", "Quarry Band")) for number in range(3)]
    add(store, *band)
    resolve(store)
    merge(store, nodes(store, "Berit")["c"], "Berit Adams")
    lines = list(read_decisions(store))
    with FactStore(tmp_path / "other.sqlite") as other:
        add(other, *band[1:], document("of Adams", ("PER", "Berit Adams"), ("LOC", "Adams Town")))
        assert apply_decisions(other, lines).problems == []
        assert {*nodes(other, "Berit").values()} == {find_node(other, "Berit Adams")}


def test_a_frequent_given_name_is_another_person_in_every_document(tmp_path):
    """Of whomever else a store has; unless she is in so many of its documents that she must be somebody."""
    families = "Stein Lane Neri Weber".split()
    with FactStore(tmp_path / "kg.sqlite") as store:
        add(store, *(document(name, ("PER", f"Otto {name}"), ("PER", "Clara"), ("LOC", "Ohio")) for name in families))
        add(store, *(document(f"epic {number}", ("PER", "Aphrodite")) for number in range(4)))
        add(store, *(document(f"place {number}", ("LOC", f"Place {number}"), ("LOC", "Ohio")) for number in range(250)))
        resolve(store)
        assert len({*nodes(store, "Clara").values()}) == 4
        assert len({*nodes(store, "Aphrodite").values()}) == 1
        add(store, *(document(f"tale {number}", ("PER", "Clara")) for number in range(20)))
        resolve(store)
        assert len({*nodes(store, "Clara").values()}) == 1
