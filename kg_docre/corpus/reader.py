"""Files and folders to texts, one at a time; what can't be read becomes a problem, never an end."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg_docre.annotations import Document
from kg_docre.data.docred import parse_docred
from kg_docre.data.documents import is_pubtator
from kg_docre.data.errors import DataError
from kg_docre.data.pubtator import parse_pubtator
from kg_docre.store import content_hash

__all__ = ["Problem", "SourceText", "count_documents", "read_corpus", "uri_of"]

_GRAPHS = tuple(".sqlite .sqlite-wal .sqlite-shm .oxigraph .neo4j .ttl .nt .nq .trig .jsonld .graphml .gexf".split())


@dataclass(frozen=True, slots=True)
class SourceText:
    """One document as found: its text or, from DocRED-format JSON, its given annotations."""

    uri: str
    title: str
    text: str
    document: Document | None = None

    @property
    def digest(self) -> str:
        """Identifies what will be read: the text and, where they are given, its entities."""
        if self.document is None:
            return content_hash(self.text)
        given = [(e.type, e.kb_id, [(m.start, m.end, m.name) for m in e.mentions]) for e in self.document.entities]
        return content_hash(self.text + json.dumps([self.document.sentence_starts, given]))


@dataclass(frozen=True, slots=True)
class Problem:
    """Something of the corpus that could not be used: where, and why."""

    uri: str
    reason: str

    def __str__(self) -> str:
        text = f"{self.uri}: {self.reason}"
        return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def read_corpus(
    sources: Iterable[str | Path],
    *,
    max_characters: int = 200_000,
    base: str | Path = ".",
    exclude: Iterable[str | Path] = (),
) -> Iterator[SourceText | Problem]:
    """Every document of files and folders, in a stable order.

    A document's uri is its file's path relative to ``base``, with ``#id`` or ``#line`` where a file has
    several. Files and folders of ``exclude`` are passed over where a folder has them.

    A folder gives all its files; hidden ones and graphs (``.ttl``, ``.graphml``, …) are left out. ``.jsonl`` holds one
    object a line and ``.json`` a list of objects (or one), each with ``text`` and optionally ``id`` and ``title``, or a
    DocRED document with its entities; ``.pubtator`` and ``.PubTator.txt`` have theirs too; any other file is one plain
    text in UTF-8. Empty, binary, wrongly encoded and malformed ones come back as :class:`Problem`, as do texts over
    ``max_characters``.
    """
    hidden = {Path(path).resolve() for path in exclude}
    for source in map(Path, sources):
        if source.is_dir():
            files, closed = _files(source, hidden)
            for error in closed:
                yield Problem(uri_of(Path(error.filename), Path(base)), error.strerror or str(error))
            if not files and not closed:
                yield Problem(uri_of(source, Path(base)), "an empty folder")
        else:
            files = [source]
        for file in files:
            yield from _file(file, uri_of(file, Path(base)), max_characters)


def _files(folder: Path, exclude: Set[Path]) -> tuple[list[Path], list[OSError]]:
    """All files below a folder, sorted, without hidden ones and ``exclude``; and why some folders can't be listed."""
    found: list[Path] = []
    closed: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=closed.append):
        folders[:] = (
            name
            for name in folders
            if not (name.startswith(".") or _is_graph(name)) and Path(parent, name).resolve() not in exclude
        )
        paths = (Path(parent, name) for name in names if not (name.startswith(".") or _is_graph(name)))
        found += (path for path in paths if _is_file(path) and path.resolve() not in exclude)
    return sorted(found), closed


def _is_graph(name: str) -> bool:
    """Whether a file or folder of this name is a store, or what one was exported to."""
    return name.lower().removesuffix(".gz").endswith(_GRAPHS)


def _is_file(path: Path) -> bool:
    """Whether it is, or whether there is no telling: reading it will say why."""
    try:
        return path.is_file()
    except PermissionError:
        return True


def uri_of(file: Path, base: Path) -> str:
    """A file's or folder's path relative to ``base``."""
    try:
        return Path(os.path.relpath(file.absolute(), base.absolute())).as_posix()
    except ValueError:  # on another drive
        return file.absolute().as_posix()


