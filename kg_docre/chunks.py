"""Documents made ready for the models: checked, cut into passages, tokenized, stacked to batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kg_docre.annotations import Document
from kg_docre.batching import by_length
from kg_docre.data.errors import DataError
from kg_docre.data.features import Features, collate
from kg_docre.data.passages import Passage, passages
from kg_docre.ensemble import Member
from kg_docre.modeling import DocumentBatch
from kg_docre.subjects import SubjectBoundaries

__all__ = ["LOWEST", "Batch", "Chunk", "apart", "in_chunks", "prepare"]

LOWEST = 0.05  # score from which on what one of overlapping passages says counts
_WORDS = 500  # of a long document that count as one more


@dataclass(frozen=True, slots=True)
class Batch:
    """Passages that go through the models together: their numbers, what each member of the ensemble reads, and the
    score from which on relations are reported (None: those the model decides for)."""

    numbers: list[int]
    features: list[list[Features]]
    inputs: list[DocumentBatch]
    threshold: float | None


@dataclass(frozen=True, slots=True)
class Chunk:
    """Documents ready for the models. ``owned`` has which of the passages are a document's, by its number."""

    documents: list[Document]
    failures: list[tuple[Document, DataError]]
    passages: list[Passage]
    owned: dict[int, range]
    batches: list[Batch]


def in_chunks(documents: Iterable[Document], size: int) -> Iterator[list[Document]]:
    """``size`` documents, long ones counting as several."""
    chunk: list[Document] = []
    held = 0
    for document in documents:
        chunk.append(document)
        held += 1 + len(document.words) // _WORDS
        if held >= size:
            yield chunk
            chunk, held = [], 0
    if chunk:
        yield chunk


def prepare(
    documents: list[Document],
    members: Sequence[Member],
    max_entities: int | None,
    batch_tokens: int,
    threshold: float | None,
    subjects: SubjectBoundaries | None = None,
) -> Chunk:
    """All that needs no model. Documents with fewer than two entities have no passage; of parts of documents whatever
    may yet reach ``threshold`` with their neighbours is reported."""
    failures: list[tuple[Document, DataError]] = []
    parts: list[Passage] = []
    owned: dict[int, range] = {}
    for number, document in enumerate(documents):
        if len(document.entities) < 2:
            continue
        try:
            members[0].featurizer.check(document)
        except DataError as error:
            failures.append((document, error))
            continue
        first = len(parts)
        begins = subjects.beginnings(document) if subjects is not None else ()
        parts += passages(document, max_entities, begins)
        owned[number] = range(first, len(parts))
    features = [member.featurizer([part.document for part in parts]) for member in members]
    whole = [own[0] for own in owned.values() if len(own) == 1]
    cut = [number for own in owned.values() if len(own) > 1 for number in own if len(parts[number].entities) > 1]
    lenient = LOWEST if threshold is None else min(threshold, LOWEST)
    batches = [
        _batch(members, [group[i] for i in batch], [[own[group[i]] for i in batch] for own in features], least)
        for group, least in ((whole, threshold), (cut, lenient))
        for batch in by_length([len(features[0][number].pieces) for number in group], batch_tokens)
    ]
    return Chunk(documents, failures, parts, owned, batches)


def apart(batch: Batch, members: Sequence[Member]) -> Iterator[Batch]:
    """Each passage alone."""
    for number, *features in zip(batch.numbers, *batch.features, strict=True):
        yield _batch(members, [number], [[own] for own in features], batch.threshold)


def _batch(
    members: Sequence[Member], numbers: list[int], features: list[list[Features]], threshold: float | None
) -> Batch:
    inputs = [collate(own, member.model.config) for member, own in zip(members, features, strict=True)]
    return Batch(numbers, features, inputs, threshold)
