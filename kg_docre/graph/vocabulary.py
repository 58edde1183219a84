"""IRIs of the graph as RDF: Wikidata's where there are any, minted ones otherwise.

Besides ``rdfs:label`` and ``skos:altLabel``, Dublin Core and PROV-O, a small vocabulary of its own says what
no common one does: :data:`KG`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode
from rdflib import Namespace

from kg_docre.graph.records import Node

__all__ = [
    "KG",
    "PREFIXES",
    "date",
    "document",
    "entity",
    "is_wikidata",
    "minted",
    "node_type",
    "relation",
    "sentence",
    "text",
]

KG = Namespace("urn:kg-docre:vocabulary:")
_BASE = "urn:kg-docre:"
_WD = "http://www.wikidata.org/entity/"
_WDT = "http://www.wikidata.org/prop/direct/"

PREFIXES = {
    "kg": str(KG),
    "wd": _WD,
    "wdt": _WDT,
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def is_wikidata(kb_id: str) -> bool:
    """Whether a knowledge-base id is Wikidata's: Q42."""
    return re.fullmatch(r"Q[1-9]\d*", kb_id) is not None


def minted(kind: str, *parts: str) -> NamedNode:
    """An IRI of one's own; ``parts`` hold nothing that IRIs can't."""
    return NamedNode(f"{_BASE}{kind}:{':'.join(parts)}")


@lru_cache(maxsize=1 << 16)
def entity(id: str, kb_id: str = "") -> NamedNode:
    """A node's IRI: Wikidata's if it is linked there."""
    return NamedNode(_WD + kb_id) if is_wikidata(kb_id) else minted("entity", quote(id, safe=""))


@lru_cache(maxsize=1024)
def relation(label: str) -> NamedNode:
    """``P57`` → ``wdt:P57``."""
    known = re.fullmatch(r"P[1-9]\d*", label)
    return NamedNode(_WDT + label) if known else minted("relation", quote(label, safe=""))


def node_type(node: Node) -> NamedNode:
    """``PER`` → ``kg:PER``."""
    return NamedNode(KG[quote(node.type, safe="")])


@lru_cache(maxsize=1024)
def document(id: str) -> NamedNode:
    """A document, and the named graph of what it states."""
    return minted("document", id)


def sentence(document: str, number: int) -> NamedNode:
    """A sentence of a document."""
    return minted("document", document, str(number))


def date(value: str) -> Literal:
    """A day, month or year by ISO 8601."""
    kind = {4: "gYear", 7: "gYearMonth"}.get(len(value), "date")
    return Literal(value, datatype=NamedNode(PREFIXES["xsd"] + kind))


def text(value: str) -> Literal:
    """A literal; half of a character, which UTF-8 has no bytes for, becomes a question mark."""
    try:
        return Literal(value)
    except UnicodeEncodeError:
        return Literal(value.encode("utf-8", "replace").decode("utf-8"))
