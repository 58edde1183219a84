"""What speaks against a fact: types its relation does not join, values that exclude one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from kg_docre.graph.properties import known_properties
from kg_docre.resolution.forms import name_form

if TYPE_CHECKING:
    from kg_docre.graph.records import Fact

__all__ = ["TYPES", "VALUES", "checked", "type_conflicts", "value_of"]

TYPES, VALUES = "types", "several values"
_DIGITS = 6


@lru_cache(maxsize=10_000)
def type_conflicts(label: str, types: frozenset[tuple[str, str]]) -> tuple[str, ...]:
    """``types`` if the relation joins none of these types of head and tail, one pair a document."""
    known = known_properties().get(label)
    return (TYPES,) if known and all(known.misfits(head, tail) for head, tail in types) else ()


def value_of(tail: str, type: str, name: str) -> str:
    """What is compared of a fact's tail: the value of a date, else the node."""
    form = name_form(name, type) if type == "TIME" else ""
    return form if form[:4].isdigit() else tail


def checked(facts: Iterable[tuple[Fact, str]], *, strict: bool) -> Iterator[Fact]:
    r"""Facts, by head and label, with their values; conflicts between those of one head are noted.

    Of a relation with one value the facts exclude each other, except dates of which one says the other less exactly.
    Then a fact with odds :math:`o = c / (1 - c)` is the right one with
    :math:`o / (1 + o + \sum_{rivals} o')`, its plausibility. ``strict`` leaves out facts of unfitting types and all
    but the most confident of those that exclude each other.
    """
    for (_, label), group in groupby(facts, key=lambda pair: (pair[0].head, pair[0].label)):
        known = known_properties().get(label)
        for fact in _alone(list(group), strict=strict) if known and known.single else (fact for fact, _ in group):
            if not (strict and TYPES in fact.conflicts):
                yield fact


def _alone(facts: Sequence[tuple[Fact, str]], *, strict: bool) -> Iterator[Fact]:
    """Facts of which one at most is right."""
    for fact, value in facts:
        rivals = [other for other, its in facts if not (value.startswith(its) or its.startswith(value))]
        if not rivals:
            yield fact
        elif not strict or (fact.confidence, fact.id) > max((rival.confidence, rival.id) for rival in rivals):
            own, *others = (f.confidence / max(1e-6, 1 - f.confidence) for f in (fact, *rivals))
            plausibility = round(own / (1 + own + sum(others)), _DIGITS)
            yield fact._replace(conflicts=(*fact.conflicts, VALUES), plausibility=plausibility)
