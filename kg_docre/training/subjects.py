"""Learning where texts turn to another subject, from documents one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from kg_docre.annotations import Document, Entity
from kg_docre.coreference.certain import joined
from kg_docre.names import normalize_name
from kg_docre.pretrained import own_checkpoint
from kg_docre.subjects import FEATURES, SubjectBoundaries, boundary_features
from kg_docre.training.dataset import read_split, text_hash
from kg_docre.training.joined import join, names_of

__all__ = ["fit_subjects", "one_text", "train_subjects"]

_ROUNDS, _MOST = 12, 8  # times each document is in a text, of at most so many
_CANDIDATES = 30  # of which the one with most names in common comes next in every other round
_HIDDEN, _STEPS = 64, 300


def train_subjects(
    checkpoint: str | Path, files: Sequence[Path], *, held_out: int = 0, hierarchy: Path | None = None
) -> int:
    """Keep with a checkpoint what tells where a text turns to another subject, learned from documents of one subject
    each; only their words and entities count. ``held_out`` of the first file are left out
    (:func:`~kg_docre.training.dataset.read_split`). Gives the number of the others, each text once.

    Raises :exc:`ValueError` for fewer than two, and for what ships with the package.
    """
    folder = own_checkpoint(checkpoint)
    documents, _ = read_split(files, development_size=held_out, hierarchy=hierarchy)
    documents = list({text_hash(document): document for document in documents}.values())
    fit_subjects(documents).save(folder)
    return len(documents)


def fit_subjects(documents: Sequence[Document], seed: int = 0) -> SubjectBoundaries:
    """A network that knows the first sentences of documents in texts of one to eight of them, random ones and such
    that have names in common.

    Raises :exc:`ValueError` for fewer than two documents, or where all have one sentence.
    """
    if len(documents) < 2:
        raise ValueError("where one subject ends and another begins is learned from two documents or more")
    generator = torch.Generator().manual_seed(seed)
    names = [names_of(document) for document in documents]
    features, first = [], []
    for number in range(_ROUNDS):
        for chosen in _texts(names, generator, alike=number % 2 > 0):
            text, begins = one_text([documents[place] for place in chosen])
            features.append(boundary_features(text))
            first.append(np.isin(np.arange(1, len(text.sentence_starts)), begins))
    y = np.concatenate(first)
    if y.all():
        raise ValueError("documents of one sentence do not tell where a subject goes on")
    return _fit(torch.from_numpy(np.concatenate(features)), torch.from_numpy(y).float(), seed)


def _texts(names: Sequence[set[str]], generator: torch.Generator, *, alike: bool) -> Iterator[list[int]]:
    """Every document once, in texts of random sizes."""
    left = torch.randperm(len(names), generator=generator).tolist()
    while left:
        chosen = [left.pop()]
        called = set(names[chosen[0]])
        for _ in range(min(len(left), int(torch.randint(_MOST, (), generator=generator)))):
            near = max(left[-_CANDIDATES:], key=lambda place: len(called & names[place])) if alike else left[-1]
            left.remove(near)
            chosen.append(near)
            called |= names[near]
        yield chosen


def _fit(x: Tensor, y: Tensor, seed: int) -> SubjectBoundaries:
    torch.manual_seed(seed)
    mean, deviation = x.mean(0), x.std(0) + 1e-6
    network = nn.Sequential(nn.Linear(FEATURES, _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, 1))
    optimizer = torch.optim.AdamW(network.parameters(), 1e-2, weight_decay=1e-2)
    z = (x - mean) / deviation
    for _ in range(_STEPS):
        optimizer.zero_grad()
        binary_cross_entropy_with_logits(network(z)[:, 0], y).backward()
        optimizer.step()
    w1, b1, w2, b2 = (parameter.detach() for parameter in network.parameters())
    w1 = w1 / deviation  # of features as they are
    return SubjectBoundaries((w1.T).contiguous().numpy(), (b1 - w1 @ mean).numpy(), w2[0].numpy(), b2.numpy())


def one_text(documents: Sequence[Document]) -> tuple[Document, list[int]]:
    """The documents one after the other, what is called the same and of one type one entity; and the numbers of the
    sentences that those after the first begin with."""
    text = join(documents)
    called: dict[tuple[str, str], int] = {}
    same = [
        (number, called.setdefault((normalize_name(mention.name), entity.type), number))
        for number, entity in enumerate(text.entities)
        for mention in entity.mentions
    ]
    groups = joined([[number] for number in range(len(text.entities))], same)
    place = {number: new for new, group in enumerate(groups) for number in group}
    relations = {
        (place[r.head], place[r.tail], r.label): replace(r, head=place[r.head], tail=place[r.tail])
        for r in text.relations
        if place[r.head] != place[r.tail]
    }
    whole = replace(
        text,
        entities=tuple(_one([text.entities[number] for number in group]) for group in groups),
        relations=tuple(relations.values()),
        unjudged=(),
    )
    return whole, list(accumulate(len(document.sentence_starts) for document in documents[:-1]))


def _one(entities: Sequence[Entity]) -> Entity:
    mentions = sorted((m for entity in entities for m in entity.mentions), key=lambda m: m.start)
    return replace(entities[0], mentions=tuple(mentions))
