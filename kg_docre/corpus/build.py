"""From texts to the fact store, resumable: what the store has is never read again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache

from kg_docre import __version__
from kg_docre.corpus.languages import other_language
from kg_docre.corpus.pipeline import Pipeline
from kg_docre.corpus.records import PIPE, PIPED, Problem, SourceText, files_of
from kg_docre.resolution.forms import form_id
from kg_docre.resolution.resolve import resolve_if_grown
from kg_docre.store import FactStore, StoreError

__all__ = ["BuildResult", "build"]

_FEW, _MANY, _CHARACTERS = 8, 64, 100_000  # sources that are read together: at first, later, and of long ones
_FIELDS = 8  # names of fields that are told, or some more


@dataclass
class BuildResult:
    """What became of the documents of a build: of those ``added``, ``read_again`` had been read before by another
    model or with other options; ``met`` are the uris of all that could be read, with hashes of their contents, but for
    what the model could not read, which is ``refused``. ``kept`` are the names of what their metadata has, and
    ``fields`` some of those that their rows have, where any was asked for. ``other_languages`` has the uris of texts
    that were read and do not seem to be in English, and the languages' codes."""

    added: int = 0
    already_there: int = 0
    read_again: int = 0
    problems: list[Problem] = field(default_factory=list)
    met: Mapping[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    fields: dict[str, None] = field(default_factory=dict)
    other_languages: dict[str, str] = field(default_factory=dict)

    @property
    def readable(self) -> int:
        """How many documents could be read, now or before."""
        return len(self._contents())

    @property
    def copies(self) -> int:
        """How many of these say what another one says."""
        contents = self._contents()
        return len(contents) - len({*contents})

    def _contents(self) -> list[str]:
        return [digest for uri, digest in self.met.items() if uri not in self.refused]

    def note_fields(self, source: SourceText) -> None:
        self.kept.update(source.metadata)
        if len(self.fields) < _FIELDS:
            self.fields |= dict.fromkeys(source.fields[:_FIELDS])

    def lacking(self, keep: Iterable[str]) -> str:
        """What to say of fields to keep in which no document has anything; nothing where there is none, or no document
        could be read."""
        names = " or ".join(repr(name) for name in keep if self.met and name not in self.kept)
        others = ", ".join(map(repr, self.fields))
        known = f"; --keep-field names another one: {others}" if others else ""
        return f"no document has anything in a field {names}{known}" if names else ""


def build(
    sources: Iterable[SourceText | Problem],
    pipeline: Pipeline,
    store: FactStore,
    *,
    english: bool = False,
    on_problem: Callable[[Problem], None] = lambda problem: None,
    advance: Callable[[int], None] = lambda number: None,
) -> BuildResult:
    """Add every source that the store does not have yet from the same model.

    What a source said before it changed, or became empty, is deleted at the end, if no other source says it; then a
    store of which a tenth has changed is resolved. A source's title and metadata are what it has now; where only these
    have changed, nothing is read again. With ``english`` raw texts that seem to be in another language are noted.
    Problems are reported as they come, collected and kept in the store; the rest of the build goes on. ``advance`` is
    called when a source is stored, or need not be. Killed at any point, the store is whole, and the next build takes up
    where this one stopped.

    Raises :exc:`~kg_docre.store.StoreError` if the store can't be written.
    """
    result = BuildResult()
    result.met = seen = dict[str, str]()
    names = pipeline.predictor.model.config.relations
    run = cache(lambda: store.begin_run(version=__version__, config=pipeline.config))

    def failed(problem: Problem) -> None:
        gone = problem.nothing and problem.uri not in seen
        store.note_failure(problem.uri, problem.reason, run=run(), gone=gone, parts=not problem.part)
        result.problems.append(problem)
        on_problem(problem)

    repeated: list[Problem] = []

    def unread() -> Iterator[SourceText]:
        for source in sources:
            if isinstance(source, Problem):
                failed(source)
            elif source.uri in seen:
                if seen[source.uri] != source.digest:  # else two of the sources have it
                    repeated.append(Problem(source.uri, "another document with this id", part=True))
            else:
                seen[source.uri] = source.digest
                result.note_fields(source)
                if not store.link(
                    source.uri,
                    digest=source.digest,
                    model=pipeline.model_of(source),
                    title=source.title,
                    metadata=source.metadata,
                ):
                    if english and source.document is None and (code := other_language(source.text)):
                        result.other_languages[source.uri] = code
                    yield source
                    continue
                result.already_there += 1
            advance(1)

    with _pruned(store):
        for batch in _batches(unread()):
            for source, document in pipeline(batch):
                if isinstance(document, Problem):
                    result.refused.add(document.uri)
                    failed(document)
                else:
                    model = pipeline.model_of(source)
                    known = store.has_text(source.digest)
                    if store.add(
                        document,
                        model=model,
                        names=names,
                        resolve=form_id,
                        digest=source.digest,
                        run=run(),
                        metadata=source.metadata,
                    ):
                        result.added += 1
                        result.read_again += known
                    else:
                        result.already_there += 1
                advance(1)
        for problem in repeated:  # after what has the same id and was read
            failed(problem)
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


def _batches(sources: Iterable[SourceText]) -> Iterator[list[SourceText]]:
    """Sources to be read together: few at first, so that an early interrupt keeps some."""
    batch: list[SourceText] = []
    size, characters = _FEW, 0
    for source in sources:
        batch.append(source)
        characters += len(source.text)
        if len(batch) >= size or characters >= _CHARACTERS:
            yield batch
            batch, characters, size = [], 0, min(2 * size, _MANY)
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
