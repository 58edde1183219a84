"""Last-layer attention rows without giving up fused attention.

Localized context (DocRE-SD eq 2, DocuNet eq 5) needs the encoder's last-layer attention weights, but
only the rows of mention starts. Asking transformers for attentions switches every layer to the slow
path, so the encoder runs fused attention and just these rows are computed from the last layer's own
queries and keys, which a registered attention function sees after all position terms are applied.
"""

from __future__ import annotations

import threading
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import AttentionMaskInterface, sdpa_mask
from transformers.modeling_utils import AttentionInterface

from kg_docre.modeling.position_bias import fuse_attention

__all__ = ["check_attention", "encode", "encode_with_rows", "use_row_attention"]

IMPLEMENTATION = "kg_docre_rows"


class _LastCall(threading.local):
    """Queries, keys, mask, scaling and position bias of the attention call made last in this thread."""

    arguments: tuple[Tensor, Tensor, Tensor | None, float, Tensor | None] | None = None


_last_call = _LastCall()


def _fused_attention(
    module: nn.Module, query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None, **options: Any
) -> tuple[Tensor, None]:
    scaling = options.get("scaling")
    scaling = query.shape[-1] ** -0.5 if scaling is None else scaling
    _last_call.arguments = (query, key, attention_mask, scaling, options.get("position_bias"))
    return sdpa_attention_forward(module, query, key, value, attention_mask, **options)


AttentionInterface.register(IMPLEMENTATION, _fused_attention)
AttentionMaskInterface.register(IMPLEMENTATION, sdpa_mask)


def _heard(query: Tensor, key: Tensor, mask: Tensor, scaling: float) -> None:
    _last_call.arguments = (query, key, mask, scaling, None)


def use_row_attention(encoder: PreTrainedModel) -> bool:
    """Switch ``encoder`` to fused attention with rows on demand; False where its architecture can't.

    MPNet and DeBERTa-v2/v3, which compute attention inside their own modules, get fused ones from
    :mod:`~kg_docre.modeling.position_bias`. Any other architecture of that kind stays on its eager path,
    and :func:`encode_with_rows` picks the rows out of the attentions it returns: the same numbers, more
    memory and time.
    """
    if fuse_attention(encoder, _heard):
        return True
    supported = bool(getattr(encoder, "_supports_attention_backend", False))
    encoder.set_attn_implementation(IMPLEMENTATION if supported else "eager")
    return supported


@torch.no_grad()
def check_attention(encoder: PreTrainedModel, input_ids: Tensor, *, fused: bool) -> None:
    """Raise :exc:`ValueError` unless :func:`encode_with_rows` gets what it should of an encoder in evaluation mode.

    *Shape:* ``input_ids`` (windows, tokens), without padding.
    """
    windows, tokens = input_ids.shape
    rows = torch.arange(tokens).expand(windows, tokens)
    try:
        states, weights = encode_with_rows(encoder, input_ids, torch.ones_like(input_ids), rows, fused=fused)
        if states.shape != (windows, tokens, encoder.config.hidden_size):
            raise RuntimeError(f"states of shape {tuple(states.shape)}")
        if not torch.allclose(weights.sum(-1), torch.ones(()), atol=1e-3):
            raise RuntimeError("attention that does not sum to 1")
    except Exception as error:  # whatever an architecture of another kind does
        reason = str(error).partition("\n")[0]
        raise ValueError(
            f"{encoder.config.model_type} does not tell, as localized context needs, how much each of {windows} × "
            f"{tokens} tokens attends to every other: {reason}"
        ) from error


def encode(encoder: PreTrainedModel, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
    """Last hidden states alone. *Shape:* (windows, tokens) → (windows, tokens, width)."""
    try:
        states: Tensor = encoder(input_ids=input_ids, attention_mask=attention_mask.long()).last_hidden_state
    finally:
        _last_call.arguments = None  # what no one asks for must not be kept
    return states


def encode_with_rows(
    encoder: PreTrainedModel, input_ids: Tensor, attention_mask: Tensor, rows: Tensor, *, fused: bool
) -> tuple[Tensor, Tensor]:
    """Last hidden states and the last layer's attention weights at chosen query positions.

    ``fused`` is what :func:`use_row_attention` said of the encoder.

    *Shape:* ``input_ids`` and ``attention_mask`` (windows, tokens); ``rows`` (windows, queries),
    positions of the queries; returns states (windows, tokens, width) and weights (windows, heads,
    queries, tokens), each row summing to 1 over the unmasked tokens.

    Raises :exc:`RuntimeError` if the encoder returns no attention weights of every token on every other.
    """
    if not fused:
        output = encoder(input_ids=input_ids, attention_mask=attention_mask.long(), output_attentions=True)
        if not getattr(output, "attentions", None):
            raise RuntimeError("no attention weights")
        weights: Tensor = output.attentions[-1]
        if weights.shape[2:] != (input_ids.shape[1],) * 2:
            raise RuntimeError(f"attention of shape {tuple(weights.shape)}")
        index = rows[:, None, :, None].expand(-1, weights.shape[1], -1, weights.shape[3])
        return output.last_hidden_state, weights.gather(2, index).float()

    try:
        states = encoder(input_ids=input_ids, attention_mask=attention_mask.long()).last_hidden_state
        if _last_call.arguments is None:
            raise RuntimeError("no attention call")
        query, key, mask, scaling, bias = _last_call.arguments
    finally:
        _last_call.arguments = None
    index = rows[:, None, :, None]
    query = query.gather(2, index.expand(-1, query.shape[1], -1, query.shape[3]))
    if key.shape[1] != query.shape[1]:  # grouped key/value heads
        key = key.repeat_interleave(query.shape[1] // key.shape[1], dim=1)
    scores = (query @ key.transpose(2, 3)).float() * scaling
    for term in (bias, mask):
        if term is None:
            continue
        term = term.expand(rows.shape[0], term.shape[1], key.shape[2], -1)
        term = term.gather(2, index.expand(-1, term.shape[1], -1, term.shape[3]))
        scores = scores.masked_fill(~term, -torch.inf) if term.dtype == torch.bool else scores + term
    return states, scores.softmax(-1)
