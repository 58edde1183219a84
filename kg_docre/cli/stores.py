"""Commands on stores: what they were made from, and which entities are one thing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from kg_docre.cli.options import AsCsv, AsJson, counted, held, one_line_errors, output_form
from kg_docre.cli.root import app

_EXPLAINED = 10  # nodes of a name, at most


@app.command(rich_help_panel="Stores")
def documents(
    store: Annotated[Path, typer.Argument(help="A fact store.")],
    failed: Annotated[bool, typer.Option("--failed", help="Only those that could not be read, and why.")] = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """List documents: what each gave, which model read it and when, or why it could not be read."""
    with one_line_errors():
        from dataclasses import astuple, fields

        from kg_docre.graph.answer import Answer, print_answer
        from kg_docre.graph.table import print_sources
        from kg_docre.store import FactStore, Source, list_sources

        form = output_form(as_json, as_csv)
        with FactStore(store, create=False) as known:
            sources = [*list_sources(known, failed=failed)]
            if form == "table" and not sources:
                typer.echo(f"{store}: {'all documents could be read' if failed else 'no documents'}")
            elif form == "table":
                print_sources(sources)
            else:
                print_answer(Answer(tuple(field.name for field in fields(Source)), map(astuple, sources)), form)


@app.command(rich_help_panel="Stores")
def forget(
    store: Annotated[Path, typer.Argument(help="A fact store.")],
    documents: Annotated[
        list[str],
        typer.Argument(
            help="Documents as `kg-docre documents` calls them, their files, or folders of these; '2019*': all such."
        ),
    ],
) -> None:
    """Delete documents. A fact goes with the last document that says it, from Neo4j at the next export."""
    with one_line_errors():
        from kg_docre.corpus.missing import meant_by
        from kg_docre.store import FactStore

        with FactStore(store, create=False) as known:
            meant = meant_by(known, documents, base=store.parent)
            forgotten = known.forget(*sorted(set().union(*meant.values())))
            unknown = [name for name, found in meant.items() if not found]
            counts = known.counts()
        typer.echo(f"{len(forgotten)} forgotten; {store} holds {held(counts)}")
        if unknown:
            missing = ", ".join(map(repr, unknown))
            raise ValueError(f"{store} has no document {missing}; kg-docre documents {store} lists them")


@app.command(rich_help_panel="Stores")
def merge(
    store: Annotated[Path, typer.Argument(help="A fact store; made where there is none.")],
    others: Annotated[list[Path], typer.Argument(help="Fact stores to copy from; they stay as they are.")],
) -> None:
    """Copy what other stores have into one: of a corpus that was read in parts, on several machines.

    What people decided there counts here, too, also if it was taken back here.
    """
    with one_line_errors():
        from contextlib import ExitStack

        from kg_docre.corpus.missing import called_from
        from kg_docre.progress import progress
        from kg_docre.resolution.decision_file import copy_decisions
        from kg_docre.store import FactStore
        from kg_docre.store.merge import merge as copy
        from kg_docre.store.merge import refuse_itself

        merged = []
        with ExitStack() as opened:
            parts = [opened.enter_context(FactStore(path, create=False)) for path in others]
            into = opened.enter_context(FactStore(store))
            for part in parts:
                refuse_itself(into, part)
            with progress("documents", sum(part.counts()["documents"] for part in parts)) as advance:
                for part in parts:
                    merged.append(copy(into, part, rename=called_from(into, part), advance=advance))
            new, contested = copy_decisions(into, parts)
            counts = into.counts()
        added, there, differing = map(sum, zip(*merged, strict=True))
        typer.echo(f"{counted(added, 'document')} added, {there} already there; {store} holds {held(counts)}")
        if any(new):
            typer.echo(f"decisions copied: {new}; kg-docre resolve {store} --decided lists all there are")
        if differing:
            typer.echo(f"{counted(differing, 'source')} had two texts; what was read later is kept", err=True)
        if contested:
            told = ", ".join(f"{name} is now {what}" for name, what in sorted(contested.items()))
            advice = f"kg-docre resolve {store} --merge and --split decide anew"
            typer.echo(f"split in one store and merged in another: {told}; {advice}", err=True)


@app.command(rich_help_panel="Stores")
def reject(
    store: Annotated[Path, typer.Argument(help="A fact store.")],
    head: Annotated[str, typer.Argument(help="What the fact is about, by any of its names, or by id.")],
    relation: Annotated[str, typer.Argument(help="A relation: a name like spouse, or P26.")],
    tail: Annotated[str, typer.Argument(help="The other thing.")],
    take_back: Annotated[bool, typer.Option("--take-back", help="It is right after all.")] = False,
) -> None:
    """Say that a fact is wrong: no graph has it from now on, whichever documents say so."""
    with one_line_errors():
        from kg_docre.graph import KnowledgeGraph, rejections
        from kg_docre.graph.table import print_facts
        from kg_docre.store import FactStore

        with FactStore(store, create=False) as known:
            if take_back:
                again = rejections.take_back(known, head, relation, tail)
                typer.echo(f"{counted(again, 'fact')} taken back; {store} holds what documents say of it")
                return
            graph = KnowledgeGraph(known)
            found = rejections.reject(known, head, relation, tail)
            if found:
                print_facts(graph, found, "No graph has this from now on; --take-back undoes it")
            else:
                typer.echo("rejected before; --take-back undoes it")


@app.command(rich_help_panel="Stores")
def resolve(
    store: Annotated[Path, typer.Argument(help="A fact store.")],
    explain: Annotated[
        list[str] | None,
        typer.Option(metavar="NODE", help="Why a node, by id or name, is one node, or each of a name is (repeatable)."),
    ] = None,
    merge: Annotated[
        tuple[str, str],
        typer.Option(metavar="NODE NODE", help="Two nodes are one, now and from now on; a name twice: all called so."),
    ] = ("", ""),
    split: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NODE", help="A node is several, now and from now on, or what it was before --merge (repeatable)."
        ),
    ] = None,
    decisions: Annotated[
        typer.FileText | None,
        typer.Option(
            encoding="utf-8",
            metavar="FILE",
            help='Many at once: lines of {"merge": [NODE, NODE]}, {"split": NODE}, {"reject": [NODE, RELATION, NODE]}, '
            "or what --decided prints.",
        ),
    ] = None,
    decided: Annotated[
        bool, typer.Option("--decided", help="Print what was decided, to keep it and for other stores.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --explain: a JSON object a name.")] = False,
) -> None:
    """Find out anew which entities of a store are one real thing, or look into it and decide. No text is read."""
    with one_line_errors():
        from dataclasses import asdict

        from kg_docre.graph.table import print_forms
        from kg_docre.resolution import decisions as by_hand
        from kg_docre.resolution.decision_file import Applied, apply_decisions, read_decisions
        from kg_docre.resolution.explanations import Form
        from kg_docre.resolution.explanations import explain as forms_of
        from kg_docre.resolution.lookup import find_nodes
        from kg_docre.resolution.resolve import resolve as run
        from kg_docre.store import FactStore

        if sum(map(bool, (explain, any(merge), split, decisions, decided))) > 1:
            raise ValueError("--explain, --merge, --split, --decisions and --decided: one at a time")
        if as_json and not explain:
            raise ValueError("--json is for --explain; --decided prints JSON anyway")
        with FactStore(store, create=False) as known:
            if explain:
                for name in explain:
                    nodes = [*find_nodes(known, name)]
                    for node in nodes if as_json else nodes[:_EXPLAINED]:
                        forms = forms_of(known, node)
                        for form in forms if as_json else ():
                            typer.echo(json.dumps({"asked": name, "node": node, **asdict(form)}, ensure_ascii=False))
                        if not as_json:
                            print_forms(forms, f"{name} ({node})" if len(nodes) > 1 else name)
                    if not as_json and len(nodes) > _EXPLAINED:
                        more = counted(len(nodes) - _EXPLAINED, "more node")
                        typer.echo(f"{more} of this name, less frequent: --json has all", err=True)
                return
            if decided:
                for line in read_decisions(known):
                    typer.echo(line)
                return
            before = known.counts()["nodes"]
            merged: list[Form] = []
            taken_back: list[str] = []
            applied: Applied | None = None
            if any(merge):
                merged = forms_of(known, by_hand.merge(known, *merge))
            elif split:
                taken_back = [name for name in split if by_hand.split(known, name)]
            elif decisions:
                try:
                    applied = apply_decisions(known, decisions)
                except UnicodeDecodeError as error:
                    raise ValueError(f"{decisions.name}: not in UTF-8: {error.reason}; nothing was decided") from None
            else:
                run(known)
            counts = known.counts()
            if applied:
                so = f"{applied.already} already so" if applied.already else ""
                typer.echo(", ".join(filter(None, [str(applied.made), so])) or "nothing decided")
            typer.echo(f"{counts['entities']} entities are {counts['nodes']} nodes; they were {before}")
            if merged:
                print_forms(merged, "one node now; --split takes that back")
            for name in taken_back:
                typer.echo(f"{name}: the merge is taken back, and all is as before it; --split again divides that")
            for problem in applied.problems if applied else ():
                typer.echo(f"Error: {decisions.name if decisions else ''} {problem}", err=True)
            if applied and applied.problems:
                raise typer.Exit(1)
