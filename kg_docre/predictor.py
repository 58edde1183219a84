"""A checkpoint and documents in, documents with relations out: the only door to inference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Self

import torch

from kg_docre.annotations import Document, Relation
from kg_docre.calibration import Calibration
from kg_docre.data.errors import DataError
from kg_docre.data.features import Features, Featurizer, collate
from kg_docre.decoding import STEPS, decode
from kg_docre.modeling import DocREModel, DocumentBatch
from kg_docre.precision import autocast, check_precision, choose_device
from kg_docre.pretrained import checkpoint_fingerprint, checkpoint_path

__all__ = ["BATCH_SIZE", "Predictor"]

BATCH_SIZE = 128
_TOKEN_WASTE = 1.05  # tokens per real token, at most, where documents share a batch
_PAIR_WASTE = 1.1  # cells per real pair, at most, where documents share a matrix
# tokens and pairs at once: on a CPU what its caches hold, on a GPU what keeps it busy
_BUDGETS = {"cpu": (2048, 2048), "cuda": (32768, 65536)}


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Documents ready for the model, in batches that know which of the documents they hold."""

    documents: list[Document]
    failures: list[tuple[Document, DataError]]
    batches: list[tuple[list[int], list[Features], DocumentBatch]]


class Predictor:
    """Finds relations in documents whose entities are given.

    ``batch_tokens`` bounds the tokens that the encoder reads at once, ``batch_pairs`` the entity pairs
    that are reasoned over at once, padding included (0: as suits the device); ``max_entities`` the entities
    of a document, since reasoning grows with their cube (None: any number). ``calibration`` turns log-odds
    into probabilities that hold; without it they are the model's own. ``name`` says where facts come from;
    checkpoints are called by folder and content.
    """

    def __init__(
        self,
        model: DocREModel,
        featurizer: Featurizer,
        *,
        device: str = "auto",
        precision: str = "auto",
        batch_tokens: int = 0,
        batch_pairs: int = 0,
        max_entities: int | None = 300,
        calibration: Calibration | None = None,
        name: str = "",
    ) -> None:
        self.device = choose_device(device)
        self.model = model.to(self.device).eval()
        self.featurizer = featurizer
        self.precision = check_precision(precision)
        tokens, pairs = _BUDGETS["cpu" if self.device.type == "cpu" else "cuda"]
        self.batch_tokens = batch_tokens or tokens
        self.batch_pairs = batch_pairs or pairs
        self.max_entities = max_entities
        self.calibration = calibration
        self.name = name or type(model).__name__

    @classmethod
    def from_pretrained(cls, path_or_name: str | Path = "default", **options: Any) -> Self:
        """Load a checkpoint folder or a shipped checkpoint by name; ``options`` as in the constructor."""
        folder = checkpoint_path(path_or_name)
        model = DocREModel.from_pretrained(folder)
        featurizer = Featurizer.from_pretrained(folder, model.config)
        name = f"{folder.name}@{checkpoint_fingerprint(folder)}"
        return cls(model, featurizer, **{"name": name, "calibration": Calibration.load(folder), **options})

    @property
    def decision(self) -> float:
        """The log-odds (:meth:`DocREModel.decision_scores`) from which on a relation is reported."""
        return 0.0 if self.calibration is None else self.calibration.decision

    def threshold(self, min_precision: float) -> float:
        """The score from which on at least this share of facts was right in held-out documents.

        Raises :exc:`ValueError` if the checkpoint is not calibrated or never reached that.
        """
        if self.calibration is None:
            raise ValueError(f"{self.name} is not calibrated: train it with development documents for min_precision")
        return self.calibration.cutoff(min_precision)

    def pipe(
        self,
        documents: Iterable[Document],
        *,
        threshold: float | None = None,
        batch_size: int = BATCH_SIZE,
        on_error: Callable[[Document, DataError], None] | None = None,
    ) -> Iterator[Document]:
        """Documents with their relations replaced by predictions, in order, each pass streaming.

        ``batch_size`` documents are tokenized and sorted by length together, in a thread of their own while
        the model is at the ones before, so that up to twice as many are read ahead.

        A relation is reported when its score reaches ``threshold``; None is the model's own decision.
        Documents with fewer than two entities come back without relations. A document that can't be
        processed goes to ``on_error`` and comes back without relations; else :exc:`DataError` is raised.
        """
        waiting: Future[_Chunk] | None = None
        with ThreadPoolExecutor(1, "kg-docre-features") as worker:
            stream = iter(documents)
            while chunk := list(islice(stream, batch_size)):
                following = worker.submit(self._prepare, chunk)
                if waiting is not None:
                    yield from self._finish(waiting.result(), threshold, on_error)
                waiting = following
            if waiting is not None:
                yield from self._finish(waiting.result(), threshold, on_error)

    def __call__(self, document: Document) -> Document:
        return self._finish(self._prepare([document]), None, None)[0]

    def _prepare(self, documents: list[Document]) -> _Chunk:
        """All that needs no model: documents checked, tokenized, sorted by length and stacked."""
        failures, numbers = [], []
        for number, document in enumerate(documents):
            if len(document.entities) < 2:
                continue
            try:
                if self.max_entities is not None and len(document.entities) > self.max_entities:
                    size = f"{len(document.entities)} entities, more than max_entities = {self.max_entities}"
                    raise DataError(f"{document.id}: {size}; split the document or raise the limit")
                self.featurizer.check(document)
                numbers.append(number)
            except DataError as error:
                failures.append((document, error))
        features = self.featurizer([documents[number] for number in numbers])
        batches = []
        for batch in self._batches(features):
            part = [features[i] for i in batch]
            batches.append(([numbers[i] for i in batch], part, collate(part, self.model.config)))
        return _Chunk(documents, failures, batches)

    def _finish(
        self, chunk: _Chunk, threshold: float | None, on_error: Callable[[Document, DataError], None] | None
    ) -> list[Document]:
        results = [replace(document, relations=()) for document in chunk.documents]
        for document, error in chunk.failures:
            if on_error is None:
                raise error
            on_error(document, error)
        for numbers, features, batch in chunk.batches:
            for number, relations in zip(numbers, self._survivors(features, batch, threshold), strict=True):
                document = chunk.documents[number]
                if isinstance(relations, RuntimeError):  # out of memory, as a rule
                    failure = DataError(f"{document.id}: {str(relations).splitlines()[0]}")
                    if on_error is None:
                        raise failure from relations
                    on_error(document, failure)
                else:
                    results[number] = replace(document, relations=relations)
        return results

    def _survivors(
        self, features: list[Features], batch: DocumentBatch, threshold: float | None
    ) -> Iterator[tuple[Relation, ...] | RuntimeError]:
        """Relations of a batch; where torch fails on it, of each of its documents alone."""
        try:
            yield from self._predict(features, batch, threshold)
        except RuntimeError as error:
            if len(features) == 1:
                yield error
            else:
                for one in features:
                    yield from self._survivors([one], collate([one], self.model.config), threshold)

    def _batches(self, features: Sequence[Features]) -> Iterator[list[int]]:
        """Indices of documents of like length, as many as the token budget allows."""
        batch: list[int] = []
        real = 0
        for index in sorted(range(len(features)), key=lambda i: len(features[i].pieces)):
            tokens = len(features[index].pieces)
            padded = (len(batch) + 1) * tokens
            if batch and (padded > self.batch_tokens or padded > _TOKEN_WASTE * (real + tokens)):
                yield batch
                batch, real = [], 0
            batch.append(index)
            real += tokens
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
    def _predict(
        self, features: list[Features], batch: DocumentBatch, threshold: float | None
    ) -> list[tuple[Relation, ...]]:
        batch = batch.to(self.device)
        with autocast(self.device, self.precision):
            encoded = self.model.encoder(batch)
        relations: list[tuple[Relation, ...]] = [()] * len(features)
        for group in self._groups([len(f.order) for f in features]):
            entities = len(features[group[-1]].order)
            masks = (batch.token_mask[group], batch.entity_mask[group, :entities])
            types = batch.entity_types[group, :entities]
            with autocast(self.device, self.precision):
                matrix = self.model.pair_matrix(encoded.select(group, entities), *masks, types)
                prediction = self.model.predict(matrix, top=STEPS)
            found = decode(
                self.model,
                [features[document] for document in group],
                matrix,
                prediction,
                token_mask=masks[0],
                sentences=batch.token_sentences[group],
                calibration=self.calibration,
                threshold=threshold,
            )
            for document, facts in zip(group, found, strict=True):
                relations[document] = facts
        return relations
