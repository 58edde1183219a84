"""Facts that a person found wrong: no graph has them, whichever documents state them or will."""

from __future__ import annotations

from collections import defaultdict

from kg_docre.graph.knowledge_graph import KnowledgeGraph
from kg_docre.graph.labels import labels_called
from kg_docre.graph.properties import known_properties
from kg_docre.graph.records import Fact
from kg_docre.graph.rejected import Rejected, called, rejected_facts
from kg_docre.resolution.decisions import resolve_what_changed
from kg_docre.resolution.errors import ResolutionError
from kg_docre.resolution.lookup import Lookup
from kg_docre.store import FactStore

__all__ = ["decide_reject", "reject", "take_back"]

Triple = tuple[str, str, str]


def reject(store: FactStore, head: str, relation: str, tail: str) -> list[Fact]:
    """Say that facts are wrong, of all things that are called so: no graph has them, nor what their inverses say, from
    now on; what they were, none where that has been said before. It is kept by what the things are called, so that it
    holds for documents to come, and for all whose names are the same.

    Raises :exc:`ResolutionError` if no document says so.
    """
    resolve_what_changed(store)
    lookup = Lookup(store, [head, tail])
    heads, tails = lookup.nodes(head), lookup.nodes(tail)
    try:
        graph = KnowledgeGraph(store, inverses=True, about=heads, relations=[relation])
    except ValueError as error:
        raise ResolutionError(str(error)) from None
    about = graph.facts(details=False)
    wrong = graph.with_details([fact for fact in about if fact.head in heads and fact.tail in tails])
    decide_reject(store, head, relation, tail, lookup)
    return wrong


def decide_reject(store: FactStore, head: str, relation: str, tail: str, lookup: Lookup) -> None:
    """As :func:`reject`, of things whose nodes a lookup knows."""
    try:
        labels = labels_called(store, relation)
    except ValueError as error:
        raise ResolutionError(str(error)) from None
    wrong = _stated(store, head, labels, tail, lookup)
    if not (wrong or _rejected(store, head, labels, tail, lookup)):
        raise ResolutionError(f"no fact {head} —{relation}→ {tail}")
    store.reject({way for fact in wrong for way in _every_way(*fact)})


def take_back(store: FactStore, head: str, relation: str, tail: str) -> int:
    """Let facts be facts again that :func:`reject` was told of; how many there were.

    Raises :exc:`ResolutionError` if there are none.
    """
    try:
        told = _rejected(store, head, labels_called(store, relation), tail, Lookup(store, [head, tail]))
    except ValueError:
        told = set()
    if not told:
        raise ResolutionError(f"nobody has rejected {head} —{relation}→ {tail}")
    store.reject((), instead_of={way for fact in told for way in _every_way(*fact)})
    return len(told)


def _rejected(store: FactStore, head: str, labels: set[str], tail: str, lookup: Lookup) -> set[Triple]:
    """The rejected facts, by form, of things called so, whether or not a document has them now; of a type that is not
    DocRED's and that no document has now, by id alone."""
    rejected = Rejected(store, lookup.entities(lookup.nodes(head) | lookup.nodes(tail)))
    types = {"PER", "ORG", "LOC", "TIME", "NUM", "MISC"} | lookup.types
    heads, tails = (
        {name, *(called(name, type, "") for type in types)}.union(*map(rejected.forms, lookup.nodes(name)))
        for name in (head, tail)
    )
    return {fact for fact in rejected_facts(store, heads) if fact[1] in labels and fact[2] in tails}


def _stated(store: FactStore, head: str, labels: set[str], tail: str, lookup: Lookup) -> set[Triple]:
    """What documents state, either way, that says facts of things called so which nobody has rejected, by form."""
    rejected = Rejected(store, lookup.entities(lookup.nodes(head) | lookup.nodes(tail)))
    stated: dict[Triple, set[Triple]] = defaultdict(set)
    wrong: set[Triple] = set()
    heads, tails = (lookup.entities(lookup.nodes(name)) for name in (head, tail))
    for turned, ends in enumerate(((heads, tails), (tails, heads))):
        rows = store.read(
            """SELECT DISTINCT h.node, r.label, t.node, h.name, h.type, h.kb_id, t.name, t.type, t.kb_id
               FROM relation r JOIN entity h ON h.id = r.head JOIN entity t ON t.id = r.tail
               WHERE r.head IN (SELECT value FROM json_each(?)) AND +r.tail IN (SELECT value FROM json_each(?))
                     AND h.node <> t.node""",
            ends,
        )
        for start, label, end, *names in rows:
            fact = (end, _inverse(label), start) if turned else (start, label, end)
            if fact[1] in labels:
                stated[fact].add((called(*names[:3]), label, called(*names[3:])))
                if (start, label, end) not in rejected:
                    wrong.add(fact)
    return set().union(*(stated[fact] for fact in wrong))


def _inverse(label: str) -> str:
    known = known_properties().get(label)
    return known.inverse if known else ""


def _every_way(head: str, label: str, tail: str) -> set[Triple]:
    """A fact, what its inverse relation says if it has one, and what says it by theirs: father and mother say child."""
    inverse = _inverse(label)
    others = {other for other in known_properties() if _inverse(other) == label}
    return {(head, label, tail), *((tail, other, head) for other in others | ({inverse} if inverse else set()))}
