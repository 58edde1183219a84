"""A database of a Neo4j server, over Bolt with the official driver."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import Any, Self, TypeVar

from neo4j import READ_ACCESS, GraphDatabase, ManagedTransaction
from neo4j.exceptions import AuthError, DriverError, Neo4jError, ServiceUnavailable, SessionExpired
from neo4j.graph import Node, Path, Relationship

from kg_docre.graph.address import check_address
from kg_docre.graph.errors import ExportError
from kg_docre.graph.property_graph import Properties

__all__ = ["BoltDatabase", "batched", "in_one_line"]

_BATCH = 5000
_AHEAD = 8  # batches that wait to be sent while the next is made: those of nodes while the first facts are read
_PATIENCE = 30.0  # seconds in which a transaction that failed for a passing reason is tried again

T = TypeVar("T")


class BoltDatabase:
    """One database of one server.

    Connecting checks that the server answers and accepts the credentials; failures at any point raise
    :exc:`ExportError`.
    """

    def __init__(self, uri: str, *, user: str, password: str, database: str | None = None) -> None:
        self.name = check_address(uri)
        self._database = database
        self._unreachable = "no Neo4j server answers there"
        with self._errors():
            self._driver = GraphDatabase.driver(
                uri,
                auth=(user, password),
                connection_timeout=10,
                connection_acquisition_timeout=20,
                max_transaction_retry_time=_PATIENCE,
            )
        try:
            with self._errors(), self._driver.session(database=database) as session:
                session.run("RETURN 1").consume()
        except ExportError:
            self._driver.close()
            raise
        self._unreachable = "the server stopped answering"
        self._sender = ThreadPoolExecutor(1)
        self._sent: deque[Future[None]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sender.shutdown(cancel_futures=True)
        self._driver.close()

    def query(self, query: str, parameters: Properties) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        """Columns and rows of what a query finds. Nodes become maps with their labels, relationships with their
        type, paths lists of both; what it would write is not kept, if the server does not refuse it.

        Raises :exc:`ExportError` with what the server says of it.
        """
        session = self._driver.session(database=self._database, default_access_mode=READ_ACCESS)
        with self._errors(), session, session.begin_transaction() as transaction:
            result = transaction.run(query, parameters)
            rows = [tuple(map(_plain, record.values())) for record in result]
            transaction.rollback()
            return tuple(result.keys()), rows

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except AuthError as error:
            raise ExportError(f"{self.name}: user or password refused") from error
        except (ServiceUnavailable, SessionExpired) as error:
            raise ExportError(f"{self.name}: {self._unreachable}") from error
        except (Neo4jError, DriverError, OSError, ValueError) as error:
            reason = getattr(error, "message", None) or str(error) or type(error).__name__
            raise ExportError(f"{self.name}: {in_one_line(reason)}") from error

    def _read(self, query: str, **parameters: Any) -> Iterator[Properties]:
        """Rows of a query, streamed, when all is written that was sent before."""
        self._finish()
        with self._driver.session(database=self._database) as session:
            for record in session.run(query, parameters):
                yield record.data()

    def _write(self, query: str, rows: Iterable[Properties], **parameters: Any) -> None:
        """A transaction for each batch of ``$rows``, one after the other, while those of the next are made."""
        for batch in batched(rows):
            self._send(query, {"rows": batch, **parameters})

    def _send(self, query: str, parameters: Properties) -> None:
        while len(self._sent) >= _AHEAD:
            self._sent.popleft().result()
        self._sent.append(self._sender.submit(self._transact, query, parameters))

    def _finish(self) -> None:
        while self._sent:
            self._sent.popleft().result()

    def _transact(self, query: str, parameters: Properties) -> None:
        """One managed transaction, retried by the driver when the server asks for it."""

        def work(transaction: ManagedTransaction) -> None:
            transaction.run(query, parameters).consume()

        with self._driver.session(database=self._database) as session:
            session.execute_write(work)


def in_one_line(reason: str) -> str:
    """What a server says, without the query that it repeats to mark a place, and without a list of
    all that could be there."""
    *lines, last = reason.splitlines()
    said = " ".join(lines[:-1] if last.strip() == "^" else [*lines, last])
    return " ".join(re.sub(r": expected .*(?= \(line \d)", "", said).split())


def _plain(value: Any) -> Any:
    if isinstance(value, Node):
        return {"labels": sorted(value.labels), **value}
    if isinstance(value, Relationship):
        return {"type": value.type, **value}
    if isinstance(value, Path):
        steps = zip(value.nodes[1:], value.relationships, strict=True)
        return [_plain(value.start_node), *(_plain(thing) for node, link in steps for thing in (link, node))]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return list(map(_plain, value))
    return value.iso_format() if hasattr(value, "iso_format") else value  # dates, times, durations


def batched(items: Iterable[T]) -> Iterator[list[T]]:
    stream = iter(items)
    while batch := list(islice(stream, _BATCH)):
        yield batch
