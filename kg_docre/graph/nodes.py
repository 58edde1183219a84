"""Nodes, as the entities of a store that they were resolved to call them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from kg_docre.graph.records import Node, parsed
from kg_docre.resolution.forms import country_name
from kg_docre.resolution.values import iso_date
from kg_docre.store import FactStore

__all__ = ["called_nodes"]


def called_nodes(store: FactStore, ids: Iterable[str] | None = None) -> Iterator[Node]:
    """Every node by id, or those of ``ids``, called as most of its entities are, a country by its own name."""
    rows = store.read(
        """SELECT node, name, type, kb_id,
                  (SELECT json_group_array(name) FROM mention WHERE mention.entity = entity.id)
           FROM entity WHERE :ids IS NULL OR node IN (SELECT value FROM json_each(:ids))
           ORDER BY node, id""",
        {"ids": None if ids is None else json.dumps(sorted(ids))},
    )
    for node, group in groupby(rows, itemgetter(0)):
        _, names, types, kb_ids, mentions = zip(*group, strict=True)
        name = max({*names}, key=lambda name: (names.count(name), len(name), name))
        type = max({*types}, key=lambda type: (types.count(type), type))
        name = (country_name(name) if type == "LOC" else "") or name
        aliases = {alias for its in mentions for alias in parsed(its)}
        kb_id = next(filter(None, kb_ids), "")
        others = tuple(sorted(aliases - {name}))
        date = _date((name, *others)) if type == "TIME" else ""
        yield Node(id=node, name=name, type=type, kb_id=kb_id, aliases=others, date=date)


def _date(names: Iterable[str]) -> str:
    """The first date among names, as exactly as any of them says it."""
    dates = [date for name in names if (date := iso_date(name))]
    return max((date for date in dates if date.startswith(dates[0])), key=len, default="")
