"""Facts that a person found wrong: no graph has them, whichever documents state them or will."""

from __future__ import annotations

from kg_docre.graph.knowledge_graph import KnowledgeGraph
from kg_docre.graph.labels import labels_called
from kg_docre.graph.properties import known_properties
from kg_docre.graph.records import Fact
from kg_docre.graph.rejected import Rejected, called
from kg_docre.resolution.decisions import resolve_what_changed
from kg_docre.resolution.errors import ResolutionError
from kg_docre.resolution.lookup import nodes_called
from kg_docre.store import FactStore

__all__ = ["reject", "take_back"]

Triple = tuple[str, str, str]


def reject(store: FactStore, head: str, relation: str, tail: str) -> list[Fact]:
    """Say that facts are wrong, of all things that are called so: no graph has them, nor what their inverses say, from
    now on; what they were, none where that has been said before. It is kept by what the things are called, so that it
    holds for documents to come, and for all whose names are the same.

    Raises :exc:`ResolutionError` if no document says so.
    """
    resolve_what_changed(store)
    heads, tails = _nodes(store, head), _nodes(store, tail)
    try:
        graph = KnowledgeGraph(store, inverses=True, about=heads, relations=[relation])
    except ValueError as error:
        raise ResolutionError(str(error)) from None
    about = graph.facts(details=False)
    wrong = graph.with_details([fact for fact in about if fact.head in heads and fact.tail in tails])
    if not (wrong or _rejected(store, head, relation, tail)):
        raise ResolutionError(f"no fact {head} —{relation}→ {tail}")
    store.reject({way for fact in wrong for stated in _forms(store, fact) for way in _every_way(*stated)})
    return wrong


def take_back(store: FactStore, head: str, relation: str, tail: str) -> int:
    """Let facts be facts again that :func:`reject` was told of; how many there were.

    Raises :exc:`ResolutionError` if there are none.
    """
    told = _rejected(store, head, relation, tail)
    if not told:
        raise ResolutionError(f"nobody has rejected {head} —{relation}→ {tail}")
    store.reject((), instead_of={way for fact in told for way in _every_way(*fact)})
    return len(told)


def _nodes(store: FactStore, name: str) -> set[str]:
    return set().union(*nodes_called(store, name))


def _rejected(store: FactStore, head: str, relation: str, tail: str) -> set[Triple]:
    """The rejected facts, by form, of things called so, whether or not a document has them now; of a type that is not
    DocRED's and that no document has now, by id alone."""
    rejected = Rejected(store)
    try:
        labels = labels_called(store, relation)
    except ValueError:
        return set()
    types = {"PER", "ORG", "LOC", "TIME", "NUM", "MISC"}.union(*store.read("SELECT DISTINCT type FROM entity"))
    heads, tails = (
        {name, *(called(name, type, "") for type in types)}.union(*map(rejected.forms, _nodes(store, name)))
        for name in (head, tail)
    )
    return {fact for fact in rejected.facts if fact[0] in heads and fact[1] in labels and fact[2] in tails}


def _forms(store: FactStore, fact: Fact) -> set[Triple]:
    """What documents state, either way, that says this fact, by form."""
    rows = store.read(
        """SELECT DISTINCT h.name, h.type, h.kb_id, r.label, t.name, t.type, t.kb_id, h.node = :head
           FROM relation r JOIN entity h ON h.id = r.head JOIN entity t ON t.id = r.tail
           WHERE (h.node = :head AND t.node = :tail) OR (h.node = :tail AND t.node = :head)""",
        {"head": fact.head, "tail": fact.tail},
    )
    return {
        (called(*row[:3]), row[3], called(*row[4:7]))
        for row in rows
        if (row[3] == fact.label if row[7] else _inverse(row[3]) == fact.label)
    }


def _inverse(label: str) -> str:
    known = known_properties().get(label)
    return known.inverse if known else ""


def _every_way(head: str, label: str, tail: str) -> set[Triple]:
    """A fact, what its inverse relation says if it has one, and what says it by theirs: father and mother say child."""
    inverse = _inverse(label)
    others = {other for other in known_properties() if _inverse(other) == label}
    return {(head, label, tail), *((tail, other, head) for other in others | ({inverse} if inverse else set()))}
