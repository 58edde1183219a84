"""PubTator files with entity ids and relations, as BioCreative V's CDR has them (Li et al. 2016).

A document is::

    227508|t|title
    227508|a|abstract
    227508 <tab> 0 <tab> 8 <tab> Naloxone <tab> Chemical <tab> D009270
    227508 <tab> CID <tab> D008750 <tab> D007022

and ends with an empty line. Mentions of one id and type are one entity; a mention with ids ``D1|D2`` is one of
both; mentions without an id (``-1``) can't be in a relation and are left out.
"""

from __future__ import annotations

import re
import warnings
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from kg_docre.annotations import Document, Entity, Mention, Relation
from kg_docre.data.errors import DataError
from kg_docre.data.files import read_text

__all__ = ["parse_pubtator", "read_hierarchy", "read_pubtator", "without_hypernyms"]

Hierarchy = Mapping[str, tuple[str, ...]]  # id → its tree numbers, "C14.907.489"

_WORD = re.compile(r"\w+|[^\w\s]")
_SENTENCE_END = re.compile(r"[.!?]['\")\]]*\s+(?=[A-Z0-9(\[\"'])")
_TEXT = re.compile(r"(\d+)\|([ta])\|(.*)")
_NO_ID = {"", "-", "-1"}


def read_pubtator(path: str | Path, *, hierarchy: Hierarchy | None = None) -> list[Document]:
    """All documents, in order; with a ``hierarchy`` as :func:`without_hypernyms` leaves them.

    Raises :exc:`DataError` naming the file, the line or document, and what is wrong. A hierarchy that has none of the
    file's ids is warned of.
    """
    source = Path(path)
    documents = []
    for document in parse_pubtator(read_text(source), source):
        if isinstance(document, DataError):
            raise document
        documents.append(replace(document, file=str(source)))
    if hierarchy is None:
        return documents
    ids = {entity.kb_id for document in documents for entity in document.entities}
    if ids and hierarchy and ids.isdisjoint(hierarchy):
        some = f"which has no {min(ids)}, but {min(hierarchy)}"
        warnings.warn(f"{source}: none of its ids is in the hierarchy, {some}", stacklevel=2)
    return [without_hypernyms(document, hierarchy) for document in documents]


def parse_pubtator(text: str, source: Path) -> Iterator[Document | DataError]:
    """Each document of a file's text, or what is wrong with it."""
    for block in _blocks(line.rstrip("\r") for line in text.split("\n")):
        try:
            yield _document(block, source)
        except DataError as error:
            yield error


def read_hierarchy(path: str | Path) -> dict[str, tuple[str, ...]]:
    """Tree numbers by id, from lines ``id <tab> tree number``. Raises :exc:`DataError` naming the line, and for a file
    without any."""
    numbers: dict[str, list[str]] = {}
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: {error}") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            identifier, _, tree = line.partition("\t")
            if not tree:
                raise DataError(f"{path}: line {number}: expected an id, a tab and a tree number, found {line!r}")
            numbers.setdefault(identifier.strip(), []).append(tree.strip())
    if not numbers:
        raise DataError(f"{path}: there is no tree number in it")
    return {identifier: tuple(trees) for identifier, trees in numbers.items()}


def without_hypernyms(document: Document, hierarchy: Hierarchy) -> Document:
    """Leave pairs unjudged whose tail is more general than one the same head is related to.

    CDR's annotators marked the most specific disease alone, so that "drug X, arrhythmia" is no negative where
    "drug X, atrial fibrillation" holds; such pairs are neither trained on nor scored (Gu et al. 2017).
    """
    facts = {(r.head, r.tail) for r in document.relations}
    trees = [hierarchy.get(entity.kb_id, ()) for entity in document.entities]

    def above(general: int, specific: int) -> bool:
        return any(low.startswith(f"{high}.") for high in trees[general] for low in trees[specific])

    general = {
        (head, other)
        for head, tail in facts
        for other in range(len(trees))
        if (head, other) not in facts and above(other, tail)
    }
    return replace(document, unjudged=tuple(sorted({*document.unjudged, *general})))


def _blocks(lines: Iterable[str]) -> Iterator[list[tuple[int, str]]]:
    """Numbered lines of each document."""
    block: list[tuple[int, str]] = []
    for number, line in enumerate([*lines, ""], 1):
        if line.strip():
            block.append((number, line))
        elif block:
            yield block
            block = []


