"""Words as inputs of the mention detector, and gold mentions as its labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from kg_docre.annotations import Document
from kg_docre.data.features import windows_of
from kg_docre.modeling import ModelConfig

__all__ = ["WordBatch", "WordFeatures", "WordFeaturizer", "collate_words", "mention_labels"]

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class WordFeatures:
    """One text, tokenized."""

    pieces: Integers  # (n,) word-piece ids without special tokens
    first_piece: Integers  # (words,) where each word begins; a word without pieces has that of the next

    @property
    def words(self) -> int:
        return len(self.first_piece)


@dataclass(frozen=True, slots=True)
class WordBatch:
    """Texts as tensors. *Shape:* ids and mask (windows, tokens); window and position of each word (n,), the words
    of all texts one after the other."""

    input_ids: Tensor
    attention_mask: Tensor
    window: Tensor
    position: Tensor

    def to(self, device: torch.device) -> WordBatch:
        parts = (self.input_ids, self.attention_mask, self.window, self.position)
        return WordBatch(*(part.to(device, non_blocking=True) for part in parts))


class WordFeaturizer:
    """Turns lists of words into :class:`WordFeatures` with a checkpoint's tokenizer."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self.tokenizer = tokenizer

    def __call__(self, texts: Sequence[Sequence[str]]) -> list[WordFeatures]:
        encodings = self.tokenizer.encode_batch(
            [list(words) for words in texts], is_pretokenized=True, add_special_tokens=False
        )
        return [
            WordFeatures(
                pieces=np.array(encoding.ids, np.int64),
                first_piece=np.searchsorted(np.array(encoding.word_ids, np.int64), np.arange(len(words))),
            )
            for words, encoding in zip(texts, encodings, strict=True)
        ]


def collate_words(features: Sequence[WordFeatures], config: ModelConfig) -> WordBatch:
    """Pad and stack texts; one longer than the encoder spans windows, and a word is read where most is around it."""
    prefix, suffix = np.array(config.prefix, np.int64), np.array(config.suffix, np.int64)
    body = config.window - len(prefix) - len(suffix)
    rows: list[Integers] = []
    window, position = [], []
    for f in features:
        spans = windows_of(len(f.pieces), body, config.window_overlap)
        place = np.minimum(f.first_piece, max(0, len(f.pieces) - 1))
        margins = np.array([np.minimum(place - first, last - 1 - place) for first, last in spans])
        best = margins.argmax(0)
        window.append(len(rows) + best)
        position.append(len(prefix) + place - np.array([first for first, _ in spans])[best])
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
