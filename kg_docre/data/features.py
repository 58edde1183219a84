"""Documents as model inputs: word pieces, mention markers, overlapping windows, padded batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from kg_docre.annotations import Document
from kg_docre.data.errors import DataError
from kg_docre.data.tokenizer import encode, load_tokenizer
from kg_docre.modeling import DocumentBatch, ModelConfig

__all__ = ["Features", "Featurizer", "collate", "windows_of"]

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Features:
    """One document, tokenized. Entities stand in order of first appearance (DocuNet, 3.1)."""

    pieces: Integers  # (n,) word-piece ids with markers, without special tokens
    sentences: Integers  # (n,) sentence of each piece
    mention_positions: Integers  # (m,) piece index of every mention's start marker
    mention_entities: Integers  # (m,) which entity, in the order below
    entity_types: Integers  # (N,)
    order: Integers  # (N,) the document's entity number of each entity here


class Featurizer:
    """Turns documents into :class:`Features` with a checkpoint's tokenizer."""

    def __init__(self, tokenizer: Tokenizer, config: ModelConfig) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self.tokenizer = tokenizer
        self.config = config
        self._types = {name: number for number, name in enumerate(config.entity_types)}

    @classmethod
    def from_pretrained(cls, path: str | Path, config: ModelConfig) -> Featurizer:
        """With ``tokenizer.json`` of a checkpoint folder."""
        return cls(load_tokenizer(path), config)

    def check(self, document: Document) -> None:
        """Raises :exc:`DataError` naming file and document, and the entity that has no mention, one of no words of the
        document, or an unknown type."""
        words, starts = len(document.words), document.sentence_starts
        if document.spaces and len(document.spaces) != words:
            raise DataError(f"{document.where}: spaces of {len(document.spaces)} words, where there are {words}")
        if words and (not starts or starts[0] != 0):
            raise DataError(f"{document.where}: no sentence starts at its first word")
        for number, entity in enumerate(document.entities):
            where = f"{document.where}: entity {number} ({entity.name!r:.60})"
            if not entity.mentions:
                raise DataError(f"{where} has no mention")
            for mention in entity.mentions:
                if not 0 <= mention.start < mention.end <= words:
                    raise DataError(f"{where}: words {mention.start} to {mention.end} of {words}")
                if not 0 <= mention.sentence < len(starts):
                    raise DataError(f"{where}: a mention in sentence {mention.sentence} of {len(starts)}")
            if entity.type not in self._types:
                known = ", ".join(self._types)
                raise DataError(
                    f"{where}: type {entity.type!r} is none of {known} (model.entity_types of a training file names "
                    "others; entity_types of docre in spaCy maps them)"
                )

    def __call__(self, documents: Sequence[Document]) -> list[Features]:
        """Tokenize checked documents in one batch."""
        encodings = encode(self.tokenizer, [document.words for document in documents])
        return [
            self._features(document, np.array(encoding.ids, np.int64), np.array(encoding.word_ids, np.int64))
            for document, encoding in zip(documents, encodings, strict=True)
        ]

    def _features(self, document: Document, pieces: Integers, words: Integers) -> Features:
        spans = np.array(
            [(m.start, m.end, number) for number, entity in enumerate(document.entities) for m in entity.mentions],
            np.int64,
        ).reshape(-1, 3)
        spans = spans[np.lexsort((spans[:, 1], spans[:, 0]))]
        first_seen, appearance = np.unique(spans[:, 2], return_index=True)
        order = first_seen[np.argsort(appearance)]
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))

        # where each word's pieces begin; a word may have none
        first_piece = np.searchsorted(words, np.arange(len(document.words) + 1))
        boundaries = np.concatenate([spans[:, 1], spans[:, 0]])
        positions = first_piece[boundaries]
        # between two words the ends that close there come before the starts that open there
        sequence = np.lexsort((np.repeat([0, 1], len(spans)), boundaries))
        inserted = np.empty(len(positions), np.int64)
        inserted[sequence] = positions[sequence] + np.arange(len(positions))
        pieces = np.insert(pieces, positions[sequence], self.config.marker)

        sentence_of_word = (
            np.searchsorted(np.array(document.sentence_starts), np.arange(len(document.words)), "right") - 1
        )
        mention_sentence = sentence_of_word[spans[:, 0]]
        sentences = np.insert(
            sentence_of_word[words], positions[sequence], np.concatenate([mention_sentence, mention_sentence])[sequence]
        )
        return Features(
            pieces=pieces,
            sentences=sentences,
            mention_positions=inserted[len(spans) :],
            mention_entities=rank[spans[:, 2]],
            entity_types=np.array([self._types[document.entities[n].type] for n in order], np.int64),
            order=order,
        )


