"""Relatives of relatives, who are none of the closest ones themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from kg_docre.annotations import Relation
from kg_docre.knowledge.no_kin import Telling
from kg_docre.knowledge.relatives import CHILD, COUPLE, FATHER, HOLDS, MOTHER, PRONOUNS, SIBLING, SPOUSE

__all__ = ["apart"]

# what somebody is to the other one, by the label of a fact and by a noun, and the other way round
_BY_LABEL = {
    FATHER: ("child", "parent"),
    MOTHER: ("child", "parent"),
    CHILD: ("parent", "child"),
    SPOUSE: ("spouse", "spouse"),
}
_GUESSED = PRONOUNS - {"whose"}  # "his uncle" may be another one's
_BACK = {"child": "parent", "parent": "child", "sibling": "sibling"}
# what the one between is to the first, and the last to the one between: a grandparent, an uncle, a parent-in-law
_APART = frozenset(
    {
        ("parent", "parent"),
        ("parent", "sibling"),
        ("child", "child"),
        ("spouse", "parent"),
        ("spouse", "sibling"),
    }
)


def apart(tellings: Iterable[Telling], facts: Iterable[Relation]) -> dict[frozenset[int], float]:
    """Pairs of whom one is a parent, a sibling or a child, as the text says, of somebody who is the other one's parent,
    child or spouse, as a fact says, and its score."""
    kin: dict[int, set[tuple[int, str]]] = defaultdict(set)  # of whom, who, as what
    for _, possessive, noun, called, other in tellings:
        if possessive not in _GUESSED and (role := _role(noun)):
            kin[other].add((called, role))
            kin[called].add((other, _BACK[role]))
    found: dict[frozenset[int], float] = defaultdict(float)
    for fact in facts:
        head, tail = _BY_LABEL.get(fact.label, ("", ""))
        for first, between, step in ((fact.head, fact.tail, tail), (fact.tail, fact.head, head)):
            for last, role in kin.get(between, ()):
                if (step, role) in _APART and last != first:
                    pair = frozenset((first, last))
                    found[pair] = max(found[pair], fact.score)
    return found


def _role(noun: str) -> str:
    """What is called so; empty for a spouse and relatives who are farther."""
    labels = HOLDS.get(noun, COUPLE)
    if (SIBLING, True) in labels:
        return "sibling"
    return "child" if (CHILD, False) in labels else "parent" if (CHILD, True) in labels else ""
