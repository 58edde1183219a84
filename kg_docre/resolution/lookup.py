"""Which nodes of a store a name may mean."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from difflib import get_close_matches
from functools import lru_cache

from kg_docre.names import normalize_name
from kg_docre.resolution.forms import country_name
from kg_docre.store import FactStore

__all__ = ["names_like", "nodes_called"]

_LIKE = 3  # names

Types = Counter[str]  # of a node's entities that are called so


def nodes_called(store: FactStore, name: str) -> tuple[dict[str, Types], dict[str, Types]]:
    """Nodes whose entities are called so, whatever case, article or punctuation it is written in; and those that are
    by a mention alone, or by the country they are. Of a node's id it is that node alone."""
    if row := store.read("SELECT type FROM entity WHERE node = ? ORDER BY id LIMIT 1", (name,)).fetchone():
        return {name: Counter(row)}, {}
    found: dict[str, Types] = defaultdict(Counter)
    others: dict[str, Types] = defaultdict(Counter)
    called = _called(name)
    in_passing = {entity for entity, mention in store.read("SELECT entity, name FROM mention") if called(mention)}
    country = country_name(name)
    if normalize_name(country) != normalize_name(name):
        country = ""
    for id, node, entity, type in store.read("SELECT id, node, name, type FROM entity ORDER BY id"):
        if called(entity):
            found[node][type] += 1
        elif id in in_passing or (country and type == "LOC" and country_name(entity) == country):
            others[node][type] += 1
    return found, others


def names_like(store: FactStore, name: str) -> list[str]:
    """Of a name that nothing has, a few that have it as a part, the shortest first, or else that are written nearly
    so."""
    names = [written for (written,) in store.read("SELECT DISTINCT name FROM entity ORDER BY name")]
    part = re.compile(rf"\b{re.escape(name.strip())}\b", re.IGNORECASE)
    found = [written for written in names if part.search(written)] if name.strip() else []
    return sorted(found, key=len)[:_LIKE] or get_close_matches(name, names, _LIKE)


def _called(name: str) -> Callable[[str], bool]:
    """Whether another name is the same one, normalized; of most names a glance tells that they are not."""
    wanted = normalize_name(name)
    letters = "".join(letter for letter in wanted if letter.isalnum())
    # what normalizing takes from an ASCII name stands around its letters and digits, or is an article or an ending
    glance = re.compile(r"[\W_]*".join(letters), re.IGNORECASE) if letters.isascii() else None

    @lru_cache(maxsize=1 << 16)
    def same(other: str) -> bool:
        return normalize_name(other) == wanted

    def called(other: str) -> bool:
        if other.isascii() and (glance is None or not glance.search(other)):
            return False
        return same(other)

    return called
