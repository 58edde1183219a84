"""The graph in memory as a ``networkx.MultiDiGraph``, as GraphML, GEXF and node-link JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx

from kg_docre.graph.knowledge_graph import KnowledgeGraph

__all__ = ["WRITERS", "to_networkx", "write_gexf", "write_graphml", "write_node_link"]

# what XML 1.0 cannot say, even escaped
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_networkx(graph: KnowledgeGraph, *, evidence: bool = True) -> networkx.MultiDiGraph[str]:
    """Nodes by id with ``name``, ``type``, ``kb_id`` and ``aliases``; edges keyed by relation label with
    ``label``, ``name``, ``confidence``, ``support``, ``conflicts``, ``plausibility``, ``inferred`` and, unless it is
    left out, ``evidence``, a list of ``{document, title, model, score, sentences: [[number, text], …]}``."""
    result: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
    for node in graph.nodes():
        result.add_node(node.id, name=node.name, type=node.type, kb_id=node.kb_id, aliases=list(node.aliases))
    for fact in graph.facts():
        attributes: dict[str, Any] = {
            "label": fact.label,
            "name": fact.name,
            "confidence": fact.confidence,
            "support": fact.support,
            "conflicts": list(fact.conflicts),
            "plausibility": fact.plausibility,
            "inferred": fact.inferred,
        }
        if evidence:
            attributes["evidence"] = [
                {
                    "document": e.document.uri,
                    "title": e.document.title,
                    "model": e.document.model,
                    "score": e.score,
                    "sentences": [list(sentence) for sentence in e.sentences],
                }
                for e in fact.evidence
            ]
        result.add_edge(fact.head, fact.tail, key=fact.label, **attributes)
    return result


def write_node_link(graph: KnowledgeGraph, path: str | Path, *, evidence: bool = True) -> None:
    """Node-link JSON, which ``networkx.node_link_graph(data, edges="edges")`` reads back."""
    data = networkx.node_link_data(to_networkx(graph, evidence=evidence), edges="edges")
    Path(path).write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")


def write_graphml(graph: KnowledgeGraph, path: str | Path, *, evidence: bool = True) -> None:
    """GraphML for Gephi, Cytoscape and others, which know no nested values: ``aliases``, ``conflicts`` and
    ``evidence`` are JSON strings."""
    networkx.write_graphml(_flat(graph, evidence=evidence), path, encoding="utf-8")


def write_gexf(graph: KnowledgeGraph, path: str | Path, *, evidence: bool = True) -> None:
    """GEXF for Gephi, with names as labels and confidence as weight; what is nested is a JSON string."""
    result = _flat(graph, evidence=evidence)
    for _, attributes in result.nodes(data=True):
        attributes["label"] = attributes["name"]
    for *_, attributes in result.edges(data=True):
        own = {"label": attributes["name"], "weight": attributes["confidence"]}  # GEXF's own attributes of an edge
        attributes |= {"property": attributes["label"], **own}
    networkx.write_gexf(result, path, encoding="utf-8")


def _flat(graph: KnowledgeGraph, *, evidence: bool) -> networkx.MultiDiGraph[str]:
    """The graph with nothing in it that XML has no way to say."""
    result = to_networkx(graph, evidence=evidence)
    things = (*(data for _, data in result.nodes(data=True)), *(data for *_, data in result.edges(data=True)))
    for attributes in things:
        for key, value in attributes.items():
            if isinstance(value, list):
                value = json.dumps(value, ensure_ascii=False)
            attributes[key] = _NOT_XML.sub("\ufffd", value) if isinstance(value, str) else value
    return result


WRITERS: dict[str, Callable[..., None]] = {".graphml": write_graphml, ".gexf": write_gexf, ".json": write_node_link}
