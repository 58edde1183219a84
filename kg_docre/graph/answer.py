"""What a query found, and how it is shown."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from rich.table import Table

from kg_docre.graph.table import cell, print_table

__all__ = ["Answer", "print_answer"]


@dataclass(frozen=True, slots=True)
class Answer:
    """Columns and rows of plain values: text, numbers, truth values, None; of Cypher lists and maps too."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


def print_answer(answer: Answer, form: Literal["table", "json", "csv"] = "table") -> None:
    """Print every row: for people, as one JSON object each, or as CSV with a row of names first."""
    if form == "json":
        for row in answer.rows:
            print(_json(dict(zip(answer.columns, row, strict=True))))
    elif form == "csv":
        print(_csv(answer.columns))
        for row in answer.rows:
            print(_csv("" if value is None else value if isinstance(value, str) else _json(value) for value in row))
    else:
        table = Table(padding=(0, 1))
        for column in answer.columns:
            table.add_column(cell(column))
        for row in answer.rows:
            table.add_row(*(cell(_short(value) if isinstance(value, str) else _text(value)) for value in row))
        print_table(table)


def _csv(row: Iterable[str]) -> str:
    """A line without its end: csv quotes the characters of the end it writes, and a carriage return needs quotes."""
    line = io.StringIO()
    csv.writer(line).writerow(row)
    return line.getvalue().removesuffix("\r\n")


def _short(text: str) -> str:
    """An IRI that begins with a known prefix, by that."""
    from kg_docre.graph.vocabulary import PREFIXES

    known = next((prefix for prefix, iri in PREFIXES.items() if text.startswith(iri)), None)
    return text if known is None else f"{known}:{text.removeprefix(PREFIXES[known])}"


def _text(value: object) -> str:
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else _json(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
