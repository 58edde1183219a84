"""Finding mentions: which words of a text name an entity, and of which type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from kg_docre.modeling.attention import encode
from kg_docre.modeling.coreference import CoreferenceScorer

__all__ = ["MentionDetector", "WordBatch"]


@dataclass(frozen=True, slots=True)
class WordBatch:
    """Texts as tensors, their n words one after the other.

    *Shape:* ``input_ids`` and ``attention_mask`` (windows, tokens); ``window`` and ``position`` of each word's
    first piece (n,); ``shapes`` of each word and its neighbours (n, neighbours).
    """

    input_ids: Tensor
    attention_mask: Tensor
    window: Tensor
    position: Tensor
    shapes: Tensor

    def split(self, windows: int) -> Iterator[tuple[Tensor, WordBatch]]:
        """Parts of so many windows, each with the words (n,) bool that are read there."""
        for first in range(0, len(self.input_ids), windows):
            here = (self.window >= first) & (self.window < first + windows)
            yield (
                here,
                WordBatch(
                    input_ids=self.input_ids[first : first + windows],
                    attention_mask=self.attention_mask[first : first + windows],
                    window=self.window[here] - first,
                    position=self.position[here],
                    shapes=self.shapes[here],
                ),
            )

    def to(self, device: torch.device) -> WordBatch:
        return WordBatch(*(getattr(self, f.name).to(device, non_blocking=True) for f in fields(self)))


class MentionDetector(nn.Module):
    """A pretrained encoder and a small network that labels every word as begin, inside or outside (BIO).

    Classes are O, then B and I of every entity type in turn. A word is read at its first word piece, together
    with how it and its neighbours are written (capitals, digits, punctuation), which uncased encoders don't see.
    ``pair_features`` is how much is known of the names of two mentions; with it the detector also tells which mentions
    name the same thing.
    """

    def __init__(
        self,
        encoder: PreTrainedModel,
        *,
        types: Sequence[str],
        shapes: int,
        neighbours: int,
        shape_width: int = 16,
        hidden_width: int = 256,
        dropout: float = 0.1,
        pair_features: int | None = None,
    ) -> None:
        super().__init__()
        self.types = tuple(types)
        self.encoder = encoder
        self.shapes = nn.Embedding(shapes, shape_width)
        self.hidden = nn.Linear(encoder.config.hidden_size + neighbours * shape_width, hidden_width)
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(hidden_width, 1 + 2 * len(self.types))
        self.coreference = (
            None
            if pair_features is None
            else CoreferenceScorer(state_width=encoder.config.hidden_size, features=pair_features, dropout=dropout)
        )

    def forward(self, batch: WordBatch) -> tuple[Tensor, Tensor]:
        """Logits and states of the n words of a batch. *Shape:* (n, 1 + 2 · types), (n, width)."""
        states = encode(self.encoder, batch.input_ids, batch.attention_mask)[batch.window, batch.position]
        written = self.shapes(batch.shapes).flatten(1)
        hidden = nn.functional.gelu(self.hidden(self.dropout(torch.cat([states, written.to(states.dtype)], -1))))
        logits: Tensor = self.classifier(self.dropout(hidden))
        return logits.float(), states

    @staticmethod
    def spans(logits: Tensor, breaks: Sequence[int] = ()) -> list[tuple[int, int, int]]:
        """Mentions in the logits of consecutive words: first word, last (exclusive) and number of the type.

        Whether a word begins, continues or is outside is decided by the sum over types; a mention's type by
        the sum over its words. None goes on at the words ``breaks``. *Shape:* (words, 1 + 2 · types).
        """
        if not len(logits):
            return []
        chances = logits.softmax(-1)
        begins, inside = chances[:, 1::2], chances[:, 2::2]
        tag = torch.stack([chances[:, 0], begins.sum(-1), inside.sum(-1)], -1).argmax(-1)
        outside = tag == 0
        before = torch.cat([outside.new_ones(1), outside[:-1]])
        before[list(breaks)] = True
        first = ~outside & ((tag == 1) | before)  # what continues nothing begins
        after = torch.cat([(first | outside)[1:], outside.new_ones(1)])
        last = ~outside & after
        by_type = torch.cat([begins.new_zeros(1, begins.shape[1]), (begins + inside).cumsum(0)])
        starts, ends = first.nonzero().squeeze(1), last.nonzero().squeeze(1) + 1
        types = (by_type[ends] - by_type[starts]).argmax(-1)
        return list(zip(starts.tolist(), ends.tolist(), types.tolist(), strict=True))
