"""Fused attention for encoders that add position terms inside modules of their own.

MPNet and DeBERTa-v2/v3 compute attention step by step, so transformers has no fused path for them. Here
the same projections and the same position terms go to torch's fused attention as an additive mask.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers.models.deberta_v2.modeling_deberta_v2 import DisentangledSelfAttention
from transformers.models.mpnet.modeling_mpnet import MPNetSelfAttention

__all__ = ["fuse_attention"]

# told of every call: queries, keys, additive mask (documents, heads or 1, queries or 1, keys) and scaling
Listener = Callable[[Tensor, Tensor, Tensor, float], None]


def _attend(module: Any, query: Tensor, key: Tensor, value: Tensor, mask: Tensor, scaling: float) -> Tensor:
    """*Shape:* query, key, value (B, heads, T, head width) → (B, T, width)."""
    module.listener(query, key, mask, scaling)
    dropout = module.dropout.p if module.training else 0.0
    mixed = nn.functional.scaled_dot_product_attention(
        query, key, value, attn_mask=mask.to(query.dtype), dropout_p=dropout, scale=scaling
    )
    return mixed.transpose(1, 2).flatten(2)


class FusedMPNetSelfAttention(MPNetSelfAttention):
    """MPNet's attention with its relative position bias."""

    listener: Listener

    def forward(
        self,
        hidden_states: Tensor,
        attention_mask: Tensor | None = None,
        position_bias: Tensor | None = None,
        output_attentions: bool = False,
        **kwargs: Any,
    ) -> Any:
        if output_attentions or position_bias is None:
            plain: Any = super()
            return plain.forward(hidden_states, attention_mask, position_bias, output_attentions, **kwargs)
        query, key, value = (
            projection(hidden_states).unflatten(-1, (self.num_attention_heads, -1)).transpose(1, 2)
            for projection in (self.q, self.k, self.v)
        )
        # without padding there is no mask
        mask = position_bias if attention_mask is None else position_bias + attention_mask
        return (self.o(_attend(self, query, key, value, mask, self.attention_head_size**-0.5)),)


class FusedDisentangledSelfAttention(DisentangledSelfAttention):
    """DeBERTa-v2's attention with its content-to-position and position-to-content terms."""

    listener: Listener

    def forward(
        self,
        hidden_states: Tensor,
        attention_mask: Tensor,
        output_attentions: bool = False,
        query_states: Tensor | None = None,
        relative_pos: Tensor | None = None,
        rel_embeddings: Tensor | None = None,
    ) -> Any:
        if output_attentions or not self.relative_attention:
            plain: Any = super()
            return plain.forward(
                hidden_states, attention_mask, output_attentions, query_states, relative_pos, rel_embeddings
            )
        heads = self.num_attention_heads
        asking = hidden_states if query_states is None else query_states
        query = self.transpose_for_scores(self.query_proj(asking), heads)
        key = self.transpose_for_scores(self.key_proj(hidden_states), heads)
        value = self.transpose_for_scores(self.value_proj(hidden_states), heads)
        terms = 1 + ("c2p" in self.pos_att_type) + ("p2c" in self.pos_att_type)
        position_terms: Callable[..., Tensor] = self.disentangled_attention_bias
        bias = position_terms(query, key, relative_pos, self.pos_dropout(rel_embeddings), terms)
        query, key, value = (part.unflatten(0, (-1, heads)) for part in (query, key, value))
        lowest = torch.finfo(query.dtype).min
        mask = bias.unflatten(0, (-1, heads)).masked_fill(~attention_mask.bool(), lowest)
        return _attend(self, query, key, value, mask, (query.shape[-1] * terms) ** -0.5), None


_FUSED = {
    MPNetSelfAttention: FusedMPNetSelfAttention,
    DisentangledSelfAttention: FusedDisentangledSelfAttention,
}


def fuse_attention(encoder: PreTrainedModel, listener: Listener) -> bool:
    """Give every attention module its fused form, in place; whether there were any."""
    found = False
    module: Any
    for module in encoder.modules():
        module.__class__ = _FUSED.get(type(module), type(module))
        if isinstance(module, FusedMPNetSelfAttention | FusedDisentangledSelfAttention):
            module.listener = listener
            found = True
    return found
