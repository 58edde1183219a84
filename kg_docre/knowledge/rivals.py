"""Facts of one document that exclude each other."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from kg_docre.annotations import Document, Relation
from kg_docre.names import normalize_name
from kg_docre.resolution.values import date_value, dates_agree

__all__ = ["EXCLUDING", "Rivals"]

_SPOUSE, _MOUTH = "P26", "P403"
_ONCE = frozenset({"P569", "P570"})
EXCLUDING = _ONCE | {_SPOUSE}  # only where nothing speaks against them


class Rivals:
    """Somebody is born once and dies once; of three people of whom each is another one's spouse two are not, nor is
    each of two rivers the other's mouth. What has a lower score speaks for no fact."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def agree(self, relation: Relation) -> bool | None:
        """False of the least likely of such facts, else None."""
        if relation.label == _SPOUSE:
            return False if frozenset((relation.head, relation.tail)) in self._strangers else None
        if relation.label in _ONCE:
            date = self._date(relation.tail)
            likelier = (d for d, score in self._days[relation.head, relation.label] if score > relation.score)
            return False if date and not all(dates_agree(date, other) for other in likelier) else None
        if relation.label == _MOUTH:
            back = self._mouths.get((relation.tail, relation.head), 0.0)
            return False if back > self._mouths.get((relation.head, relation.tail), relation.score) else None
        return None

    def _date(self, number: int) -> str:
        return date_value(normalize_name(self._document.entities[number].name)) or ""

    @cached_property
    def _days(self) -> dict[tuple[int, str], list[tuple[str, float]]]:
        found: dict[tuple[int, str], list[tuple[str, float]]] = defaultdict(list)
        for relation in self._document.relations:
            if relation.label in _ONCE and (date := self._date(relation.tail)):
                found[relation.head, relation.label].append((date, relation.score))
        return found

    @cached_property
    def _mouths(self) -> dict[tuple[int, int], float]:
        return {(r.head, r.tail): r.score for r in self._document.relations if r.label == _MOUTH}

    @cached_property
    def _strangers(self) -> set[frozenset[int]]:
        scores: dict[frozenset[int], float] = {}
        for relation in self._document.relations:
            pair = frozenset((relation.head, relation.tail))
            if relation.label == _SPOUSE and len(pair) == 2:
                scores[pair] = max(scores.get(pair, 0.0), relation.score)
        spouses: dict[int, set[int]] = defaultdict(set)
        for first, second in scores:
            spouses[first].add(second)
            spouses[second].add(first)
        found = set()
        for first, second in scores:
            for third in spouses[first] & spouses[second]:
                pairs = (frozenset((first, second)), frozenset((first, third)), frozenset((second, third)))
                found.add(min(pairs, key=lambda pair: (scores[pair], sorted(pair))))
        return found
