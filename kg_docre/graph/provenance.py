"""Ways to say where a fact comes from."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Provenance"]


class Provenance(StrEnum):
    """How RDF says where a fact comes from.

    ``none``: not at all. ``statements``: each fact is also an ``rdf:Statement`` with its confidence, its support,
    what conflicts with it, and one evidence node per document that leads to the sentences and to the facts that it
    was read by way of. ``graphs``: the same, and the facts stand in the named graph of each document that states
    them. ``reifiers``: the same as ``statements`` in RDF 1.2, where the fact itself is a term
    (``rdf:reifies <<( s p o )>>``).
    """

    NONE = "none"
    GRAPHS = "graphs"
    STATEMENTS = "statements"
    REIFIERS = "reifiers"
