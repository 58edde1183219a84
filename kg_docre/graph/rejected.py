"""Which facts of a store a person has rejected."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from functools import lru_cache

from kg_docre.annotations import Entity
from kg_docre.resolution.forms import form_id
from kg_docre.store import FactStore

__all__ = ["Rejected", "called", "forms_of_nodes", "rejected_facts"]


@lru_cache(maxsize=1 << 16)
def called(name: str, type: str, kb_id: str) -> str:
    """What a rejected fact is kept by of its head and its tail: the form of a name, whatever thing it turns out to
    be."""
    return form_id(Entity(name=name, type=type, mentions=(), kb_id=kb_id))


class Rejected:
    """As a container it has the facts (head, label and tail, by node) that are wrong: those whose things are called as
    those of a fact that was rejected. ``facts`` are these, by form."""

    def __init__(self, store: FactStore) -> None:
        self._store, self._then = store, _resolved(store)
        self.facts = rejected_facts(store)
        ends = {form for head, _, tail in self.facts for form in (head, tail)}
        self._forms: dict[str, set[str]] = {}  # of each node those that a rejected fact has
        for node, form in forms_of_nodes(store) if ends else ():
            if form in ends:
                self._forms.setdefault(node, set()).add(form)

    def __bool__(self) -> bool:
        return bool(self._forms)

    def __contains__(self, fact: object) -> bool:
        if not isinstance(fact, tuple):
            return False
        head, label, tail = fact
        heads, tails = self._forms.get(head, ()), self._forms.get(tail, ())
        return any((first, label, second) in self.facts for first in heads for second in tails)

    def is_current(self) -> bool:
        """Whether it still is what the store has."""
        return self._then == _resolved(self._store) and self.facts == rejected_facts(self._store)


def forms_of_nodes(store: FactStore, entities: str | None = None) -> Iterator[tuple[str, str]]:
    """Nodes, and each how it may be called in rejected facts, of all entities or those of these ids, a JSON array."""
    asked = "WHERE :entities IS NULL OR id IN (SELECT value FROM json_each(:entities))"
    for node, *name in store.read(f"SELECT node, name, type, kb_id FROM entity {asked}", {"entities": entities}):
        yield node, called(*name)


def rejected_facts(store: FactStore, heads: Collection[str] | None = None) -> set[tuple[str, str, str]]:
    """All, by form, or those of these ``heads``."""
    if heads is None:
        return set(store.read("SELECT head, label, tail FROM rejected"))
    query = "SELECT head, label, tail FROM rejected WHERE head IN (SELECT value FROM json_each(?))"
    return set(store.read(query, (json.dumps([*heads]),)))


def _resolved(store: FactStore) -> tuple[int, int]:
    """What is another one whenever entities have come, have gone, or are of other nodes."""
    generation, changed = store.read("SELECT generation, changed FROM resolved").fetchone()
    return generation, changed
