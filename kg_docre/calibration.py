"""Scores that mean something: log-odds of a model turned into probabilities that hold on unseen documents."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from kg_docre.annotations import Document

__all__ = ["Calibration", "fit_calibration"]

_FILE = "calibration.json"
_PRIOR = 0.5  # standard deviation of the relations' offsets before anything is seen of them
_FOLDS = 5
_PRECISIONS = range(50, 100)  # percent

Floats = NDArray[np.float64]


class Calibration(BaseModel):
    r"""Platt scaling with an offset for every relation.

    .. math:: p = \sigma(a \cdot s + b + \delta_r)

    where s is the model's log-odds that relation r holds. ``cutoffs`` has, for precisions in percent, the
    probability from which on facts were right that often in held-out documents.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    slope: float = Field(gt=0, description="a")
    intercept: float = Field(description="b")
    offsets: dict[str, float] = Field(description="δ_r, 0 for a relation that is not there")
    cutoffs: dict[int, float] = Field(description="percent of precision → probability")

    def cutoff(self, min_precision: float) -> float:
        """The probability from which on at least this share of facts is right, as far as known.

        Raises :exc:`ValueError` for a share outside 0 to 1, or one that was never reached.
        """
        if not 0 <= min_precision <= 1:
            raise ValueError(f"min_precision must lie between 0 and 1, not {min_precision}")
        wanted = max(_PRECISIONS[0], math.ceil(round(100 * min_precision, 6)))
        if wanted not in self.cutoffs:
            best = max(self.cutoffs, default=0)
            raise ValueError(f"min_precision {min_precision} was never reached with this model; at most {best / 100}")
        return self.cutoffs[wanted]

    def save(self, folder: str | Path) -> None:
        (Path(folder) / _FILE).write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: str | Path) -> Self | None:
        """The calibration of a checkpoint folder, None if it has none."""
        file = Path(folder) / _FILE
        return cls.model_validate_json(file.read_text(encoding="utf-8")) if file.is_file() else None


def fit_calibration(gold: Sequence[Document], predicted: Sequence[Document], *, shift: float = 0.0) -> Calibration:
    """Calibrate on documents that the model was not trained on.

    ``predicted`` should hold relations of far lower scores than would be reported, with uncalibrated
    scores; ``shift`` is added to their log-odds. Cutoffs are found with probabilities of documents that
    the fit has not seen (five folds). Raises :exc:`ValueError` if all or none of the predictions are right.
    """
    scores, labels, right, folds = [], [], [], []
    for number, (truth, guess) in enumerate(zip(gold, predicted, strict=True)):
        facts = {(r.head, r.label, r.tail) for r in truth.relations}
        for relation in guess.relations:
            p = min(max(relation.score, 1e-7), 1 - 1e-7)
            scores.append(math.log(p / (1 - p)) + shift)
            labels.append(relation.label)
            right.append((relation.head, relation.label, relation.tail) in facts)
            folds.append(number % _FOLDS)
    names = sorted(set(labels))
    s, y, fold = np.array(scores), np.array(right, float), np.array(folds)
    r = np.array([names.index(label) for label in labels], int)
    if not 0 < y.sum() < len(y):
        raise ValueError("calibration needs right and wrong predictions")
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
    )


def _fit(s: Floats, r: NDArray[np.int64], y: Floats, relations: int) -> tuple[float, float, Floats]:
    """Newton's method on the penalized logistic likelihood; slope and intercept are as good as free."""
    x = np.zeros((len(s), 2 + relations))
    x[:, 0], x[:, 1] = s, 1
    x[np.arange(len(s)), 2 + r] = 1
    penalty = np.full(2 + relations, _PRIOR**-2)
    penalty[:2] = 1e-6
    center = np.zeros(2 + relations)
    center[0] = 1.0
    w = center.copy()
    for _ in range(50):
        p = _sigmoid(x @ w)
        gradient = x.T @ (p - y) + penalty * (w - center)
        hessian = (x * (p * (1 - p))[:, None]).T @ x + np.diag(penalty)
        step = np.linalg.solve(hessian, gradient)
        w -= step / max(1.0, float(np.abs(step).max()))  # no step so long that it overshoots
        if np.abs(step).max() < 1e-8:
            break
    return max(float(w[0]), 1e-3), float(w[1]), w[2:]


def _cutoffs(probability: Floats, right: Floats) -> dict[int, float]:
    """The lowest probability from which on each precision is kept."""
    order = np.argsort(-probability, kind="stable")
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    lowest = {}
    for percent in _PRECISIONS:
        enough = np.flatnonzero(precision >= percent / 100)
        if len(enough):
            lowest[percent] = float(probability[order[enough[-1]]])
    return lowest


def _sigmoid(x: Floats) -> Floats:
    p: Floats = 1 / (1 + np.exp(-np.clip(x, -500, 500)))
    return p
