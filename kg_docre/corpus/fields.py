"""Documents with fields, from JSON or the row of a table: what these are called, and what they say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kg_docre.corpus.records import PIPED, Problem, SourceText, checked, decoded, prose
from kg_docre.corpus.web_pages import from_markup, is_markup
from kg_docre.data.docred import parse_docred
from kg_docre.data.errors import DataError
from kg_docre.metadata import as_metadata, values_of

__all__ = ["Fields", "absent", "from_json", "from_line", "from_piped_line", "from_record"]

_PLACE = re.compile(r"(line|row|item) \d+")  # what stands for an id


@dataclass(frozen=True, slots=True)
class Fields:
    """What a record's fields, or a table's columns, are called that have its text, its id and its title: of several the
    first counts that says something. Those to ``keep`` are its metadata, all that say something."""

    text: tuple[str, ...] = ("text",)
    id: tuple[str, ...] = ("id",)
    title: tuple[str, ...] = ("title",)
    keep: tuple[str, ...] = ()


def _said(record: Mapping[str, Any], names: Sequence[str]) -> tuple[str, Any]:
    """The first of the fields that says something, and what; None of none."""
    full = ((name, value) for name in names if (value := record.get(name)) is not None and str(value).strip())
    return next(full, (names[0], None))


def from_json(text: str, file: str, max_characters: int, fields: Fields) -> Iterator[SourceText | Problem]:
    """The documents of a JSON file, which has a list of them, or one."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        yield Problem(file, f"malformed JSON: {error}")
        return
    if value == []:
        yield Problem(file, "empty", nothing=True)
    for number, record in enumerate(value if isinstance(value, list) else [value], 1):
        yield from_record(record, file, f"item {number}", max_characters, fields)


def from_line(line: bytes, file: str, place: str, max_characters: int, fields: Fields) -> SourceText | Problem:
    """The document of a line of JSON."""
    record = _parsed(line, f"{file}#{place}")
    return record if isinstance(record, Problem) else from_record(record, file, place, max_characters, fields)


def from_piped_line(line: bytes, pipe: str, place: str, max_characters: int, fields: Fields) -> SourceText | Problem:
    """As :func:`from_line`, of what has no file to be called by: its uri has an id, and there must be one."""
    record = _parsed(line, f"{pipe}#{place}")
    if isinstance(record, Problem):
        return record
    if not isinstance(record, dict):
        return from_record(record, pipe, place, max_characters, fields)
    _, id = _said(record, fields.id)
    if not isinstance(id, str | int) or isinstance(id, bool):
        return Problem(
            f"{pipe}#{place}", f"no field {_either(fields.id)}, by which a document of standard input is known"
        )
    return from_record(record, PIPED.removesuffix("#"), str(id), max_characters, fields)


def _parsed(line: bytes, uri: str) -> Any:
    """What the JSON says, or the :class:`Problem` with it."""
    text = decoded(line, uri)
    if isinstance(text, Problem):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        return Problem(uri, f"malformed JSON: {error}")


def from_record(record: Any, file: str, place: str, max_characters: int, fields: Fields) -> SourceText | Problem:
    """The document of a record: its text and its title, or what DocRED's format says. Its uri is ``file#id``, or
    ``file#place`` without an id; then there is no telling which document it is if it can't be read. An id that could be
    the ``place`` of another record ("line 4") is none."""
    _, id = _said(record, fields.id) if isinstance(record, dict) else ("", None)
    if id is not None and _PLACE.fullmatch(str(id)):
        id = None
    found = _document(record, f"{file}#{place if id is None else id}", max_characters, fields)
    if fields.keep and isinstance(found, SourceText):
        found = _with_metadata(found, record, max_characters, fields)
    return replace(found, part=id is not None) if isinstance(found, Problem) else found


def _document(record: Any, uri: str, max_characters: int, fields: Fields) -> SourceText | Problem:
    if not isinstance(record, dict):
        return Problem(uri, f"expected an object, found {type(record).__name__}")
    if "vertexSet" in record:
        try:
            document = parse_docred(record, where="DocRED document")
        except DataError as error:
            return Problem(uri, str(error))
        return checked(SourceText(uri, document.title, document.text, document), max_characters)
    if reason := absent(fields, record):
        return Problem(uri, reason)
    field, text = _said({name: _joined(record.get(name)) for name in fields.text}, fields.text)
    if not isinstance(text, str | None):
        return Problem(uri, f"field {field!r}: expected a string, found {type(text).__name__}")
    try:
        title = prose(_title(record, fields.title))
    except ValueError as error:
        return Problem(uri, str(error))
    if text is not None and is_markup(text):
        return from_markup(text, uri, title, max_characters)
    return checked(SourceText(uri=uri, title=title, text=prose(text or "")), max_characters)


def _joined(value: Any) -> Any:
    """Of a list of strings the text that has them as paragraphs, or as words if nine in ten are no more than one; else
    the value."""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        paragraphs = sum(len(part.split()) > 1 for part in value)
        return "\n\n".join(filter(str.strip, value)) if paragraphs * 10 > len(value) else " ".join(value)
    return value


def _title(record: Mapping[str, Any], names: Sequence[str]) -> str:
    """What the first of the fields says that says something, all of it. Raises :exc:`ValueError` as
    :func:`~kg_docre.metadata.as_metadata` does."""
    told = (values_of(value) for name in names for value in as_metadata({name: record.get(name)}).values())
    return "; ".join(map(str, next(told, [])))


def _with_metadata(
    source: SourceText, record: Mapping[str, Any], max_characters: int, fields: Fields
) -> SourceText | Problem:
    try:
        metadata = as_metadata({name: record.get(name) for name in fields.keep})
    except ValueError as error:
        return Problem(source.uri, str(error))
    return checked(replace(source, metadata=metadata, fields=tuple(record)), max_characters)


def absent(fields: Fields, record: Mapping[str, object]) -> str:
    """What to say of a record without a text, and of which fields it may be in; nothing where there is one."""
    if any(name in record for name in fields.text):
        return ""
    others = ", ".join(repr(name) for name in list(record)[:8])
    return f"no field {_either(fields.text)}{f'; --text-field names another one: {others}' if others else ''}"


def _either(names: Sequence[str]) -> str:
    return " or ".join(map(repr, names))
