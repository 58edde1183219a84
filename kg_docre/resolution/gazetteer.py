"""Which country a place can be in: what GeoNames has of countries, their regions and cities.

A name stands for every place of more than 500 inhabitants that is called so, and "Paris" may be in France as well as in
the United States; what is known is where it cannot be. Names of places that all have less than 15,000 are in no table,
and nothing speaks against what is said of them. The table is of today, but for the best known places that were another
country's.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files

from kg_docre.annotations import Entity
from kg_docre.names import normalize_name
from kg_docre.resolution.forms import country_name, country_table

__all__ = ["agrees", "countries_of", "regions_of"]

_WITHIN = frozenset({"P17", "P131", "P1376", "P150", "P36"})  # one of head and tail lies within the other one
_HOLDS = frozenset({"P150", "P36"})  # the head is what the tail lies in
_CONTINENT = "P30"
_PART_OF = "P361"
_PARTS = frozenset({_PART_OF, "P527"})
_CONTINENTS = {
    **{"africa": "AF", "african": "AF", "asia": "AS", "asian": "AS", "europe": "EU", "european": "EU"},
    **{"north america": "NA", "north american": "NA", "south america": "SA", "south american": "SA", "oceania": "OC"},
}
_AMERICAS = frozenset({"NA", "SA"})
_LARGER = frozenset(
    "antarctica;antarctic;america;americas;latin america;eurasia;australia;australian;australasia".split(";")
)
_WHOLE = re.compile(r"^(?:continental|mainland) | continent$")
_REGION = re.compile(
    r"(?:(?:north|south|east|west|central|middle|latin)(?:ern)? ?)+(africa|america|asia|europe)(?:n|an)?"
)


def agrees(label: str, head: Entity, tail: Entity) -> bool | None:
    """Whether what is known of the places agrees with a fact: that a thing lies within another one, in a country or on
    a continent. None where nothing is known."""
    if not _are_places(label, head, tail):
        return None
    if label == "P17" and _continents_around(tail.name):
        return False
    if label == _CONTINENT:
        said, known = _known_continents(tail), _continents_of(_known(head))
        if not said and _LARGER.isdisjoint(_forms(tail)):
            return False
        return not said.isdisjoint(known) if said and known else None
    if label in _PARTS:
        part, whole = (head, tail) if label == _PART_OF else (tail, head)
        continents, known = _continents_around(whole.name), _continents_of(_known(part))
        return False if continents and known and continents.isdisjoint(known) else None
    if label in _WITHIN:
        first, second = _known(head), _known(tail)
        return not first.isdisjoint(second) if first and second else None
    return None


def _are_places(label: str, head: Entity, tail: Entity) -> bool:
    """What a country is called is a place, whatever it was taken for, where another place lies in it. Other things may
    be called as places are: Toyota."""
    part, whole = (tail, head) if label in _HOLDS else (head, tail)
    return part.type == "LOC" and (whole.type == "LOC" or (label in _WITHIN and bool(country_name(whole.name))))


@lru_cache(maxsize=1 << 14)
def countries_of(name: str) -> frozenset[str]:
    """ISO 3166's codes of the countries that a place of this name can be in, or of what is counted to the country of
    this name; none if nothing is known of it."""
    country = country_name(name)
    return _codes()[country] if country else frozenset(_row(name)[0].split())


@lru_cache(maxsize=1 << 10)
def regions_of(name: str) -> frozenset[str]:
    """Codes of the countries that have a region of this name; none of what is the name of a city there, too."""
    return frozenset() if country_name(name) else frozenset(_row(name)[2].split())


def _row(name: str) -> tuple[str, str, str]:
    return _places().get(normalize_name(name), "").partition("\t")


def _known(place: Entity) -> frozenset[str]:
    return frozenset().union(*map(countries_of, {mention.name for mention in place.mentions} or {place.name}))


def _forms(place: Entity) -> set[str]:
    return {_WHOLE.sub("", normalize_name(name)) for name in (place.name, *(m.name for m in place.mentions))}


def _known_continents(place: Entity) -> set[str]:
    return {_CONTINENTS[form] for form in _forms(place) & _CONTINENTS.keys()}


@lru_cache(maxsize=1 << 10)
def _continents_around(region: str) -> frozenset[str]:
    """Of a continent or a part of one, and no country: Africa of "West Africa"."""
    form = normalize_name(region)
    if form in _CONTINENTS:
        return frozenset({_CONTINENTS[form]})
    part = None if country_name(region) else _REGION.fullmatch(form)
    if part is None:
        return frozenset()
    if part[1] == "america":
        return frozenset({"SA"}) if form.startswith("south") else _AMERICAS
    return frozenset({_CONTINENTS[part[1]]})


@lru_cache(maxsize=1 << 10)
def _continents_of(countries: frozenset[str]) -> frozenset[str]:
    """None where that of one of them is not known."""
    continents = [_continents().get(code, frozenset()) for code in countries]
    return frozenset().union(*continents) if all(continents) else frozenset()


@cache
def _codes() -> dict[str, frozenset[str]]:
    return {name: frozenset(codes.split()) for name, _, _, codes, _ in country_table()}


@cache
def _continents() -> dict[str, frozenset[str]]:
    """Continents of each country by its code."""
    return {codes.split()[0]: frozenset(continents.split()) for _, _, _, codes, continents in reversed(country_table())}


@cache
def _places() -> dict[str, str]:
    """Normalized names of cities and regions → codes of their countries; behind a tab, of those with such a region."""
    text = files("kg_docre.resolution").joinpath("places.tsv").read_text(encoding="utf-8")
    rows = (line.partition("\t") for line in text.splitlines())
    return {name: codes for name, _, codes in rows}
