"""The SQLite file of a store: opened or refused, read, written in transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from kg_docre.store.schema import MIGRATIONS, SCHEMA, VERSION

__all__ = ["StoreError", "StoreFile", "Value"]

Value = str | int | float | None

_PATIENCE = 60.0  # seconds to wait for another process that writes
_UNWRITABLE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)


class StoreError(Exception):
    """The store can't be opened or written; the message names the file and the reason."""


class _Rows(sqlite3.Cursor):
    """A cursor whose errors are the store's: a damaged page or a full disk may first be met while rows are fetched."""

    store: Path

    def __iter__(self) -> Any:
        try:
            yield from iter(super().fetchone, None)
        except sqlite3.Error as error:
            raise StoreError(f"{self.store}: {error}") from error

    def __next__(self) -> Any:
        return next(iter(self))

    def fetchone(self) -> Any:
        return next(iter(self), None)

    def fetchall(self) -> list[Any]:
        return list(self)


class StoreFile:
    """Foreign keys are on; the journal is a write-ahead log, so that readers never wait, and writers for each other.
    A file that can't be written to can be read. It is for the thread that opened it; others open the file anew.
    """

    def __init__(self, path: str | Path, *, create: bool = True) -> None:
        self.path = Path(path)
        if self.path.is_dir():
            raise StoreError(f"{self.path}: a folder, not a fact store")
        if not create and not self.path.is_file():
            raise StoreError(f"{self.path}: no such store")
        if not self.path.parent.is_dir():
            raise StoreError(f"{self.path}: its folder does not exist")
        with self._errors():
            self._db = self._connect()
            try:
                self._prepare(create=create)
            except BaseException:
                self._db.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    def _connect(self) -> sqlite3.Connection:
        """Where there is no beginning a log, nobody writes, and the file is read as it is."""
        db = sqlite3.connect(self.path, isolation_level=None, timeout=_PATIENCE)
        try:
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error as error:
            db.close()
            if error.sqlite_errorcode & 0xFF not in _UNWRITABLE or not self.path.is_file():
                raise
            log = self.path.with_name(f"{self.path.name}-wal")
            if log.exists() and log.stat().st_size:
                reason = f"a killed process left {log.name}, which is taken in where the folder can be written to"
                raise StoreError(f"{self.path}: {reason}") from error
            db = sqlite3.connect(f"{self.path.absolute().as_uri()}?immutable=1", uri=True, isolation_level=None)
        return db

    def _prepare(self, *, create: bool) -> None:
        """Make the tables of a new store, or those of an older version this one's."""
        self._db.execute("PRAGMA foreign_keys = ON")
        version, tables = self._version()
        if version == 0 and (tables or not create):
            raise StoreError(f"{self.path}: {'an SQLite file' if tables else 'empty'}, not a fact store")
        if version > VERSION:
            raise StoreError(f"{self.path}: made by a newer version (schema {version}, this one reads {VERSION})")
        if version == 0:
            self._db.execute("PRAGMA journal_mode = WAL")
        while version < VERSION:
            script, then = (MIGRATIONS[version], version + 1) if version else (SCHEMA, VERSION)
            try:
                self._db.executescript(f"BEGIN IMMEDIATE;{script}PRAGMA user_version = {then};COMMIT;")
            except sqlite3.Error as error:
                self._rollback()
                if self._version()[0] == version:  # else another process was faster
                    if version and error.sqlite_errorcode & 0xFF in _UNWRITABLE:
                        reason = f"made by an older version (schema {version}); open it once where it can be written to"
                        raise StoreError(f"{self.path}: {reason}") from error
                    raise
            version, _ = self._version()
        self._db.execute("PRAGMA synchronous = NORMAL")

    def _version(self) -> tuple[int, int]:
        """Version of the tables, and how many there are."""
        query = "SELECT user_version, (SELECT count(*) FROM sqlite_master) FROM pragma_user_version"
        version, tables = self._db.execute(query).fetchone()
        return version, tables

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            is_none = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB
            raise StoreError(f"{self.path}: {'not a fact store' if is_none else error}") from error
        except UnicodeEncodeError as error:
            raise StoreError(f"{self.path}: not valid text, an unpaired surrogate: {error.object!r:.60}") from error

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything written inside is kept together, or nothing of it; raises :exc:`StoreError`."""
        if self._db.in_transaction:
            raise StoreError(f"{self.path}: nothing can be written inside snapshot(), or while something else is")
        with self._errors():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                self._rollback()
                raise

    def _rollback(self) -> None:
        if self._db.in_transaction:  # of a full disk SQLite itself rolls back
            self._db.execute("ROLLBACK")

    def read(self, query: str, parameters: Sequence[Value] | Mapping[str, Value] = ()) -> sqlite3.Cursor:
        """Run a SELECT on the store's tables; raises :exc:`StoreError`, also where the rows are fetched."""
        with self._errors():
            rows = self._db.cursor(_Rows)
            rows.store = self.path
            return rows.execute(query, parameters)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside sees the store as it is now, whatever others write meanwhile. Inside another one it is
        that one."""
        if self._db.in_transaction:
            yield
            return
        self.read("BEGIN")
        try:
            yield
        finally:
            self._rollback()
