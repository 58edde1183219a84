"""Tables of documents, one a row: CSV and TSV with a line of column names."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from typing import BinaryIO

from kg_docre.corpus.records import BINARY, Fields, Problem, SourceText, absent, from_record

__all__ = ["count_rows", "from_table"]

_DELIMITERS = ",;\t|"


def from_table(stream: BinaryIO, uri: str, max_characters: int, fields: Fields) -> Iterator[SourceText | Problem]:
    """The documents of a table, which is read row by row. ``#`` and a number stands for a row without an id: the one
    that a spreadsheet shows, where the names of the columns are the first.

    What separates columns is told by the first line. A table without a column of texts is one :class:`Problem`, as is
    the rest of one that is not well-formed.
    """
    number, rows = 1, _rows(stream)
    try:
        columns = [name.strip() for name in next(rows)]
        if not any(columns):
            yield Problem(uri, "empty", nothing=True)
            return
        if reason := _unreadable(columns) or absent(fields, dict.fromkeys(columns, "")):
            yield Problem(uri, reason)
            return
        for number, cells in enumerate(rows, 2):
            place = f"{uri}#{number}"
            if not any(map(str.strip, cells)):
                continue
            if len(cells) > len(columns):
                yield Problem(place, f"{len(cells)} cells where there are {len(columns)} columns")
            elif reason := _unreadable(cells):
                yield Problem(place, reason)
            else:
                row = dict(zip(columns, cells, strict=False))
                yield from_record({fields.text: "", **row}, place, max_characters, fields)
    except csv.Error as error:
        yield Problem(f"{uri}#{number + 1}", f"malformed table, not read from here on: {error}")


def count_rows(stream: BinaryIO) -> int:
    """How many documents and problems :func:`from_table` may give."""
    try:
        return max(1, sum(1 for cells in _rows(stream) if any(map(str.strip, cells))) - 1)
    except csv.Error:
        return 1


def _unreadable(cells: list[str]) -> str:
    if any("\0" in cell for cell in cells):
        return BINARY
    try:
        "".join(cells).encode()
    except UnicodeEncodeError:
        return "not UTF-8 text"
    return ""


def _rows(stream: BinaryIO) -> Iterator[list[str]]:
    """The cells of every row; bytes that are not UTF-8 become surrogates, which no valid text has."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # how long texts may be is asked of each
    lines = io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="")
    first = next(lines, "")
    delimiter = max(_DELIMITERS, key=first.count)
    yield from csv.reader([first], delimiter=delimiter)
    yield from csv.reader(lines, delimiter=delimiter)
