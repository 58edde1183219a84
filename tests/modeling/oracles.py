"""The papers' equations in the plainest code there is: one pair, one token, one class at a time."""

import math

import torch


def r_msa(unit, pairs, mask):
    """DocRE-SD eq 3-5 with everything materialized.

    *Shape:* pairs (B, N, N, d), mask (B, N) → (B, N, N, d), attention (B, heads, N, N, N + 1).
    """
    batch, n, _, width = pairs.shape
    heads, attentions = [], []
    queries = unit.query(pairs).chunk(len(unit.patterns), -1)
    for pattern, reduce, query in zip(unit.patterns, unit.reduce, queries, strict=True):
        output = torch.zeros_like(pairs)
        attention = pairs.new_zeros(batch, n, n, n + 1)
        for b in range(batch):
            matrix = pairs[b]
            real = mask[b].nonzero().flatten().tolist()
            for s in range(n):
                for o in range(n):
                    keys = [matrix[s, o]]
                    among = [i for i in real if not unit.third_entities or i not in (s, o)]
                    for i in among:
                        first, second = {
                            1: (matrix[s, i], matrix[i, o]),
                            2: (matrix[i, s], matrix[i, o]),
                            3: (matrix[s, i], matrix[o, i]),
                            4: (matrix[o, i], matrix[i, s]),
                        }[pattern]
                        keys.append(reduce(torch.cat([first, second])))
                    keys = torch.stack(keys)
                    weights = (keys @ query[b, s, o] / math.sqrt(width)).softmax(0)
                    output[b, s, o] = weights @ keys
                    attention[b, s, o, [0] + [i + 1 for i in among]] = weights
        heads.append(output)
        attentions.append(attention)
    return unit.output(torch.cat(heads, -1)), torch.stack(attentions, 1)


def localized_context(states, attention, head, tail):
    """DocRE-SD eq 2 for one pair: states (L, d), attention (N, heads, L)."""
    product = torch.stack([(attention[head, :, t] * attention[tail, :, t]).mean() for t in range(len(states))])
    weights = product / product.sum()
    return sum(weights[t] * states[t] for t in range(len(states))), weights


def adaptive_threshold(logits, labels):
    """DocRE-SD eq 10 for one pair: logits (1 + relations,) with TH first, labels (relations,)."""
    scores = [math.exp(v) for v in logits.tolist()]
    positive = [i + 1 for i, held in enumerate(labels.tolist()) if held]
    negative = [i + 1 for i, held in enumerate(labels.tolist()) if not held]
    loss = -sum(math.log(scores[r] / (sum(scores[p] for p in positive) + scores[0])) for r in positive)
    return loss - math.log(scores[0] / (sum(scores[n] for n in negative) + scores[0]))


def balanced_softmax(logits, labels):
    """DocuNet eq 11 for one pair."""
    pairs = list(zip(logits.tolist(), labels.tolist(), strict=True))
    negative = sum(math.exp(s) for s, held in pairs if not held)
    positive = sum(math.exp(-s) for s, held in pairs if held)
    return math.log(1 + negative) + math.log(1 + positive)


def bernoulli_divergence(target, other):
    """DocRE-SD eq 8 for one pair, from log-odds."""
    total = 0.0
    for a, b in zip(target.tolist(), other.tolist(), strict=True):
        p, q = 1 / (1 + math.exp(-a)), 1 / (1 + math.exp(-b))
        total += p * math.log(p / q) + (1 - p) * math.log((1 - p) / (1 - q))
    return total
