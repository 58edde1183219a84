"""Documents in, entity embeddings and localized context out (DocRE-SD eq 1-2, DocuNet eq 1-5)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from kg_docre.modeling.attention import encode_with_rows, use_row_attention

__all__ = [
    "DocumentBatch",
    "DocumentEncoder",
    "EncodedDocuments",
    "context_weights",
    "localized_context",
    "ordered_pairs",
    "sentence_shares",
]

# weights (documents × N² × tokens) held at once; more entities than that are taken in turns
_TILE_CELLS = 1 << 26


@dataclass(frozen=True, slots=True)
class DocumentBatch:
    """Documents as tensors. W windows of T tokens; B documents of up to L tokens, N entities.

    A document longer than the encoder spans several windows; ``token_positions`` says where in the
    document (flattened to B·L) each window token belongs, B·L for padding.
    """

    input_ids: Tensor  # (W, T)
    attention_mask: Tensor  # (W, T) bool
    token_positions: Tensor  # (W, T) int
    window_document: Tensor  # (W,) int
    start_rows: Tensor  # (W, Q) int: window positions of mention start markers, padded with 0
    start_weights: Tensor  # (W, N, Q): share of each row in its entity's attention, 0 for padding
    mention_positions: Tensor  # (B, N, K) int: document positions of mention start markers
    mention_mask: Tensor  # (B, N, K) bool
    entity_types: Tensor  # (B, N) int
    entity_mask: Tensor  # (B, N) bool
    token_mask: Tensor  # (B, L) bool
    token_sentences: Tensor  # (B, L) int: sentence of each token, -1 for special tokens and padding

    @property
    def windowed(self) -> bool:
        """Whether any document spans more than one window."""
        return self.input_ids.shape[0] > self.entity_mask.shape[0]

    def to(self, device: torch.device) -> Self:
        return type(self)(**{f.name: getattr(self, f.name).to(device, non_blocking=True) for f in fields(self)})


@dataclass(frozen=True, slots=True)
class EncodedDocuments:
    """What the encoder knows of a batch.

    *Shape:* ``states`` (B, L, width), ``entities`` (B, N, width), ``attention`` (B, N, heads, L).
    """

    states: Tensor
    entities: Tensor
    attention: Tensor

    def select(self, documents: list[int], entities: int) -> EncodedDocuments:
        """Some documents, with their first ``entities`` entities."""
        return EncodedDocuments(
            states=self.states[documents],
            entities=self.entities[documents, :entities],
            attention=self.attention[documents, :entities],
        )


class DocumentEncoder(nn.Module):
    r"""A pretrained language model over windows, and logsumexp pooling of mentions into entities.

    .. math:: h(e_i) = \log \sum_{j=1}^{N_{e_i}} \exp(h(m_j^i))

    where :math:`h(m_j^i)` is the state of the start marker of mention j (DocRE-SD, Encoder; DocuNet
    eq 2). Tokens that several windows share get the average of their states and of their attention.

    States are layer-normalized first: pretrained encoders differ tenfold in the scale of their last
    layer (sentence encoders are the smallest), and everything behind learns at one speed this way.
    """

    def __init__(self, encoder: PreTrainedModel, *, entity_types: int = 0) -> None:
        super().__init__()
        self.encoder = encoder
        self.width: int = encoder.config.hidden_size
        self.fused = use_row_attention(encoder)
        self.state_norm = nn.LayerNorm(self.width)
        self.type_embedding = nn.Embedding(entity_types, self.width) if entity_types else None
        if self.type_embedding is not None:
            nn.init.zeros_(self.type_embedding.weight)

    def forward(self, batch: DocumentBatch) -> EncodedDocuments:
        states, rows = encode_with_rows(
            self.encoder, batch.input_ids, batch.attention_mask, batch.start_rows, fused=self.fused
        )
        states = self.state_norm(states)
        windows, heads, queries, tokens = rows.shape
        # attention of an entity: the mean over its mentions (and their windows), (W, N, heads, T)
        pooled = batch.start_weights @ rows.transpose(1, 2).reshape(windows, queries, heads * tokens)
        attention = pooled.unflatten(-1, (heads, tokens))
        if batch.windowed:
            states, attention = self._merge_windows(batch, states, attention)
        mentions = states.gather(
            1, batch.mention_positions.flatten(1)[..., None].expand(-1, -1, states.shape[-1])
        ).unflatten(1, batch.mention_positions.shape[1:])
        # an entity slot without mentions is padding: give it one, so that no gradient is undefined
        mask = batch.mention_mask.clone()
        mask[..., 0] |= ~batch.entity_mask
        entities = mentions.float().masked_fill(~mask[..., None], -torch.inf).logsumexp(2)
        if self.type_embedding is not None:
            entities = entities + self.type_embedding(batch.entity_types)
        return EncodedDocuments(states=states, entities=entities, attention=attention)

    @staticmethod
    def _merge_windows(batch: DocumentBatch, states: Tensor, attention: Tensor) -> tuple[Tensor, Tensor]:
        documents, length = batch.token_sentences.shape
        flat = batch.token_positions.flatten()
        counts = states.new_zeros(documents * length + 1).index_add(0, flat, torch.ones_like(flat, dtype=states.dtype))
        merged = states.new_zeros(documents * length + 1, states.shape[-1]).index_add(0, flat, states.flatten(0, 1))
        merged = (merged / counts.clamp_min(1)[:, None])[:-1].view(documents, length, -1)
        _, entities, heads, _ = attention.shape
        summed = attention.new_zeros(documents * length + 1, entities, heads)
        summed = summed.index_add(0, flat, attention.permute(0, 3, 1, 2).flatten(0, 1))
        return merged, summed[:-1].unflatten(0, (documents, length)).permute(0, 2, 3, 1)


def localized_context(encoded: EncodedDocuments, token_mask: Tensor, *, weights: str = "product") -> Tensor:
    r"""Context of every unordered entity pair, each entity with itself included.

    ``product`` is DocRE-SD eq 2, ``softmax`` DocuNet eq 4-5 (before :math:`W_2`):

    .. math::
        c_{s,o} = H^T \frac{A_s \circ A_o}{1^T (A_s \circ A_o)}
        \qquad a^{(s,o)} = \mathrm{softmax}\Big(\sum_i A^s_i \cdot A^o_i\Big)

    with the products summed over heads (which eq 2 cannot tell from their mean). Context is symmetric,
    so half of the pairs are computed; :func:`ordered_pairs` says where each lies. The weights of large
    documents are made and used a few entities s at a time, so that memory stays O(N² · width).

    *Shape:* ``token_mask`` (B, L) → (B, N (N + 1) / 2, width).
    """
    batch, entities, _, length = encoded.attention.shape
    by_token = encoded.attention.permute(0, 3, 1, 2)  # (B, L, N, heads)
    tile = max(1, min(entities, _TILE_CELLS // max(1, batch * entities * length)))
    head, tail = torch.triu_indices(entities, entities, device=token_mask.device)
    contexts = []
    for first in range(0, entities, tile):
        inside = (head >= first) & (head < first + tile)
        products = (by_token[:, :, first : first + tile] @ by_token.transpose(2, 3)).flatten(2)  # (B, L, tile · N)
        products = products.index_select(2, ((head - first) * entities + tail)[inside])
        products = _normalized(products, token_mask[..., None], 1, weights)
        contexts.append(products.transpose(1, 2).to(encoded.states.dtype) @ encoded.states)
    return torch.cat(contexts, 1)


def ordered_pairs(entities: int, device: torch.device) -> Tensor:
    """Where :func:`localized_context` has each pair (s, o). *Shape:* (N · N,)."""
    head, tail = torch.triu_indices(entities, entities, device=device)
    where = torch.empty(entities, entities, dtype=torch.long, device=device)
    where[head, tail] = where[tail, head] = torch.arange(len(head), device=device)
    return where.flatten()


def context_weights(
    encoded: EncodedDocuments, token_mask: Tensor, pairs: tuple[Tensor, Tensor, Tensor], *, weights: str = "product"
) -> Tensor:
    """The token weights that :func:`localized_context` draws with, for a few pairs.

    *Shape:* ``pairs`` are document, head and tail, each (n,) → (n, L), every row summing to 1.
    """
    document, head, tail = pairs
    products = (encoded.attention[document, head] * encoded.attention[document, tail]).sum(1)
    return _normalized(products, token_mask[document], -1, weights)


def sentence_shares(weights: Tensor, sentences: Tensor, count: int) -> Tensor:
    """How much of every pair's context each sentence holds; special tokens belong to none.

    *Shape:* ``weights`` (n, L), ``sentences`` (n, L) with -1 for none → (n, ``count``), every row summing to 1.
    """
    held = weights.new_zeros(len(weights), count + 1).scatter_add(1, sentences + 1, weights)[:, 1:]
    return held / held.sum(1, keepdim=True).clamp_min(1e-10)


def _normalized(products: Tensor, mask: Tensor, dimension: int, weights: str) -> Tensor:
    if weights == "softmax":
        return products.masked_fill(~mask, -torch.inf).softmax(dimension)
    return products / (products.sum(dimension, keepdim=True) + 1e-10)
