"""From scores of pairs to clusters: average linkage."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["average_linkage"]


def average_linkage(scores: NDArray[np.float64]) -> list[list[int]]:
    """Join the two clusters whose members' scores are highest on average, as long as that is positive.

    *Shape:* ``scores`` (n, n), symmetric log-odds; the diagonal is not read. Clusters in order of their first member.
    """
    sums = np.array(scores, np.float64)
    np.fill_diagonal(sums, -np.inf)
    size = np.ones(len(sums))
    clusters = [[i] for i in range(len(sums))]
    while len(sums):
        means = sums / (size[:, None] * size[None])
        first, second = sorted(np.unravel_index(int(means.argmax()), means.shape))
        if not means[first, second] > 0:
            break
        sums[first] += sums[second]
        sums[:, first] = sums[first]
        sums[first, first] = sums[second] = sums[:, second] = -np.inf
        size[first] += size[second]
        clusters[first] += clusters[second]
        clusters[second] = []
    return sorted(sorted(cluster) for cluster in clusters if cluster)
