"""Why there are no facts about things that are known."""

from __future__ import annotations

import json
from collections.abc import Collection

from kg_docre.graph.knowledge_graph import KnowledgeGraph
from kg_docre.resolution.lookup import Lookup

__all__ = ["why_none"]


def why_none(graph: KnowledgeGraph, names: Collection[str], relations: Collection[str]) -> str:
    """What to say where there are no facts about these things, of these relations: that the things are known."""
    sought = f" of {' or '.join(map(repr, relations))}" if relations else ""
    least = f" of confidence {graph.min_confidence:g} or more" if graph.min_confidence else ""
    if not names:
        return f"no facts{sought}{least}"
    known = "; ".join(f"{name!r} is mentioned {_where(graph, name)}" for name in names)
    reason = "" if sought or least else ": none was likely enough, or a person has rejected all"
    return f"{known}, but there are no facts about it{sought}{least}{reason}"


def _where(graph: KnowledgeGraph, name: str) -> str:
    query = """SELECT count(*), count(DISTINCT document) FROM mention JOIN entity ON entity.id = mention.entity
               WHERE node IN (SELECT value FROM json_each(?))"""
    nodes = Lookup(graph.store, [name]).nodes(name)
    times, documents = graph.store.read(query, (json.dumps(sorted(nodes)),)).fetchone()
    counts = ((times, "time"), (documents, "document"))
    return " in ".join(f"{number} {thing}{'s' * (number != 1)}" for number, thing in counts)
