"""From texts or given entities to documents with relations: spaCy's pipeline, and the predictor behind it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Self

from spacy.tokens import Doc

from kg_docre.annotations import Document
from kg_docre.batching import MAX_ENTITIES
from kg_docre.contradictions import CHECKS
from kg_docre.corpus.records import Problem, SourceText
from kg_docre.corpus.titles import called_by_title
from kg_docre.data.errors import DataError
from kg_docre.predictor import Predictor
from kg_docre.pretrained import checkpoint_path, detector_fingerprint, detector_of
from kg_docre.shares import check_share
from spacy_components.annotations import needs_clusters, to_document
from spacy_components.entity_clusters import EntityClusters
from spacy_components.pipeline import memory_zone, mention_pipeline

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = ["Pipeline"]

_LONG = re.compile(r"\S{500}(?=\S)")  # without white space: spaCy takes the square of its length over a row of signs


class Pipeline:
    """Raw text or given entities in, documents with relations out.

    Mentions of raw text are found by the recognizer of the spaCy pipeline ``spacy_model``, or, if none is named,
    by the detector of the checkpoint ``mentions``. Without either there is no reading raw text. ``threshold`` is the
    score a relation must reach; None: the model decides.
    """

    def __init__(
        self,
        predictor: Predictor,
        spacy_model: str | None = None,
        *,
        mentions: str | None = None,
        threshold: float | None = None,
    ) -> None:
        check_share("threshold", threshold)
        self.predictor = predictor
        self.threshold = threshold
        self.spacy_model = spacy_model
        self.mentions = mentions
        self._language: Language | None = None
        self._clusters = EntityClusters()
        self._clusters.keep_types(predictor.model.config.entity_types)
        self.name = " ".join([predictor.name, *self._told_otherwise()])
        self._finder = spacy_model or "mentions"
        if spacy_model is None and mentions is not None:
            self._finder += f" {detector_fingerprint(checkpoint_path(mentions))}"

    @classmethod
    def from_pretrained(
        cls,
        model: str = "default",
        spacy_model: str | None = None,
        *,
        threshold: float | None = None,
        min_precision: float | None = None,
        **options: Any,
    ) -> Self:
        """A checkpoint with its own mention detector, or the default one if that finds its types, or a spaCy pipeline's
        recognizer. ``min_precision`` instead of ``threshold``: the share of relations that should be right; ``options``
        are :class:`~kg_docre.predictor.Predictor`'s.

        Raises :exc:`ValueError` if both are given, or if that precision was never reached.
        """
        if threshold is not None and min_precision is not None:
            raise ValueError("give a threshold or min_precision, not both")
        predictor = Predictor.from_pretrained(model, **options)
        if min_precision is not None:
            threshold = predictor.threshold(min_precision)
        return cls(predictor, spacy_model, mentions=detector_of(model), threshold=threshold)

    def _told_otherwise(self) -> Iterator[str]:
        """Options that change what is found, where they are not as usual, and what it is checked against."""
        if self.threshold is not None:
            yield f"threshold {self.threshold:g}"
        if self.predictor.max_entities != MAX_ENTITIES:
            yield f"entities {self.predictor.max_entities}"
        if not self.predictor.split_subjects:
            yield "one subject"
        if self.predictor.checks:
            yield f"checks {CHECKS}"

    @property
    def language(self) -> Language:
        """The spaCy pipeline for raw text, read when the first one comes.

        Raises :exc:`~kg_docre.data.errors.DataError` if nothing is known to find mentions with.
        """
        if self._language is None:
            if self.spacy_model is None and self.mentions is None:
                raise DataError(f"{self.predictor.name} has no mention detector; train one or name a spaCy pipeline")
            options = {"device": str(self.predictor.device), "precision": self.predictor.precision}
            self._language = mention_pipeline(self.spacy_model, model=self.mentions or "", **options)
        return self._language

    def model_of(self, source: SourceText) -> str:
        """What reads this source, as the store records it."""
        return self.name if source.document is not None else f"{self._finder} + {self.name}"

    @property
    def config(self) -> dict[str, str | float | bool | None]:
        """What it is set to, as the store records it of a build."""
        return {
            "model": self.predictor.name,
            "mentions": self._finder,
            "threshold": self.threshold,
            "max_entities": self.predictor.max_entities,
            "split_subjects": self.predictor.split_subjects,
            "checks": self.predictor.checks,
            "device": str(self.predictor.device),
            "precision": self.predictor.precision,
        }

    def __call__(self, sources: list[SourceText]) -> Iterator[tuple[SourceText, Document | Problem]]:
        """Each source with its document, or with what went wrong; in order."""
        documents = self._documents(sources)
        failed: dict[str, DataError] = {}
        found = self.predictor.pipe(
            (document for document in documents if isinstance(document, Document)),
            threshold=self.threshold,
            on_error=lambda document, error: failed.update({document.id: error}),
        )
        for source, document in zip(sources, documents, strict=True):
            result = next(found) if isinstance(document, Document) else document
            if source.uri in failed:
                reason = str(failed[source.uri]).removeprefix(f"{source.uri}: ")
                result = Problem(source.uri, reason, part=True)
            yield source, result

    def reread(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The same words as if nothing else were known of them: sentences, mentions, entities and relations.

        Raises :exc:`~kg_docre.data.errors.DataError` for a document that can't be read."""
        yield from self.predictor.pipe(self._bare(documents), threshold=self.threshold)

    def _bare(self, documents: Iterable[Document]) -> Iterator[Document]:
        rest = iter(documents)
        while batch := list(islice(rest, self.language.batch_size)):
            for read in self._read([document.words for document in batch], [document.id for document in batch]):
                if isinstance(read, Problem):
                    raise DataError(str(read))
                yield read

    def _documents(self, sources: list[SourceText]) -> list[Document | Problem]:
        """Sources with their entities: given ones as they are, raw text through spaCy, with spaces in what is longer
        than any word or address."""
        raw = [source for source in sources if source.document is None]
        read = iter(self._read([_LONG.sub(r"\g<0> ", source.text) for source in raw], [source.uri for source in raw]))
        documents: list[Document | Problem] = []
        for source in sources:
            document = next(read) if source.document is None else source.document
            if isinstance(document, Document):
                document = replace(document, id=source.uri, title=source.title)
                document = called_by_title(document) if source.document is None else document
            documents.append(document)
        return documents

    def _read(self, texts: Sequence[str | tuple[str, ...]], ids: Sequence[str]) -> list[Document | Problem]:
        """Texts, or the words of some, through spaCy; where one of a batch fails, the others are read alone. What its
        words take of memory is free again behind them."""
        if not texts:
            return []
        language = self.language
        with memory_zone(language):
            docs = (text if isinstance(text, str) else Doc(language.vocab, words=list(text)) for text in texts)
            try:
                read = zip(language.pipe(docs), ids, strict=True)
                return [to_document(self._clustered(doc), id=id) for doc, id in read]
            except Exception as error:  # a pipeline of the user's may raise anything
                if len(texts) == 1:
                    return [Problem(ids[0], f"{self._finder}: {error}", part=True)]
        return [read for text, id in zip(texts, ids, strict=True) for read in self._read([text], [id])]

    def _clustered(self, doc: Doc) -> Doc:
        """The doc with the clusters that the spaCy pipeline made, or else ours."""
        return self._clusters(doc) if needs_clusters(doc, self._clusters.types) else doc
