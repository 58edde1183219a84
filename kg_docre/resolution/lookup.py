"""Which nodes of a store a name may mean."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from difflib import get_close_matches
from functools import cached_property, lru_cache

from kg_docre.names import normalize_name
from kg_docre.resolution.errors import ResolutionError
from kg_docre.resolution.forms import country_name
from kg_docre.store import FactStore

__all__ = ["DOCUMENT_NAME", "Lookup", "Types", "find_node", "find_nodes", "names_like", "several_are"]

# SQL for what a document d is called
DOCUMENT_NAME = "coalesce(nullif(d.title, ''), (SELECT min(uri) FROM source WHERE document = d.id), '')"
_SHOWN = 10  # of the nodes that are called so
_LIKE = 3  # names
_ARTICLE = re.compile(r"\s*(?:the|an?)\s", re.IGNORECASE)
_LOWER = bytes(range(128)).lower().ljust(256)
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalnum())

Types = Counter[str]  # of a node's entities that are called so


class Lookup:
    """What names mean in a store as it is now, which is read through once, however many ``names`` there are."""

    def __init__(self, store: FactStore, names: Iterable[str]) -> None:
        self._store = store
        names = set(names)
        self._called: dict[str, dict[str, Types]] = {name: defaultdict(Counter) for name in names}
        self._others: dict[str, dict[str, Types]] = {name: defaultdict(Counter) for name in names}
        asked = json.dumps([*names], ensure_ascii=False)  # so that the store refuses what is no text
        joined = "SELECT form, node FROM resolution WHERE form IN (SELECT value FROM json_each(?)) AND node <> ''"
        ids = {name: name for name in names} | dict(store.read(joined, (asked,)))
        rows = store.read(
            "SELECT node, type, min(id) FROM entity WHERE node IN (SELECT value FROM json_each(?)) GROUP BY node",
            (json.dumps([*ids.values()]),),
        )
        types = {node: type for node, type, _ in rows}
        for name, node in ids.items():
            if node in types:
                self._called[name][node][types[node]] += 1
                names.discard(name)
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
        those that have it by a mention alone, or by the country they are. Of a node's id it is that node alone, also
        of one that was joined to another node since."""
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
    if len(found) > 1:
        raise several_are(store, name, found, lookup)
    return next(iter(found))


def several_are(store: FactStore, name: str, found: Mapping[str, Types], lookup: Lookup) -> ResolutionError:
    """That these nodes are called so, the most frequent ten of them, each by its id."""
    shown = dict(list(found.items())[:_SHOWN])
    rows = store.read(
        f"""SELECT node, entity.name, min({DOCUMENT_NAME}) FROM entity JOIN document d ON d.id = entity.document
            WHERE entity.id IN (SELECT value FROM json_each(?)) GROUP BY node""",
        (lookup.entities(shown),),
    )
    several = []
    for node, called, title in sorted(rows, key=lambda row: list(shown).index(row[0])):
        types = shown[node]
        unlike = "" if normalize_name(called) == normalize_name(name) else f"{called}, "
        others = f" and {types.total() - 1} more" if types.total() > 1 else ""
        several.append(f"{node} ({unlike}{types.most_common(1)[0][0]}, in {title}{others})")
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return ResolutionError(f"several nodes are called {name!r}; name one by its id: {', '.join(several)}{more}")


def names_like(store: FactStore, name: str) -> list[str]:
    """Of a name that nothing has, a few that have it in them as words of their own, the shortest first, else within
    words, before others at the beginning of one, or else that are written nearly so."""
    names = [written for (written,) in store.read("SELECT DISTINCT name FROM entity ORDER BY name")]
    part = re.escape(name.strip())
    short = sorted(names, key=len) if part else []
    for ways in ((rf"\b{part}\b",), (rf"\b{part}", part)):
        found = dict.fromkeys(written for way in ways for written in short if re.search(way, written, re.IGNORECASE))
        if found:
            return list(found)[:_LIKE]
    return get_close_matches(name, names, _LIKE)


def _called(names: Collection[str]) -> Callable[[str], Collection[str]]:
    """Which of these names another one is, normalized; of most names a glance tells that they are none."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for name in names:
        wanted[normalize_name(name)].add(name)
    letters = {_letters(name) for name in wanted if name.isascii()}

    @lru_cache(maxsize=1 << 16)
    def same(other: str) -> Collection[str]:
        return wanted.get(normalize_name(other), ())

    def called(other: str) -> Collection[str]:
        if other.isascii():  # of its letters normalizing takes an s at the end, at most, and articles
            its = _letters(other)
            if not (its in letters or its.removesuffix(b"s") in letters or _ARTICLE.match(other)):
                return ()
        return same(other)

    return called


def _letters(name: str) -> bytes:
    """Letters and digits of an ASCII name, in lower case."""
    return name.encode().translate(_LOWER, _NO_LETTERS)
