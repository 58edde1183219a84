"""What reasoning over a third entity could find and what was found: pattern coverage, Infer-F1, Infer-Ac.

All of it follows from one boolean matrix a document: A[s, o], some fact leads from s to o.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kg_docre.annotations import Document
from kg_docre.evaluation.relations import facts_of, harmonic, ratio

__all__ = ["PATTERNS", "ReasoningScores", "covered_pairs", "pattern_coverage", "score_reasoning"]

PATTERNS = (1, 2, 3, 4)

Pairs = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ReasoningScores:
    """Fractions of 1; ``infer_acc_by_pattern`` in the order of :data:`PATTERNS`."""

    infer_precision: float
    infer_recall: float
    infer_f1: float
    infer_acc: float
    infer_acc_by_pattern: tuple[float, ...]


def covered_pairs(document: Document) -> dict[int, Pairs]:
    """Pairs (s, o) with an intermediate entity whose facts fit a pattern of DocRE-SD's Table 1.

    A pair fits pattern 1 if facts lead from s to some other i and from i to o, and so on. Which
    relations they are does not matter. *Shape:* each (N, N).
    """
    a = np.zeros((len(document.entities),) * 2, np.int64)
    for relation in document.relations:
        if relation.head != relation.tail:
            a[relation.head, relation.tail] = 1
    return {1: a @ a > 0, 2: a.T @ a > 0, 3: a @ a.T > 0, 4: (a @ a).T > 0}


def pattern_coverage(documents: Sequence[Document]) -> dict[int, float]:
    """Share of all facts that each pattern can infer from the others (DocRE-SD, Table 1)."""
    facts = 0
    covered = dict.fromkeys(PATTERNS, 0)
    for document in documents:
        pairs = covered_pairs(document)
        found = facts_of(document)
        facts += len(found)
        for pattern in PATTERNS:
            covered[pattern] += sum(bool(pairs[pattern][head, tail]) for head, _, tail in found)
    return {pattern: ratio(covered[pattern], facts) for pattern in PATTERNS}


def score_reasoning(gold: Sequence[Document], predicted: Sequence[Document]) -> ReasoningScores:
    """Infer-F1 and Infer-Ac.

    Infer-F1 (Zeng et al. 2020) compares only facts that take part in a two-hop chain: h → i, i → t and
    h → t, in any of the three places, among the gold facts and among the predicted ones. Infer-Ac
    (DocRE-SD, Table 2) is the share of gold facts that were predicted, of those that fit any pattern.
    """
    expected = found = hits = 0
    covered, reached = dict.fromkeys((0, *PATTERNS), 0), dict.fromkeys((0, *PATTERNS), 0)
    for truth, guess in zip(gold, predicted, strict=True):
        wanted, given = _chained(truth), _chained(guess)
        expected, found, hits = expected + len(wanted), found + len(given), hits + len(wanted & given)
        guesses, pairs = facts_of(guess), covered_pairs(truth)
        for fact in facts_of(truth):
            fitting = [pattern for pattern in PATTERNS if pairs[pattern][fact[0], fact[2]]]
            for key in ([0] if fitting else []) + fitting:
                covered[key] += 1
                reached[key] += fact in guesses
    precision, recall = ratio(hits, found), ratio(hits, expected)
    return ReasoningScores(
        infer_precision=precision,
        infer_recall=recall,
        infer_f1=harmonic(precision, recall),
        infer_acc=ratio(reached[0], covered[0]),
        infer_acc_by_pattern=tuple(ratio(reached[pattern], covered[pattern]) for pattern in PATTERNS),
    )


def _chained(document: Document) -> set[tuple[int, str, int]]:
    pairs = covered_pairs(document)
    part = pairs[1] | pairs[2] | pairs[3]  # the conclusion; the second premise; the first
    return {fact for fact in facts_of(document) if part[fact[0], fact[2]]}
