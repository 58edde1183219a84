"""Terms of the graph as RDF, in the syntax of N-Quads: Wikidata's IRIs where there are any, minted ones otherwise.

Besides ``rdfs:label`` and ``skos:altLabel``, Dublin Core and PROV-O, a small vocabulary of its own says what
no common one does: :data:`KG`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote

from rdflib import Namespace

from kg_docre.graph.records import Node

__all__ = [
    "KG",
    "PREFIXES",
    "date",
    "document",
    "entity",
    "literal",
    "minted",
    "node_type",
    "relation",
    "sentence",
    "term",
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


# what literals can't have in N-Quads, or may not in other formats
_ESCAPED = {code: f"\\u{code:04X}" for code in (*range(0x20), 0x7F)} | {
    ord(character): f"\\{letter}" for character, letter in zip('"\\\n\r\t', '"\\nrt', strict=True)
}


def term(name: str) -> str:
    """``rdf:type`` → its IRI."""
    prefix, _, local = name.partition(":")
    return f"<{PREFIXES[prefix]}{local}>"


def minted(kind: str, *parts: str) -> str:
    """An IRI of one's own; ``parts`` hold nothing that IRIs can't."""
    return f"<{_BASE}{kind}:{':'.join(parts)}>"


@lru_cache(maxsize=1 << 16)
def entity(id: str) -> str:
    """A node's IRI: Wikidata's if it is the thing of that id there, and no part of it that was split off."""
    known = re.fullmatch(r"Q[1-9]\d*", id)
    return f"<{_WD}{id}>" if known else minted("entity", quote(id, safe=""))


@lru_cache(maxsize=1024)
def relation(label: str) -> str:
    """``P57`` → ``wdt:P57``."""
    known = re.fullmatch(r"P[1-9]\d*", label)
    return f"<{_WDT}{label}>" if known else minted("relation", quote(label, safe=""))


def node_type(node: Node) -> str:
    """``PER`` → ``kg:PER``."""
    return f"<{KG}{quote(node.type, safe='')}>"


def document(id: str) -> str:
    """A document, and the named graph of what it states."""
    return minted("document", id)


def sentence(document: str, number: int) -> str:
    """A sentence of a document."""
    return minted("document", document, str(number))


def date(value: str) -> str:
    """A day, month or year by ISO 8601."""
    kind = {4: "gYear", 7: "gYearMonth"}.get(len(value), "date")
    return literal(value, f"xsd:{kind}")


def literal(value: object, type: str = "") -> str:
    """A string as it is, or what ``type`` (``xsd:dateTime``) says that it is."""
    words = f'"{str(value).translate(_ESCAPED)}"'
    return f"{words}^^{term(type)}" if type else words
