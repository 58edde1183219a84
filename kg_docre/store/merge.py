"""One store of several: what each part of a corpus gave, wherever that was read."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from kg_docre.store.file import Value
from kg_docre.store.store import FactStore

__all__ = ["Merged", "merge", "refuse_itself"]

_BATCH = 500  # documents a transaction
_IN = "IN (SELECT value FROM json_each(:copied))"
# by table, the rows to copy of the documents :copied, whose ids and those of their entities and relations move on
_ROWS = {
    "sentence": f"SELECT document + :document, number, start, text FROM sentence WHERE document {_IN}",
    "entity": f"""SELECT id + :entity, document + :document, name, type, kb_id, form, form
                  FROM entity WHERE document {_IN}""",
    "mention": f"""SELECT entity + :entity, start, "end", sentence, mention.name
                   FROM entity JOIN mention ON entity = entity.id WHERE document {_IN}""",
    "relation": f"""SELECT id + :relation, document + :document, head + :entity, label, tail + :entity, score
                    FROM relation WHERE document {_IN}""",
    "evidence": f"""SELECT relation + :relation, sentence
                    FROM relation JOIN evidence ON relation = relation.id WHERE document {_IN}""",
    "reasoning": f"""SELECT relation + :relation, rank, pattern, via + :entity, weight
                     FROM relation JOIN reasoning ON relation = relation.id WHERE document {_IN}""",
}
_INTO = {
    "entity": "entity (id, document, name, type, kb_id, form, node)",
    "relation": "relation (id, document, head, label, tail, score)",
}


class Merged(NamedTuple):
    """How many documents were copied, how many were there, and how many sources are another text in either store, of
    which the earlier is not copied."""

    added: int
    already_there: int
    differing: int


def refuse_itself(store: FactStore, other: FactStore) -> None:
    """Raise :exc:`ValueError` if both are one."""
    files = store.path.exists() and other.path.exists()  # in memory there is none
    if store is other or (files and store.path.samefile(other.path)):
        raise ValueError(f"{other.path} cannot be merged with itself")


def merge(
    store: FactStore,
    other: FactStore,
    *,
    rename: Callable[[str], str] = lambda uri: uri,
    advance: Callable[[int], None] = lambda count: None,
) -> Merged:
    """Copy to ``store`` what it lacks of ``other``: documents with all that was read in them, their sources, runs and
    failures. Which entities are one thing is for :func:`~kg_docre.resolution.resolve.resolve` to say.

    A text that both have stays as ``store`` has it, with the sources of both; of a source that is another text in
    either, that which was read later is taken. Killed at any point, ``store`` is whole, and the same again copies the
    rest. ``rename`` says what ``store`` is to call a source; ``advance`` is told of each batch's size.

    Raises :exc:`~kg_docre.store.StoreError` if either can't be read or ``store`` can't be written, and
    :exc:`ValueError` if they are one.
    """
    refuse_itself(store, other)
    counts = []
    copying = _Copying(other, rename)
    with other.snapshot():
        while batch := copying.next_documents():
            with store.transaction() as db:
                counts.append(copying.copy(db, batch))
            advance(len(batch))
        with store.transaction() as db:
            copying.copy_failures(db)
    store.prune()
    added, there, differing = map(sum, zip((0, 0, 0), *counts, strict=True))
    return Merged(added, there, differing)


class _Source(NamedTuple):
    """Where a document was found, as it is called here, and why it could not be read again."""

    uri: str
    document: int
    title: str
    metadata: str
    reason: str | None
    run: int | None


class _Copying:
    """What is read of a store, batch by batch, to be written to another one."""

    def __init__(self, other: FactStore, rename: Callable[[str], str]) -> None:
        self._other, self._rename = other, rename
        self._runs: dict[int, int] = {}  # as they are numbered there and here
        self._last = -1

    def next_documents(self) -> dict[int, str]:
        """Content hashes of further documents by id."""
        query = "SELECT id, content_hash FROM document WHERE id > ? ORDER BY id LIMIT ?"
        batch = dict(self._other.read(query, (self._last, _BATCH)).fetchall())
        self._last = max(batch, default=self._last)
        return batch

    def copy(self, db: sqlite3.Connection, batch: Mapping[int, str]) -> Merged:
        """Copy what is taken of a batch's sources, and the documents that these lead to."""
        query = "SELECT content_hash, id FROM document WHERE content_hash IN (SELECT value FROM json_each(?))"
        known = dict(db.execute(query, (json.dumps([*batch.values()]),)))
        here = {id: known[digest] for id, digest in batch.items() if digest in known}
        taken, differing = self._sources(db, batch, here)
        new = sorted({source.document for source in taken} - here.keys())
        counts = Merged(len(new), len(here), differing)
        if new:
            moved = self._copy_documents(db, new)
            here |= {id: id + moved for id in new}
        FactStore.lead(db, [(source.uri, here[source.document], source.title, source.metadata) for source in taken])
        for source in taken:
            if source.reason:  # it could be read once, and not the last time
                self._copy_failure(db, source.uri, source.reason, source.run)
        return counts

    def _copy_documents(self, db: sqlite3.Connection, ids: Sequence[int]) -> int:
        """How much higher their ids are here."""
        copied = {"copied": json.dumps(ids)}
        moved = {
            table: self._room(db, table, f"SELECT min(id) FROM {table} WHERE {column} {_IN}", copied)
            for table, column in (("document", "id"), ("entity", "document"), ("relation", "document"))
        }
        columns = "title, content_hash, model, added, run"
        for id, *said, run in self._other.read(f"SELECT id, {columns} FROM document WHERE id {_IN}", copied).fetchall():
            row = (id + moved["document"], *said, self._run(db, run))
            db.execute(f"INSERT INTO document (id, {columns}) VALUES (?, ?, ?, ?, ?, ?)", row)
        asked: dict[str, Value] = {**moved, **copied}
        for table, query in _ROWS.items():
            rows = self._other.read(query, asked)
            marks = ", ".join("?" * len(rows.description))
            db.executemany(f"INSERT INTO {_INTO.get(table, table)} VALUES ({marks})", rows)
        db.executemany("INSERT OR IGNORE INTO label VALUES (?, ?)", self._other.read("SELECT id, name FROM label"))
        return moved["document"]

    def _room(self, db: sqlite3.Connection, table: str, first: str, copied: Mapping[str, str]) -> int:
        """What to add to ids of a table, the first of which ``first`` gives, to put them behind all there are."""
        (highest,) = db.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()
        (lowest,) = self._other.read(first, copied).fetchone()
        return int(highest) + 1 - int(lowest or 0)

    def _run(self, db: sqlite3.Connection, run: int | None) -> int | None:
        """A run's number here; it is copied when it is first met."""
        if run is not None and run not in self._runs:
            row = self._other.read("SELECT version, config, started FROM run WHERE id = ?", (run,)).fetchone()
            insert = "INSERT INTO run (version, config, started) VALUES (?, ?, ?)"
            self._runs[run] = db.execute(insert, row).lastrowid or 0
        return None if run is None else self._runs[run]

    def _sources(
        self, db: sqlite3.Connection, batch: Iterable[int], here: Mapping[int, int]
    ) -> tuple[list[_Source], int]:
        """The sources of a batch's documents, but for those where something was read later or all is known; and of how
        many there are two texts. ``here`` are documents by their ids there."""
        taken, differing = [], 0
        rows = self._other.read(
            """SELECT uri, document, source.title, source.metadata, reason, failure.run, added
               FROM source JOIN document d ON d.id = document LEFT JOIN failure USING (uri)
               WHERE document IN (SELECT value FROM json_each(?))""",
            (json.dumps([*batch]),),
        )
        for called, *said, added in rows:
            source = _Source(self._rename(called), *said)
            query = """SELECT document, source.title, source.metadata, EXISTS (SELECT 1 FROM failure WHERE uri = :uri),
                              added
                       FROM source JOIN document d ON d.id = document WHERE uri = :uri"""
            *known, failed, read = db.execute(query, {"uri": source.uri}).fetchone() or (None, False, "")
            its = here.get(source.document, -1)
            differs = bool(read) and known[0] != its
            differing += differs
            mended = failed and not source.reason
            is_later = read < added if differs else read <= added
            if is_later and (mended or known != [its, source.title, source.metadata]):
                taken.append(source)
        return taken, differing

    def copy_failures(self, db: sqlite3.Connection) -> None:
        """Copy why sources could not be read, but for those of which something is known here."""
        for called, reason, run in self._other.read("SELECT uri, reason, run FROM failure").fetchall():
            uri = self._rename(called)
            known = "SELECT 1 FROM source WHERE uri = ?1 UNION SELECT 1 FROM failure WHERE uri = ?1"
            if not db.execute(known, (uri,)).fetchone():
                self._copy_failure(db, uri, reason, run)

    def _copy_failure(self, db: sqlite3.Connection, uri: str, reason: str, run: int | None) -> None:
        db.execute("INSERT OR REPLACE INTO failure VALUES (?, ?, ?)", (uri, reason, self._run(db, run)))
