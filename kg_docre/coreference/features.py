"""What the names of two mentions and the words between them say of whether they name the same thing."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from kg_docre.coreference.rules import NamedMention, cluster_mentions
from kg_docre.names import initials, is_acronym, normalize_name
from kg_docre.resolution.forms import name_form

__all__ = ["Spans", "pair_features", "pair_features_width"]

Spans = Sequence[tuple[int, int, str]]  # first word, last (exclusive), type
Floats = NDArray[np.float32]
Table = NDArray[np.float64] | NDArray[np.bool_]

_BRACKETS = frozenset("(（[")
_OF_NAMES, _OF_PLACES = 12, 4


def pair_features_width(types: Sequence[str]) -> int:
    """How many features :func:`pair_features` gives."""
    return _OF_NAMES + _OF_PLACES + 2 * len(types)


def pair_features(words: Sequence[str], spans: Spans, types: Sequence[str]) -> Floats:
    """Features of every pair of mentions, which stand in the order of the text.

    Whether the names are the same as written, normalized, and by value; what words, letter trigrams and initials they
    share; whether the rules over names join them; how far apart they are, and whether the later is in brackets behind
    the earlier; both types.

    *Shape:* (mentions, mentions, features); of each pair the row's type comes first.
    """
    if not spans:
        return np.zeros((0, 0, pair_features_width(types)), np.float32)
    tables = [*_of_names(words, spans), *_of_places(words, spans)]
    one_hot = np.eye(len(types), dtype=np.float32)[[types.index(kind) for *_, kind in spans]]
    shape = (len(spans), len(spans), len(types))
    both = [np.broadcast_to(one_hot[:, None], shape), np.broadcast_to(one_hot[None], shape)]
    return np.concatenate([np.stack(tables, -1).astype(np.float32), *both], -1)


def _of_names(words: Sequence[str], spans: Spans) -> list[Table]:
    mentions = [NamedMention(" ".join(words[start:end]), kind) for start, end, kind in spans]
    forms = [normalize_name(mention.name) for mention in mentions]
    parts = [form.split() or [form] for form in forms]
    joined = {i: number for number, cluster in enumerate(cluster_mentions(mentions)) for i in cluster}
    short = [form.replace(" ", "") if is_acronym(m.name) else "" for m, form in zip(mentions, forms, strict=True)]
    stands_for = _shares([{form} - {""} for form in short], [initials(mention.name) for mention in mentions])
    return [
        _same([mention.name for mention in mentions]),
        _same(forms),
        _same([name_form(mention.name, mention.type) for mention in mentions]),
        _same([joined[i] for i in range(len(mentions))]),
        _same([mention.type for mention in mentions]),
        _same([part[0] for part in parts]),
        _same([part[-1] for part in parts]),
        *_overlap([set(part) for part in parts]),
        *_overlap([{f" {form} "[i : i + 3] for i in range(len(form))} for form in forms]),
        np.maximum(stands_for, stands_for.T),
    ]


def _of_places(words: Sequence[str], spans: Spans) -> list[Table]:
    start, end = (np.array(column) for column in list(zip(*spans, strict=True))[:2])
    gap = np.maximum(start[None] - end[:, None], start[:, None] - end[None]).clip(0)
    opened = np.array([first > 0 and words[first - 1] in _BRACKETS for first in start])
    later = np.where(start[None] > start[:, None], opened[None], opened[:, None])
    return [(gap == 1) & later, gap == 0, 1 / (1 + gap), np.log1p(gap) / 6]


def _same(values: Sequence[Hashable]) -> NDArray[np.bool_]:
    """Where two of the values are equal. *Shape:* (n, n)."""
    numbers: dict[Hashable, int] = {}
    row = np.array([numbers.setdefault(value, len(numbers)) for value in values])
    same: NDArray[np.bool_] = row[:, None] == row[None]
    return same


def _overlap(sets: Sequence[Collection[str]]) -> list[Table]:
    """What two sets share: of both (Dice), and of the smaller. *Shape:* twice (n, n)."""
    shared = _shares(sets, sets)
    size = np.array([max(1, len(members)) for members in sets])
    return [2 * shared / (size[:, None] + size[None]), shared / np.minimum(size[:, None], size[None])]


def _shares(first: Sequence[Collection[str]], second: Sequence[Collection[str]]) -> NDArray[np.float64]:
    """How many members two sets have in common. *Shape:* (n of the first, n of the second)."""
    numbers: dict[str, int] = {}
    cells = [
        [(row, numbers.setdefault(member, len(numbers))) for row, members in enumerate(sets) for member in members]
        for sets in (first, second)
    ]
    tables = [np.zeros((len(sets), max(1, len(numbers)))) for sets in (first, second)]
    for table, places in zip(tables, cells, strict=True):
        if places:
            table[tuple(zip(*places, strict=True))] = 1
    shared: NDArray[np.float64] = tables[0] @ tables[1].T
    return shared
