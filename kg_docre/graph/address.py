"""Addresses of Neo4j servers."""

from __future__ import annotations

from urllib.parse import urlsplit

from kg_docre.graph.errors import ExportError

__all__ = ["check_address", "is_address"]

_SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")


def is_address(target: str) -> bool:
    """Whether this is the address of a server, or was meant to be, rather than a path."""
    return "://" in target or target.partition(":")[0] in _SCHEMES


def check_address(uri: str) -> str:
    """Scheme, host and port of a Neo4j address.

    Raises :exc:`ExportError` for anything that is none, without repeating it: it may hold a password.
    """
    try:
        parts = urlsplit(uri)
        name = f"{parts.scheme}://{parts.hostname or ''}" + (f":{parts.port}" if parts.port else "")
    except ValueError:
        parts, name = urlsplit(""), ""
    if "@" in uri:
        raise ExportError("a Neo4j address with credentials; set NEO4J_USER and NEO4J_PASSWORD instead")
    if parts.scheme not in _SCHEMES or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise ExportError("not a Neo4j address; one looks like neo4j://host or bolt://host:7687")
    return name
