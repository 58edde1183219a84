"""What is found in a corpus: documents and problems, checked."""

from __future__ import annotations

import codecs
import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from kg_docre.annotations import Document
from kg_docre.corpus.encodings import NO_TEXT, encoding_of
from kg_docre.corpus.hyphens import rejoined
from kg_docre.metadata import Metadata, values_of
from kg_docre.store import content_hash

__all__ = [
    "BINARY",
    "PIPE",
    "PIPED",
    "UNSEEN",
    "Problem",
    "SourceText",
    "checked",
    "decoded",
    "files_of",
    "prose",
]

PIPED = "stdin#"  # what uris begin with of documents from standard input
PIPE = "standard input"  # and what lines of it are called that have no id
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff]")  # where a word may be parted, and where not
MAX_CHARACTERS = 1_000_000  # of a text: books of the usual length have fewer
BINARY = "binary, not text (or UTF-16 that does not say so, which --encoding utf-16-le may read)"


@dataclass(frozen=True)
class SourceText:
    """One document as found: its text and, from DocRED-format JSON and PubTator, its given annotations. ``metadata`` is
    what is kept of its row besides, of the ``fields`` that this has."""

    uri: str
    title: str
    text: str
    document: Document | None = None
    metadata: Metadata = field(default_factory=dict)
    fields: tuple[str, ...] = ()

    @cached_property
    def digest(self) -> str:
        """Identifies what will be read: the text and, where they are given, its entities."""
        if self.document is None:
            return content_hash(self.text)
        given = [(e.type, e.kb_id, [(m.start, m.end, m.name) for m in e.mentions]) for e in self.document.entities]
        return content_hash(self.text + json.dumps([self.document.sentence_starts, given]))


@dataclass(frozen=True, slots=True)
class Problem:
    """Something of the corpus that could not be used: where, and why. ``nothing`` where there is nothing to be read:
    it is empty, or no text. Of a ``part`` of a file its uri tells which document it is, and others can be told."""

    uri: str
    reason: str
    nothing: bool = False
    part: bool = False

    def __str__(self) -> str:
        text = f"{self.uri}: {self.reason}"
        return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def files_of(uri: str) -> list[str]:
    """A document's uri, and what is left of it before a ``#``: the files that it may be in."""
    return [uri, *(uri[:i] for i, character in enumerate(uri) if character == "#" and i)]


def decoded(data: bytes, uri: str, encoding: str = "") -> str | Problem:
    """The text that these bytes are in UTF-8, or in the encoding that they begin as, or else the one named."""
    if not data.strip():
        return Problem(uri, "empty", nothing=True)
    encoding = encoding_of(data, encoding)
    if b"\0" in data and not encoding:
        return Problem(uri, BINARY)
    try:
        text = codecs.getincrementaldecoder(encoding or "utf-8-sig")().decode(data, final=True)
    except UnicodeDecodeError as error:
        start = error.start + len(data) - len(error.object)  # what is said is of the bytes behind a byte order mark
        return Problem(uri, f"byte 0x{data[start]:02x} at offset {start}: {NO_TEXT}")
    except UnicodeError as error:
        return Problem(uri, f"{NO_TEXT}: {error}")
    return Problem(uri, BINARY) if "\0" in text else text.removeprefix("\ufeff")


def prose(text: str) -> str:
    """The text with what HTML's character references stand for ("AT&amp;T", "&nbsp;") in their place, one character for
    the end of a line, none that can't be seen and no empty lines at the end, so that copies of a text are the same, and
    whole words (:func:`~kg_docre.corpus.hyphens.rejoined`)."""
    if "&" in text:
        text = _REFERENCE.sub(lambda found: html.unescape(found[0]).replace("\xa0", " "), text)
    return rejoined(UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).rstrip())


def checked(source: SourceText, max_characters: int) -> SourceText | Problem:
    """The document itself, if it has text, none too long and none that can't be stored."""
    if not source.text.strip():
        return Problem(source.uri, "empty", nothing=True, part=True)
    if len(source.text) > max_characters:
        size = f"{len(source.text):,} characters, more than the limit of {max_characters:,}"
        longest = max(map(len, source.text.splitlines()))
        line = f" in a single line of {longest:,}" if longest > max_characters else ""
        return Problem(source.uri, f"{size}{line}; split it, or raise --max-characters", part=True)
    for name, text in _fields(source):
        try:
            text.encode()
        except UnicodeEncodeError:
            return Problem(
                source.uri.encode(errors="replace").decode(), f"{name}: unpaired surrogates, not valid text", part=True
            )
        if "\0" in text:
            return Problem(source.uri, f"{name}: binary, not text: it holds NUL characters", part=True)
    return source


def _fields(source: SourceText) -> Iterator[tuple[str, str]]:
    """Every string of a document, and what it is."""
    yield from (("id", source.uri), ("title", source.title), ("text", source.text))
    for name, value in source.metadata.items():
        yield f"field {name!r}", name
        yield from ((f"field {name!r}", str(one)) for one in values_of(value))
    for number, entity in enumerate(source.document.entities if source.document is not None else ()):
        yield from ((f"vertexSet[{number}]", text) for text in (entity.name, entity.type, entity.kb_id))
        yield from ((f"vertexSet[{number}]", mention.name) for mention in entity.mentions)
