"""Facts that a person found wrong: no graph has them, whichever documents state them or will."""

from __future__ import annotations

from kg_docre.graph.knowledge_graph import KnowledgeGraph
from kg_docre.graph.properties import known_properties
from kg_docre.graph.records import Fact
from kg_docre.resolution.decisions import resolve_what_changed
from kg_docre.resolution.errors import ResolutionError
from kg_docre.resolution.lookup import nodes_called
from kg_docre.store import FactStore

__all__ = ["reject", "take_back"]


def reject(store: FactStore, head: str, relation: str, tail: str) -> list[Fact]:
    """Say that facts are wrong, of all things that are called so: no graph has them, nor what their inverses say, from
    now on; what they were, none where that has been said before. It is kept by what the things are called, so that it
    holds for documents to come.

    Raises :exc:`ResolutionError` if no document says so.
    """
    resolve_what_changed(store)
    graph = KnowledgeGraph(store, inverses=True)
    try:
        labels = graph.labels_called(relation)
    except ValueError as error:
        raise ResolutionError(str(error)) from None
    heads, tails = _nodes(store, head), _nodes(store, tail)
    about = graph.facts_about(head, labels=labels, details=False)
    wrong = graph.with_details([fact for fact in about if fact.head in heads and fact.tail in tails])
    if not (wrong or _rejected(store, head, relation, tail)):
        raise ResolutionError(f"no fact {head} —{relation}→ {tail}")
    store.reject(way for fact in wrong for way in _forms(store, fact))
    return wrong


def take_back(store: FactStore, head: str, relation: str, tail: str) -> int:
    """Let facts be facts again that :func:`reject` was told of; how many there were.

    Raises :exc:`ResolutionError` if there are none.
    """
    told = _rejected(store, head, relation, tail)
    if not told:
        raise ResolutionError(f"nobody has rejected {head} —{relation}→ {tail}")
    store.reject((), instead_of=(way for forms in told for fact in forms for way in _both_ways(*fact)))
    return len(told)


def _nodes(store: FactStore, name: str) -> set[str]:
    return set().union(*nodes_called(store, name))


def _rejected(store: FactStore, head: str, relation: str, tail: str) -> list[list[tuple[str, str, str]]]:
    """Of every fact between things called so that has been rejected, how it is kept."""
    if not (rejected := store.rejected()):
        return []
    heads, tails, called = _nodes(store, head), _nodes(store, tail), relation.strip().lower()
    names = KnowledgeGraph(store, inverses=True).labels()
    labels = {label for label, name in names.items() if called in (label.lower(), name.lower())}
    return [forms for (h, label, t), forms in rejected.items() if h in heads and label in labels and t in tails]


def _forms(store: FactStore, fact: Fact) -> set[tuple[str, str, str]]:
    """A fact and its inverse by the forms of the entities that documents state it of, either way."""
    rows = store.read(
        """SELECT DISTINCT h.form, r.label, t.form, h.node = :head FROM relation r
           JOIN entity h ON h.id = r.head JOIN entity t ON t.id = r.tail
           WHERE (h.node = :head AND t.node = :tail) OR (h.node = :tail AND t.node = :head)""",
        {"head": fact.head, "tail": fact.tail},
    ).fetchall()
    return {
        way
        for first, label, second, forward in rows
        if (label == fact.label if forward else _inverse(label) == fact.label)
        for way in _both_ways(first, label, second)
    }


def _inverse(label: str) -> str:
    known = known_properties().get(label)
    return known.inverse if known else ""


def _both_ways(head: str, label: str, tail: str) -> list[tuple[str, str, str]]:
    """A fact, and what its inverse relation says if it has one."""
    inverse = _inverse(label)
    return [(head, label, tail), *([(tail, inverse, head)] if inverse else [])]
