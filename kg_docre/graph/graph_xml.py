"""GraphML and GEXF for Gephi, Cytoscape, yEd and others, written as the facts come.

These programs know no nested values: ``aliases``, ``conflicts`` and ``evidence`` are JSON. What XML has no way to say
(control characters, halves of characters) becomes U+FFFD.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from kg_docre.graph.knowledge_graph import KnowledgeGraph
from kg_docre.graph.property_graph import edge_attributes, node_attributes
from kg_docre.graph.records import Fact

__all__ = ["write_gexf", "write_graphml"]

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NODE = dict.fromkeys(("name", "type", "kb_id", "aliases", "date"), "string")
_EDGE = {
    "label": "string",
    "name": "string",
    "confidence": "double",
    "support": "int",
    "conflicts": "string",
    "plausibility": "double",
    "inferred": "boolean",
    "evidence": "string",
}


def write_graphml(graph: KnowledgeGraph, path: str | Path, *, evidence: bool = True) -> None:
    """GraphML; an edge's id is its fact's.

    Raises :exc:`OSError` where it can't be written.
    """
    with _document(path) as xml, _element(xml, "graphml", xmlns="http://graphml.graphdrawing.org/xmlns"):
        for kind, types in (("node", _NODE), ("edge", _edge_types(evidence=evidence))):
            for name, type in types.items():
                _leaf(xml, "key", {"id": f"{kind}_{name}", "for": kind, "attr.name": name, "attr.type": type})
        with _element(xml, "graph", edgedefault="directed"):
            for node in graph.nodes():
                with _element(xml, "node", id=_said(node.id)):
                    _data(xml, "node", node_attributes(node))
            for fact in graph.facts(details=evidence):
                ends = {"source": _said(fact.head), "target": _said(fact.tail)}
                with _element(xml, "edge", ends, id=fact.id):
                    _data(xml, "edge", _edge_attributes(fact, evidence=evidence))


def write_gexf(graph: KnowledgeGraph, path: str | Path, *, evidence: bool = True) -> None:
    """GEXF, names as labels and confidence as weight; ``label`` is called ``property``, for an edge has its own.

    Raises :exc:`OSError` where it can't be written.
    """
    with (
        _document(path) as xml,
        _element(xml, "gexf", xmlns="http://www.gexf.net/1.2draft", version="1.2"),
        _element(xml, "graph", defaultedgetype="directed", mode="static"),
    ):
        for kind, types in (("node", _NODE), ("edge", _edge_types(evidence=evidence))):
            with _element(xml, "attributes", {"class": kind, "mode": "static"}):
                for name, type in types.items():
                    title = "property" if name == "label" else name
                    type = "integer" if type == "int" else type
                    _leaf(xml, "attribute", {"id": f"{kind}_{name}", "title": title, "type": type})
        with _element(xml, "nodes"):
            for node in graph.nodes():
                with _element(xml, "node", id=_said(node.id), label=_said(node.name)), _element(xml, "attvalues"):
                    _values(xml, "node", node_attributes(node))
        with _element(xml, "edges"):
            for fact in graph.facts(details=evidence):
                edge = {
                    "id": fact.id,
                    "source": _said(fact.head),
                    "target": _said(fact.tail),
                    "label": _said(fact.name),
                }
                with _element(xml, "edge", edge | {"weight": _said(fact.confidence)}), _element(xml, "attvalues"):
                    _values(xml, "edge", _edge_attributes(fact, evidence=evidence))


def _edge_attributes(fact: Fact, *, evidence: bool) -> dict[str, Any]:
    """Reasoning names nodes as XML has them."""
    attributes = edge_attributes(fact, evidence=evidence)
    for said in attributes.get("evidence", ()):
        said["via"] = _said(said["via"])
        said["looked_at"] = [[_said(part) for part in read] for read in said["looked_at"]]
    return attributes


def _edge_types(*, evidence: bool) -> dict[str, str]:
    return {name: type for name, type in _EDGE.items() if evidence or name != "evidence"}


def _data(xml: XMLGenerator, kind: str, attributes: dict[str, Any]) -> None:
    for name, value in attributes.items():
        with _element(xml, "data", key=f"{kind}_{name}"):
            xml.characters(_said(value))


def _values(xml: XMLGenerator, kind: str, attributes: dict[str, Any]) -> None:
    for name, value in attributes.items():
        _leaf(xml, "attvalue", {"for": f"{kind}_{name}", "value": _said(value)})


def _said(value: Any) -> str:
    return _NOT_XML.sub("\ufffd", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


@contextmanager
def _document(path: str | Path) -> Iterator[XMLGenerator]:
    with Path(path).open("w", encoding="utf-8") as file:
        xml = XMLGenerator(file, "utf-8", short_empty_elements=True)
        xml.startDocument()
        yield xml
        xml.endDocument()


@contextmanager
def _element(xml: XMLGenerator, name: str, attributes: dict[str, str] | None = None, /, **named: str) -> Iterator[None]:
    xml.startElement(name, AttributesImpl({**(attributes or {}), **named}))
    yield
    xml.endElement(name)
    xml.ignorableWhitespace("\n")


def _leaf(xml: XMLGenerator, name: str, attributes: dict[str, str]) -> None:
    with _element(xml, name, attributes):
        pass
