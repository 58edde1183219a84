"""Terms of the graph as RDF, in the syntax of N-Quads: Wikidata's IRIs where there are any, minted ones otherwise.

Besides ``rdfs:label`` and ``skos:altLabel``, Dublin Core and PROV-O, a small vocabulary of its own says what
no common one does: :data:`KG`.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from urllib.parse import quote

from rdflib import Namespace

from kg_docre.graph.records import Node
from kg_docre.metadata import Scalar

__all__ = [
    "KG",
    "PREFIXES",
    "agent",
    "date",
    "document",
    "entity",
    "evidence",
    "fact",
    "field",
    "literal",
    "node_type",
    "relation",
    "run",
    "sentence",
    "term",
    "value",
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


# names of fields that are Dublin Core's; its title and identifier are a document's own
_DUBLIN_CORE = frozenset(
    "abstract contributor coverage created creator date description format issued language license modified publisher "
    "rights source subject type".split()
)
_DAY = r"\d{4}-\d\d-\d\d"
_MOMENT = re.compile(rf"{_DAY}(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)?)?", re.ASCII)

# what literals can't have in N-Quads, or may not in other formats
_ESCAPED = {code: f"\\u{code:04X}" for code in (*range(0x20), 0x7F)} | {
    ord(character): f"\\{letter}" for character, letter in zip('"\\\n\r\t', '"\\nrt', strict=True)
}


def term(name: str) -> str:
    """``rdf:type`` → its IRI."""
    prefix, _, local = name.partition(":")
    return f"<{PREFIXES[prefix]}{local}>"


@lru_cache(maxsize=1 << 16)
def entity(id: str) -> str:
    """A node's IRI: Wikidata's if it is the thing of that id there, and no part of it that was split off."""
    known = re.fullmatch(r"Q[1-9]\d*", id)
    return f"<{_WD}{id}>" if known else f"<{_BASE}entity:{quote(id, safe='')}>"


@lru_cache(maxsize=1024)
def relation(label: str) -> str:
    """``P57`` → ``wdt:P57``."""
    known = re.fullmatch(r"P[1-9]\d*", label)
    return f"<{_WDT}{label}>" if known else f"<{_BASE}relation:{quote(label, safe='')}>"


def node_type(node: Node) -> str:
    """``PER`` → ``kg:PER``."""
    return f"<{KG}{quote(node.type, safe='')}>"


def document(id: str) -> str:
    """A document, and the named graph of what it states."""
    return f"<{_BASE}document:{id}>"


def sentence(document: str, number: int) -> str:
    """A sentence of a document."""
    return f"<{_BASE}document:{document}:{number}>"


def fact(id: str) -> str:
    """A fact, as a statement or what reifies it."""
    return f"<{_BASE}fact:{id}>"


def evidence(fact: str, document: str) -> str:
    """What a document says for a fact."""
    return f"<{_BASE}fact:{fact}:{document}>"


def run(store: str, number: int) -> str:
    """A build that added to a store."""
    return f"<{_BASE}run:{store}:{number}>"


def agent(version: str) -> str:
    """The kg-docre of a version."""
    return f"<{_BASE}agent:{version}>"


def date(value: str) -> str:
    """A day, month or year by ISO 8601."""
    kind = {4: "gYear", 7: "gYearMonth"}.get(len(value), "date")
    return literal(value, f"xsd:{kind}")


@lru_cache(maxsize=1024)
def field(name: str) -> str:
    """``date`` → ``dcterms:date``; a name that is none of Dublin Core's → ``kg:field:name``."""
    if name in _DUBLIN_CORE:
        return term(f"dcterms:{name}")
    quoted = re.sub(r"\.$", "%2E", quote(name, safe=""))  # rdflib reads no dot at the end of a name in Turtle
    return f"<{KG}field:{quoted}>"


def value(value: Scalar) -> str:
    """A number, a truth value, a day or moment by ISO 8601, or a string as it is."""
    if isinstance(value, bool):
        return literal(str(value).lower(), "xsd:boolean")
    if isinstance(value, int | float):
        return literal(value, "xsd:integer" if isinstance(value, int) else "xsd:double")
    if (found := _MOMENT.fullmatch(value)) and _is_moment(value[:19]):
        return literal(value, "xsd:dateTime" if found[1] else "xsd:date")
    return literal(value)


def _is_moment(text: str) -> bool:
    try:
        return bool(datetime.fromisoformat(text))
    except ValueError:
        return False


def literal(value: object, type: str = "") -> str:
    """A string as it is, or what ``type`` (``xsd:dateTime``) says that it is."""
    words = f'"{str(value).translate(_ESCAPED)}"'
    return f"{words}^^{term(type)}" if type else words
