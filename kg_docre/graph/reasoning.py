"""Of a relation in the store, the reasoning step that explains it."""

from __future__ import annotations

from collections.abc import Container

from kg_docre.annotations import PATTERNS, premises
from kg_docre.graph.records import DIGITS, Premise, Step, parsed

__all__ = ["NO_STEP", "STEP", "read_step"]

NO_STEP = "[]"  # where there is none


def _stated(pair: int) -> str:
    """SQL: what a document states about the first (0) or second (1) pair that the step s of a relation r reads."""
    head, tail = (
        " ".join(
            f"WHEN {pattern} THEN {premises(pattern, 'r.head', 's.via', 'r.tail')[pair][end]}" for pattern in PATTERNS
        )
        for end in (0, 1)
    )
    return f"FROM relation p WHERE p.head = CASE s.pattern {head} END AND p.tail = CASE s.pattern {tail} END"


# SQL for the weightiest step of a relation r between h and t of those whose two pairs r's document relates
STEP = f"""coalesce((
    SELECT json_array(s.pattern, s.weight, v.node,
                      json((SELECT json_group_array(json_array(-p.score, p.label)) {_stated(0)})),
                      json((SELECT json_group_array(json_array(-p.score, p.label)) {_stated(1)})))
    FROM reasoning s JOIN entity v ON v.id = s.via
    WHERE s.relation = r.id AND v.node NOT IN (h.node, t.node)
          AND EXISTS (SELECT 1 {_stated(0)}) AND EXISTS (SELECT 1 {_stated(1)})
    ORDER BY s.rank LIMIT 1), '{NO_STEP}')"""


def read_step(told: str, head: str, tail: str, *, without: Container[tuple[str, str, str]] = ()) -> Step | None:
    """What :data:`STEP` has given for a relation between these nodes, but for :data:`NO_STEP`, ``without`` facts that
    nobody should read; None if nothing else relates a pair."""
    pattern, weight, via, *related = parsed(told)
    pairs = premises(pattern, head, via, tail)
    if without:
        ways = zip(related, pairs, strict=True)
        related = [[each for each in labels if (a, each[1], b) not in without] for labels, (a, b) in ways]
        if not all(related):
            return None
    (a, b), (c, d) = pairs
    return Step(pattern, round(weight, DIGITS), via, (_premise(a, related[0], b), _premise(c, related[1], d)))


def _premise(head: str, labels: list[tuple[float, str]], tail: str) -> Premise:
    labels.sort()
    return Premise(head, tuple([label for _, label in labels]), tail)
