"""Commands that ask: a store for its facts, a graph for whatever it has."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from kg_docre.cli.options import (
    AboutEntity,
    AsCsv,
    AsJson,
    MinConfidence,
    OfRelation,
    neo4j_credentials,
    one_line_errors,
    output_form,
)
from kg_docre.cli.root import app


@app.command()
def facts(
    store: Annotated[Path, typer.Argument(help="A fact store.")],
    entity: AboutEntity = None,
    relation: OfRelation = None,
    min_confidence: MinConfidence = 0.0,
    limit: Annotated[int, typer.Option(min=0, help="How many, most confident first; 0: all.")] = 20,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Show facts with their confidence, evidence, documents, and the facts they were read by way of."""
    with one_line_errors():
        from heapq import nlargest

        from kg_docre.graph import KnowledgeGraph
        from kg_docre.graph.about import why_none
        from kg_docre.graph.answer import print_answer
        from kg_docre.graph.fact_rows import fact_rows
        from kg_docre.graph.table import print_facts
        from kg_docre.store import FactStore

        form = output_form(as_json, as_csv)
        with FactStore(store, create=False) as known, known.snapshot():
            graph = KnowledgeGraph(
                known, min_confidence=min_confidence, about=entity or None, relations=relation or None
            )
            surest = nlargest(limit or sys.maxsize, graph.facts(details=False), key=lambda fact: fact.confidence)
            if not surest:
                raise ValueError(f"{store}: {why_none(graph, entity or (), relation or ())}")
            if form == "table":
                print_facts(graph, graph.with_details(surest), ", ".join(entity or ["Facts"]), reasoning=True)
            else:
                print_answer(fact_rows(graph, surest, flat=form == "csv"), form)


@app.command()
def relations(
    store: Annotated[Path | None, typer.Argument(help="A fact store, to count the facts it has of each.")] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """List the relations that there are facts of: their ids, names, and the types they usually join."""
    with one_line_errors():
        from kg_docre.graph import KnowledgeGraph
        from kg_docre.graph.answer import print_answer
        from kg_docre.graph.relations import relation_rows
        from kg_docre.store import FactStore

        form = output_form(as_json, as_csv)
        if store is None:
            print_answer(relation_rows(), form)
            return
        with FactStore(store, create=False) as known:
            print_answer(relation_rows(KnowledgeGraph(known)), form)


@app.command()
def query(
    target: Annotated[str, typer.Argument(help="An Oxigraph store, an RDF file, or neo4j://…")],
    text: Annotated[str, typer.Argument(metavar="QUERY", help="SPARQL, or Cypher for Neo4j; - reads standard input.")],
    parameters: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter",
            "-p",
            metavar="NAME=VALUE",
            help="$NAME in Cypher, ?NAME in SPARQL, as text: toFloat($NAME), xsd:decimal(?NAME) make numbers.",
        ),
    ] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Ask a graph. Nothing is written."""
    with one_line_errors():
        from kg_docre.graph.answer import print_answer
        from kg_docre.graph.query import ask

        form = output_form(as_json, as_csv)
        pairs = dict(pair.partition("=")[::2] for pair in parameters or ())
        if "" in pairs or not all("=" in pair for pair in parameters or ()):
            raise ValueError("--parameter: expected NAME=VALUE")
        answer = ask(target, sys.stdin.read() if text == "-" else text, neo4j_credentials, pairs)
        print_answer(answer, form)
