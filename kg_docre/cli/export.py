"""The command from a store to graphs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg_docre.cli.options import AboutEntity, MinConfidence, OfRelation, neo4j_credentials, one_line_errors
from kg_docre.cli.root import app
from kg_docre.cli.targets import Connected, Inverses, Sources, Strict, Targets, refuse_overwriting


@app.command()
def export(
    store: Annotated[Path, typer.Argument(help="A fact store.")],
    to: Targets = None,
    entity: AboutEntity = None,
    relation: OfRelation = None,
    strict: Strict = False,
    inverses: Inverses = False,
    min_confidence: MinConfidence = 0.0,
    connected: Connected = False,
    provenance: Sources = None,
) -> None:
    """Write the graph of a store, or a part of it, to files or Neo4j. Doing it again changes nothing."""
    with one_line_errors():
        from kg_docre.graph import KnowledgeGraph
        from kg_docre.graph.targets import open_target
        from kg_docre.store import FactStore

        refuse_overwriting(to or (), store)
        with FactStore(store, create=False) as facts:
            exports = [open_target(target, neo4j_credentials, provenance) for target in to or ()]
            graph = KnowledgeGraph(
                facts,
                strict=strict,
                inverses=inverses,
                min_confidence=min_confidence,
                connected=connected,
                about=entity or None,
                relations=relation or None,
            )
            for target, write in zip(to or (), exports, strict=True):
                write(graph)
                typer.echo(f"wrote {target}")
        if not to:
            raise typer.BadParameter("name at least one target", param_hint="--to")
