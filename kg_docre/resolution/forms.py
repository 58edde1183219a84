"""The form of a name: what it is written as once spelling, titles, demonyms and notation are set aside."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files

from kg_docre.annotations import Entity
from kg_docre.names import LEGAL_FORMS, normalize_name, short_hash, strip_endings, strip_titles
from kg_docre.resolution.values import date_value, number_value

__all__ = ["country_name", "country_table", "form_id", "is_country", "is_demonym", "name_form"]

_JUNIOR = frozenset({"jr"})
_LONGEST_ID = 1000  # characters; databases index keys of some kilobytes at most


@lru_cache(maxsize=1 << 16)
def name_form(name: str, type: str) -> str:
    """Names with one form and one type are taken for the same thing until something speaks against it.

    People lose titles and what tells a junior, whom the bare name means more often than the senior; organizations
    their legal form; dates and numbers become values; a country has one form, whether it is called by its name, by an
    abbreviation or by its people: "U.S.", "American".
    """
    normalized = normalize_name(name)
    words = normalized.split()
    if type == "TIME":
        return date_value(normalized) or normalized
    if type == "NUM":
        return number_value(name) or normalized
    if type == "LOC":
        return _countries().get(normalized, normalized)
    if type == "PER":
        bare = strip_endings(strip_titles(words), _JUNIOR)
        return " ".join(bare if len(bare) > 1 else words) or normalized
    if type == "ORG":
        return " ".join(strip_endings(words, LEGAL_FORMS)) or normalized
    return normalized


def form_id(entity: Entity) -> str:
    """Id of the node an entity belongs to as far as its name tells: its knowledge-base id where it has one, or a hash
    of that where no index would take it."""
    if entity.kb_id:
        return entity.kb_id if len(entity.kb_id) <= _LONGEST_ID else short_hash(entity.kb_id)
    return short_hash(entity.type, name_form(entity.name, entity.type))


def is_country(form: str) -> bool:
    """Whether this is the form of a country's name."""
    return form in _countries()


def is_demonym(word: str) -> bool:
    """Whether a country's people are called so: "Swedish", "Dane"."""
    return word.casefold() in _demonyms()


@lru_cache(maxsize=1 << 16)
def country_name(name: str) -> str:
    """What the country is called whose name, abbreviation or people this is; empty if it is none's."""
    form = _countries().get(normalize_name(name), "")
    return _names_of_countries()[form] if form else ""


@cache
def _countries() -> dict[str, str]:
    """Normalized name, abbreviation or demonym of a country → its normalized name."""
    table = {}
    for name, others, demonyms, *_ in country_table():
        for form in (name, *others.split(";"), *demonyms.split(";")):
            if form:
                table[normalize_name(form)] = normalize_name(name)
    return table


@cache
def _demonyms() -> frozenset[str]:
    return frozenset(word.casefold() for _, _, words, *_ in country_table() for word in words.split(";") if word)


@cache
def _names_of_countries() -> dict[str, str]:
    """Normalized name of a country → its name."""
    return {normalize_name(name): name for name, *_ in country_table()}


@cache
def country_table() -> tuple[list[str], ...]:
    """Countries, present and past: name, other names, demonyms, all divided by semicolons; ISO 3166's codes of what is
    there now or is counted to it, the country's own first, and the codes of its continents, divided by spaces."""
    lines = files("kg_docre.resolution").joinpath("countries.tsv").read_text(encoding="utf-8").splitlines()
    return tuple(line.split("\t") for line in lines)
