from dataclasses import replace

import pytest

from kg_docre.annotations import Document, Entity, Mention, Relation
from kg_docre.resolution.candidates import candidates
from kg_docre.resolution.decisions import merge
from kg_docre.resolution.explanations import explain
from kg_docre.resolution.forms import form_id
from kg_docre.resolution.resolve import resolve, resolve_if_grown
from kg_docre.store import FactStore

NAMES = {"P17": "country", "P569": "date of birth", "P131": "located in"}


@pytest.fixture
def store(tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        yield store


def document(id, *entities, facts=(), kb_ids=None):
    """Of entities as (type, name, other names…); facts as (head, relation, tail, score)."""
    words, made = [], []
    for number, (type, *names) in enumerate(entities):
        mentions = []
        for name in names:
            start = len(words)
            words += name.split()
            mentions.append(Mention(start=start, end=len(words), sentence=0, name=name))
        kb_id = (kb_ids or {}).get(number, "")
        made.append(Entity(name=names[0], type=type, mentions=tuple(mentions), kb_id=kb_id))
    relations = tuple(
        Relation(head=h, label=label, tail=t, score=score, evidence=(0,), reasoning=()) for h, label, t, score in facts
    )
    words.append(id)  # no two texts alike
    return Document(
        id=id, words=tuple(words), sentence_starts=(0,), entities=tuple(made), relations=relations, title=id
    )


def add(store, *documents):
    for one in documents:
        store.add(one, model="m", names=NAMES, resolve=form_id)


def nodes(store, name):
    """The nodes of the entities called so, by document."""
    return dict(
        store.read(
            "SELECT d.title, e.node FROM entity e JOIN document d ON d.id = e.document WHERE e.name = ? ORDER BY 1",
            (name,),
        )
    )


def test_a_name_that_documents_use_for_it_leads_to_the_thing(store):
    add(
        store,
        document("a", ("ORG", "North Atlantic Treaty Organization", "NATO"), ("LOC", "Brussels")),
        document("b", ("ORG", "NATO"), ("LOC", "Paris")),
        document("c", ("ORG", "National Army Training Office"), ("LOC", "Lima")),
    )
    assert resolve(store) == 1
    assert nodes(store, "NATO")["b"] == nodes(store, "North Atlantic Treaty Organization")["a"]
    assert nodes(store, "National Army Training Office")["c"] != nodes(store, "NATO")["b"]


def test_a_surname_needs_company(store):
    add(
        store,
        document("a", ("PER", "Theodor Adorno"), ("ORG", "Frankfurt School"), ("PER", "Max Horkheimer")),
        document("b", ("PER", "Adorno"), ("ORG", "Frankfurt School"), ("PER", "Max Horkheimer")),
        document("c", ("PER", "Horkheimer"), ("ORG", "Lima Zoo"), ("LOC", "Peru")),
    )
    resolve(store)
    assert nodes(store, "Adorno")["b"] == nodes(store, "Theodor Adorno")["a"]
    assert nodes(store, "Horkheimer")["c"] != nodes(store, "Max Horkheimer")["a"]


def test_what_a_document_tells_apart_stays_apart(store):
    add(
        store,
        document("a", ("PER", "John Adams"), ("PER", "Adams"), ("LOC", "Quincy"), ("LOC", "Braintree")),
        document("b", ("PER", "Adams"), ("LOC", "Quincy"), ("LOC", "Braintree")),
    )
    resolve(store)
    assert nodes(store, "Adams")["a"] != nodes(store, "John Adams")["a"]


def test_two_people_of_one_name_are_told_apart_by_their_births(store):
    born = ((0, "P569", 1, 0.9),)
    add(
        store,
        document("poet", ("PER", "John Smith"), ("TIME", "1 May 1850"), ("LOC", "Leeds"), facts=born),
        document("poet too", ("PER", "John Smith"), ("TIME", "1850"), facts=born),
        document("cricketer", ("PER", "John Smith"), ("TIME", "June 1901"), ("ORG", "Marylebone"), facts=born),
        document("no date", ("PER", "John Smith"), ("ORG", "Marylebone")),
        document("nothing", ("PER", "John Smith")),
    )
    resolve(store)
    found = nodes(store, "John Smith")
    assert found["poet"] == found["poet too"] == found["nothing"]
    assert found["cricketer"] == found["no date"] != found["poet"]


def test_two_names_of_two_people_each_in_one_document(store):
    """Whoever is told apart first is still company for the others."""
    born = ((0, "P569", 1, 0.9),)
    add(
        store,
        *(
            document(f"{name} {year}", ("PER", name), ("TIME", year[:4]), facts=born)
            for name in ("John Smith", "Mary Brown")
            for year in ("1850", "1850 too", "1850 again", "1901")
        ),
        document("both", ("PER", "John Smith"), ("TIME", "1901"), ("PER", "Mary Brown"), facts=born),
    )
    resolve(store)
    for name in ("John Smith", "Mary Brown"):
        found = nodes(store, name)
        assert found[f"{name} 1850"] != found[f"{name} 1901"]
    assert nodes(store, "John Smith")["both"] == nodes(store, "John Smith")["John Smith 1901"]


def test_two_places_of_one_name_are_told_apart_by_their_countries(store):
    inside = ((0, "P17", 1, 0.9),)
    add(
        store,
        document("a", ("LOC", "Paris"), ("LOC", "France"), facts=inside),
        document("b", ("LOC", "Paris"), ("LOC", "French"), facts=inside),
        document("c", ("LOC", "Paris"), ("LOC", "United States"), ("LOC", "Texas"), facts=inside),
        document("d", ("LOC", "Paris"), ("LOC", "Germany"), facts=((0, "P17", 1, 0.6),)),  # one document, unsure
    )
    resolve(store)
    found = nodes(store, "Paris")
    assert found["a"] == found["b"] == found["d"] != found["c"]


def test_organizations_that_every_country_has_are_told_apart_by_it(store):
    def of(id, name, country):
        return document(id, ("ORG", name), ("LOC", country), facts=[(0, "P17", 1, 0.9)])

    add(
        store,
        document("a", ("ORG", "Norwegian Parliament"), ("ORG", "Parliament of Canada")),
        *(of(f"n{number}", "Parliament", "Norway") for number in range(2)),
        of("c", "Parliament", "Canada"),
        document("s", ("ORG", "Parliament"), ("LOC", "Norway")),
        *(of(f"r{number}", "Red Cross", country) for number, country in enumerate(("Norway", "Canada"))),
    )
    resolve(store)
    parliaments = nodes(store, "Parliament")
    assert parliaments["n0"] == parliaments["n1"] == parliaments["s"] != parliaments["c"]
    assert len({*nodes(store, "Red Cross").values()}) == 1, "which is one in several countries"


def test_a_few_wrong_countries_do_not_tear_a_place_apart(store):
    def london(id, country, *others):
        facts = ((0, "P17", 1, 0.85),) if country else ()
        return document(id, ("LOC", "London"), ("LOC", country or "Europe"), *others, facts=facts)

    thames, ontario = ("LOC", "River Thames"), ("LOC", "Middlesex County")
    add(store, *(london(f"true {n}", "United Kingdom", thames) for n in range(45)))
    add(store, *(london(f"wrong {n}", "Spain", ("ORG", "Chelsea Club")) for n in range(2)))
    add(store, *(london(f"other {n}", "Canada", ontario) for n in range(4)))
    add(store, london("of the one", "", thames), london("of the other", "", ontario))
    add(store, london("of the club", "", ("ORG", "Chelsea Club")), london("of neither", "", ("ORG", "Some Band")))
    resolve(store)
    found = nodes(store, "London")
    one, other = found["true 0"], found["other 0"]
    assert one != other
    assert {id for id, node in found.items() if node == other} == {*(f"other {n}" for n in range(4)), "of the other"}
    assert set(found.values()) == {one, other}


def test_as_many_things_as_there_are_births(store):
    born = [(str(year), (("PER", "John Smith"), ("TIME", str(year)))) for year in range(1800, 1850)]
    add(store, *(document(id, *entities, facts=((0, "P569", 1, 0.9),)) for id, entities in born))
    resolve(store)
    assert len(set(nodes(store, "John Smith").values())) == 50


def test_knowledge_base_ids_decide(store):
    add(
        store,
        document("a", ("LOC", "Paris"), kb_ids={0: "Q90"}),
        document("b", ("LOC", "Paris"), kb_ids={0: "Q830149"}),
        document("c", ("LOC", "Lutetia"), kb_ids={0: "Q90"}),
        document("d", ("PER", "Marie Curie"), kb_ids={0: "Q7186"}),
        document("e", ("PER", "Marie Curie")),
    )
    resolve(store)
    assert nodes(store, "Paris") == {"a": "Q90", "b": "Q830149"}
    assert nodes(store, "Lutetia") == {"c": "Q90"}
    assert nodes(store, "Marie Curie") == {"d": "Q7186", "e": "Q7186"}


def test_resolving_again_changes_nothing_and_ids_stay(store):
    add(
        store,
        document("a", ("ORG", "North Atlantic Treaty Organization", "NATO")),
        document("b", ("ORG", "NATO"), ("LOC", "Paris")),
    )
    resolve(store)
    before = nodes(store, "NATO")["b"]
    assert resolve(store) == 0
    for number in range(5):  # now the other form is the more frequent one
        add(store, document(f"more {number}", ("ORG", "NATO")))
    assert set(nodes(store, "NATO").values()) == {before}, "a new document finds the node without resolving"
    resolve(store)
    assert set(nodes(store, "NATO").values()) == {before}
    assert nodes(store, "North Atlantic Treaty Organization") == {"a": before}


def test_a_store_is_resolved_when_it_has_grown(store):
    add(store, document("a", ("ORG", "North Atlantic Treaty Organization", "NATO")), document("b", ("ORG", "NATO")))
    assert len(nodes(store, "NATO") | nodes(store, "North Atlantic Treaty Organization")) == 2
    resolve_if_grown(store)
    assert nodes(store, "NATO")["b"] == nodes(store, "North Atlantic Treaty Organization")["a"]
    add(store, document("c", *[("LOC", f"Place {number}") for number in range(20)]))
    assert store.read("SELECT entities FROM resolved").fetchone() == (2,)
    resolve_if_grown(store)
    assert store.read("SELECT entities FROM resolved").fetchone() == (22,)
    add(store, document("d", ("LOC", "Lima")))
    resolve_if_grown(store)
    assert store.read("SELECT entities FROM resolved").fetchone() == (22,)


def test_what_is_added_while_a_store_is_resolved_is_the_same_thing(store, monkeypatch):
    """Another process does so; one document it has deleted, and the ids of its entities are new ones' now."""
    long, short, other = "North Atlantic Treaty Organization", ("ORG", "NATO"), ("LOC", "Brussels")
    add(store, *(document(id, ("ORG", long, "NATO"), other) for id in "abc"), document("gone", short))

    def meanwhile(groups):
        with FactStore(store.path) as second:
            second.forget("gone")
            add(second, document("reused", ("PER", "Rob Bowman")), document("new", short))
        return candidates(groups)

    monkeypatch.setattr("kg_docre.resolution.resolve.candidates", meanwhile)
    resolve(store)
    monkeypatch.undo()
    (node,) = {*nodes(store, "NATO").values(), *nodes(store, long).values()}
    assert nodes(store, "Rob Bowman")["reused"] != node
    assert resolve(store) == 0


def test_a_document_replaced_while_a_store_is_resolved_is_of_the_same_things(store, monkeypatch):
    """Another process reads the last one again, and the ids of its entities are other entities' then."""
    long, short = "North Atlantic Treaty Organization", ("ORG", "NATO")
    last = document("b", short, ("LOC", "Springfield"), ("PER", "Lisa Gray"))
    add(store, document("a", ("ORG", long, "NATO"), ("LOC", "Brussels")), document("a2", ("ORG", long, "NATO")), last)
    place, other = store.place, replace(last, entities=last.entities[::-1])

    def meanwhile(*arguments, **options):
        monkeypatch.undo()
        with FactStore(store.path) as second:
            second.add(other, model="m2", names=NAMES, resolve=form_id)
        return place(*arguments, **options)

    monkeypatch.setattr(store, "place", meanwhile)
    resolve(store)
    assert len({*nodes(store, "NATO").values(), *nodes(store, long).values()}) == 1
    assert len({*nodes(store, "Lisa Gray").values(), *nodes(store, "Springfield").values()}) == 2


def test_what_a_person_decides_while_a_store_is_resolved_counts(store, monkeypatch):
    add(store, document("a", ("LOC", "Petersburg")), document("b", ("LOC", "Leningrad")))
    decided = []

    def meanwhile(groups):
        if not decided:
            decided.append(True)
            with FactStore(store.path) as second:
                merge(second, "Petersburg", "Leningrad")
        return candidates(groups)

    monkeypatch.setattr("kg_docre.resolution.resolve.candidates", meanwhile)
    resolve(store)
    add(store, document("c", ("LOC", "Leningrad"), ("LOC", "Neva")))
    (node,) = {*nodes(store, "Leningrad").values(), *nodes(store, "Petersburg").values()}
    assert len(explain(store, node)) == 2


def test_an_empty_store_is_resolved(store):
    assert resolve(store) == 0
