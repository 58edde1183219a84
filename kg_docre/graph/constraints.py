"""What speaks against a fact: types its relation does not join, values that exclude one another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from kg_docre.graph.properties import known_properties
from kg_docre.resolution.forms import country_name, name_form
from kg_docre.resolution.gazetteer import countries_of
from kg_docre.resolution.values import dates_agree, has_no_year

if TYPE_CHECKING:
    from kg_docre.graph.kinship import Kinship
    from kg_docre.graph.records import Fact

__all__ = [
    "KINSHIP",
    "NO_YEAR",
    "TYPES",
    "VALUES",
    "checked",
    "date_conflicts",
    "type_conflicts",
    "value_of",
]


TYPES, NO_YEAR, VALUES, KINSHIP = "types", "no year", "several values", "kinship"
_YEAR = re.compile(r"\d{3}|century|\bb\.?c|\ba\.?d\b|\bc\.?e\b", re.IGNORECASE)  # or a decade, or what tells an era
_ONE_PLACE = frozenset({"P19", "P20"})  # of birth, of death: of several names, most often
_MISFIT = 0.15  # of the odds of others, those of facts of unfitting types
_DIGITS = 6


def type_conflicts(label: str, types: frozenset[tuple[str, str]], tail: str) -> tuple[str, ...]:
    """``types`` if the relation joins none of these types of head and tail, one pair a document. What a country is
    called is a place, whatever it was taken for."""
    if not _misfit(label, types):
        return ()
    place = country_name(tail) and not _misfit(label, frozenset((head, "LOC") for head, _ in types))
    return () if place else (TYPES,)


@lru_cache(maxsize=10_000)
def _misfit(label: str, types: frozenset[tuple[str, str]]) -> bool:
    known = known_properties().get(label)
    return known is not None and all(known.misfits(head, tail) for head, tail in types)


def date_conflicts(label: str, type: str, name: str) -> tuple[str, ...]:
    """``no year`` if the relation's tails are dates and this one is one of any year, "Monday", "4 May", or of none that
    can be told: "2", "00:04"."""
    known = known_properties().get(label)
    dated = type == "TIME" and known is not None and known.tails == {"TIME"}
    return (NO_YEAR,) if dated and (has_no_year(name_form(name, type)) or not _YEAR.search(name)) else ()


def value_of(label: str, tail: str, type: str, name: str) -> str:
    """What is compared of a fact's tail: the value of a date, the countries that a place of this name can be in where
    somebody was born or died, else the node, as no date is written."""
    if label in _ONE_PLACE:
        return f"@{' '.join(countries_of(name))}"
    form = name_form(name, type) if type == "TIME" else ""
    return form if form[:4].isdigit() else f"={tail}"


def checked(
    facts: Iterable[tuple[Fact, str]],
    *,
    strict: bool,
    left_out: set[tuple[str, str, str]] | None = None,
    kinship: Kinship | None = None,
) -> Iterator[Fact]:
    r"""Facts, by head and label, with their values; conflicts between those of one head are noted.

    Of a relation with one value the facts exclude each other, except dates of which one says the other less exactly,
    places that may be in one country, and facts of unfitting types or without a year, which exclude none that fit; and
    so do ways of ``kinship``. Then a fact with odds :math:`o = c / (1 - c)` is the right one with
    :math:`o / (1 + o + \sum_{rivals} o')`, its plausibility. The odds of facts of unfitting types are lowered before:
    of such in documents held out 7 of 28 were right, of others 1,756 of 2,542 (``benchmarks/conflicts.py``).
    ``strict`` leaves out facts that don't fit and all but the most confident of those that exclude each other, and adds
    head, label and tail of what it leaves out to ``left_out``.
    """
    for (_, label), group in groupby(facts, key=lambda pair: (pair[0].head, pair[0].label)):
        known = known_properties().get(label)
        single = known is not None and known.single
        for fact, others in (_excluding if single else _alone)(group):
            ways, best = kinship.rivals(fact.head, label, fact.tail) if kinship else ([], True)
            if not (others or ways or fact.conflicts):
                yield fact
                continue
            rivals = [(other.confidence, other.id) for other in others]
            best = best and all(rival < (fact.confidence, fact.id) for rival in rivals)
            conflicts = [VALUES] * bool(others) + [KINSHIP] * bool(ways)
            if conflicts or TYPES in fact.conflicts:
                own, *odds = (c / max(1e-6, 1 - c) for c in (fact.confidence, *(c for c, _ in rivals), *ways))
                own *= _MISFIT if TYPES in fact.conflicts else 1.0
                plausibility = round(own / (1 + own + sum(odds)), _DIGITS)
                fact = fact._replace(conflicts=(*fact.conflicts, *conflicts), plausibility=plausibility)
            if not strict or (best and _fits(fact)):
                yield fact
            elif left_out is not None:
                left_out.add((fact.head, label, fact.tail))


def _alone(facts: Iterable[tuple[Fact, str]]) -> Iterator[tuple[Fact, list[Fact]]]:
    """Facts all of which may be right: none excludes another."""
    for fact, _ in facts:
        yield fact, []


def _excluding(facts: Iterable[tuple[Fact, str]]) -> Iterator[tuple[Fact, list[Fact]]]:
    """Facts of which one at most is right, and those that each excludes."""
    facts = list(facts)
    for fact, value in facts:
        yield fact, [other for other, its in facts if not _agree(value, its) and (_fits(other) or not _fits(fact))]


def _fits(fact: Fact) -> bool:
    return TYPES not in fact.conflicts and NO_YEAR not in fact.conflicts


def _agree(first: str, second: str) -> bool:
    """Whether one value says no more than the other; of places, whether both can be in one country, as a town and its
    region are, or nothing is known of one."""
    if first[:1] == second[:1] == "@":
        its, others = first[1:].split(), second[1:].split()
        return not its or not others or not set(its).isdisjoint(others)
    return first == second if "=" in (first[:1], second[:1]) else dates_agree(first, second)
