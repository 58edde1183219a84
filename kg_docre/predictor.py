"""A checkpoint and documents in, documents with relations out: the only door to inference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor

from kg_docre.annotations import Document, ReasoningStep, Relation
from kg_docre.data.errors import DataError
from kg_docre.data.features import Features, Featurizer, collate
from kg_docre.modeling import DocREModel, DocumentBatch, PairMatrix, context_weights
from kg_docre.modeling.reasoning import ReasoningModule
from kg_docre.precision import autocast, choose_device
from kg_docre.pretrained import checkpoint_fingerprint, checkpoint_path

__all__ = ["Predictor"]

_CHUNK = 128  # documents tokenized, sorted by length and batched together
_STEPS = 3  # reasoning steps told per fact
_MINIMUM_WEIGHT = 0.05  # attention below this explains nothing
_EVIDENCE_SHARE = 0.2  # a sentence is evidence if it holds this share of the pair's context weight

# the two pairs each pattern reads, of s(ubject), i(ntermediate), o(bject): DocRE-SD Table 1
_PREMISES = {
    1: (("s", "i"), ("i", "o")),
    2: (("i", "s"), ("i", "o")),
    3: (("s", "i"), ("o", "i")),
    4: (("o", "i"), ("i", "s")),
}


class Predictor:
    """Finds relations in documents whose entities are given.

    ``batch_tokens`` bounds the encoder tokens, ``batch_pairs`` the entity pairs of one batch, padding
    included; ``max_entities`` the entities of a document, since reasoning grows with their cube.
    ``name`` says where facts come from; checkpoints are called by folder and content.
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
        """Indices of documents of like length, as many as the token and pair budgets allow."""
        batch: list[int] = []
        entities = 0
        for index in sorted(range(len(features)), key=lambda i: (len(features[i].pieces), len(features[i].order))):
            tokens, entities = len(features[index].pieces), max(entities, len(features[index].order))
            size = len(batch) + 1
            if batch and (size * tokens > self.batch_tokens or size * entities**2 > self.batch_pairs):
                yield batch
                batch, entities = [], len(features[index].order)
            batch.append(index)
        if batch:
            yield batch

    @torch.inference_mode()
    def _predict(self, features: list[Features], threshold: float) -> list[tuple[Relation, ...]]:
        batch = collate(features, self.model.config).to(self.device)
        with autocast(self.device, self.precision):
            matrix = self.model.encode(batch)
            prediction = self.model.predict(matrix, top=_STEPS)
        probabilities = self.model.decision_scores(prediction.logits).sigmoid()
        different = ~torch.eye(batch.entity_mask.shape[1], dtype=torch.bool, device=self.device)
        real = batch.entity_mask[:, :, None] & batch.entity_mask[:, None] & different
        found = ((probabilities >= threshold) & real[..., None]).nonzero()
        document, head, tail, label = found.unbind(1)
        facts = _Facts(
            document=document,
            head=head,
            tail=tail,
            label=label,
            score=probabilities[document, head, tail, label],
            evidence=self._evidence(matrix, batch, (document, head, tail)),
        )
        steps = None
        if prediction.vias is not None and prediction.via_weights is not None:
            steps = _strongest_steps(
                prediction.via_weights[document, :, head, tail], prediction.vias[document, :, head, tail], head, tail
            )
        return self._assemble(features, facts, steps)

    def _evidence(self, matrix: PairMatrix, batch: DocumentBatch, pairs: tuple[Tensor, Tensor, Tensor]) -> Tensor:
        """*Shape:* pairs are document, head and tail, each (n,) → (n, sentences) bool."""
        count = int(batch.token_sentences.max()) + 1
        parts = []
        for part in zip(*(column.split(_CHUNK) for column in pairs), strict=True):
            weights = context_weights(matrix.encoded, batch.token_mask, part, weights=self.model.config.context_weights)
            parts.append(_largest_shares(weights.float(), batch.token_sentences[part[0]], count))
        return torch.cat(parts)

    def _assemble(
        self, features: list[Features], facts: _Facts, steps: tuple[Tensor, Tensor, Tensor] | None
    ) -> list[tuple[Relation, ...]]:
        """Python objects for the facts found, in the documents' own entity numbers."""
        names = list(self.model.config.relations)
        module = self.model.reasoning
        patterns = module.patterns if isinstance(module, ReasoningModule) else ()
        columns = [column.tolist() for column in (facts.document, facts.head, facts.tail, facts.label, facts.score)]
        sentences: list[list[int]] = [[] for _ in columns[0]]
        for fact, sentence in facts.evidence.nonzero().tolist():
            sentences[fact].append(sentence)
        told = zip(*(part.tolist() for part in steps), strict=True) if steps else ()
        reasons = list(told) or [([], [], [])] * len(sentences)
        relations: list[list[Relation]] = [[] for _ in features]
        for (d, h, t, r, score), evidence, (weights, heads, vias) in zip(
            zip(*columns, strict=True), sentences, reasons, strict=True
        ):
            order = features[d].order
            reasoning = []
            for weight, k, via in zip(weights, heads, vias, strict=True):
                if weight < _MINIMUM_WEIGHT:
                    break
                entity = {"s": int(order[h]), "o": int(order[t]), "i": int(order[via])}
                (a, b), (c, e) = _PREMISES[patterns[k]]
                premises = ((entity[a], entity[b]), (entity[c], entity[e]))
                reasoning.append(ReasoningStep(pattern=patterns[k], via=entity["i"], premises=premises, weight=weight))
            relations[d].append(
                Relation(
                    head=int(order[h]),
                    tail=int(order[t]),
                    label=names[r],
                    score=score,
                    evidence=tuple(evidence),
                    reasoning=tuple(reasoning),
                )
            )
        return [tuple(found) for found in relations]


@dataclass(frozen=True, slots=True)
class _Facts:
    """What was decided, as parallel tensors (n,); ``evidence`` (n, sentences) bool."""

    document: Tensor
    head: Tensor
    tail: Tensor
    label: Tensor
    score: Tensor
    evidence: Tensor


def _largest_shares(weights: Tensor, sentences: Tensor, count: int) -> Tensor:
    """Sentences that hold a good share of each pair's localized context (always the largest).

    *Shape:* weights (n, L), sentences (n, L) with -1 for none → (n, sentences) bool.
    """
    share = weights.new_zeros(len(weights), count + 1).scatter_add(1, sentences + 1, weights)[:, 1:]
    share = share / share.sum(1, keepdim=True).clamp_min(1e-10)
    return (share >= _EVIDENCE_SHARE) | (share == share.amax(1, keepdim=True))


def _strongest_steps(weights: Tensor, vias: Tensor, head: Tensor, tail: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The largest attention weights over all heads on a third entity.

    *Shape:* weights and vias (n, heads, top), head and tail (n,) → weight, head number and via, each
    (n, steps), sorted by weight.
    """
    third = (vias != head[:, None, None]) & (vias != tail[:, None, None])
    weights = weights.float().masked_fill(~third, 0.0)
    top = weights.shape[2]
    best, index = weights.flatten(1).topk(min(_STEPS, weights.shape[1] * top), 1)
    return best, index // top, vias.flatten(1).gather(1, index)
