"""Random histories of a store: whatever is added, forgotten, merged and split, in whatever order."""

import random

import pytest

from kg_docre.resolution.decisions import merge, split
from kg_docre.resolution.errors import ResolutionError
from kg_docre.resolution.explanations import explain
from kg_docre.resolution.forms import form_id
from kg_docre.resolution.resolve import resolve
from kg_docre.store import FactStore
from tests.resolution.test_clusters import person
from tests.resolution.test_resolve import add, document

DECIDED = {"decided by a person": 0.0}


def some_document(chance, number):
    """Homonyms told apart by dates, names that are parts of others, surnames that many bear, dates without a year,
    parliaments, and now and then a knowledge-base id."""
    linked = {0: chance.choice(["Q1", "Q2"])} if chance.random() < 0.2 else None
    id = f"d{number}"
    if chance.random() < 0.3:
        given = [("PER", f"{name} Smith") for name in ("Ann", "Lee", "Kim", "Ida") if chance.random() < 0.5]
        return document(id, ("PER", "Smith"), ("TIME", "4 May"), ("ORG", chance.choice(["Band", "Club"])), *given)
    if chance.random() < 0.2:
        names = [("ORG", name) for name in ("Parliament", "Norwegian Parliament", "Parliament of Peru")]
        country = chance.choice(["Norway", "Peru"])
        return document(id, *names, ("LOC", country), facts=[(0, "P17", 3, chance.choice([0.6, 0.9]))])
    if chance.random() < 0.6:
        name, *others = chance.choice([("John Smith",), ("John Smith", "Smith"), ("John Edward Smith", "John Smith")])
        years = [chance.choice([None, "1850", "1941"]), chance.choice([None, None, "1990", "2000"])]
        return person(id, *years, name=name, others=others, kb_ids=linked)
    names = chance.choice([("NATO",), ("North Atlantic Treaty Organization", "NATO"), ("Nato Alliance",)])
    return document(id, ("ORG", *names), ("LOC", chance.choice(["Brussels", "Paris"])), kb_ids=linked)


def entities(store):
    return store.read("SELECT id, form, node, kb_id FROM entity ORDER BY id").fetchall()


@pytest.mark.parametrize("seed", range(40))
def test_every_history_leaves_a_sound_store(seed, tmp_path):
    chance = random.Random(seed)
    with FactStore(tmp_path / "kg.sqlite") as store:
        there = []
        for number in range(25):
            action = chance.choice(["add", "add", "add", "forget", "merge", "split", "reread"])
            nodes = sorted({node for _, _, node, _ in entities(store)})
            if action == "add" or not there:
                there.append(some_document(chance, number))
                add(store, there[-1])
            elif action == "forget":
                store.forget(there.pop(chance.randrange(len(there))).id)
            elif action == "reread":
                store.add(chance.choice(there), model=f"m{number}", names={}, resolve=form_id)
            else:
                try:
                    if action == "merge":
                        two = chance.choices(nodes, k=2)
                        named = chance.choice(store.read("SELECT name FROM entity ORDER BY id").fetchall()) * 2
                        node = merge(store, *chance.choice([two, named]))
                        assert node in {node for _, _, node, _ in entities(store)}
                    else:
                        split(store, chance.choice(nodes))
                except ResolutionError:
                    pass
            if chance.random() < 0.5:
                resolve(store)
        resolve(store)
        after = entities(store)
        assert resolve(store) == 0
        assert entities(store) == after, "resolving twice changes nothing"
        linked, nodes_of = {}, {}
        for _, form, node, kb_id in after:
            nodes_of.setdefault(form, set()).add(node)
            if kb_id:
                linked.setdefault(node, set()).add(kb_id)
        assert all(len(ids) == 1 for ids in linked.values()), "never two ids of a knowledge base"
        assert all(len(nodes) == 1 for nodes in nodes_of.values()), "a form is one node"
        for node in {node for _, _, node, _ in after}:
            first = [form for form in explain(store, node) if not form.score and form.reasons != DECIDED]
            assert len(first) <= 1, "of the form that a node has its id from there is no joining to explain"
