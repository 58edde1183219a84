"""Documents, entities, mentions, relations and evidence in one SQLite file."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from kg_docre.annotations import Document, Entity
from kg_docre.metadata import metadata_to_json
from kg_docre.store.contents import insert_contents
from kg_docre.store.file import StoreFile, Value

__all__ = ["FactStore", "content_hash"]

_LONGEST_REASON = 1000  # characters

Placed = tuple[str, str, int, str, str]
Joined = tuple[str, str, float, dict[str, float]]
Rule = tuple[str, str, str]
Triple = tuple[str, str, str]


def content_hash(text: str) -> str:
    """Identifies a text: sha256 of its UTF-8."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _encodable(text: str) -> str:
    """The text with question marks for halves of characters, which a file's name may have."""
    return text.encode("utf-8", "replace").decode("utf-8")


class FactStore(StoreFile):
    """The truth that every graph is projected from.

    Each document is one transaction, so a store that was killed at any point is whole.
    """

    def link(
        self, uri: str, *, digest: str, model: str, title: str = "", metadata: Mapping[str, object] | None = None
    ) -> bool:
        """Lead ``uri``, where it is called ``title`` and has this ``metadata``, to this content, if this model has
        already read it; whether it has. Raises :exc:`ValueError` for what :func:`~kg_docre.metadata.as_metadata` does
        not take."""
        kept = metadata_to_json(metadata)
        row = self.read(
            """SELECT id, EXISTS (SELECT 1 FROM source WHERE uri = :uri AND document = document.id
                                  AND title = :title AND metadata = :metadata)
                      AND NOT EXISTS (SELECT 1 FROM failure WHERE uri = :uri)
               FROM document WHERE content_hash = :digest AND model = :model""",
            {"uri": uri, "digest": digest, "model": model, "title": title, "metadata": kept},
        ).fetchone()
        if row is None:
            return False
        number, known = row
        if known:
            return True
        with self.transaction() as db:
            found = db.execute("SELECT 1 FROM document WHERE id = ? AND content_hash = ?", (number, digest)).fetchone()
            if found:
                self.lead(db, [(uri, number, title, kept)])
            return found is not None

    @staticmethod
    def lead(db: sqlite3.Connection, sources: Iterable[tuple[str, int, str, str]]) -> None:
        """Lead uris to documents, with title and metadata as a store keeps it, whatever was found at these or was wrong
        with them; within a transaction."""
        for source in sources:
            db.execute("DELETE FROM source WHERE uri = ?", source[:1])
            db.execute("INSERT INTO source (uri, document, title, metadata) VALUES (?, ?, ?, ?)", source)
            db.execute("DELETE FROM failure WHERE uri = ?", source[:1])

    def has_text(self, digest: str) -> bool:
        """Whether any model has read this content."""
        return bool(self.read("SELECT 1 FROM document WHERE content_hash = ?", (digest,)).fetchall())

    def add(
        self,
        document: Document,
        *,
        model: str,
        names: dict[str, str],
        resolve: Callable[[Entity], str],
        digest: str = "",
        run: int | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> bool:
        """Store a document with its relations under its id; False if the store had this content already.

        Content is stored once, whichever sources it is found under. What another model said of it is
        replaced. What was found under this id before stays until :meth:`prune`, for another source may
        yet turn out to have it. ``digest`` identifies the content, by default the text alone; ``names``
        are the readable names of relation labels; ``run`` is what :meth:`begin_run` gave; ``resolve`` tells the form
        of an entity's name; which real thing that is was found when the store was resolved last, or is the form
        itself. ``metadata`` is what is known of what is found under this id, and replaces what was.

        Raises :exc:`ValueError` for metadata that :func:`~kg_docre.metadata.as_metadata` does not take.
        """
        digest = digest or content_hash(document.text)
        if self.link(document.id, digest=digest, model=model, title=document.title, metadata=metadata):
            return False
        with self.transaction() as db:
            replaced = db.execute("SELECT id FROM document WHERE content_hash = ?", (digest,)).fetchone()
            sources = {document.id: (document.title, metadata_to_json(metadata))}
            forms: dict[str, str] = {}  # what the replaced reading was resolved to, by what names alone tell
            if replaced is not None:
                before = db.execute("SELECT name, type, kb_id, form FROM entity WHERE document = ?", replaced)
                forms = {resolve(Entity(n, type=t, kb_id=k, mentions=())): form for n, t, k, form in before if form}
                others = db.execute("SELECT uri, title, metadata FROM source WHERE document = ?", replaced)
                sources = {uri: (title, kept) for uri, title, kept in others.fetchall()} | sources
                self._delete(db, "id = ?", replaced)
            insert = "INSERT INTO document (title, content_hash, model, added, run) VALUES (?, ?, ?, ?, ?)"
            number = db.execute(insert, (document.title, digest, model, _now(), run)).lastrowid
            assert number is not None
            self.lead(db, [(uri, number, title, kept) for uri, (title, kept) in sources.items()])
            insert_contents(db, number, document, digest, names=names, resolve=resolve, forms=forms)
        return True

    def begin_run(self, *, version: str, config: Mapping[str, Value]) -> int:
        """Note that a build begins, with what it is set to; the run's number."""
        with self.transaction() as db:
            insert = "INSERT INTO run (version, config, started) VALUES (?, ?, ?)"
            return db.execute(insert, (version, json.dumps(config), _now())).lastrowid or 0

    def note_failure(self, uri: str, reason: str, *, run: int, gone: bool = False, parts: bool = False) -> None:
        """Keep why what is found at ``uri`` could not be read, until it can. What was found there before stays, unless
        it is ``gone``, with the ``parts`` of a file if that has any: ``uri#id``."""
        with self.transaction() as db:
            if gone:
                db.execute("DELETE FROM source WHERE uri = ?", (_encodable(uri),))
            if gone and parts:
                db.execute("DELETE FROM source WHERE uri >= ?1 || '#' AND uri < ?1 || '$'", (_encodable(uri),))
            row = (_encodable(uri), _encodable(reason)[:_LONGEST_REASON], run)
            db.execute("INSERT OR REPLACE INTO failure VALUES (?, ?, ?)", row)

    def clear_failures(self, uris: Iterable[str]) -> None:
        """Keep no longer why what is found there could not be read."""
        with self.transaction() as db:
            db.executemany("DELETE FROM failure WHERE uri = ?", ((uri,) for uri in uris))

    def forget(self, *uris: str) -> list[str]:
        """Delete what was found at these uris, with all that no other source says; those there was something at."""
        known = []
        with self.transaction() as db:
            for uri in uris:
                found = [db.execute(f"DELETE FROM {table} WHERE uri = ?", (uri,)) for table in ("source", "failure")]
                if any(deleted.rowcount > 0 for deleted in found):
                    known.append(uri)
        self.prune()
        return known

    @staticmethod
    def _delete(db: sqlite3.Connection, condition: str, parameters: Sequence[Value]) -> int:
        """Delete documents; how many. Where their entities' ids will be others', what another process is about to
        :meth:`place` by id is void."""
        highest = "SELECT max(id) FROM entity"
        before = db.execute(highest).fetchone()
        deleted = db.execute(f"DELETE FROM document WHERE {condition}", parameters).rowcount
        if db.execute(highest).fetchone() != before:
            db.execute("UPDATE resolved SET generation = generation + 1")
        return deleted

    @property
    def identity(self) -> str:
        """Sixteen random hex digits that this store was made with."""
        return str(self.read("SELECT id FROM identity").fetchone()[0])

    def prune(self) -> int:
        """Delete documents that no source leads to any more, with all they said; returns how many."""
        with self.transaction() as db:
            return self._delete(db, "id NOT IN (SELECT document FROM source)", ())

    def place(
        self, entities: Iterable[Placed], joined: Iterable[Joined], *, total: int, last: int, generation: int
    ) -> bool:
        """Say anew which real thing entities are: of each its form, its node, its id, and the form and node it was
        seen with; of each form that was joined to another one the node, the score and the reasons, and of a bare name,
        which is another thing in almost every document, no node. ``total`` entities were looked at, up to the id
        ``last``; what another process has added or replaced since goes by its form.

        Nothing is written, and false returned, if another process has placed them, kept a rule or deleted the last
        of them since ``generation``."""
        with self.transaction() as db:
            if db.execute("SELECT generation FROM resolved").fetchone()[0] != generation:
                return False
            db.executemany("UPDATE entity SET form = ?, node = ? WHERE id = ? AND form = ? AND node = ?", entities)
            db.execute("DELETE FROM resolution")
            db.executemany(
                "INSERT INTO resolution VALUES (?, ?, ?, ?)",
                ((form, node, score, json.dumps(reasons)) for form, node, score, reasons in joined),
            )
            new_node = "coalesce((SELECT nullif(node, '') FROM resolution WHERE resolution.form = entity.form), form)"
            since = db.execute(f"UPDATE entity SET node = {new_node} WHERE id > ?", (last,)).rowcount
            counts = (total, since, generation + 1)
            db.execute("UPDATE resolved SET entities = ?, changed = ?, generation = ?", counts)
        return True

    def decide(self, rules: Iterable[Rule], *, instead_of: Iterable[Rule] = ()) -> int:
        """Keep rules of resolution (kind, first form, second form), and drop others; how many are new."""
        with self.transaction() as db:
            db.executemany("DELETE FROM rule WHERE kind = ? AND first = ? AND second = ?", instead_of)
            new = db.executemany("INSERT OR IGNORE INTO rule VALUES (?, ?, ?)", rules).rowcount
            db.execute("UPDATE resolved SET generation = generation + 1")
        return max(new, 0)

    def reject(self, facts: Iterable[Triple], *, instead_of: Iterable[Triple] = ()) -> int:
        """Keep facts that are wrong, by the forms of what head and tail are called, and take back others; how many are
        new."""
        with self.transaction() as db:
            db.executemany("DELETE FROM rejected WHERE head = ? AND label = ? AND tail = ?", instead_of)
            return max(db.executemany("INSERT OR IGNORE INTO rejected VALUES (?, ?, ?)", facts).rowcount, 0)

    def counts(self) -> dict[str, int]:
        """How many documents, entities, nodes and relations there are."""
        query = """SELECT (SELECT count(*) FROM document), (SELECT count(*) FROM entity),
                          (SELECT count(DISTINCT node) FROM entity), (SELECT count(*) FROM relation)"""
        return dict(zip(("documents", "entities", "nodes", "relations"), self.read(query).fetchone(), strict=True))
