"""What commands have in common: options, errors as one line, and what is asked for."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Annotated, Literal

import typer

__all__ = [
    "AboutEntity",
    "AsCsv",
    "AsJson",
    "Checks",
    "Device",
    "MinConfidence",
    "MinPrecision",
    "OfRelation",
    "Precision",
    "SpacyModel",
    "Threshold",
    "counted",
    "held",
    "neo4j_credentials",
    "one_line_errors",
    "output_form",
]

Threshold = Annotated[
    float | None, typer.Option(min=0, max=1, help="Score a relation must reach; default: the model decides.")
]
MinPrecision = Annotated[
    float | None,
    typer.Option(min=0, max=1, help="Instead: the share of relations that should be right, in texts like Wikipedia's."),
]
MinConfidence = Annotated[
    float, typer.Option(min=0, max=1, help="Leave out facts of less confidence. The store keeps them.")
]
AboutEntity = Annotated[
    list[str] | None, typer.Option(help="Only facts about it, by any of its names (repeatable: about any of them).")
]
OfRelation = Annotated[
    list[str] | None, typer.Option(help="Only facts of it: a name like director, or P57 (repeatable).")
]
SpacyModel = Annotated[
    str | None, typer.Option(help="A spaCy pipeline to find mentions in raw text with, instead of the model's own way.")
]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1, …")]
Precision = Annotated[str, typer.Option(help="auto (what is faster), fp32 or bf16.")]
Checks = Annotated[
    bool,
    typer.Option(
        "--checks/--unchecked",
        help="Mind what a text denies or says beside names (countries, dates, kin, founders), and where places lie.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a row instead of a table.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="CSV instead of a table.")]


def counted(number: int, thing: str) -> str:
    """``1 document``, ``2 documents``."""
    return f"{number} {thing}{'s' * (number != 1)}"


def held(counts: Mapping[str, int]) -> str:
    """What a store holds: ``48 documents, 821 nodes, 1698 relations``."""
    return ", ".join(counted(counts[f"{thing}s"], thing) for thing in ("document", "node", "relation"))


def output_form(as_json: bool, as_csv: bool) -> Literal["table", "json", "csv"]:
    """What ``--json`` and ``--csv`` ask for. Raises :exc:`ValueError` for both."""
    if as_json and as_csv:
        raise ValueError("give --json or --csv, not both")
    return "json" if as_json else "csv" if as_csv else "table"


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn what a user can mend into one line on stderr and exit code 1."""
    from kg_docre.data.errors import DataError
    from kg_docre.graph.errors import ExportError
    from kg_docre.resolution.errors import ResolutionError
    from kg_docre.store import StoreError

    logging.getLogger("neo4j").addHandler(logging.NullHandler())  # the driver logs what becomes our one line
    main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, _leave) if main else None
    try:
        yield
    except BrokenPipeError:  # who reads the output has seen enough
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(128 + 13) from None
    except (DataError, ExportError, ResolutionError, StoreError, OSError, ValueError) as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(1) from None
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)


def _leave(number: int, frame: object) -> None:
    """Ended from outside: unfinished files are taken away, as after Ctrl-C."""
    raise SystemExit(128 + number)


def neo4j_credentials() -> tuple[str, str, str | None]:
    """User, password and database from the environment; what is missing is asked for on a terminal."""
    from kg_docre.graph.errors import ExportError

    user, password = os.environ.get("NEO4J_USER"), os.environ.get("NEO4J_PASSWORD")
    if (user is None or password is None) and not sys.stdin.isatty():
        raise ExportError("Neo4j: set NEO4J_USER and NEO4J_PASSWORD")
    user = user if user is not None else typer.prompt("Neo4j user", default="neo4j")
    password = password if password is not None else typer.prompt("Neo4j password", hide_input=True)
    return user, password, os.environ.get("NEO4J_DATABASE")