def _document(block: list[tuple[int, str]], source: Path) -> Document:
    identifier, texts = _header(block, source)
    text = " ".join(texts[part] for part in "ta" if part in texts)
    mentions: dict[tuple[str, str], list[tuple[int, int]]] = {}  # (type, id) → character offsets
    facts: list[tuple[str, str, str, str]] = []
    for number, line in block[len(texts) :]:
        where = f"{source}: line {number}"
        fields = line.split("\t")
        if fields[0] != identifier:
            raise DataError(f"{where}: {line[:20]!r} among the lines of document {identifier}")
        if len(fields) == 4:
            label, head, tail = fields[1:]
            facts.append((where, label, head, tail))
        elif len(fields) >= 6 and fields[1].isdecimal() and fields[2].isdecimal():
            span = int(fields[1]), int(fields[2])
            ids = [kb_id for kb_id in fields[5].split("|") if kb_id not in _NO_ID]
            if ids and not (span[0] < span[1] and fields[3].strip()):
                raise DataError(f"{where}: characters {span[0]}-{span[1]} of {len(text)} are no mention")
            if text[slice(*span)] != fields[3]:
                raise DataError(
                    f"{where}: characters {span[0]}-{span[1]} are {text[slice(*span)]!r}, not {fields[3]!r}"
                )
            for kb_id in ids:
                mentions.setdefault((fields[4], kb_id), []).append((span[0], min(span[1], len(text))))
        else:
            raise DataError(f"{where}: neither a mention nor a relation: {line[:60]!r}")
    where = f"{source}: document {identifier}"
    offsets = {offset for spans in mentions.values() for offset in spans}
    words, spaces, starts = _words(text, {place for span in offsets for place in span})
    sentence_starts = _sentences(text, starts, len(texts["t"]), offsets)
    entities: list[Entity] = []
    number_of: dict[str, int] = {}
    for (kind, kb_id), spans in mentions.items():
        if kb_id in number_of:
            raise DataError(f"{where}: {kb_id} is {entities[number_of[kb_id]].type} and {kind}")
        placed = [_mention(text, starts, sentence_starts, span) for span in sorted(set(spans))]
        number_of[kb_id] = len(entities)
        entities.append(Entity(name=placed[0].name, type=kind, mentions=tuple(placed), kb_id=kb_id))
    relations = {}
    for place, label, head, tail in facts:
        for end in (head, tail):
            if end not in number_of:
                raise DataError(f"{place}: document {identifier}: {end} is in a relation but has no mention")
        relations[number_of[head], number_of[tail], label] = Relation(
            head=number_of[head], tail=number_of[tail], label=label
        )
    return Document(
        id=identifier,
        title=texts["t"],
        words=tuple(words),
        spaces=tuple(spaces),
        sentence_starts=tuple(sentence_starts),
        entities=tuple(entities),
        relations=tuple(relations.values()),
    )


def _header(block: list[tuple[int, str]], source: Path) -> tuple[str, dict[str, str]]:
    """The document's id, and title ("t") and abstract ("a"), with which its lines begin."""
    identifier, texts = "", dict[str, str]()
    for _, line in block:
        header = _TEXT.fullmatch(line)
        if header is None or header[2] in texts or identifier not in ("", header[1]):
            break
        identifier, texts[header[2]] = header[1], header[3]
    if "t" not in texts:
        raise DataError(
            f"{source}: line {block[0][0]}: a document begins with NUMBER|t|title, not {block[0][1][:60]!r}"
        )
    return identifier, texts


def _words(text: str, boundaries: set[int]) -> tuple[list[str], list[bool], list[int]]:
    """Words, whether a space follows, and their offsets; every boundary of a mention is one of a word."""
    spans: list[tuple[int, int]] = []
    for match in _WORD.finditer(text):
        cuts = [match.start(), *(b for b in range(match.start() + 1, match.end()) if b in boundaries), match.end()]
        spans += pairwise(cuts)
    return (
        [text[start:end] for start, end in spans],
        [text[end : end + 1].isspace() for _, end in spans],
        [start for start, _ in spans],
    )


def _sentences(text: str, starts: list[int], title: int, mentions: set[tuple[int, int]]) -> list[int]:
    """The first word of each sentence: after the title, and after full stops that are inside no mention."""
    places = [title, *(m.end() for m in _SENTENCE_END.finditer(text) if m.end() > title)]
    inside = {place for place in places for start, end in mentions if start < place < end}
    words = (bisect_right(starts, place - 1) for place in places if place not in inside)
    return sorted({0, *(word for word in words if word < len(starts))})


def _mention(text: str, starts: list[int], sentences: list[int], span: tuple[int, int]) -> Mention:
    first, last = bisect_right(starts, span[0]) - 1, bisect_right(starts, span[1] - 1)
    name = " ".join(text[span[0] : span[1]].split())
    return Mention(start=first, end=last, sentence=bisect_right(sentences, first) - 1, name=name)