def _file(path: Path, uri: str, max_characters: int) -> Iterator[SourceText | Problem]:
    try:
        data = path.read_bytes()
    except OSError as error:
        yield Problem(uri, error.strerror or str(error))
        return
    if not data.strip():
        yield Problem(uri, "empty")
        return
    if b"\0" in data:
        yield Problem(uri, "binary, not text (or UTF-16; only UTF-8 is read)")
        return
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        yield Problem(uri, f"not UTF-8 text: byte 0x{data[error.start]:02x} at offset {error.start}")
        return
    ending = path.suffix.lower()
    if is_pubtator(path):
        for document in parse_pubtator(text, path):
            if isinstance(document, DataError):
                yield Problem(uri, str(document).removeprefix(f"{path}: "))
            else:
                found = SourceText(f"{uri}#{document.id}", document.title, document.text, document)
                yield _checked(found, max_characters)
    elif ending == ".jsonl":
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                yield _record(line, f"{uri}#{number}", max_characters)
    elif ending == ".json":
        yield from _json(text, uri, max_characters)
    else:
        yield _checked(SourceText(uri=uri, title=path.stem, text=text), max_characters)


def _json(text: str, uri: str, max_characters: int) -> Iterator[SourceText | Problem]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        yield Problem(uri, f"malformed JSON: {error}")
        return
    for number, record in enumerate(value if isinstance(value, list) else [value]):
        yield _from_record(record, f"{uri}#{number}", max_characters)


def _record(line: str, uri: str, max_characters: int) -> SourceText | Problem:
    try:
        return _from_record(json.loads(line), uri, max_characters)
    except (ValueError, RecursionError) as error:
        return Problem(uri, f"malformed JSON: {error}")


def _from_record(record: Any, uri: str, max_characters: int) -> SourceText | Problem:
    if not isinstance(record, dict):
        return Problem(uri, f"expected an object, found {type(record).__name__}")
    if "vertexSet" in record:
        try:
            document = parse_docred(record, where="DocRED document")
        except DataError as error:
            return Problem(uri, str(error))
        return _checked(SourceText(uri, document.title, document.text, document), max_characters)
    for field in ("text", "title"):
        if not isinstance(record.get(field, ""), str) and not (field == "title" and record["title"] is None):
            return Problem(uri, f"field {field!r}: expected a string, found {type(record[field]).__name__}")
    if "text" not in record:
        return Problem(uri, "no field 'text'")
    if record.get("id") is not None:
        uri = f"{uri.rpartition('#')[0]}#{record['id']}"
    return _checked(SourceText(uri=uri, title=record.get("title") or "", text=record["text"]), max_characters)


def _checked(source: SourceText, max_characters: int) -> SourceText | Problem:
    if not source.text.strip():
        return Problem(source.uri, "empty")
    if len(source.text) > max_characters:
        size = f"{len(source.text):,} characters, more than the limit of {max_characters:,}"
        longest = max(map(len, source.text.splitlines()))
        line = f" in a single line of {longest:,}" if longest > max_characters else ""
        return Problem(source.uri, f"{size}{line}; split it, or raise --max-characters")
    for field, text in _fields(source):
        try:
            text.encode()
        except UnicodeEncodeError:
            return Problem(
                source.uri.encode(errors="replace").decode(), f"{field}: unpaired surrogates, not valid text"
            )
        if "\0" in text:
            return Problem(source.uri, f"{field}: binary, not text: it holds NUL characters")
    return source


def _fields(source: SourceText) -> Iterator[tuple[str, str]]:
    """Every string of a document, and what it is."""
    yield from (("id", source.uri), ("title", source.title), ("text", source.text))
    for number, entity in enumerate(source.document.entities if source.document is not None else ()):
        yield from ((f"vertexSet[{number}]", text) for text in (entity.name, entity.type, entity.kb_id))
        yield from ((f"vertexSet[{number}]", mention.name) for mention in entity.mentions)


def count_documents(sources: Iterable[str | Path], *, exclude: Iterable[str | Path] = ()) -> int | None:
    """How many documents and problems :func:`read_corpus` will give; None if only reading it all can tell."""
    hidden, total = {Path(path).resolve() for path in exclude}, 0
    for source in map(Path, sources):
        files, closed = _files(source, hidden) if source.is_dir() else ([source], [])
        total += len(closed)
        for file in files:
            ending = file.suffix.lower()
            if ending == ".json" or is_pubtator(file):
                return None
            try:
                with file.open("rb") as stream:
                    total += sum(1 for line in stream if line.strip()) if ending == ".jsonl" else 1
            except OSError:
                total += 1
    return total
