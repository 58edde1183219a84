"""A checkpoint and documents in, documents with relations out: the only door to inference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, Self

import torch

from kg_docre.annotations import Document, Relation
from kg_docre.data.errors import DataError
from kg_docre.data.features import Features, Featurizer, collate
from kg_docre.decoding import STEPS, decode
from kg_docre.modeling import DocREModel
from kg_docre.precision import autocast, choose_device
from kg_docre.pretrained import checkpoint_fingerprint, checkpoint_path

__all__ = ["Predictor"]

_CHUNK = 128  # documents tokenized, sorted by length and batched together
_PAIR_WASTE = 1.25  # cells per real pair, at most, where documents share a matrix


class Predictor:
    """Finds relations in documents whose entities are given.

    ``batch_tokens`` bounds the tokens that the encoder reads at once, ``batch_pairs`` the entity pairs
    that are reasoned over at once, padding included; ``max_entities`` the entities of a document, since
    reasoning grows with their cube. ``name`` says where facts come from; checkpoints are called by folder and content.
    """

    def __init__(
        self,
        model: DocREModel,
        featurizer: Featurizer,
        *,
        device: str = "auto",
        precision: str = "auto",
        batch_tokens: int = 4096,
        batch_pairs: int = 8192,
        max_entities: int = 300,
        name: str = "",
    ) -> None:
        self.device = choose_device(device)
        self.model = model.to(self.device).eval()
        self.featurizer = featurizer
        self.precision = precision
        self.batch_tokens = batch_tokens
        self.batch_pairs = batch_pairs
        self.max_entities = max_entities
        self.name = name or type(model).__name__

    @classmethod
    def from_pretrained(cls, path_or_name: str | Path = "default", **options: Any) -> Self:
        """Load a checkpoint folder or a shipped checkpoint by name; ``options`` as in the constructor."""
        folder = checkpoint_path(path_or_name)
        model = DocREModel.from_pretrained(folder)
        featurizer = Featurizer.from_pretrained(folder, model.config)
        name = f"{folder.name}@{checkpoint_fingerprint(folder)}"
        return cls(model, featurizer, **{"name": name, **options})

    def pipe(
        self,
        documents: Iterable[Document],
        *,
        threshold: float = 0.5,
        on_error: Callable[[Document, DataError], None] | None = None,
    ) -> Iterator[Document]:
        """Documents with their relations replaced by predictions, in order, each pass streaming.

        A relation is reported when its score reaches ``threshold``; 0.5 is the model's own decision.
        Documents with fewer than two entities come back without relations. A document that can't be
        processed goes to ``on_error`` and comes back without relations; else :exc:`DataError` is raised.
        """
        stream = iter(documents)
        while chunk := list(islice(stream, _CHUNK)):
            yield from self._chunk(chunk, threshold, on_error)

    def __call__(self, document: Document) -> Document:
        return next(self.pipe([document]))

    def _chunk(
        self, chunk: list[Document], threshold: float, on_error: Callable[[Document, DataError], None] | None
    ) -> list[Document]:
        results = [replace(document, relations=()) for document in chunk]
        numbers = []
        for number, document in enumerate(chunk):
            if len(document.entities) < 2:
                continue
            try:
                if len(document.entities) > self.max_entities:
                    size = f"{len(document.entities)} entities, more than max_entities = {self.max_entities}"
                    raise DataError(f"{document.id}: {size}; split the document or raise the limit")
                self.featurizer.check(document)
                numbers.append(number)
            except DataError as error:
                if on_error is None:
                    raise
                on_error(document, error)
        features = self.featurizer([chunk[number] for number in numbers])
        for batch in self._batches(features):
            for i, relations in zip(batch, self._survivors(features, batch, threshold), strict=True):
                document = chunk[numbers[i]]
                if isinstance(relations, RuntimeError):  # out of memory, as a rule
                    failure = DataError(f"{document.id}: {str(relations).splitlines()[0]}")
                    if on_error is None:
                        raise failure from relations
                    on_error(document, failure)
                else:
                    results[numbers[i]] = replace(document, relations=relations)
        return results

    def _survivors(
        self, features: list[Features], batch: list[int], threshold: float
    ) -> Iterator[tuple[Relation, ...] | RuntimeError]:
        """Relations of a batch; where torch fails on it, of each of its documents alone."""
        try:
            yield from self._predict([features[i] for i in batch], threshold)
        except RuntimeError as error:
            if len(batch) == 1:
                yield error
            else:
                for i in batch:
                    yield from self._survivors(features, [i], threshold)

    def _batches(self, features: Sequence[Features]) -> Iterator[list[int]]:
        """Indices of documents of like length, as many as the token budget allows."""
        batch: list[int] = []
        for index in sorted(range(len(features)), key=lambda i: len(features[i].pieces)):
            if batch and (len(batch) + 1) * len(features[index].pieces) > self.batch_tokens:
                yield batch
                batch = []
            batch.append(index)
        if batch:
            yield batch

    def _groups(self, counts: Sequence[int]) -> Iterator[list[int]]:
        """Documents of a batch with nearly as many entities, as many as the pair budget allows: pairs grow
        with the square, so that padding to the batch's largest would cost more than the pairs themselves."""
        group: list[int] = []
        real = 0
        for document in sorted(range(len(counts)), key=counts.__getitem__):
            pairs = counts[document] ** 2
            padded = (len(group) + 1) * pairs
            if group and (padded > _PAIR_WASTE * (real + pairs) or padded > self.batch_pairs):
                yield group
                group, real = [], 0
            group.append(document)
            real += pairs
        yield group

    @torch.inference_mode()
    def _predict(self, features: list[Features], threshold: float) -> list[tuple[Relation, ...]]:
        batch = collate(features, self.model.config).to(self.device)
        with autocast(self.device, self.precision):
            encoded = self.model.encoder(batch)
        relations: list[tuple[Relation, ...]] = [()] * len(features)
        for group in self._groups([len(f.order) for f in features]):
            entities = len(features[group[-1]].order)
            masks = (batch.token_mask[group], batch.entity_mask[group, :entities])
            with autocast(self.device, self.precision):
                matrix = self.model.pair_matrix(encoded.select(group, entities), *masks)
                prediction = self.model.predict(matrix, top=STEPS)
            found = decode(
                self.model,
                [features[document] for document in group],
                matrix,
                prediction,
                token_mask=masks[0],
                sentences=batch.token_sentences[group],
                threshold=threshold,
            )
            for document, facts in zip(group, found, strict=True):
                relations[document] = facts
        return relations
