"""A checkpoint and documents in, documents with relations out: the only door to inference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor

from kg_docre.annotations import Document, Relation
from kg_docre.batching import BATCH_SIZE, BUDGETS, MAX_ENTITIES, by_entities
from kg_docre.calibration import UNCALIBRATED, Calibration
from kg_docre.chunks import LOWEST, Batch, Chunk, apart, in_chunks, prepare
from kg_docre.contradictions import weighed
from kg_docre.data.errors import DataError
from kg_docre.data.features import Featurizer
from kg_docre.data.passages import together
from kg_docre.decoding import STEPS, decode, least_scores
from kg_docre.ensemble import Member
from kg_docre.modeling import DocREModel, DocumentBatch, PairMatrix, Prediction
from kg_docre.precision import autocast, check_precision, choose_device
from kg_docre.pretrained import checkpoint_fingerprint, checkpoint_path
from kg_docre.shares import check_share
from kg_docre.subjects import SubjectBoundaries

__all__ = ["Predictor"]


class Predictor:
    """Finds relations in documents whose entities are given.

    ``batch_tokens`` bounds the tokens that the encoder reads at once, ``batch_pairs`` the entity pairs
    that are reasoned over at once, padding included (0: as suits the device). Documents with more entities than
    ``max_entities`` are read in overlapping passages that have no more (None: none is), since reasoning grows with the
    cube of their number. Where ``subjects`` sees a text turn to another subject, it is read as two, unless
    ``split_subjects`` is false. With ``checks``, what the text denies is left out, and what something else
    that is known speaks against is unlikely (:mod:`~kg_docre.contradictions`). ``calibration`` turns log-odds into
    probabilities that hold; without it they are the model's own. ``others`` judge together with the model, from which
    evidence and reasoning are. ``name`` says where facts come from; checkpoints are called by folder and content.
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
        max_entities: int | None = MAX_ENTITIES,
        calibration: Calibration | None = None,
        others: Sequence[Member] = (),
        subjects: SubjectBoundaries | None = None,
        split_subjects: bool = True,
        checks: bool = True,
        name: str = "",
    ) -> None:
        if max_entities is not None and max_entities < 2:
            raise ValueError(f"max_entities must be at least 2, not {max_entities}")
        if (least := min(batch_tokens or 0, batch_pairs or 0)) < 0:
            raise ValueError(f"batch_tokens and batch_pairs are at least 0, not {least}")
        self.device = choose_device(device)
        self.model = model.to(self.device).eval()
        self.featurizer = featurizer
        own = Member(model, featurizer, 1.0 - sum(m.weight for m in others), list(range(len(model.config.relations))))
        self.members = (own, *(other._replace(model=other.model.to(self.device).eval()) for other in others))
        self.precision = check_precision(precision)
        tokens, pairs = BUDGETS["cpu" if self.device.type == "cpu" else "cuda"]
        self.batch_tokens = batch_tokens or tokens
        self.batch_pairs = batch_pairs or pairs
        self.max_entities = max_entities
        self.calibration = calibration or UNCALIBRATED
        self.subjects = subjects if split_subjects else None
        self.split_subjects = split_subjects
        self.checks = checks
        self.name = name or type(model).__name__

    @classmethod
    def from_pretrained(cls, path_or_name: str | Path = "default", **options: Any) -> Self:
        """Load a checkpoint folder or a shipped checkpoint by name; ``options`` as in the constructor."""
        folder = checkpoint_path(path_or_name)
        model = DocREModel.from_pretrained(folder)
        featurizer = Featurizer.from_pretrained(folder, model.config)
        name = f"{folder.name}@{checkpoint_fingerprint(folder)}"
        kept = {
            "name": name,
            "calibration": Calibration.load(folder),
            "others": Member.beside(model, folder),
            "subjects": SubjectBoundaries.load(folder),
        }
        return cls(model, featurizer, **{**kept, **options})

    @property
    def decision(self) -> float:
        """The log-odds (:meth:`judgement`) from which on a relation is reported."""
        return self.calibration.decision

    def threshold(self, min_precision: float) -> float:
        """The score from which on at least this share of facts was right in held-out documents.

        Raises :exc:`ValueError` if the checkpoint is not calibrated or never reached that.
        """
        if self.calibration is UNCALIBRATED:
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
        check_share("threshold", threshold)
        waiting: Future[Chunk] | None = None
        with ThreadPoolExecutor(1, "kg-docre-features") as worker:
            for chunk in in_chunks(documents, batch_size):
                following = worker.submit(self._prepare, chunk, threshold)
                if waiting is not None:
                    yield from self._finish(waiting.result(), threshold, on_error)
                waiting = following
            if waiting is not None:
                yield from self._finish(waiting.result(), threshold, on_error)

    def __call__(self, document: Document) -> Document:
        return self._finish(self._prepare([document], None), None, None)[0]

    def _prepare(self, documents: list[Document], threshold: float | None) -> Chunk:
        return prepare(documents, self.members, self.max_entities, self.batch_tokens, threshold, self.subjects)

    def _finish(
        self, chunk: Chunk, threshold: float | None, on_error: Callable[[Document, DataError], None] | None
    ) -> list[Document]:
        results = [replace(document, relations=()) for document in chunk.documents]
        for document, error in chunk.failures:
            if on_error is None:
                raise error
            on_error(document, error)
        read: list[tuple[Relation, ...] | RuntimeError] = [()] * len(chunk.passages)
        for batch in chunk.batches:
            for number, relations in zip(batch.numbers, self._survivors(batch), strict=True):
                read[number] = relations
        least = least_scores(self.model, self.calibration, threshold)
        for number, own in chunk.owned.items():
            document = chunk.documents[number]
            try:
                said = [(chunk.passages[place], _known(read[place])) for place in own]
            except RuntimeError as error:  # out of memory, as a rule
                failure = DataError(f"{document.where}: {str(error).splitlines()[0]}")
                if on_error is None:
                    raise failure from error
                on_error(document, failure)
                continue
            relations = together(said, least, LOWEST) if len(said) > 1 else said[0][1]
            results[number] = replace(document, relations=relations)
            if self.checks:
                results[number] = replace(document, relations=weighed(results[number], least))
        return results

    def _survivors(self, batch: Batch) -> Iterator[tuple[Relation, ...] | RuntimeError]:
        """Relations of a batch; where torch fails on it, of each of its documents alone."""
        try:
            yield from self._predict(batch)
        except RuntimeError as error:
            if len(batch.numbers) == 1:
                yield error
            else:
                for one in apart(batch, self.members):
                    yield from self._survivors(one)

    @torch.inference_mode()
    def _predict(self, batch: Batch) -> list[tuple[Relation, ...]]:
        features, inputs = batch.features[0], [own.to(self.device) for own in batch.inputs]
        groups = list(by_entities([len(f.order) for f in features], self.batch_pairs))
        sizes = [len(features[group[-1]].order) for group in groups]
        read = [
            self._read(member.model, own, groups, sizes, top=0 if number else STEPS)
            for number, (member, own) in enumerate(zip(self.members, inputs, strict=True))
        ]
        relations: list[tuple[Relation, ...]] = [()] * len(features)
        for group, *said in zip(groups, *read, strict=True):
            matrix, prediction = said[0]
            found = decode(
                self.model,
                [features[document] for document in group],
                matrix,
                prediction,
                self.judgement([own for _, own in said]),
                token_mask=inputs[0].token_mask[group],
                sentences=inputs[0].token_sentences[group],
                calibration=self.calibration,
                threshold=batch.threshold,
            )
            for document, facts in zip(group, found, strict=True):
                relations[document] = facts
        return relations

    def _read(
        self, model: DocREModel, inputs: DocumentBatch, groups: list[list[int]], sizes: list[int], *, top: int
    ) -> Iterator[tuple[PairMatrix, Prediction]]:
        """What a model says of each group of the batch's documents, of the number of entities in ``sizes``."""
        with autocast(self.device, self.precision):
            encoded = model.encoder(inputs)
        for group, entities in zip(groups, sizes, strict=True):
            masks = (inputs.token_mask[group], inputs.entity_mask[group, :entities])
            with autocast(self.device, self.precision):
                matrix = model.pair_matrix(
                    encoded.select(group, entities), *masks, inputs.entity_types[group, :entities]
                )
                prediction = model.predict(matrix, top=top)
            yield matrix, prediction

    def judgement(self, predictions: Sequence[Prediction]) -> Tensor:
        """The average of the members' log-odds (:meth:`DocREModel.decision_scores`), from what each predicts for the
        same documents. *Shape:* (pairs, relations)."""
        scores = [m.model.decision_scores(p.logits) for m, p in zip(self.members, predictions, strict=True)]
        if len(scores) == 1:
            return scores[0]
        return torch.stack([m.weight * s[:, m.order] for m, s in zip(self.members, scores, strict=True)]).sum(0)


def _known(relations: tuple[Relation, ...] | RuntimeError) -> tuple[Relation, ...]:
    """Raises what torch raised instead."""
    if isinstance(relations, RuntimeError):
        raise relations
    return relations
