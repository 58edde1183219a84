"""The command from texts to graphs."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from kg_docre.batching import MAX_ENTITIES
from kg_docre.cli.options import (
    Checks,
    Device,
    MinConfidence,
    MinPrecision,
    Precision,
    SpacyModel,
    Threshold,
    counted,
    neo4j_credentials,
    one_line_errors,
)
from kg_docre.cli.root import app
from kg_docre.cli.summary import Summary
from kg_docre.cli.targets import Connected, Inverses, Sources, Strict, Targets, files_of_store, refuse_overwriting
from kg_docre.corpus.records import MAX_CHARACTERS

if TYPE_CHECKING:
    from kg_docre.store import FactStore

_SOME_SKIPPED = 3  # exit code of a build that did all but what it named


@contextmanager
def _told_what_is_kept(store: Path, facts: FactStore) -> Iterator[Callable[[], None]]:
    """Interrupted, or ended from outside, say what there is. What is given looks again whether somebody has done so: it
    is lost where it comes while a library frees an object."""
    asked = 0

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        asked = number
        raise KeyboardInterrupt

    def check() -> None:
        if asked:
            raise KeyboardInterrupt

    usual = []
    if threading.current_thread() is threading.main_thread():  # no other may set this
        ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        usual = [(number, signal.signal(number, note)) for number in (signal.SIGTERM, *[signal.SIGINT] * ours)]
    try:
        yield check
    except KeyboardInterrupt:
        kept = counted(facts.counts()["documents"], "document")
        typer.echo(f"stopped; {store} holds {kept}, and the same command goes on from there", err=True)
        raise typer.Exit(128 + (asked or signal.SIGINT)) from None
    finally:
        for number, before in usual:
            signal.signal(number, before)


@app.command()
def build(
    sources: Annotated[
        list[str],
        typer.Argument(
            help="Texts (.txt), .jsonl, .json, .csv (or .gz), or folders of them; - reads JSON lines with ids."
        ),
    ],
    to: Targets = None,
    store: Annotated[Path, typer.Option(help="The fact store: one SQLite file.")] = Path("kg.sqlite"),
    model: Annotated[str, typer.Option(help="A shipped checkpoint or a folder.")] = "default",
    spacy_model: SpacyModel = None,
    threshold: Threshold = None,
    min_precision: MinPrecision = None,
    text_field: Annotated[
        list[str] | None,
        typer.Option(
            show_default="text", help="The field or column of texts in JSON and tables; several are tried in order."
        ),
    ] = None,
    id_field: Annotated[list[str] | None, typer.Option(show_default="id", help="That of ids (repeatable).")] = None,
    title_field: Annotated[
        list[str] | None, typer.Option(show_default="title", help="That of titles (repeatable).")
    ] = None,
    encoding: Annotated[
        str, typer.Option(show_default="utf-8", help="What texts are in, but for HTML: cp1252, utf-16, …")
    ] = "",
    keep_field: Annotated[
        list[str] | None,
        typer.Option(help="One whose values are kept with the document: its date, address, author (repeatable)."),
    ] = None,
    max_characters: Annotated[int, typer.Option(min=1, help="Longer documents are refused.")] = MAX_CHARACTERS,
    max_entities: Annotated[
        int, typer.Option(min=2, help="Documents with more are read in overlapping passages that have no more.")
    ] = MAX_ENTITIES,
    split_subjects: Annotated[
        bool,
        typer.Option("--split-subjects/--one-subject", help="Read a text as two where it turns to another subject."),
    ] = True,
    checks: Checks = True,
    strict: Strict = False,
    inverses: Inverses = False,
    min_confidence: MinConfidence = 0.0,
    connected: Connected = False,
    provenance: Sources = None,
    forget_missing: Annotated[
        bool, typer.Option("--forget-missing", help="Forget what these sources had before and have no more.")
    ] = False,
    device: Device = "auto",
    precision: Precision = "auto",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say only what is wrong.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="What was done as one JSON object, with what was skipped and why.")
    ] = False,
) -> None:
    """Build a knowledge graph from texts. Run it again and only what is new is read.

    The exit code is 3 where some documents could not be read, and 1 where none could or an error ended it.
    """
    with one_line_errors():
        from dataclasses import replace

        from kg_docre.corpus.build import build as build_store
        from kg_docre.corpus.encodings import checked_encoding
        from kg_docre.corpus.fields import Fields
        from kg_docre.corpus.languages import told_of_languages
        from kg_docre.corpus.missing import forget_missing as forget
        from kg_docre.corpus.missing import moved
        from kg_docre.corpus.pipeline import Pipeline
        from kg_docre.corpus.reader import STANDARD_INPUT, count_documents, read_corpus
        from kg_docre.corpus.records import Problem
        from kg_docre.graph import KnowledgeGraph
        from kg_docre.graph.table import best_of_each_relation, print_facts
        from kg_docre.graph.targets import open_target
        from kg_docre.metadata import as_metadata
        from kg_docre.pretrained import shipped_checkpoints
        from kg_docre.progress import progress
        from kg_docre.store import FactStore, count_described

        advised = set[tuple[str, str]]()

        def report(problem: Problem) -> None:
            reason, _, advice = problem.reason.partition("; ")
            if (told := (problem.uri.partition("#")[0], advice)) in advised:  # of a file once is enough
                problem = replace(problem, reason=reason)
            advised.add(told)
            typer.echo(f"skipped {problem}", err=True)

        refuse_overwriting(to or (), store, sources)
        exports = [open_target(target, neo4j_credentials, provenance) for target in to or ()]
        as_metadata(dict.fromkeys(keep_field or ()))  # are these names?
        if not all(sources):
            raise ValueError("a source without a name")
        if forget_missing and STANDARD_INPUT in sources:
            raise ValueError("--forget-missing: of standard input there is no telling what it had before")
        if not (forget_missing or STANDARD_INPUT in sources or any(map(os.path.lexists, sources))):
            raise FileNotFoundError(f"no such file or folder: {', '.join(sources)}")
        encoding = encoding and checked_encoding(encoding)
        if not store.parent.is_dir():
            raise FileNotFoundError(f"{store}: its folder does not exist")
        pipeline = Pipeline.from_pretrained(
            model,
            spacy_model,
            threshold=threshold,
            min_precision=min_precision,
            max_entities=max_entities,
            split_subjects=split_subjects,
            checks=checks,
            device=device,
            precision=precision,
        )
        with FactStore(store) as facts:
            ours = [*files_of_store(store), *(to or ())]
            called = {"text": text_field, "id": id_field, "title": title_field, "keep": keep_field}
            described = count_described(facts)
            known = None if quiet else count_documents(sources, exclude=ours, encoding=encoding)
            with (
                _told_what_is_kept(store, facts) as check,
                progress("documents", known, silent=quiet) as advance,
            ):

                def read(number: int) -> None:
                    advance(number)
                    check()

                texts = read_corpus(
                    sources,
                    max_characters=max_characters,
                    fields=Fields(**{name: tuple(given) for name, given in called.items() if given}),
                    base=store.parent,
                    exclude=ours,
                    encoding=encoding,
                )
                is_shipped = model in shipped_checkpoints()
                result = build_store(texts, pipeline, facts, english=is_shipped, on_problem=report, advance=read)
            if result.other_languages:
                typer.echo(told_of_languages(result.other_languages), err=True)
            if reason := result.lacking(keep_field or ()):
                typer.echo(reason, err=True)
            if not keep_field and (bared := described - count_described(facts)) > 0:
                typer.echo(f"{counted(bared, 'document')} now without metadata, for there is no --keep-field", err=True)
            gone = forget(facts, result, sources, base=store.parent) if forget_missing else None
            if twice := moved(facts, result.met, base=store.parent):
                old, new = next(iter(twice.items()))
                typer.echo(
                    f"{counted(len(twice), 'document')} known twice, as {old}, where nothing is, and as {new}: "
                    f"paths are from the folder of {store}; if it was moved, kg-docre forget takes out the former",
                    err=True,
                )
            graph = KnowledgeGraph(
                facts, strict=strict, inverses=inverses, min_confidence=min_confidence, connected=connected
            )
            for export in exports:
                export(graph)
            with facts.snapshot():
                if result.added and not (quiet or as_json) and (best := best_of_each_relation(graph, 10)):
                    print_facts(graph, graph.with_details(best), "Most confident facts")
            counts = facts.counts()
        summary = Summary(result, gone, to or (), store, counts)
        if as_json:
            typer.echo(summary.as_json())
        elif not quiet:
            typer.echo(str(summary))
        if result.problems:
            empty = sum(problem.nothing for problem in result.problems)
            of_them = f" ({empty} with nothing to read)" if empty else ""
            typer.echo(
                f"{len(result.problems)} skipped{of_them}; kg-docre documents {store} --failed lists them", err=True
            )
            if not all(problem.nothing for problem in result.problems):
                raise typer.Exit(_SOME_SKIPPED if result.readable else 1)
