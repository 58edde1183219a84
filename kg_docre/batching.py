"""Which documents go through a model together: of like length in the encoder, with as many entities in reasoning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

__all__ = ["BATCH_SIZE", "BUDGETS", "MAX_ENTITIES", "by_entities", "by_length"]

BATCH_SIZE = 128  # documents that are sorted by length together
MAX_ENTITIES = 100  # of a passage

_TOKEN_WASTE = 1.05  # tokens per real token, at most, where documents share a batch
_PAIR_WASTE = 1.1  # cells per real pair, at most, where documents share a matrix
# tokens and pairs at once: on a CPU what its caches hold, on a GPU what keeps it busy
BUDGETS = {"cpu": (2048, 2048), "cuda": (32768, 65536)}


def by_length(lengths: Sequence[int], budget: int, *, waste: float = _TOKEN_WASTE) -> Iterator[list[int]]:
    """Indices of documents of like length, as many as ``budget`` allows of tokens, padding included, and ``waste`` of
    tokens per real one."""
    batch: list[int] = []
    real = 0
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        tokens = lengths[index]
        padded = (len(batch) + 1) * tokens
        if batch and (padded > budget or padded > waste * (real + tokens)):
            yield batch
            batch, real = [], 0
        batch.append(index)
        real += tokens
    if batch:
        yield batch


def by_entities(counts: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Documents of a batch with nearly as many entities, as many as ``budget`` allows of pairs: these grow with the
    square, so that padding to the batch's largest would cost more than the pairs themselves."""
    group: list[int] = []
    real = 0
    for document in sorted(range(len(counts)), key=counts.__getitem__):
        pairs = counts[document] ** 2
        padded = (len(group) + 1) * pairs
        if group and (padded > _PAIR_WASTE * (real + pairs) or padded > budget):
            yield group
            group, real = [], 0
        group.append(document)
        real += pairs
    yield group
