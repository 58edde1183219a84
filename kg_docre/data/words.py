"""Words as inputs of the mention detector, and gold mentions as its labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from kg_docre.annotations import Document
from kg_docre.data.features import windows_of
from kg_docre.data.tokenizer import encode
from kg_docre.modeling import ModelConfig
from kg_docre.modeling.mentions import WordBatch

__all__ = ["NEIGHBOURS", "SHAPES", "WordFeatures", "WordFeaturizer", "collate_words", "mention_labels", "word_shape"]

SHAPES = 10  # how words can be written, and 0 for what is before and behind a text
_SIDE = 3  # neighbours whose shapes a word is told, on either side
NEIGHBOURS = 2 * _SIDE + 1

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class WordFeatures:
    """One text, tokenized."""

    pieces: Integers  # (n,) word-piece ids without special tokens
    first_piece: Integers  # (words,) where each word begins; a word without pieces has that of the next
    shapes: Integers  # (words,) how each is written

    @property
    def words(self) -> int:
        return len(self.first_piece)


class WordFeaturizer:
    """Turns lists of words into :class:`WordFeatures` with a checkpoint's tokenizer."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self.tokenizer = tokenizer

    def __call__(self, texts: Sequence[Sequence[str]]) -> list[WordFeatures]:
        encodings = encode(self.tokenizer, texts)
        return [
            WordFeatures(
                pieces=np.array(encoding.ids, np.int64),
                first_piece=np.searchsorted(np.array(encoding.word_ids, np.int64), np.arange(len(words))),
                shapes=np.array([word_shape(word) for word in words], np.int64),
            )
            for words, encoding in zip(texts, encodings, strict=True)
        ]


@lru_cache(maxsize=1 << 16)
def word_shape(word: str) -> int:
    """Number of the way a word is written.

    Letters: 1 without capitals (or of a script that has none), 2 capitalized, 3 all capitals, 4 one capital,
    5 mixed; 6 digits, 7 digits among other things; punctuation: 8 quotation marks and brackets, 9 any other.
    """
    if any(character.isdigit() for character in word):
        return 6 if word.replace(",", "").replace(".", "").isdigit() else 7
    if not any(character.isalpha() for character in word):
        return 8 if word[:1] in "\"'`“”‘’«»„()[]{}" else 9
    if not any(character.isupper() for character in word):
        return 1
    if word.isupper():
        return 4 if len(word.strip(".")) == 1 else 3
    return 2 if word[0].isupper() and not any(character.isupper() for character in word[1:]) else 5


def collate_words(features: Sequence[WordFeatures], config: ModelConfig) -> WordBatch:
    """Pad and stack texts; one longer than the encoder spans windows, and a word is read where most is around it."""
    prefix, suffix = np.array(config.prefix, np.int64), np.array(config.suffix, np.int64)
    body = config.window - len(prefix) - len(suffix)
    rows: list[Integers] = []
    window, position, shapes = [], [], []
    for f in features:
        spans = windows_of(len(f.pieces), body, config.window_overlap)
        place = np.minimum(f.first_piece, max(0, len(f.pieces) - 1))
        centres = np.array([first + last for first, last in spans]) / 2  # windows of one text are of one length
        best = np.searchsorted((centres[1:] + centres[:-1]) / 2, place, side="right")
        window.append(len(rows) + best)
        position.append(len(prefix) + place - np.array([first for first, _ in spans])[best])
        around = np.pad(f.shapes, _SIDE)
        shapes.append(np.lib.stride_tricks.sliding_window_view(around, NEIGHBOURS)[: f.words])
        rows += [np.concatenate([prefix, f.pieces[first:last], suffix]) for first, last in spans]
    tokens = max(map(len, rows))
    input_ids = np.full((len(rows), tokens), config.encoder.get("pad_token_id") or 0, np.int64)
    attention_mask = np.zeros((len(rows), tokens), bool)
    for number, row in enumerate(rows):
        input_ids[number, : len(row)] = row
        attention_mask[number, : len(row)] = True
    return WordBatch(
        input_ids=torch.from_numpy(input_ids),
        attention_mask=torch.from_numpy(attention_mask),
        window=torch.from_numpy(np.concatenate(window)),
        position=torch.from_numpy(np.concatenate(position)),
        shapes=torch.from_numpy(np.concatenate(shapes)),
    )


def mention_labels(document: Document, types: Sequence[str]) -> Tensor:
    """BIO classes of all words, as :class:`~kg_docre.modeling.mentions.MentionDetector` has them; of mentions that
    overlap, the longer. *Shape:* (words,) int. Types that are none of ``types`` are left out."""
    number = {name: index for index, name in enumerate(types)}
    labels = np.zeros(len(document.words), np.int64)
    mentions = [(m.start, m.end, number[e.type]) for e in document.entities if e.type in number for m in e.mentions]
    for start, end, kind in sorted(mentions, key=lambda mention: (mention[0] - mention[1], mention[0])):
        if not labels[start:end].any():
            labels[start:end] = 2 + 2 * kind
            labels[start] = 1 + 2 * kind
    return torch.from_numpy(labels)
