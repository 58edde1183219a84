"""What reasoning over a third entity could find and what was found: pattern coverage, Infer-F1, Infer-Ac, and whether
the steps told are steps.

All of it follows from one boolean matrix a document: A[s, o], some fact leads from s to o.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kg_docre.annotations import PATTERNS, Document
from kg_docre.evaluation.relations import facts_of, harmonic, ratio

__all__ = [
    "ReasoningScores",
    "StepScores",
    "covered_pairs",
    "pattern_coverage",
    "score_reasoning",
    "score_steps",
]

Pairs = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ReasoningScores:
    """Fractions of 1; ``infer_acc_by_pattern`` in the order of :data:`~kg_docre.annotations.PATTERNS`. None where no
    gold fact is in a chain, or none fits a pattern."""

    infer_precision: float | None
    infer_recall: float | None
    infer_f1: float | None
    infer_acc: float | None
    infer_acc_by_pattern: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class StepScores:
    """Fractions of 1, None where no fact tells a step: how often the weightiest one is right, and how often it
    would be by a third entity drawn by chance."""

    accuracy: float | None
    chance: float | None


def covered_pairs(document: Document) -> dict[int, Pairs]:
    """Pairs (s, o) with an intermediate entity whose facts fit a pattern of DocRE-SD's Table 1.

    A pair fits pattern 1 if facts lead from s to some other i and from i to o, and so on. Which
    relations they are does not matter. *Shape:* each (N, N).
    """
    return {pattern: ways > 0 for pattern, ways in _intermediates(_related(document)).items()}


def _related(document: Document) -> NDArray[np.int64]:
    """A. *Shape:* (N, N), ones and zeros."""
    a = np.zeros((len(document.entities),) * 2, np.int64)
    for relation in document.relations:
        if relation.head != relation.tail:
            a[relation.head, relation.tail] = 1
    return a


def _intermediates(a: NDArray[np.int64]) -> dict[int, NDArray[np.int64]]:
    """How many entities i lead from s to o by each pattern. *Shape:* (N, N) → each (N, N)."""
    return {1: a @ a, 2: a.T @ a, 3: a @ a.T, 4: (a @ a).T}


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
    accuracy = {key: ratio(reached[key], covered[key]) if covered[key] else None for key in covered}
    return ReasoningScores(
        infer_precision=precision if expected else None,
        infer_recall=recall if expected else None,
        infer_f1=harmonic(precision, recall) if expected else None,
        infer_acc=accuracy[0],
        infer_acc_by_pattern=tuple(accuracy[pattern] for pattern in PATTERNS),
    )


def score_steps(gold: Sequence[Document], predicted: Sequence[Document]) -> StepScores:
    """Of facts that are right, tell a step and could be inferred from gold facts by any pattern: the share whose
    weightiest step reads two related pairs, and what it would be with the step's pattern and any third entity.
    """
    told = right = 0
    chance = 0.0
    for truth, guess in zip(gold, predicted, strict=True):
        facts, a = facts_of(truth), _related(truth)
        ways = _intermediates(a)
        for fact in guess.relations:
            pair = fact.head, fact.tail
            known = (fact.head, fact.label, fact.tail) in facts
            if known and fact.reasoning and any(count[pair] for count in ways.values()):
                step = fact.reasoning[0]
                told += 1
                right += all(a[premise] for premise in step.premises)
                chance += ways[step.pattern][pair] / (len(a) - 2)
    return StepScores(ratio(right, told), ratio(chance, told)) if told else StepScores(None, None)


def _chained(document: Document) -> set[tuple[int, str, int]]:
    pairs = covered_pairs(document)
    part = pairs[1] | pairs[2] | pairs[3]  # the conclusion; the second premise; the first
    return {fact for fact in facts_of(document) if fact[0] != fact[2] and part[fact[0], fact[2]]}
