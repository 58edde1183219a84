"""``docre``: document-level relations on a ``Doc``."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from kg_docre.annotations import Document, Relation
from kg_docre.batching import BATCH_SIZE, MAX_ENTITIES
from kg_docre.pretrained import checkpoint_path
from kg_docre.pretrained import entity_types as known_types
from kg_docre.shares import check_share
from spacy_components.annotations import (
    ENTITIES,
    RELATIONS,
    needs_clusters,
    note_clusters,
    set_relations,
    to_document,
)
from spacy_components.checkpoint import CheckpointComponent
from spacy_components.entity_clusters import EntityClusters

if TYPE_CHECKING:  # spaCy imports every factory at start-up; torch is for pipelines that use this one
    from kg_docre.predictor import Predictor

__all__ = ["Docre", "make_docre"]


@Language.factory(
    "docre",
    assigns=["doc._.relations", "doc._.entities", "span._.entity"],
    requires=["doc.ents"],
    default_config={
        "model": "default",
        "threshold": None,
        "min_precision": None,
        "device": "auto",
        "precision": "auto",
        "batch_tokens": 0,
        "max_entities": MAX_ENTITIES,
        "split_subjects": True,
        "checks": True,
        "entity_types": {},
        "attributes": {"relations": "relations", "entities": "entities", "entity": "entity"},
    },
)
def make_docre(
    nlp: Language,
    name: str,
    model: str,
    threshold: float | None,
    min_precision: float | None,
    device: str,
    precision: str,
    batch_tokens: int,
    max_entities: int,
    split_subjects: bool,
    checks: bool,
    entity_types: dict[str, str],
    attributes: dict[str, str],
) -> Docre:
    """Create a :class:`Docre`.

    ``model``: a shipped checkpoint's name or a folder. ``threshold``: the score a relation must reach; by default
    the model decides. ``min_precision`` instead: the share of relations that should be right, of which the
    threshold follows. ``device``: "auto" takes a GPU where there is one. ``precision``: "fp32", "bf16", or "auto"
    for what is faster. ``batch_tokens``: encoder tokens of one batch; 0: as suits the device. ``max_entities``:
    documents with more are read in overlapping passages. ``split_subjects``: where a text turns to another subject
    it is read as two. ``checks``: what the text denies is left out, and what something else that is known speaks
    against is unlikely (:mod:`~kg_docre.contradictions`). ``entity_types``: labels of your recognizer → model types, ""
    to leave them out. ``attributes``: names of the Doc and Span extensions; under all names is what the last component
    found.
    """
    return Docre(
        name=name,
        model=model,
        threshold=threshold,
        min_precision=min_precision,
        device=device,
        precision=precision,
        batch_tokens=batch_tokens,
        max_entities=max_entities,
        split_subjects=split_subjects,
        checks=checks,
        entity_types=entity_types,
        attributes=attributes,
    )


class Docre(CheckpointComponent["Predictor"]):
    """Finds document-level relations between the entities of a doc.

    Takes the clusters of an earlier ``entity_clusters`` component, else clusters ``doc.ents`` itself, anew where they
    have changed since.
    Docs with fewer than two entities get an empty list of relations. The checkpoint is read at the
    first use, or when the pipeline is initialized.
    """

    def __init__(
        self,
        *,
        name: str = "docre",
        model: str = "default",
        threshold: float | None = None,
        min_precision: float | None = None,
        device: str = "auto",
        precision: str = "auto",
        batch_tokens: int = 0,
        max_entities: int = MAX_ENTITIES,
        split_subjects: bool = True,
        checks: bool = True,
        entity_types: dict[str, str] | None = None,
        attributes: dict[str, str] | None = None,
    ) -> None:
        options = {
            "device": device,
            "precision": precision,
            "batch_tokens": batch_tokens,
            "max_entities": max_entities,
            "split_subjects": split_subjects,
            "checks": checks,
        }
        super().__init__(name=name, model=model, options=options)
        if threshold is not None and min_precision is not None:
            raise ValueError("give threshold or min_precision, not both")
        check_share("threshold", threshold)
        check_share("min_precision", min_precision)
        if batch_tokens < 0 or max_entities < 2:
            raise ValueError("batch_tokens is at least 0, max_entities at least 2")
        self._threshold = threshold
        self._min_precision = min_precision
        with suppress(FileNotFoundError):  # a saved pipeline's checkpoint is told by from_disk
            _check_types(entity_types or {}, known_types(checkpoint_path(self._model)))
        self._clusters = EntityClusters(name=name, entity_types=entity_types, attributes=attributes)

    @property
    def threshold(self) -> float | None:
        """The score a relation must reach, if that was said."""
        return self._threshold

    @property
    def min_precision(self) -> float | None:
        """The share of relations that should be right, if that was said."""
        return self._min_precision

    def _load(self) -> Predictor:
        from kg_docre.predictor import Predictor

        predictor = Predictor.from_pretrained(self._model, **self._options)
        self._clusters.keep_types(predictor.model.config.entity_types)
        return predictor

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one doc; raises :exc:`~kg_docre.data.errors.DataError` if it can't be processed."""
        ((_, relations),) = self.predict([doc])
        if isinstance(relations, Exception):
            raise relations
        self.set_annotations(doc, relations)
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = BATCH_SIZE) -> Iterator[Doc]:
        """Annotate docs in batches of ``batch_size``, in order; up to two of them are read ahead. A doc that can't be
        processed goes to the pipeline's error handler: by default the error is raised, else the doc is left out."""
        for doc, relations in self.predict(stream, batch_size=batch_size):
            if isinstance(relations, Exception):
                self.get_error_handler()(self.name, self, [doc], relations)
            else:
                self.set_annotations(doc, relations)
                yield doc

    def predict(
        self, docs: Iterable[Doc], *, batch_size: int = BATCH_SIZE
    ) -> Iterator[tuple[Doc, tuple[Relation, ...] | Exception]]:
        """Docs with their relations, or with the reason why there are none. Entities are clustered where no component
        has done it, or where they have changed since, and then relations of before are gone; the docs are left as they
        are otherwise."""
        waiting: deque[Doc] = deque()
        failed: dict[str, Exception] = {}

        predictor = self.predictor

        def documents() -> Iterator[Document]:
            for number, doc in enumerate(docs):
                id = f"doc {number} ({' '.join(doc.text[:80].split())!r:.60})"
                try:
                    if needs_clusters(doc, self._clusters.types):
                        note_clusters(self._clusters(doc), self._clusters.types)
                    document = to_document(doc, id=id)
                except Exception as error:
                    failed[id] = error
                    document = Document(id=id, words=(), sentence_starts=(0,), entities=())
                waiting.append(doc)
                yield document

        threshold = self.threshold
        if self.min_precision is not None:
            threshold = predictor.threshold(self.min_precision)
        found = predictor.pipe(
            documents(),
            threshold=threshold,
            batch_size=batch_size,
            on_error=lambda document, error: failed.update({document.id: error}),
        )
        for document in found:
            yield waiting.popleft(), failed.pop(document.id, document.relations)

    def set_annotations(self, doc: Doc, relations: Sequence[Relation]) -> None:
        """Store relations on the doc."""
        set_relations(doc, relations, self.predictor.model.config.relations)

    def score(self, examples: Iterable[Example], **options: Any) -> dict[str, float | dict[str, float]]:
        """Micro precision, recall and F1 of relations whose head and tail clusters both match exactly; ``options`` are
        other components'."""
        from kg_docre.evaluation.relations import harmonic, ratio

        facts = predicted = correct = 0
        for example in examples:
            gold, found = _facts(example.reference), _facts(example.predicted)
            facts, predicted, correct = facts + len(gold), predicted + len(found), correct + len(gold & found)
        precision, recall = ratio(correct, predicted), ratio(correct, facts)
        return {"docre_p": precision, "docre_r": recall, "docre_f": harmonic(precision, recall)}


def _check_types(given: Mapping[str, str], known: Sequence[str]) -> None:
    """Raise :exc:`ValueError` for labels of which another type is said than the model has."""
    for label, kind in given.items():
        if kind not in ("", *known):
            raise ValueError(f"entity_types: the model has the types {', '.join(known)}, not {kind!r} ({label})")


def _facts(doc: Doc) -> set[tuple[frozenset[tuple[int, int]], str, frozenset[tuple[int, int]]]]:
    clusters = [frozenset((start, end) for start, end in data[3]) for data in getattr(doc._, ENTITIES) or ()]
    return {(clusters[data[0]], data[1], clusters[data[3]]) for data in getattr(doc._, RELATIONS) or ()}
