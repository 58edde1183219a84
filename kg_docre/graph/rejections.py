"""Facts that a person found wrong: no graph has them, whichever documents state them or will."""

from __future__ import annotations

from kg_docre.graph.knowledge_graph import KnowledgeGraph
from kg_docre.graph.properties import known_properties
from kg_docre.graph.records import Fact
from kg_docre.resolution.errors import ResolutionError
from kg_docre.resolution.lookup import nodes_called
from kg_docre.store import FactStore

__all__ = ["reject", "take_back"]


def reject(store: FactStore, head: str, relation: str, tail: str) -> list[Fact]:
    """Say that facts are wrong, of all things that are called so: no graph has them, nor what their inverses say, from
    now on; what they were. It is kept by what the things are called, so that it holds for documents to come.

    Raises :exc:`ResolutionError` if the store has no such fact.
    """
    graph = KnowledgeGraph(store)
    try:
        labels = graph.labels_called(relation)
    except ValueError as error:
        raise ResolutionError(str(error)) from None
    heads, tails = (set().union(*nodes_called(store, name)) for name in (head, tail))
    found = (f for f in graph.facts(labels=labels, details=False) if f.head in heads and f.tail in tails)
    wrong = graph.with_details(list(found))
    if not wrong:
        raise ResolutionError(f"no fact {head} —{relation}→ {tail}")
    store.reject(
        way
        for fact in wrong
        for first, second in store.read(
            """SELECT DISTINCT h.form, t.form FROM relation r
               JOIN entity h ON h.id = r.head JOIN entity t ON t.id = r.tail
               WHERE (h.node, r.label, t.node) = (?, ?, ?)""",
            (fact.head, fact.label, fact.tail),
        ).fetchall()
        for way in _both_ways(first, fact.label, second)
    )
    return wrong


def take_back(store: FactStore, head: str, relation: str, tail: str) -> int:
    """Let facts be facts again that :func:`reject` was told of; how many there were.

    Raises :exc:`ResolutionError` if there are none.
    """
    heads, tails = (set().union(*nodes_called(store, name)) for name in (head, tail))
    names = KnowledgeGraph(store, inverses=True).labels()
    labels = {label for label, name in names.items() if relation.strip().lower() in (label.lower(), name.lower())}
    told = {
        fact: forms
        for fact, forms in store.rejected().items()
        if fact[0] in heads and fact[1] in labels and fact[2] in tails
    }
    if not told:
        raise ResolutionError(f"nobody has rejected {head} —{relation}→ {tail}")
    store.reject((), instead_of=(way for forms in told.values() for fact in forms for way in _both_ways(*fact)))
    return len(told)


def _both_ways(head: str, label: str, tail: str) -> list[tuple[str, str, str]]:
    """A fact, and what its inverse relation says if it has one."""
    known = known_properties().get(label)
    return [(head, label, tail), *([(tail, known.inverse, head)] if known and known.inverse else [])]
