"""Which nodes of a store a name may mean."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from difflib import get_close_matches
from functools import cached_property, lru_cache

from kg_docre.names import normalize_name
from kg_docre.resolution.errors import ResolutionError
from kg_docre.resolution.forms import country_name
from kg_docre.store import FactStore

__all__ = ["DOCUMENT_NAME", "Lookup", "Types", "find_node", "find_nodes", "names_like"]

# SQL for what a document d is called
DOCUMENT_NAME = "coalesce(nullif(d.title, ''), (SELECT min(uri) FROM source WHERE document = d.id), '')"
_SHOWN = 10  # of the nodes that are called so
_LIKE = 3  # names
_FEW, _SHORT = 8, 1000  # names, of letters together, that are looked for in another faster than that is normalized

Types = Counter[str]  # of a node's entities that are called so


class Lookup:
    """What names mean in a store as it is now, which is read through once, however many ``names`` there are."""

    def __init__(self, store: FactStore, names: Iterable[str]) -> None:
        self._store = store
        names = set(names)
        self._called: dict[str, dict[str, Types]] = {name: defaultdict(Counter) for name in names}
        self._others: dict[str, dict[str, Types]] = {name: defaultdict(Counter) for name in names}
        rows = store.read(
            "SELECT node, type, min(id) FROM entity WHERE node IN (SELECT value FROM json_each(?)) GROUP BY node",
            (json.dumps([*names], ensure_ascii=False),),  # so that the store refuses what is no text
        )
        for node, type, _ in rows:
            self._called[node][node][type] += 1
            names.discard(node)
        if names:
            self._read(names)

    def _read(self, names: Collection[str]) -> None:
        called = _called(names)
        countries: dict[str, set[str]] = defaultdict(set)
        for name in names:
            if (country := country_name(name)) and normalize_name(country) == normalize_name(name):
                countries[country].add(name)
        in_passing: dict[int, set[str]] = defaultdict(set)
        for entity, mention in self._store.read("SELECT entity, name FROM mention"):
            if found := called(mention):
                in_passing[entity].update(found)
        for id, node, entity, type in self._store.read("SELECT id, node, name, type FROM entity ORDER BY id"):
            found = called(entity)
            for name in found:
                self._called[name][node][type] += 1
            others = in_passing.get(id, set())
            if countries and type == "LOC":
                others = others | countries.get(country_name(entity), set())
            for name in others.difference(found):
                self._others[name][node][type] += 1

    def called(self, name: str) -> tuple[dict[str, Types], dict[str, Types]]:
        """Nodes whose entities have this one of the names, whatever case, article or punctuation it is written in; and
        those that have it by a mention alone, or by the country they are. Of a node's id it is that node alone."""
        return self._called[name], self._others[name]

    def nodes(self, name: str) -> set[str]:
        """All of both."""
        return {*self._called[name], *self._others[name]}

    def entities(self, nodes: Iterable[str]) -> str:
        """The ids of all entities of nodes that a name may mean, as a JSON array."""
        return json.dumps([id for node in nodes for id in self._entities[node]])

    @cached_property
    def types(self) -> set[str]:
        """Those of all entities of the store."""
        return {type for (type,) in self._store.read("SELECT DISTINCT type FROM entity")}

    @cached_property
    def _entities(self) -> dict[str, list[int]]:
        entities: dict[str, list[int]] = {node: [] for name in self._called for node in self.nodes(name)}
        rows = self._store.read(
            "SELECT node, id FROM entity WHERE node IN (SELECT value FROM json_each(?))", (json.dumps([*entities]),)
        )
        for node, id in rows:
            entities[node].append(id)
        return entities


def find_nodes(store: FactStore, name: str, lookup: Lookup | None = None) -> dict[str, Types]:
    """The node with this id, or those that are called so, the most frequent first, with the types that are; from a
    ``lookup`` that was made with this name, if there is one.

    Raises :exc:`ResolutionError` if there is none.
    """
    called, others = (lookup or Lookup(store, [name])).called(name)
    if not (found := called or others):
        near = ", ".join(names_like(store, name))
        raise ResolutionError(f"no node is called {name!r}{f'; names like it: {near}' if near else ''}")
    return dict(sorted(found.items(), key=lambda called: -called[1].total()))


def find_node(store: FactStore, name: str, lookup: Lookup | None = None) -> str:
    """As :func:`find_nodes`, the only node there is.

    Raises :exc:`ResolutionError` that lists the nodes of several, the most frequent ten.
    """
    lookup = lookup or Lookup(store, [name])
    found = find_nodes(store, name, lookup)
    if len(found) == 1:
        return next(iter(found))
    frequent = dict(list(found.items())[:_SHOWN])
    seen = dict(
        store.read(
            f"""SELECT node, min({DOCUMENT_NAME}) FROM entity JOIN document d ON d.id = entity.document
                WHERE entity.id IN (SELECT value FROM json_each(?)) GROUP BY node""",
            (lookup.entities(frequent),),
        )
    )
    several = ", ".join(
        f"{node} ({types.most_common(1)[0][0]}, in {seen[node]}"
        f"{f' and {types.total() - 1} more' if types.total() > 1 else ''})"
        for node, types in frequent.items()
    )
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    raise ResolutionError(f"several nodes are called {name!r}; name one by its id: {several}{more}")


def names_like(store: FactStore, name: str) -> list[str]:
    """Of a name that nothing has, a few that have it as a part, the shortest first, or else that are written nearly
    so."""
    names = [written for (written,) in store.read("SELECT DISTINCT name FROM entity ORDER BY name")]
    part = re.compile(rf"\b{re.escape(name.strip())}\b", re.IGNORECASE)
    found = [written for written in names if part.search(written)] if name.strip() else []
    return sorted(found, key=len)[:_LIKE] or get_close_matches(name, names, _LIKE)


def _called(names: Collection[str]) -> Callable[[str], Collection[str]]:
    """Which of these names another one is, normalized; of most names a glance tells that they are none of a few."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for name in names:
        wanted[normalize_name(name)].add(name)
    letters = ["".join(letter for letter in name if letter.isalnum()) for name in wanted]
    # what normalizing takes from an ASCII name stands around its letters and digits, or is an article or an ending
    likely = [""]
    if len(wanted) <= _FEW and sum(map(len, letters)) <= _SHORT:
        likely = [r"[\W_]*".join(its) for its in letters if its.isascii()] or ["(?!)"]
    glance = re.compile("|".join(likely), re.IGNORECASE)

    @lru_cache(maxsize=1 << 16)
    def same(other: str) -> Collection[str]:
        return wanted.get(normalize_name(other), ())

    def called(other: str) -> Collection[str]:
        if other.isascii() and not glance.search(other):
            return ()
        return same(other)

    return called
