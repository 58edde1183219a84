"""Which facts of a store a person has rejected."""

from __future__ import annotations

from kg_docre.annotations import Entity
from kg_docre.resolution.forms import form_id
from kg_docre.store import FactStore

__all__ = ["Rejected", "called"]


def called(name: str, type: str, kb_id: str) -> str:
    """What a rejected fact is kept by of its head and its tail: the form of a name, whatever thing it turns out to
    be."""
    return form_id(Entity(name=name, type=type, mentions=(), kb_id=kb_id))


class Rejected:
    """As a container it has the facts (head, label and tail, by node) that are wrong: those whose things are called as
    those of a fact that was rejected. ``facts`` are these, by form."""

    def __init__(self, store: FactStore) -> None:
        self.facts: set[tuple[str, str, str]] = set(store.read("SELECT head, label, tail FROM rejected").fetchall())
        self._forms: dict[str, set[str]] = {}  # of each node those that a rejected fact has
        ends = {form for head, _, tail in self.facts for form in (head, tail)}
        for name, type, kb_id, node in store.read("SELECT name, type, kb_id, node FROM entity") if ends else ():
            if (form := called(name, type, kb_id)) in ends:
                self._forms.setdefault(node, set()).add(form)

    def __bool__(self) -> bool:
        return bool(self._forms)

    def __contains__(self, fact: object) -> bool:
        if not isinstance(fact, tuple):
            return False
        head, label, tail = fact
        heads, tails = self._forms.get(head, ()), self._forms.get(tail, ())
        return any((first, label, second) in self.facts for first in heads for second in tails)

    def forms(self, node: str) -> set[str]:
        """How a node is called in rejected facts."""
        return self._forms.get(node, set())
