import torch

from kg_docre.modeling.coreference import CoreferenceScorer


def test_every_pair_is_scored_by_the_equation():
    torch.manual_seed(0)
    scorer = CoreferenceScorer(state_width=4, features=3, width=6).eval()
    states, start, last, features = (
        torch.randn(9, 4),
        torch.tensor([0, 2, 5]),
        torch.tensor([1, 2, 7]),
        torch.randn(3, 3, 3),
    )
    scores = scorer(states, start, last, features)

    def one(i, j):
        (alone_i, u_i), (alone_j, u_j) = (
            scorer.mention(torch.cat([states[start[m]], states[last[m]]])).chunk(2) for m in (i, j)
        )
        hidden = alone_i + alone_j + scorer.product(u_i * u_j) + scorer.features(features[i, j])
        return scorer.score(torch.nn.functional.gelu(hidden))

    for i in range(3):
        for j in range(3):
            torch.testing.assert_close(scores[i, j], ((one(i, j) + one(j, i)) / 2).squeeze())
