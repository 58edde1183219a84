"""Sentences of documents, with the things that they name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kg_docre.graph.records import SourceDocument
from kg_docre.names import short_hash
from kg_docre.store import FactStore

__all__ = ["Sentence", "document_texts"]


class Sentence(NamedTuple):
    """A sentence, and where things are named in it: first character, the one behind, and node, in order, also of names
    within others. ``gap`` is how many characters follow before the next sentence."""

    number: int
    text: str
    gap: int
    names: tuple[tuple[int, int, str], ...]


def document_texts(
    store: FactStore, documents: Iterable[SourceDocument]
) -> Iterator[tuple[SourceDocument, list[Sentence]]]:
    """The sentences of each of these documents of a store, in order."""
    ids = {short_hash(digest): id for digest, id in store.read("SELECT content_hash, id FROM document")}
    for document in documents:
        id = ids[document.id]
        named: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
        mentions = store.read(
            """SELECT m.sentence, m.start, m."end", e.node FROM entity e JOIN mention m ON m.entity = e.id
               WHERE e.document = ? ORDER BY m.start, m."end" DESC""",
            (id,),
        )
        for number, *name in mentions:
            named[number].append(tuple(name))
        rows = store.read(
            "SELECT number, start, text FROM sentence WHERE document = ? ORDER BY number", (id,)
        ).fetchall()
        following = [*(start for _, start, _ in rows[1:]), 0]
        yield (
            document,
            [
                Sentence(number, text, after - start - len(text), _within(start, text, named[number]))
                for (number, start, text), after in zip(rows, following, strict=True)
            ],
        )


def _within(start: int, text: str, names: Iterable[tuple[int, int, str]]) -> tuple[tuple[int, int, str], ...]:
    places = ((first - start, last - start, node) for first, last, node in names)
    return tuple((first, last, node) for first, last, node in places if 0 <= first < last <= len(text))
