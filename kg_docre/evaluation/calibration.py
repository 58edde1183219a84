"""Whether scores mean what they say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kg_docre.annotations import Document
from kg_docre.evaluation.relations import facts_of

__all__ = ["calibration_error", "expected_calibration_error"]


def calibration_error(gold: Sequence[Document], predicted: Sequence[Document]) -> float:
    """Expected calibration error of the predicted facts' scores."""
    return expected_calibration_error(
        [
            (relation.score, (relation.head, relation.label, relation.tail) in facts)
            for truth, guess in zip(gold, predicted, strict=True)
            for facts in [facts_of(truth)]
            for relation in guess.relations
        ]
    )


def expected_calibration_error(scored: Sequence[tuple[float, bool]], *, bins: int = 10) -> float:
    r"""Of facts' scores and whether they are right (Guo et al. 2017); 0 if there are none.

    .. math:: ECE = \sum_b \frac{n_b}{n} |\mathrm{accuracy}_b - \mathrm{score}_b|

    over ``bins`` of equal width between 0 and 1, with each bin's share of correct facts and mean score.
    """
    if not scored:
        return 0.0
    scores, right = np.array(scored, float).T
    number = np.minimum((scores * bins).astype(int), bins - 1)
    gaps = np.bincount(number, weights=right - scores, minlength=bins)
    return float(np.abs(gaps).sum() / len(scores))
