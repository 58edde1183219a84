"""Finding mentions: which words of a text name an entity, and of which type."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

__all__ = ["MentionDetector"]


class MentionDetector(nn.Module):
    """A pretrained encoder and one linear layer that labels every word as begin, inside or outside (BIO).

    Classes are O, then B and I of every entity type in turn. A word is read at its first word piece.
    """

    def __init__(self, encoder: PreTrainedModel, *, types: Sequence[str], dropout: float = 0.1) -> None:
        super().__init__()
        self.types = tuple(types)
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(encoder.config.hidden_size, 1 + 2 * len(self.types))

    def forward(self, input_ids: Tensor, attention_mask: Tensor, window: Tensor, position: Tensor) -> Tensor:
        """Logits of n words, each at a position of a window.

        *Shape:* ``input_ids`` and ``attention_mask`` (windows, tokens), ``window`` and ``position`` (n,) →
        (n, 1 + 2 · types).
        """
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        logits: Tensor = self.classifier(self.dropout(states[window, position]))
        return logits.float()

    @staticmethod
    def spans(logits: Tensor) -> list[tuple[int, int, int]]:
        """Mentions in the logits of consecutive words: first word, last (exclusive) and number of the type.

        Whether a word begins, continues or is outside is decided by the sum over types; a mention's type by
        the sum over its words. *Shape:* (words, 1 + 2 · types).
        """
        if not len(logits):
            return []
        chances = logits.softmax(-1)
        begins, inside = chances[:, 1::2], chances[:, 2::2]
        tag = torch.stack([chances[:, 0], begins.sum(-1), inside.sum(-1)], -1).argmax(-1)
        outside = tag == 0
        before = torch.cat([outside.new_ones(1), outside[:-1]])
        first = ~outside & ((tag == 1) | before)  # what continues nothing begins
        after = torch.cat([(first | outside)[1:], outside.new_ones(1)])
        last = ~outside & after
        by_type = torch.cat([begins.new_zeros(1, begins.shape[1]), (begins + inside).cumsum(0)])
        starts, ends = first.nonzero().squeeze(1), last.nonzero().squeeze(1) + 1
        types = (by_type[ends] - by_type[starts]).argmax(-1)
        return list(zip(starts.tolist(), ends.tolist(), types.tolist(), strict=True))
