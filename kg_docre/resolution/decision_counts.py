"""How many decisions people made, as they would count them, of what a store keeps of these."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from kg_docre.graph.rejections import as_told
from kg_docre.resolution.resolve import merged_forms
from kg_docre.store import FactStore

__all__ = ["Made", "Triple", "made_by"]

Triple = tuple[str, str, str]


class Made(NamedTuple):
    """How many nodes were made of several, how many names were split, and how many facts rejected."""

    merges: int = 0
    splits: int = 0
    rejects: int = 0

    def __str__(self) -> str:
        """``2 merges, 1 split``; empty where nothing was decided."""
        counts = zip(self, ("merge", "split", "reject"), strict=True)
        return ", ".join(f"{number} {what}{'s' * (number != 1)}" for number, what in counts if number)


def made_by(store: FactStore, rules: Collection[Triple], wrong: Collection[Triple]) -> Made:
    """Of rules of resolution and rejected facts, which are by form: what is merged is one decision, however many forms
    it has, and so is a fact with what says the same of the same things."""
    return Made(
        merges=len(merged_forms(rules)),
        splits=sum(kind != "same" for kind, *_ in rules),
        rejects=len(as_told(store, wrong)) if wrong else 0,
    )
