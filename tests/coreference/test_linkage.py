import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_docre.coreference.linkage import average_linkage


def _oracle(scores):
    """Average linkage in the plainest code there is."""
    clusters = [[i] for i in range(len(scores))]
    while True:
        joins = [
            (np.mean([scores[i, j] for i in a for j in b]), -x, -y)
            for x, a in enumerate(clusters)
            for y, b in enumerate(clusters)
            if x < y
        ]
        if not joins or max(joins)[0] <= 0:
            return sorted(sorted(cluster) for cluster in clusters)
        _, x, y = max(joins)
        clusters[-x] += clusters.pop(-y)


@settings(max_examples=60, deadline=None)
@given(n=st.integers(0, 9), seed=st.integers(0, 10_000))
def test_it_joins_what_is_closest_on_average(n, seed):
    scores = np.random.default_rng(seed).normal(size=(n, n))
    scores += scores.T
    assert average_linkage(scores) == _oracle(scores)


def test_one_strong_pair_does_not_join_two_clusters_that_are_apart():
    scores = np.full((4, 4), -5.0)
    for i, j, score in ((0, 1, 4.0), (2, 3, 4.0), (1, 2, 3.0)):
        scores[i, j] = scores[j, i] = score
    assert average_linkage(scores) == [[0, 1], [2, 3]]


def test_scores_are_left_as_they_are():
    scores = np.ones((3, 3))
    assert average_linkage(scores) == [[0, 1, 2]]
    assert (scores == 1).all()
