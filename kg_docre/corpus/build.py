"""From texts to the fact store, resumable: what the store has is never read again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Self

from spacy.tokens import Doc

from kg_docre import __version__
from kg_docre.annotations import Document
from kg_docre.contradictions import CHECKS
from kg_docre.corpus.records import PIPE, PIPED, Problem, SourceText, files_of
from kg_docre.data.errors import DataError
from kg_docre.predictor import MAX_ENTITIES, Predictor
from kg_docre.pretrained import checkpoint_path, detector_fingerprint, detector_of
from kg_docre.resolution.forms import form_id
from kg_docre.resolution.resolve import resolve_if_grown
from kg_docre.store import FactStore, StoreError
from spacy_components.annotations import to_document
from spacy_components.entity_clusters import EntityClusters
from spacy_components.pipeline import mention_pipeline

if TYPE_CHECKING:
    from collections.abc import Callable

    from spacy.language import Language

__all__ = ["BuildResult", "Pipeline", "build"]

_BATCH, _CHARACTERS = 64, 100_000  # sources that are read together


@dataclass
class BuildResult:
    """What became of the documents of a build: of those ``added``, ``read_again`` had been read before by another
    model or with other options; ``met`` are the uris of all that could be read."""

    added: int = 0
    already_there: int = 0
    read_again: int = 0
    problems: list[Problem] = field(default_factory=list)
    met: Collection[str] = ()


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
        """The same words as if nothing else were known of them: sentences, mentions, entities and relations."""
        bare = ((Doc(self.language.vocab, words=list(document.words)), document.id) for document in documents)
        docs = self.language.pipe(bare, as_tuples=True)
        yield from self.predictor.pipe(
            (to_document(self._clusters(doc), id=id) for doc, id in docs), threshold=self.threshold
        )

    def _documents(self, sources: list[SourceText]) -> list[Document | Problem]:
        """Sources with their entities: given ones as they are, raw text through spaCy."""
        docs = iter(self._docs([source.text for source in sources if source.document is None]))
        return [
            self._read(source, next(docs)) if source.document is None else replace(source.document, id=source.uri)
            for source in sources
        ]

    def _read(self, source: SourceText, doc: Doc | Exception) -> Document | Problem:
        if isinstance(doc, Exception):
            return Problem(source.uri, f"{self._finder}: {doc}", part=True)
        return replace(to_document(self._clusters(doc), id=source.uri), title=source.title)

    def _docs(self, texts: list[str]) -> list[Doc | Exception]:
        """spaCy's docs; where one of a batch fails, the others are read alone."""
        if not texts:
            return []
        language = self.language
        try:
            return list(language.pipe(texts))
        except Exception as error:  # a pipeline of the user's may raise anything
            if len(texts) == 1:
                return [error]
        return [doc for text in texts for doc in self._docs([text])]


def build(
    sources: Iterable[SourceText | Problem],
    pipeline: Pipeline,
    store: FactStore,
    *,
    on_problem: Callable[[Problem], None] = lambda problem: None,
    advance: Callable[[int], None] | None = None,
) -> BuildResult:
    """Add every source that the store does not have yet from the same model.

    What a source said before it changed, or became empty, is deleted at the end, if no other source says it; then a
    store of which a tenth has changed is resolved.
    Problems are reported as they come, collected and kept in the store; the rest of the build goes on. Killed at any
    point, the store is whole, and the next build takes up where this one stopped.

    Raises :exc:`~kg_docre.store.StoreError` if the store can't be written.
    """
    result = BuildResult()
    result.met = seen = dict[str, str]()  # content hashes
    names = pipeline.predictor.model.config.relations
    run = cache(lambda: store.begin_run(version=__version__, config=pipeline.config))

    def failed(problem: Problem) -> None:
        gone = problem.nothing and problem.uri not in seen
        store.note_failure(problem.uri, problem.reason, run=run(), gone=gone, parts=not problem.part)
        result.problems.append(problem)
        on_problem(problem)

    with _pruned(store):
        for batch in _batches(sources):
            fresh, repeated = [], []
            for source in batch:
                if isinstance(source, Problem):
                    failed(source)
                elif source.uri in seen:
                    if seen[source.uri] != source.digest:  # else two of the sources have it
                        repeated.append(Problem(source.uri, "a second document with this id", part=True))
                else:
                    seen[source.uri] = source.digest
                    model = pipeline.model_of(source)
                    if store.link(source.uri, digest=source.digest, model=model, title=source.title):
                        result.already_there += 1
                    else:
                        fresh.append(source)
            for source, document in pipeline(fresh) if fresh else ():
                if isinstance(document, Problem):
                    failed(document)
                    continue
                model = pipeline.model_of(source)
                known = store.has_text(source.digest)
                if store.add(document, model=model, names=names, resolve=form_id, digest=source.digest, run=run()):
                    result.added += 1
                    result.read_again += known
                else:
                    result.already_there += 1
            for problem in repeated:  # after what has the same id and was read
                failed(problem)
            if advance is not None:
                advance(len(batch))
    store.clear_failures(_mended(store, result))
    resolve_if_grown(store)
    return result


def _mended(store: FactStore, result: BuildResult) -> list[str]:
    """What could not be read before, of files that were read now without that problem."""
    told = {problem.uri for problem in result.problems}
    sure = (*result.met, *(problem.uri for problem in result.problems if problem.nothing or problem.part))
    read = {file for uri in sure for file in (PIPE if uri.startswith(PIPED) else uri, *files_of(uri))}
    failed = [uri for (uri,) in store.read("SELECT uri FROM failure")]
    return [uri for uri in failed if uri not in told and not read.isdisjoint(files_of(uri))]


def _batches(sources: Iterable[SourceText | Problem]) -> Iterator[list[SourceText | Problem]]:
    batch: list[SourceText | Problem] = []
    characters = 0
    for source in sources:
        batch.append(source)
        characters += 0 if isinstance(source, Problem) else len(source.text)
        if len(batch) >= _BATCH or characters >= _CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


@contextmanager
def _pruned(store: FactStore) -> Iterator[None]:
    """What texts said before they changed goes at the end, also of a build that is interrupted."""
    try:
        yield
    except BaseException:
        with suppress(StoreError):
            store.prune()
        raise
    store.prune()
