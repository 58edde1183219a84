"""Where a text turns to another subject."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from kg_docre.annotations import Document
from kg_docre.pretrained import reading, writing
from kg_docre.resolution.forms import country_name

__all__ = ["FEATURES", "SubjectBoundaries", "boundary_features"]

SUBJECTS = "subjects.safetensors"
_WINDOWS = (2, 4, 8)  # sentences on each side
_NEAR = 4  # sentences in which a thing is taken up again
_SURE = 0.7  # probability from which on a text is cut: what is cut by mistake costs facts of texts of one subject
_LEAST = 2  # sentences of a subject
_BEGINNING = 6  # words of a sentence in which a pronoun is most telling
_PRONOUNS = frozenset("he she it they his her its their him them this these those that such".split())
FEATURES = 4 * len(_WINDOWS) + 11

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Column = NDArray[Any]  # of a feature, whole or not


@dataclass(frozen=True, slots=True)
class SubjectBoundaries:
    r"""A small network over what goes on from one sentence to the next (:func:`boundary_features`).

    .. math:: p = \sigma(w_2 \cdot \max(0, W_1 x + b_1) + b_2)

    is the probability that a sentence is the first of another subject. *Shape:* ``first`` (features, hidden),
    ``first_bias`` (hidden,), ``second`` (hidden,), ``second_bias`` (1,).
    """

    first: Floats
    first_bias: Floats
    second: Floats
    second_bias: Floats

    def __call__(self, document: Document) -> Floats:
        """The probability for every sentence but the first. *Shape:* (sentences - 1,)."""
        hidden = np.maximum(boundary_features(document) @ self.first + self.first_bias, 0.0)
        log_odds = hidden @ self.second + self.second_bias
        p: Floats = 1.0 / (1.0 + np.exp(-log_odds.clip(-50.0, 50.0)))
        return p

    def beginnings(self, document: Document) -> list[int]:
        """Numbers of the sentences that are surely the first of another subject. Where any begins on a line of its own,
        a subject does so, too; each has two sentences or more, and what was spoken of before (:class:`_Leading`) is
        not spoken of again soon."""
        likely: list[int] = (1 + np.flatnonzero(self(document) >= _SURE)).tolist()
        starts, leading = document.sentence_starts, _Leading(document) if likely else None
        enough = range(_LEAST, len(starts) - _LEAST + 1)  # a title, or "All rights reserved.", has a line anyway
        on_lines = {number for number in enough if _breaks_line(document.words[starts[number] - 1])}
        found = [0]
        for number in likely:
            long = found[-1] + _LEAST <= number <= len(starts) - _LEAST
            if leading and long and (not on_lines or number in on_lines) and leading.ends(found[-1], number):
                found.append(number)
        return found[1:]

    def save(self, folder: str | Path) -> None:
        file = Path(folder) / SUBJECTS
        with writing(file):
            save_file({name: getattr(self, name) for name in self.__slots__}, file)

    @classmethod
    def load(cls, folder: str | Path) -> Self | None:
        """Those of a checkpoint folder, None if it has none."""
        file = Path(folder) / SUBJECTS
        if not file.is_file():
            return None
        with reading(file):
            found = cls(**load_file(file))
            if found.first.shape != (FEATURES, *found.second.shape):
                raise ValueError("a network over other features")
            return found


class _Leading:
    """What a text speaks of in some sentences: the thing, no country, that they name most; several if as often."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._bounds = [*document.sentence_starts, len(document.words)]
        counts = ((n, e) for n, e in enumerate(document.entities) if e.type not in ("TIME", "NUM"))
        named = ((n, e) for n, e in counts if e.type != "LOC" or not country_name(e.name))
        self._named = sorted((mention.sentence, number) for number, entity in named for mention in entity.mentions)

    def ends(self, first: int, sentence: int) -> bool:
        """Whether what the eight sentences before one speak of, if these come not before ``first``, is not named in
        the eight from there on, nor is a word in capitals of its names: "Acme" of Acme Corp."""
        end = min(sentence + _WINDOWS[-1], len(self._document.sentence_starts))
        before = Counter(self._between(max(first, sentence - _WINDOWS[-1]), sentence))
        most = max(before.values(), default=0)
        leading = {number for number, count in before.items() if count == most}
        names = (mention.name for number in leading for mention in self._document.entities[number].mentions)
        called = {word for name in names for word in name.split() if len(word) > 3 and word[0].isupper()}
        on = self._document.words[self._bounds[sentence] : self._bounds[end]]
        return leading.isdisjoint(self._between(sentence, end)) and called.isdisjoint(on)

    def _between(self, first: int, end: int) -> Sequence[int]:
        """The things that the sentences from ``first`` on name, those from ``end`` on left out, one by one."""
        place, behind = (bisect_left(self._named, (sentence,)) for sentence in (first, end))
        return [number for _, number in self._named[place:behind]]


def _breaks_line(word: str) -> bool:
    return word.isspace() and word.splitlines() != [word]


