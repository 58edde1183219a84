"""What a document says, as rows of a store: sentences, entities with their mentions, relations with their evidence."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping

from kg_docre.annotations import Document, Entity
from kg_docre.names import document_form

__all__ = ["insert_contents"]


def insert_contents(
    db: sqlite3.Connection,
    number: int,
    document: Document,
    digest: str,
    *,
    names: Mapping[str, str],
    resolve: Callable[[Entity], str],
    forms: Mapping[str, str],
) -> None:
    """Write all of a document whose row has this ``number``, within a transaction.

    ``names`` are the readable names of relation labels. ``resolve`` tells the form of an entity's name, instead of
    which ``forms`` has what it was resolved to, if anything; where a form is another thing in every document, the
    ``digest`` tells which."""
    _insert_sentences(db, number, document)
    entities = _insert_entities(db, number, document, digest, resolve, forms)
    _insert_relations(db, number, document, entities)
    labels = {(r.label, names.get(r.label, r.label)) for r in document.relations}
    db.executemany("INSERT OR REPLACE INTO label VALUES (?, ?)", sorted(labels))


def _insert_sentences(db: sqlite3.Connection, number: int, document: Document) -> None:
    rows = []
    for index, (first, last) in enumerate(document.sentences):
        start, end = document.characters(first, last)
        rows.append((number, index, start, document.text[start:end].rstrip()))
    db.executemany("INSERT INTO sentence VALUES (?, ?, ?, ?)", rows)


def _insert_entities(
    db: sqlite3.Connection,
    number: int,
    document: Document,
    digest: str,
    resolve: Callable[[Entity], str],
    forms: Mapping[str, str],
) -> list[int]:
    ids = []
    found = [resolve(entity) for entity in document.entities]
    apart = {form for (form,) in db.execute("SELECT first FROM rule WHERE kind = 'by document'")}
    query = "SELECT form FROM resolution WHERE node = '' AND form IN (SELECT value FROM json_each(?))"
    bare = [form for (form,) in db.execute(query, (json.dumps(found),))]
    apart.update(form for form in bare if forms.get(form, form) == form)
    insert = """INSERT INTO entity (document, name, type, kb_id, form, node)
                VALUES (?, ?, ?, ?, ?5, coalesce((SELECT nullif(node, '') FROM resolution WHERE form = ?5), ?5))"""
    for entity, form in zip(document.entities, found, strict=True):
        form = document_form(form, digest) if form in apart else forms.get(form, form)
        row = (number, entity.name, entity.type, entity.kb_id, form)
        ids.append(db.execute(insert, row).lastrowid or 0)
        db.executemany(
            "INSERT INTO mention VALUES (?, ?, ?, ?, ?)",
            [(ids[-1], *document.characters(m.start, m.end), m.sentence, m.name) for m in entity.mentions],
        )
    return ids


def _insert_relations(db: sqlite3.Connection, number: int, document: Document, entities: list[int]) -> None:
    insert = "INSERT INTO relation (document, head, label, tail, score) VALUES (?, ?, ?, ?, ?)"
    for r in document.relations:
        row = (number, entities[r.head], r.label, entities[r.tail], r.score)
        relation = db.execute(insert, row).lastrowid
        db.executemany("INSERT INTO evidence VALUES (?, ?)", [(relation, number) for number in sorted(set(r.evidence))])
        db.executemany(
            "INSERT INTO reasoning VALUES (?, ?, ?, ?, ?)",
            [(relation, rank, s.pattern, entities[s.via], s.weight) for rank, s in enumerate(r.reasoning)],
        )
