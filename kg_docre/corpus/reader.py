"""Files and folders to texts, one at a time; what can't be read becomes a problem, never an end."""

from __future__ import annotations

import json
import mimetypes
import os
import re
import sys
import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from kg_docre.corpus.encodings import recoded
from kg_docre.corpus.fields import Fields, from_json, from_line, from_piped_line
from kg_docre.corpus.folders import PAGES, READ, TABLES, files_below
from kg_docre.corpus.records import (
    BINARY,
    MAX_CHARACTERS,
    PIPE,
    Problem,
    SourceText,
    checked,
    decoded,
    prose,
)
from kg_docre.corpus.tables import count_rows, from_table
from kg_docre.corpus.web_pages import from_html, is_html
from kg_docre.data.documents import is_pubtator
from kg_docre.data.errors import DataError
from kg_docre.data.files import open_file, uncompressed
from kg_docre.data.pubtator import parse_pubtator

__all__ = ["STANDARD_INPUT", "count_documents", "read_corpus", "uri_of"]

STANDARD_INPUT = "-"
_MARKUP = {
    **dict.fromkeys((".srt", ".vtt"), "subtitles"),
    ".xml": "XML",
    ".rtf": "RTF",
    ".ipynb": "a notebook",
    ".mbox": "a mailbox",
}
_BEGINNINGS = {"<?xml": "XML", "{\\rtf": "RTF"}  # of files called anyhow
_NAMED = mimetypes.MimeTypes(filenames=())  # what endings stand for everywhere, whatever this machine is set to
_PROSE = ("text/plain", "text/markdown", "text/x-rst", "message/rfc822")
# what short endings stand for that are the last letters of a title as often as not: "U.S.A", "about.me"
_ANYTHING = ("application/octet-stream", "application/x-troff", "application/x-troff-me", "application/x-troff-ms")
_COUNTED = 32_000_000  # bytes: longer JSON files are not read only to be counted
_UNREADABLE = (OSError, EOFError, zlib.error)  # the latter two of a compressed file that is cut off or damaged


def read_corpus(
    sources: str | Path | Iterable[str | Path],
    *,
    max_characters: int = MAX_CHARACTERS,
    fields: Fields | None = None,
    base: str | Path = ".",
    exclude: Iterable[str | Path] = (),
    encoding: str = "",
) -> Iterator[SourceText | Problem]:
    """Every document of files and folders, in a stable order.

    A document's uri is its file's path relative to ``base``, with ``#id`` where a file has several, or ``#line 4``
    (``#row 4`` of tables, ``#item 4`` of JSON) for one without an id. Files and folders of ``exclude`` are passed over
    where a folder has them.

    A folder gives all its files; hidden ones and graphs (``.ttl``, ``.graphml``, …) are left out. ``.jsonl`` holds one
    object a line and ``.json`` a list of objects (or one), each with ``text`` and optionally ``id`` and ``title``, or
    whatever ``fields`` says these are called, or a DocRED document with its entities; ``.csv`` and ``.tsv`` have them
    in columns, which the first line names; ``.pubtator`` and ``.PubTator.txt`` bring entities too; of HTML the main
    text is read, where trafilatura is installed; any other file is one plain text in UTF-8, unless its name says that
    it is something else (``.py``, ``.svg``). With ``encoding`` all but HTML, which says its own, is in that instead of
    UTF-8. In texts without entities, character references of HTML ("&amp;") are read
    as what they stand for. All may be compressed (``.gz``). Empty, binary, wrongly encoded and malformed ones come back
    as :class:`Problem`, as do XML and what else is no plain text, and texts over ``max_characters``.

    ``-`` is standard input, lines as in ``.jsonl``, which must have ids: the uri of one is ``stdin#id``.
    """
    sources = [sources] if isinstance(sources, str | Path) else list(sources)
    hidden, fields = {Path(path).resolve() for path in exclude}, fields or Fields()
    for given in sources:
        source = Path(given)
        if given == STANDARD_INPUT:
            yield from _lines(recoded(sys.stdin.buffer, encoding), PIPE, max_characters, fields, from_piped_line)
            continue
        if source.is_dir():
            files, closed = files_below(source, hidden, sources)
            for folder, reason in closed:
                yield Problem(uri_of(folder, Path(base)), reason)
            if not files and not closed:
                yield Problem(uri_of(source, Path(base)), "an empty folder")
        else:
            files = [source]
        for file in files:
            uri = uri_of(file, Path(base))
            yield from _file(file, uri, max_characters, fields, encoding, named=file == source)


def uri_of(file: Path, base: Path) -> str:
    """A file's or folder's path relative to ``base``."""
    try:
        return Path(os.path.relpath(file.absolute(), base.absolute())).as_posix()
    except ValueError:  # on another drive
        return file.absolute().as_posix()