def boundary_features(document: Document) -> Floats:
    """What tells whether a sentence goes on with the subject of the ones before, for each but the first: of entities
    and of words, how many are on both sides within a few sentences, and which share of the poorer side that is; how
    many of the sentence's entities were there before; whether it begins with a new one that it goes on with; pronouns.

    *Shape:* (sentences - 1, :data:`FEATURES`).
    """
    from spacy.lang.en.stop_words import STOP_WORDS  # here, for all of spaCy comes with it

    starts = document.sentence_starts
    count = len(starts)
    if count < 2:
        return np.zeros((0, FEATURES), np.float32)
    mentions = sorted((m.start, m.sentence, number) for number, e in enumerate(document.entities) for m in e.mentions)
    entities = _Occurrences(np.array([m[2] for m in mentions], int), np.array([m[1] for m in mentions], int), count)
    lower = [word.lower() for word in document.words]
    telling = [place for place, word in enumerate(lower) if len(word) > 2 and word not in STOP_WORDS and word.isalpha()]
    numbers: dict[str, int] = {}
    words = _Occurrences(
        np.array([numbers.setdefault(lower[place], len(numbers)) for place in telling], int),
        np.searchsorted(starts, telling, side="right") - 1,
        count,
    )
    pronoun = np.array([word in _PRONOUNS for word in lower] + [False])
    columns = [column for thing in (entities, words) for window in _WINDOWS for column in thing.on_both_sides(window)]
    columns += _own(entities, mentions, starts)
    sizes = np.diff([*starts, len(lower)])
    before = np.concatenate([[0], np.cumsum(pronoun)])
    columns += [
        pronoun[np.array(starts)],
        before[np.array(starts) + np.minimum(sizes, _BEGINNING)] > before[np.array(starts)],
        before[np.array(starts) + sizes] > before[np.array(starts)],
        np.log1p(sizes),
    ]
    return np.stack([column[1:] for column in columns], 1).astype(np.float32)


def _own(entities: _Occurrences, mentions: list[tuple[int, int, int]], starts: tuple[int, ...]) -> list[Column]:
    """Of each sentence's entities: how many were near before, how many are new, which share is not, whether there are
    none; whether the first one is new, is where the sentence begins, and is taken up again soon."""
    count = len(starts)
    new, sentence = entities.before < 0, entities.sentence
    near = np.bincount(sentence[~new & (sentence - entities.before < _NEAR)], minlength=count)
    fresh, held = np.bincount(sentence[new], minlength=count), np.bincount(sentence, minlength=count)
    opening, going_on, one_of = (np.zeros(count, int) for _ in range(3))
    place, number = (np.array(column, int) for column in ([m[0] for m in mentions], [m[2] for m in mentions]))
    of, leading = np.unique(np.array([m[1] for m in mentions], int), return_index=True)
    row = entities.row(number[leading], of)
    is_new = new[row]
    opening[of] = is_new & (place[leading] - np.array(starts)[of] <= 1)
    going_on[of] = is_new & (entities.after[row] < np.minimum(of + _NEAR + 1, count))
    one_of[of] = opening[of] & going_on[of]
    return [near, fresh, (held - fresh) / np.maximum(held, 1), held == 0, opening, going_on, one_of]


class _Occurrences:
    """Things and the sentences they are in, each of these once: ``before`` and ``after`` have the sentences of the same
    thing's last and next occurrence (-1 and the number of sentences: there is none)."""

    def __init__(self, thing: Ints, sentence: Ints, count: int) -> None:
        self._keys = np.unique(thing * count + sentence)
        self.count, self.sentence = count, self._keys % count
        thing = self._keys // count
        same = thing[1:] == thing[:-1]
        self.before = np.concatenate([[-1], np.where(same, self.sentence[:-1], -1)])[: len(thing)]
        self.after = np.concatenate([np.where(same, self.sentence[1:], count), [count]])[-len(thing) or 1 :]

    def row(self, thing: Ints, sentence: Ints) -> Ints:
        """Where an occurrence is kept."""
        return np.searchsorted(self._keys, thing * self.count + sentence)

    def on_both_sides(self, window: int) -> tuple[Column, Column]:
        """For every sentence, how many things are in ``window`` sentences from it on as well as in as many before it,
        and that by the number in the side that has fewer."""
        s, last, following = self.sentence, self.before, self.after
        left = self._sum(s + 1, np.minimum(following, s + window))
        right = self._sum(np.maximum(last + 1, s - window + 1), s)
        again = following < self.count
        both = self._sum(np.maximum(s, following - window)[again] + 1, np.minimum(following, s + window)[again])
        return np.log1p(both), both / np.maximum(np.minimum(left, right), 1)

    def _sum(self, first: Ints, last: Ints) -> Ints:
        """How many of the ranges from ``first`` to ``last``, this included, each sentence is in."""
        kept = (first <= last) & (first < self.count)
        begun = np.bincount(first[kept], minlength=self.count + 1)
        ended = np.bincount(np.minimum(last[kept], self.count - 1) + 1, minlength=self.count + 1)
        return np.cumsum(begun - ended)[: self.count]
