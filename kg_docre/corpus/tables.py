"""Tables of documents, one a row: CSV and TSV with a line of column names."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import deque
from collections.abc import Iterator
from itertools import count
from typing import BinaryIO

from kg_docre.corpus.encodings import NO_TEXT
from kg_docre.corpus.fields import Fields, absent, from_record
from kg_docre.corpus.records import BINARY, Problem, SourceText

__all__ = ["count_rows", "from_table"]

_DELIMITERS = ",;\t|"


def from_table(stream: BinaryIO, uri: str, max_characters: int, fields: Fields) -> Iterator[SourceText | Problem]:
    """The documents of a table, which is read row by row. ``#row 4`` stands for a row without an id, by the number
    that a spreadsheet shows, where the names of the columns are the first.

    What separates columns is told by the first line. A table without a column of texts, or without rows, is one
    :class:`Problem`, and so is each row that is not well-formed.
    """
    rows = _rows(stream)
    _, columns = next(rows, (1, []))
    if isinstance(columns, csv.Error):
        yield Problem(uri, f"malformed names of columns: {columns}")
        return
    columns = [name.strip() for name in columns]
    if reason := (_unreadable(columns) or absent(fields, dict.fromkeys(columns, ""))) if any(columns) else "":
        yield Problem(uri, reason)
        return
    needed = min((columns.index(name) for name in fields.text if name in columns), default=0)
    empty = True
    for number, cells in rows:
        empty = False
        place = f"row {number}"
        if isinstance(cells, csv.Error):
            yield Problem(f"{uri}#{place}", f"malformed: {cells}")
        elif not needed < len(cells) <= len(columns):
            yield Problem(f"{uri}#{place}", f"{len(cells)} cells where there are {len(columns)} columns")
        elif reason := _unreadable(cells):
            yield Problem(f"{uri}#{place}", reason)
        else:
            row = dict(reversed([*zip(columns, cells, strict=False)]))  # of two columns of one name the first
            yield from_record(row, uri, place, max_characters, fields)
    if empty:
        yield Problem(uri, "empty", nothing=True)


def count_rows(stream: BinaryIO) -> int:
    """How many documents and problems :func:`from_table` may give."""
    return max(1, sum(1 for _ in _rows(stream)) - 1)


def _unreadable(cells: list[str]) -> str:
    if any("\0" in cell for cell in cells):
        return BINARY
    try:
        "".join(cells).encode()
    except UnicodeEncodeError:
        return NO_TEXT
    return ""


def _rows(stream: BinaryIO) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """Every row that has cells, by its number, or what is wrong with it; bytes that are not UTF-8 become surrogates,
    which no valid text has."""
    lines = io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="")
    first = next(filter(str.strip, lines), "")
    if told := re.fullmatch(r"sep=(.)\s*", first):  # as Excel writes it
        delimiter, first = told[1], next(lines, "")
    else:
        delimiter = max(_DELIMITERS, key=first.count)
    waiting, taken = deque([first]), list[str]()

    def fed() -> Iterator[str]:
        while line := waiting.popleft() if waiting else next(lines, ""):
            taken.append(line)
            yield line

    rows = csv.reader(fed(), delimiter=delimiter, strict=True)
    for number in count(1):
        taken.clear()
        try:
            cells = _next(rows)
        except csv.Error as error:
            yield number, error
            closed = len(taken) == 1
            if closed:  # what the quotes hold that are open at the end of the line is no row
                quotes = taken[0].count('"')
                while quotes % 2 and (line := next(fed(), "")):
                    quotes += line.count('"')
                closed = quotes % 2 == 0
            if not closed:  # never: all but the first line may be rows of their own
                waiting.extendleft(reversed(taken[1:]))
            rows = csv.reader(fed(), delimiter=delimiter, strict=True)
        except StopIteration:
            return
        else:
            if any(map(str.strip, cells)):
                yield number, cells


def _next(rows: Iterator[list[str]]) -> list[str]:
    """The next row, whose cells may be as long as they like, for how long texts may be is asked of each."""
    usual = csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    try:
        return next(rows)
    finally:
        csv.field_size_limit(usual)
