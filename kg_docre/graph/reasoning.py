"""The third things that facts were read by way of."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from kg_docre.annotations import premises
from kg_docre.graph.knowledge_graph import Fact
from kg_docre.store import FactStore

__all__ = ["Premise", "Step", "reasoning_of"]


class Premise(NamedTuple):
    """A pair that was read, as its document calls it, and the names of the relations found there."""

    head: str
    names: tuple[str, ...]
    tail: str

    def __str__(self) -> str:
        return f"{self.head} —{' / '.join(self.names)}→ {self.tail}"


class Step(NamedTuple):
    """A row of DocRE-SD's Table 1, the attention weight of its third entity (0 to 1), and the two pairs read."""

    pattern: int
    weight: float
    premises: tuple[Premise, ...]

    def __str__(self) -> str:
        return ", ".join(map(str, self.premises))


def reasoning_of(store: FactStore, facts: Iterable[Fact]) -> dict[str, Step]:
    """By a fact's id the step that weighs most, of the document that is surest of it, among those whose two pairs
    that document relates; facts without such a step have none."""
    ids = {(fact.head, fact.label, fact.tail): fact.id for fact in facts}
    rows = store.read(
        """SELECT h.node, r.label, t.node, s.pattern, s.weight, r.head, s.via, r.tail
           FROM relation r
           JOIN entity h ON h.id = r.head
           JOIN entity t ON t.id = r.tail
           JOIN reasoning s ON s.relation = r.id
           JOIN entity v ON v.id = s.via AND v.node NOT IN (h.node, t.node)
           WHERE (h.node, r.label, t.node) IN
                 (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]')
                  FROM json_each(?))
           ORDER BY r.score DESC, r.id, s.rank""",
        (json.dumps(list(ids)),),
    )
    found: dict[str, Step] = {}
    for head, label, tail, pattern, weight, *entities in rows:
        if (id := ids[head, label, tail]) not in found:
            read = tuple(_premise(store, *pair) for pair in premises(pattern, *entities))
            if all(premise.names for premise in read):
                found[id] = Step(pattern, weight, read)
    return found


def _premise(store: FactStore, head: int, tail: int) -> Premise:
    names = store.read(
        """SELECT label.name FROM relation r JOIN label ON label.id = r.label
           WHERE r.head = ? AND r.tail = ? ORDER BY r.score DESC, label.id""",
        (head, tail),
    )
    ((head_name, tail_name),) = store.read(
        "SELECT (SELECT name FROM entity WHERE id = ?), (SELECT name FROM entity WHERE id = ?)", (head, tail)
    )
    return Premise(head_name, tuple(name for (name,) in names), tail_name)
