"""In which way two people are relatives: ways that exclude one another."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Container, Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any

from kg_docre.graph.confidence import read_confidence
from kg_docre.graph.properties import known_properties
from kg_docre.graph.records import DIGITS
from kg_docre.store import FactStore

__all__ = ["Kinship"]

_FATHER, _MOTHER, _SPOUSE, _SIBLING, _CHILD = "P22", "P25", "P26", "P3373", "P40"
_LABELS = (_FATHER, _MOTHER, _SPOUSE, _SIBLING, _CHILD)


class Kinship:
    """Pairs of a store that are said to be relatives in several ways: as spouses, as siblings, as parent and child one
    way or the other, as father and as mother. Facts whose types do not fit, or that are among those ``without``, count
    for none."""

    def __init__(self, store: FactStore, *, without: Container[tuple[str, str, str]] = ()) -> None:
        # of each pair the confidence of its ways, and of each way by what relation
        self._ways: dict[tuple[str, ...], dict[str, float]] = defaultdict(dict)
        self._by_label: dict[tuple[str, str], float] = defaultdict(float)
        rows: Iterable[tuple[Any, ...]] = store.read(
            """WITH said AS (SELECT h.node AS head, r.label AS label, t.node AS tail, max(r.score) AS score,
                                    h.type AS head_type, t.type AS tail_type, r.id
                             FROM relation r JOIN entity h ON h.id = r.head JOIN entity t ON t.id = r.tail
                             WHERE r.label IN (SELECT value FROM json_each(?)) AND h.node <> t.node
                             GROUP BY 1, 2, 3, r.document)
               SELECT * FROM said WHERE (min(head, tail), max(head, tail)) IN (
                   SELECT min(head, tail), max(head, tail) FROM said
                   GROUP BY 1, 2 HAVING count(DISTINCT label || iif(label IN ('P26', 'P3373'), '', head)) > 1)
               ORDER BY head, label, tail""",
            (json.dumps(_LABELS),),
        )
        for (head, label, tail), group in groupby(rows, itemgetter(0, 1, 2)):
            said = list(group)
            misfits = all(known_properties()[label].misfits(*row[4:6]) for row in said)
            if misfits or (head, label, tail) in without:
                continue
            confidence = read_confidence(store, [(round(row[3], DIGITS), row[6]) for row in said])
            ways, way = self._ways[tuple(sorted((head, tail)))], _way(head, label, tail)
            ways[way] = max(ways.get(way, 0.0), confidence)
            self._by_label[way, label] = max(self._by_label[way, label], confidence)

    def rivals(self, head: str, label: str, tail: str) -> tuple[list[float], bool]:
        """The confidence of every way in which the two can't be relatives if this fact holds, and whether it is the
        surest."""
        if label not in _LABELS:
            return [], True
        way = _way(head, label, tail)
        ways = self._ways.get(tuple(sorted((head, tail))), {})
        rivals = [(confidence, other) for other, confidence in ways.items() if other != way]
        best = (ways.get(way, 0.0), way) > max(rivals, default=(-1.0, ""))
        if label in (_FATHER, _MOTHER):
            other = _MOTHER if label == _FATHER else _FATHER
            if (way, other) in self._by_label:
                own, its = (self._by_label.get((way, each), 0.0) for each in (label, other))
                rivals.append((its, other))
                best = best and (own, label) > (its, other)
        return [confidence for confidence, _ in rivals], best


def _way(head: str, label: str, tail: str) -> str:
    """The same for "father", "mother" and, turned, "child"; spouses and siblings are so both ways."""
    if label in (_SPOUSE, _SIBLING):
        return label
    child, parent = (tail, head) if label == _CHILD else (head, tail)
    return f"{child} {parent}"
