"""Facts that a person found wrong: no graph has them, whichever documents state them or will."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from kg_docre.graph.knowledge_graph import KnowledgeGraph
from kg_docre.graph.labels import labels_called
from kg_docre.graph.properties import known_properties
from kg_docre.graph.records import Fact
from kg_docre.graph.rejected import called, forms_of_nodes, rejected_facts
from kg_docre.resolution.decisions import resolve_what_changed
from kg_docre.resolution.errors import ResolutionError
from kg_docre.resolution.lookup import Lookup, find_nodes, several_are
from kg_docre.store import FactStore

__all__ = ["as_told", "decide_reject", "reject", "take_back"]

Triple = tuple[str, str, str]


def reject(store: FactStore, head: str, relation: str, tail: str) -> list[Fact]:
    """Say that facts are wrong, of all things that are called so: no graph has them, nor what their inverses say, from
    now on; what they were, none where that has been said before. It is kept by what the things are called, so that it
    holds for documents to come, and for all whose names are the same.

    Raises :exc:`ResolutionError` if no document says so, or of unlike things that are called so.
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


def decide_reject(store: FactStore, head: str, relation: str, tail: str, lookup: Lookup) -> bool:
    """As :func:`reject`, of things whose nodes a lookup knows; whether that had not been said before."""
    try:
        labels = labels_called(store, relation)
    except ValueError as error:
        raise ResolutionError(str(error)) from None
    forms = _forms(store, lookup.entities(lookup.nodes(head) | lookup.nodes(tail)))
    wrong = _stated(store, head, labels, tail, lookup, forms)
    if not (wrong or _rejected(store, head, labels, tail, lookup, forms)):
        for name in (head, tail):
            find_nodes(store, name, lookup)  # else that is what is wrong
        raise ResolutionError(f"no fact {head} —{relation}→ {tail}")
    for name, nodes in ((head, {start for start, *_ in wrong}), (tail, {end for *_, end in wrong})):
        if len(nodes) > 1 and not set.intersection(*(forms[node] for node in nodes)):  # unlike homonyms
            called, others = lookup.called(name)
            found = sorted(nodes, key=lambda node: -(called | others)[node].total())
            raise several_are(store, name, {node: (called | others)[node] for node in found}, lookup)
    store.reject({way for facts in wrong.values() for fact in facts for way in _every_way(*fact)})
    return bool(wrong)


def take_back(store: FactStore, head: str, relation: str, tail: str) -> int:
    """Let facts be facts again that :func:`reject` was told of; how many there were.

    Raises :exc:`ResolutionError` if there are none.
    """
    lookup = Lookup(store, [head, tail])
    forms = _forms(store, lookup.entities(lookup.nodes(head) | lookup.nodes(tail)))
    try:
        told = _rejected(store, head, labels_called(store, relation), tail, lookup, forms)
    except ValueError:
        told = set()
    if not told:
        raise ResolutionError(f"nobody has rejected {head} —{relation}→ {tail}")
    store.reject((), instead_of={way for fact in told for way in _every_way(*fact)})
    return len(told)


def as_told(store: FactStore, wrong: Collection[Triple]) -> set[Triple]:
    """Of rejected facts, by form, those that a person has named, by node: without other forms of their things, and
    without what says the same."""
    ends = {form for head, _, tail in wrong for form in (head, tail)}
    nodes = {form: node for node, form in forms_of_nodes(store) if form in ends}
    left = {(nodes.get(head, head), label, nodes.get(tail, tail)) for head, label, tail in wrong}
    told = set()
    for fact in sorted(left, key=lambda fact: (-len(_every_way(*fact)), fact)):
        if fact in left and (ways := _every_way(*fact)) <= left:
            told.add(fact)
            left -= ways
    return told | left


def _forms(store: FactStore, entities: str) -> dict[str, set[str]]:
    forms: dict[str, set[str]] = defaultdict(set)
    for node, form in forms_of_nodes(store, entities):
        forms[node].add(form)
    return forms


def _rejected(
    store: FactStore, head: str, labels: set[str], tail: str, lookup: Lookup, forms: dict[str, set[str]]
) -> set[Triple]:
    """The rejected facts, by form, of things called so, whether or not a document has them now; of a type that is not
    DocRED's and that no document has now, by id alone."""
    types = {"PER", "ORG", "LOC", "TIME", "NUM", "MISC"} | lookup.types
    heads, tails = (
        {name, *(called(name, type, "") for type in types)}.union(*(forms[node] for node in lookup.nodes(name)))
        for name in (head, tail)
    )
    return {fact for fact in rejected_facts(store, heads) if fact[1] in labels and fact[2] in tails}


def _stated(
    store: FactStore, head: str, labels: set[str], tail: str, lookup: Lookup, forms: dict[str, set[str]]
) -> dict[Triple, set[Triple]]:
    """Facts of things called so which nobody has rejected, by node, each with what documents state, either way, that
    says it, by form."""
    rejected = rejected_facts(store, set().union(*forms.values()))
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
                if not any((first, label, second) in rejected for first in forms[start] for second in forms[end]):
                    wrong.add(fact)
    return {fact: stated[fact] for fact in wrong}


def _inverse(label: str) -> str:
    known = known_properties().get(label)
    return known.inverse if known else ""


def _every_way(head: str, label: str, tail: str) -> set[Triple]:
    """A fact, what its inverse relation says if it has one, and what says it by theirs: father and mother say child."""
    inverse = _inverse(label)
    others = {other for other in known_properties() if _inverse(other) == label}
    return {(head, label, tail), *((tail, other, head) for other in others | ({inverse} if inverse else set()))}
