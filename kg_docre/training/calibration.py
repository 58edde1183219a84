"""Calibration on held-out documents: Platt scaling with an offset for every relation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kg_docre.annotations import Document
from kg_docre.calibration import PRECISIONS, Calibration
from kg_docre.evaluation.relations import best_threshold, facts_of, judged_only
from kg_docre.predictor import Predictor
from kg_docre.pretrained import own_checkpoint

__all__ = ["calibrate", "fit_calibration", "probable"]

_PRIOR = 0.5  # standard deviation of the relations' offsets before anything is seen of them
_FOLDS = 5
_LEAST_SLOPE = 1e-3  # a higher score is never less likely to be right
_LOWEST_SCORE = 0.02  # of predictions that a fit should know of

Floats = NDArray[np.float64]


def calibrate(
    checkpoint: str | Path, documents: Sequence[Document], *, tune_threshold: bool = False, device: str = "auto"
) -> Calibration:
    """Calibrate a finished checkpoint's scores on labelled documents that it was not trained on, and keep that with
    it. What it decides stays as it was, unless ``tune_threshold`` moves that to where F1 on the documents is best.

    Raises :exc:`ValueError` if all or none of what it predicts is right, and for what ships with the package.
    """
    folder = own_checkpoint(checkpoint)
    predictor = Predictor.from_pretrained(folder, device=device, calibration=None, max_entities=None, checks=False)
    predicted = probable(predictor, documents)
    calibration = fit_calibration(documents, predicted, tune_threshold=tune_threshold)
    before = Calibration.load(folder)
    if before is not None and not tune_threshold:
        calibration = calibration.model_copy(update={"decision": before.decision})
    calibration.save(folder)
    return calibration


def probable(predictor: Predictor, documents: Sequence[Document]) -> list[Document]:
    """All that a model holds for at least slightly possible of pairs that were judged."""
    return judged_only(documents, list(predictor.pipe(documents, threshold=_LOWEST_SCORE)))


def fit_calibration(
    gold: Sequence[Document], predicted: Sequence[Document], *, tune_threshold: bool = False
) -> Calibration:
    """Calibrate on documents that the model was not trained on.

    ``predicted`` should hold relations of far lower scores than would be reported, with uncalibrated
    scores. Cutoffs are found with probabilities of documents that the fit has not seen (five folds).
    ``tune_threshold`` moves the decision to where F1 is best, else it stays at the model's own, log-odds of 0.
    Raises :exc:`ValueError` if all or none of the predictions are right.
    """
    scores, labels, right, folds = [], [], [], []
    for number, (truth, guess) in enumerate(zip(gold, predicted, strict=True)):
        facts = facts_of(truth)
        for relation in guess.relations:
            p = min(max(relation.score, 1e-7), 1 - 1e-7)
            scores.append(math.log(p / (1 - p)))
            labels.append(relation.label)
            right.append((relation.head, relation.label, relation.tail) in facts)
            folds.append(number % _FOLDS)
    names = sorted(set(labels))
    s, y, fold = np.array(scores), np.array(right, float), np.array(folds)
    r = np.array([names.index(label) for label in labels], int)
    if not 0 < y.sum() < len(y):
        raise ValueError("calibration needs right and wrong predictions")
    threshold = best_threshold(gold, predicted) if tune_threshold else 0.5
    slope, intercept, offsets = _fit(s, r, y, len(names))
    unseen = np.empty(len(y))
    for held_out in range(_FOLDS):
        inside = fold == held_out
        if inside.any():
            a, b, d = _fit(s[~inside], r[~inside], y[~inside], len(names)) if (~inside).any() else (1.0, 0.0, offsets)
            unseen[inside] = _sigmoid(a * s[inside] + b + d[r[inside]])
    return Calibration(
        slope=slope,
        intercept=intercept,
        offsets=dict(zip(names, offsets.tolist(), strict=True)),
        cutoffs=_cutoffs(unseen, y),
        decision=math.log(threshold / (1 - threshold)),
    )


def _fit(
    s: Floats, r: NDArray[np.int64], y: Floats, relations: int, slope: float | None = None
) -> tuple[float, float, Floats]:
    """Newton's method on the penalized logistic likelihood; slope and intercept are as good as free. A slope below
    the least is set to that, and the rest fitted to it, as to a ``slope`` that is given.

    A row of the design is a score, 1, and 1 at its relation, so all sums over rows are sums by relation."""
    penalty = np.full(2 + relations, _PRIOR**-2)
    penalty[:2] = 1e-6
    center = np.zeros(2 + relations)
    center[0] = 1.0 if slope is None else slope
    w = center.copy()

    def totals(values: Floats) -> Floats:
        """*Shape:* (rows,) → (2 + relations,): the design's transpose times it."""
        by_relation = np.bincount(r, values, relations)
        return np.concatenate([[values @ s, values.sum()], by_relation])

    for _ in range(50):
        p = _sigmoid(w[0] * s + w[1] + w[2:][r])
        gradient = totals(p - y) + penalty * (w - center)
        curvature = p * (1 - p)
        of_scores, of_ones = totals(curvature * s), totals(curvature)
        hessian = np.diag(of_ones)
        hessian[0] = hessian[:, 0] = of_scores
        hessian[1, 1:] = hessian[1:, 1] = of_ones[1:]
        if slope is not None:
            gradient[0] = hessian[0] = hessian[:, 0] = 0.0
        step = np.linalg.solve(hessian + np.diag(penalty), gradient)
        w -= step / max(1.0, float(np.abs(step).max()))  # no step so long that it overshoots
        if np.abs(step).max() < 1e-8:
            break
    if slope is None and w[0] < _LEAST_SLOPE:
        return _fit(s, r, y, relations, _LEAST_SLOPE)
    return float(w[0]), float(w[1]), w[2:]


def _cutoffs(probability: Floats, right: Floats) -> dict[int, float]:
    """The lowest probability from which on each precision is kept, less what may be luck: one standard error (the
    lower end of Wilson's interval), for of many cutoffs the one that looks best is seldom as good."""
    order = np.argsort(-probability, kind="stable")
    n = np.arange(1, len(order) + 1)
    precision = np.cumsum(right[order]) / n
    last = np.append(np.diff(probability[order]) != 0, True)  # of equal probabilities a cutoff keeps all
    at_least = (precision + 1 / (2 * n) - np.sqrt(precision * (1 - precision) / n + 1 / (4 * n**2))) / (1 + 1 / n)
    lowest = {}
    for percent in PRECISIONS:
        enough = np.flatnonzero(last & (at_least >= percent / 100))
        if len(enough):
            lowest[percent] = float(probability[order[enough[-1]]])
    return lowest


def _sigmoid(x: Floats) -> Floats:
    p: Floats = 1 / (1 + np.exp(-np.clip(x, -500, 500)))
    return p
