"""Which nodes of a store a name may mean."""

from __future__ import annotations

import json
from collections import Counter, defaultdict

from kg_docre.names import normalize_name
from kg_docre.resolution.forms import country_name
from kg_docre.store import FactStore

__all__ = ["nodes_called"]

Types = Counter[str]  # of a node's entities that are called so


def nodes_called(store: FactStore, name: str) -> tuple[dict[str, Types], dict[str, Types]]:
    """Nodes whose entities are called so, whatever case, article or punctuation it is written in; and those that are
    by a mention alone, or by the country they are. Of a node's id it is that node alone."""
    found: dict[str, Types] = defaultdict(Counter)
    others: dict[str, Types] = defaultdict(Counter)
    wanted = normalize_name(name)
    rows = store.read(
        """SELECT node, name, type, (SELECT json_group_array(name) FROM mention WHERE mention.entity = entity.id)
           FROM entity ORDER BY id"""
    )
    for node, entity, type, mentions in rows:
        if node == name:
            return {node: Counter({type: 1})}, {}
        if normalize_name(entity) == wanted:
            found[node][type] += 1
        elif wanted in map(normalize_name, (*json.loads(mentions), country_name(entity) if type == "LOC" else "")):
            others[node][type] += 1
    return found, others