def windows_of(length: int, body: int, overlap: int) -> list[tuple[int, int]]:
    """Evenly spaced windows of ``body`` pieces, neighbours sharing at least ``overlap`` (DocuNet, 3.2)."""
    if length <= body:
        return [(0, length)]
    count = -(-(length - overlap) // (body - overlap))
    starts = np.linspace(0, length - body, count).round().astype(int)
    return [(int(start), int(start) + body) for start in starts]


def collate(features: Sequence[Features], config: ModelConfig) -> DocumentBatch:
    """Pad and stack documents into one :class:`DocumentBatch`; every document needs an entity."""
    prefix, suffix = np.array(config.prefix, np.int64), np.array(config.suffix, np.int64)
    before = len(prefix)
    body = config.window - len(prefix) - len(suffix)
    spans = [windows_of(len(f.pieces), body, config.window_overlap) for f in features]
    documents = len(features)
    window_document = np.repeat(np.arange(documents), [len(s) for s in spans])
    windows = len(window_document)
    tokens = max(last - first for s in spans for first, last in s) + before + len(suffix)
    length = max(len(f.pieces) for f in features) + before + len(suffix)
    entities = max(len(f.order) for f in features)
    counts = [np.bincount(f.mention_entities, minlength=len(f.order)) for f in features]
    most = max(int(c.max()) for c in counts)

    input_ids = np.full((windows, tokens), config.encoder.get("pad_token_id") or 0, np.int64)
    attention_mask = np.zeros((windows, tokens), bool)
    token_positions = np.full((windows, tokens), documents * length, np.int64)
    token_mask = np.zeros((documents, length), bool)
    token_sentences = np.full((documents, length), -1, np.int64)
    entity_types = np.zeros((documents, entities), np.int64)
    entity_mask = np.zeros((documents, entities), bool)
    mention_positions = np.zeros((documents, entities, most), np.int64)
    mention_mask = np.zeros((documents, entities, most), bool)
    rows: list[tuple[Integers, Integers, NDArray[np.float64]]] = []  # positions, entities, weights of each window

    window = 0
    for d, (f, document_spans) in enumerate(zip(features, spans, strict=True)):
        n, found = len(f.pieces), len(f.order)
        token_mask[d, : before + n + len(suffix)] = True
        token_sentences[d, before : before + n] = f.sentences
        entity_types[d, :found] = f.entity_types
        entity_mask[d, :found] = True
        by_entity = np.argsort(f.mention_entities, kind="stable")
        slot = np.arange(len(by_entity)) - np.repeat(np.cumsum(counts[d]) - counts[d], counts[d])
        mention_positions[d, f.mention_entities[by_entity], slot] = f.mention_positions[by_entity] + before
        mention_mask[d, f.mention_entities[by_entity], slot] = True

        inside = np.array([(f.mention_positions >= a) & (f.mention_positions < b) for a, b in document_spans])
        share = 1.0 / (inside.sum(0) * counts[d][f.mention_entities])
        for (first, last), mentions in zip(document_spans, inside, strict=True):
            size = before + last - first + len(suffix)
            input_ids[window, :size] = np.concatenate([prefix, f.pieces[first:last], suffix])
            attention_mask[window, :size] = True
            token_positions[window, :size] = d * length + np.concatenate(
                [np.arange(before), before + np.arange(first, last), before + n + np.arange(len(suffix))]
            )
            rows.append((f.mention_positions[mentions] - first + before, f.mention_entities[mentions], share[mentions]))
            window += 1

    queries = max(1, max(len(positions) for positions, _, _ in rows))
    start_rows = np.zeros((windows, queries), np.int64)
    start_weights = np.zeros((windows, entities, queries), np.float32)
    for w, (positions, owners, weights) in enumerate(rows):
        start_rows[w, : len(positions)] = positions
        start_weights[w, owners, np.arange(len(positions))] = weights
    return DocumentBatch(
        input_ids=torch.from_numpy(input_ids),
        attention_mask=torch.from_numpy(attention_mask),
        token_positions=torch.from_numpy(token_positions),
        window_document=torch.from_numpy(window_document),
        start_rows=torch.from_numpy(start_rows),
        start_weights=torch.from_numpy(start_weights),
        mention_positions=torch.from_numpy(mention_positions),
        mention_mask=torch.from_numpy(mention_mask),
        entity_types=torch.from_numpy(entity_types),
        entity_mask=torch.from_numpy(entity_mask),
        token_mask=torch.from_numpy(token_mask),
        token_sentences=torch.from_numpy(token_sentences),
    )
