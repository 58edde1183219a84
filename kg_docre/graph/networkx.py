"""The graph in memory as a ``networkx.MultiDiGraph``, and what its nodes and edges carry, in files too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from kg_docre.graph.knowledge_graph import KnowledgeGraph
from kg_docre.graph.property_graph import edge_attributes, node_attributes

if TYPE_CHECKING:  # files are written without it
    import networkx

__all__ = ["to_networkx", "write_node_link"]

_HALF = re.compile("[\ud800-\udfff]")  # of a character


def to_networkx(graph: KnowledgeGraph, *, evidence: bool = True) -> networkx.MultiDiGraph[str]:
    """Nodes by id with ``name``, ``type``, ``kb_id``, ``aliases`` and ``date``; edges keyed by relation label with
    ``label``, ``name``, ``confidence``, ``support``, ``conflicts``, ``plausibility``, ``inferred`` and, unless it is
    left out, ``evidence``, a list of ``{document, title, model, metadata, score, sentences: [[number, text], …],
    looked_at: [[head, label, tail], …], via, pattern, weight}``, whose last four are the reasoning: the edges read on
    the way, the third node, the row of DocRE-SD's Table 1 and the attention weight."""
    import networkx

    result: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
    for node in graph.nodes():
        result.add_node(node.id, **node_attributes(node))
    for fact in graph.facts(details=evidence):
        result.add_edge(fact.head, fact.tail, key=fact.label, **edge_attributes(fact, evidence=evidence))
    return result


def write_node_link(graph: KnowledgeGraph, path: str | Path, *, evidence: bool = True) -> None:
    """Node-link JSON, which ``networkx.node_link_graph(data, edges="edges")`` reads back."""
    nodes = ({"id": node.id, **node_attributes(node)} for node in graph.nodes())
    edges = (
        {
            "source": fact.head,
            "target": fact.tail,
            "key": fact.label,
            **edge_attributes(fact, evidence=evidence),
        }
        for fact in graph.facts(details=evidence)
    )
    with Path(path).open("w", encoding="utf-8") as file:
        file.write('{"directed": true, "multigraph": true, "graph": {}, "nodes": [')
        _write_list(file, nodes)
        file.write('], "edges": [')
        _write_list(file, edges)
        file.write("]}\n")


def _write_list(file: IO[str], things: Iterable[dict[str, Any]]) -> None:
    """The inside of a JSON list, a thing a line. Half of a character stays escaped, for UTF-8 has no bytes for it."""
    for number, thing in enumerate(things):
        text = json.dumps(thing, ensure_ascii=False)
        if _HALF.search(text):
            text = json.dumps(thing)
        file.write(f"{',' if number else ''}\n{text}")
