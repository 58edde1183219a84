"""What is known of relations beforehand: which types they join, their inverses, which have one value only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["Property", "known_properties"]


@dataclass(frozen=True, slots=True)
class Property:
    """A relation's types of head and tail, the id of its inverse (its own if symmetric, or empty), and whether a
    thing has only one."""

    heads: frozenset[str]
    tails: frozenset[str]
    inverse: str
    single: bool

    def misfits(self, head: str, tail: str) -> bool:
        """Whether it cannot join these types; of types outside the table nothing is known."""
        known = _known_types()
        return (head in known and head not in self.heads) or (tail in known and tail not in self.tails)


@cache
def known_properties() -> dict[str, Property]:
    """The 96 relations of DocRED by id.

    Types are those of at least one in fifty facts of a relation in Re-DocRED's training documents; inverses and
    single values follow Wikidata's statements about its properties.
    """
    table = {}
    for line in files("kg_docre.graph").joinpath("properties.tsv").read_text(encoding="utf-8").splitlines():
        id, heads, tails, inverse, single = line.split("\t")
        table[id] = Property(frozenset(heads.split()), frozenset(tails.split()), inverse, single == "yes")
    return table


@cache
def _known_types() -> frozenset[str]:
    return frozenset().union(*(p.heads | p.tails for p in known_properties().values()))
