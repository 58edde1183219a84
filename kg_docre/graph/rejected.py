"""Which facts of a store a person has rejected."""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import lru_cache

from kg_docre.annotations import Entity
from kg_docre.resolution.forms import form_id
from kg_docre.store import FactStore

__all__ = ["Rejected", "called", "rejected_facts"]


@lru_cache(maxsize=1 << 16)
def called(name: str, type: str, kb_id: str) -> str:
    """What a rejected fact is kept by of its head and its tail: the form of a name, whatever thing it turns out to
    be."""
    return form_id(Entity(name=name, type=type, mentions=(), kb_id=kb_id))


class Rejected:
    """As a container it has the facts (head, label and tail, by node) that are wrong: those whose things are called as
    those of a fact that was rejected. ``facts`` are these, by form. Of ``entities``, a JSON array of ids that are all
    of their nodes', it has those between them alone, whatever else was rejected."""

    def __init__(self, store: FactStore, entities: str | None = None) -> None:
        self._store, self._then = store, _resolved(store)
        self._forms: dict[str, set[str]] = {}  # of each node those that a rejected fact may have
        if entities is None:
            self.facts = rejected_facts(store)
            ends = {form for head, _, tail in self.facts for form in (head, tail)}
            for name, type, kb_id, node in store.read("SELECT name, type, kb_id, node FROM entity") if ends else ():
                if (form := called(name, type, kb_id)) in ends:
                    self._forms.setdefault(node, set()).add(form)
        else:
            query = "SELECT name, type, kb_id, node FROM entity WHERE id IN (SELECT value FROM json_each(?))"
            for name, type, kb_id, node in store.read(query, (entities,)):
                self._forms.setdefault(node, set()).add(called(name, type, kb_id))
            self.facts = rejected_facts(store, set().union(*self._forms.values()))

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

    def forms(self, node: str) -> set[str]:
        """How a node may be called in rejected facts."""
        return self._forms.get(node, set())


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
