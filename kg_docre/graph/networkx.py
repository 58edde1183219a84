"""The graph in memory as a ``networkx.MultiDiGraph``, as GraphML and as node-link JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import networkx

from kg_docre.graph.knowledge_graph import KnowledgeGraph

__all__ = ["to_networkx", "write_graphml", "write_node_link"]

# what XML 1.0 cannot say, even escaped
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_networkx(graph: KnowledgeGraph) -> networkx.MultiDiGraph[str]:
    """Nodes by id with ``name``, ``type``, ``kb_id`` and ``aliases``; edges keyed by relation label with
    ``label``, ``name``, ``confidence``, ``support``, ``conflicts``, ``plausibility``, ``inferred`` and
    ``evidence``, a list of ``{document, title, model, score, sentences: [[number, text], …]}``."""
    result: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
    for node in graph.nodes():
        result.add_node(node.id, name=node.name, type=node.type, kb_id=node.kb_id, aliases=list(node.aliases))
    for fact in graph.facts():
        evidence = [
            {
                "document": e.document.uri,
                "title": e.document.title,
                "model": e.document.model,
                "score": e.score,
                "sentences": [list(sentence) for sentence in e.sentences],
            }
            for e in fact.evidence
        ]
        result.add_edge(
            fact.head,
            fact.tail,
            key=fact.label,
            label=fact.label,
            name=fact.name,
            confidence=fact.confidence,
            support=fact.support,
            conflicts=list(fact.conflicts),
            plausibility=fact.plausibility,
            inferred=fact.inferred,
            evidence=evidence,
        )
    return result


def write_node_link(graph: KnowledgeGraph, path: str | Path) -> None:
    """Node-link JSON, which ``networkx.node_link_graph(data, edges="edges")`` reads back."""
    data = networkx.node_link_data(to_networkx(graph), edges="edges")
    Path(path).write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")


def write_graphml(graph: KnowledgeGraph, path: str | Path) -> None:
    """GraphML for Gephi, Cytoscape and others, which know no nested values: ``aliases``, ``conflicts`` and
    ``evidence`` are JSON strings."""
    result = to_networkx(graph)
    for _, attributes in result.nodes(data=True):
        _flatten(attributes)
    for _, _, attributes in result.edges(data=True):
        _flatten(attributes)
    networkx.write_graphml(result, path, encoding="utf-8")


def _flatten(attributes: dict[str, Any]) -> None:
    for key, value in attributes.items():
        if isinstance(value, list):
            value = json.dumps(value, ensure_ascii=False)
        attributes[key] = _NOT_XML.sub("\ufffd", value) if isinstance(value, str) else value
