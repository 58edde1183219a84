"""Lower layers of the encoder that stay as pretrained: what they make of a document is computed once."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

__all__ = ["FrozenLayers"]


class _Remembered(Exception):
    """The last frozen layer has answered."""


class FrozenLayers:
    """Embeddings, the ``lowest`` layers and whatever layers share, kept as they are; 0 freezes nothing.

    Windows of text seen inside :meth:`remember` never go through the frozen layers again: in every later
    pass of a batch of such windows the last frozen layer answers with the states it had then. They take
    ``tokens · width · 4`` bytes on the encoder's device.

    Raises :exc:`ValueError` if no layer would be left to train.
    """

    def __init__(self, encoder: PreTrainedModel, lowest: int) -> None:
        self.modules: list[nn.Module] = []  # all that is frozen
        self.layers: list[nn.Module] = []  # the layers among it
        self._states: dict[bytes, Tensor] = {}  # of each window, without padding
        self._windows: list[bytes] = []  # of the batch that is being encoded
        self._mask = torch.empty(0)
        self._recording = self._recalling = False
        self._further: tuple[None, ...] | None = None  # what a layer returns beside states; None: states alone
        self._encoder = encoder
        if lowest == 0:
            return
        depth = encoder.config.get_text_config().num_hidden_layers
        stack = next((m for m in encoder.modules() if isinstance(m, nn.ModuleList) and len(m) == depth), None)
        if stack is None or not 0 < lowest < depth:
            raise ValueError(f"{lowest} layers cannot be frozen of the {depth} of {encoder.config.model_type!r}")
        encoder.requires_grad_(False)
        for layer in stack[lowest:]:
            layer.requires_grad_(True)
        self.layers = list(stack[:lowest])
        self.modules = [
            module
            for module in encoder.modules()
            if (parameters := list(module.parameters())) and not any(p.requires_grad for p in parameters)
        ]

    def eval(self) -> None:
        """Switch off dropout in what is frozen."""
        for module in self.modules:
            module.eval()

    @torch.no_grad()
    def remember(self, input_ids: Tensor, attention_mask: Tensor) -> None:
        """Keep the states of these windows. *Shape:* (windows, tokens) int and bool."""
        if not self.modules:
            return
        if not self._states:
            self._encoder.register_forward_pre_hook(self._begin, with_kwargs=True)
            for number, layer in enumerate(self.layers):
                layer.forward = partial(self._forward, layer.forward, number == len(self.layers) - 1)
        self.eval()
        self._recording = True
        try:
            self._encoder(input_ids=input_ids, attention_mask=attention_mask.long())
        except _Remembered:
            pass
        finally:
            self._recording = False

    def _begin(self, encoder: nn.Module, inputs: tuple[Any, ...], options: dict[str, Any]) -> None:
        self._mask = options["attention_mask"].bool()
        ids, mask = options["input_ids"].cpu(), self._mask.cpu()
        self._windows = [row[real].numpy().tobytes() for row, real in zip(ids, mask, strict=True)]
        self._recalling = not self._recording and all(window in self._states for window in self._windows)

    def _forward(self, forward: Any, last: bool, hidden_states: Tensor, *inputs: Any, **options: Any) -> Any:
        """A frozen layer's own ``forward``, unless its result is known or, below the last one, not needed."""
        if not self._recalling:
            output = forward(hidden_states, *inputs, **options)
            if self._recording and last:
                states = output[0] if isinstance(output, tuple) else output
                self._further = (None,) * (len(output) - 1) if isinstance(output, tuple) else None
                for window, row, real in zip(self._windows, states, self._mask, strict=True):
                    self._states[window] = row[real].float()
                raise _Remembered  # what is above need not run
            return output
        if last:
            hidden_states = hidden_states.new_zeros(hidden_states.shape, dtype=torch.float32)
            hidden_states[self._mask] = torch.cat([self._states[window] for window in self._windows])
        return hidden_states if self._further is None else (hidden_states, *self._further)