def _file(
    path: Path, uri: str, max_characters: int, fields: Fields, encoding: str, *, named: bool
) -> Iterator[SourceText | Problem]:
    """The documents of a file that was ``named``, or that is in a folder, which may have files that are no texts."""
    name = uncompressed(path)
    if kind := _other_than_text(name):
        yield Problem(uri, f"{kind} by its name, not plain text; extract the text first", nothing=not named)
        return
    try:
        if name.suffix.lower() == ".jsonl":
            with _open(path, encoding) as stream:
                yield from _lines(stream, uri, max_characters, fields, from_line)
            return
        if name.suffix.lower() in TABLES:
            with _open(path, encoding) as stream:
                yield from from_table(stream, uri, max_characters, fields)
            return
        with open_file(path) as stream:
            data = stream.read()
    except _UNREADABLE as error:
        yield Problem(uri, getattr(error, "strerror", None) or str(error))
        return
    is_text = b"\0" not in data or data.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    if is_text and (name.suffix.lower() in PAGES or is_html(data)):
        yield from_html(data, uri, _title(name), max_characters)
        return
    text = decoded(data, uri, encoding)
    if isinstance(text, Problem):
        yield text
    elif is_pubtator(name):
        for document in parse_pubtator(text, path):
            if isinstance(document, DataError):
                yield Problem(uri, str(document).removeprefix(f"{path}: "))
            else:
                found = SourceText(f"{uri}#{document.id}", document.title, document.text, document)
                yield checked(found, max_characters)
    elif name.suffix.lower() == ".json":
        yield from from_json(text, uri, max_characters, fields)
    else:
        beginning = text[:100].lstrip().lower()
        if kind := next((kind for mark, kind in _BEGINNINGS.items() if beginning.startswith(mark)), ""):
            yield Problem(uri, f"{kind} by its beginning, not plain text; extract the text first")
        else:
            yield checked(SourceText(uri=uri, title=_title(name), text=prose(text)), max_characters)


def _title(name: Path) -> str:
    """What a text is called after its file; "Mr. Smith" and "Washington, D.C" have no ending."""
    return name.name if " " in name.suffix or re.fullmatch(r"\.[A-Z]", name.suffix) else name.stem


def _other_than_text(name: Path) -> str:
    """What a file is by its name, if it is something else than text and all that is read besides."""
    ending = name.suffix.lower()
    kind = _MARKUP.get(ending) or _NAMED.guess_type(f"x{ending}")[0] or ""
    return "" if kind in (*_PROSE, *_ANYTHING) or ending in READ or is_pubtator(name) else kind


def _lines(
    stream: BinaryIO,
    uri: str,
    max_characters: int,
    fields: Fields,
    read: Callable[[bytes, str, str, int, Fields], SourceText | Problem],
) -> Iterator[SourceText | Problem]:
    """Documents of a file with one a line, of which only a line is held at a time."""
    empty = True
    for number, line in enumerate(stream, 1):
        if number == 1 and b"\0" in line:  # all of the file is
            yield Problem(uri, BINARY)
            return
        if line.strip():
            empty = False
            yield read(line, uri, f"line {number}", max_characters, fields)
    if empty:
        yield Problem(uri, "empty", nothing=True)


def _open(path: Path, encoding: str) -> BinaryIO:
    return recoded(open_file(path), encoding)


def count_documents(
    sources: str | Path | Collection[str | Path], *, exclude: Iterable[str | Path] = (), encoding: str = ""
) -> int | None:
    """How many documents and problems :func:`read_corpus` may give; None if only reading it all can tell, as of
    PubTator and of long JSON files."""
    sources = [sources] if isinstance(sources, str | Path) else sources
    hidden, total = {Path(path).resolve() for path in exclude}, 0
    if STANDARD_INPUT in sources:
        return None
    for source in map(Path, sources):
        files, closed = files_below(source, hidden, sources) if source.is_dir() else ([source], [])
        total += max(len(closed), not files)  # an empty folder is a problem
        for file in files:
            ending = uncompressed(file).suffix.lower()
            try:
                with _open(file, encoding) as stream:
                    if ending in TABLES:
                        total += count_rows(stream)
                    elif ending == ".json":
                        data = stream.read(_COUNTED + 1)
                        if len(data) > _COUNTED:
                            return None
                        value = json.loads(data)
                        total += len(value) or 1 if isinstance(value, list) else 1
                    elif is_pubtator(file):
                        return None
                    else:
                        total += max(1, sum(1 for line in stream if line.strip())) if ending == ".jsonl" else 1
            except (*_UNREADABLE, ValueError, RecursionError):
                total += 1
    return total
