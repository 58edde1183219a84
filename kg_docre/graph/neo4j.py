"""The graph in Neo4j, over Bolt with the official driver.

``(:Entity {id, name, type, kb_id, aliases})`` with a second label per type, relationships named after
the relation (``DIRECTOR {id, property: "P57", confidence, support, conflicts, plausibility, inferred,
documents}``), and an evidence
layer ``(:Fact)-[:EVIDENCED_BY {score, sentences}]->(:Document)``, where a Fact has the id of its
relationship. Everything is merged by id: a second export of the same store changes nothing.

Every node and relationship lists the ``stores`` it came from. What a store no longer says, an export takes its name
off, and what no store says any more is deleted; a database can hold the graphs of several stores.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from neo4j import READ_ACCESS, GraphDatabase, ManagedTransaction
from neo4j.exceptions import AuthError, DriverError, Neo4jError, ServiceUnavailable

from kg_docre.graph.errors import ExportError
from kg_docre.graph.knowledge_graph import Fact, KnowledgeGraph
from kg_docre.graph.property_graph import (
    Properties,
    document_properties,
    entity_label,
    entity_properties,
    evidence_properties,
    fact_properties,
    relationship_properties,
    relationship_type,
)
from kg_docre.graph.targets import SCHEMES

__all__ = ["CONSTRAINTS", "Neo4jTarget", "check_address"]

CONSTRAINTS = tuple(
    f"CREATE CONSTRAINT kg_{label.lower()}_id IF NOT EXISTS FOR (n:{label}) REQUIRE n.id IS UNIQUE"
    for label in ("Entity", "Document", "Fact")
)

_BATCH = 2000
T = TypeVar("T")


def check_address(uri: str) -> str:
    """Scheme, host and port of a Neo4j address.

    Raises :exc:`ExportError` for anything that is none, without repeating it: it may hold a password.
    """
    try:
        parts = urlsplit(uri)
        name = f"{parts.scheme}://{parts.hostname or ''}" + (f":{parts.port}" if parts.port else "")
    except ValueError:
        parts, name = urlsplit(""), ""
    if "@" in uri:
        raise ExportError("a Neo4j address with credentials; set NEO4J_USER and NEO4J_PASSWORD instead")
    if parts.scheme not in SCHEMES or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise ExportError("not a Neo4j address; one looks like neo4j://host or bolt://host:7687")
    return name


def _own(name: str) -> str:
    """Cypher that adds the store to the names of what ``name`` stands for."""
    stores = f"coalesce({name}.stores, [])"
    return f"{name}.stores = CASE WHEN $store IN {stores} THEN {stores} ELSE {stores} + [$store] END"


@dataclass(frozen=True, slots=True)
class Written:
    """Ids of what one export wrote: of nodes by label, of relationships, and of evidence as fact and document."""

    nodes: dict[str, set[str]] = field(default_factory=lambda: {"Entity": set(), "Document": set(), "Fact": set()})
    relationships: set[str] = field(default_factory=set)

    def noting(self, label: str, rows: Iterable[Properties]) -> Iterator[Properties]:
        for row in rows:
            self.nodes[label].add(row["id"])
            yield row


class Neo4jTarget:
    """One database of one server.

    Connecting checks that the server answers and accepts the credentials; failures at any point raise
    :exc:`ExportError`.
    """

    def __init__(self, uri: str, *, user: str, password: str, database: str | None = None) -> None:
        self.name = check_address(uri)
        self._database = database
        self._store = ""
        with self._errors():
            self._driver = GraphDatabase.driver(
                uri, auth=(user, password), connection_timeout=10, connection_acquisition_timeout=20
            )
        try:
            with self._errors(), self._driver.session(database=database) as session:
                session.run("RETURN 1").consume()
        except ExportError:
            self._driver.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._driver.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except AuthError as error:
            raise ExportError(f"{self.name}: user or password refused") from error
        except ServiceUnavailable as error:
            raise ExportError(f"{self.name}: no Neo4j server answers there") from error
        except (Neo4jError, DriverError, OSError, ValueError) as error:
            reason = getattr(error, "message", None) or str(error) or type(error).__name__
            raise ExportError(f"{self.name}: {reason.splitlines()[0]}") from error

    def write(self, graph: KnowledgeGraph, *, evidence: bool = True) -> None:
        """Merge the whole graph: constraints, nodes, then relationships; then, unless ``evidence`` is
        off, the facts' evidence layer. What an earlier export of this store wrote and this one did not is removed."""
        with self._errors():
            for constraint in CONSTRAINTS:
                self._run(constraint)
            self._store = graph.store.identity
            again = any(True for _ in self._read("MATCH (n) WHERE $store IN n.stores RETURN n.id AS id LIMIT 1"))
            written = Written()
            self._write_entities(graph, written)
            if evidence:
                rows = written.noting("Document", map(document_properties, graph.documents()))
                self._batches(f"UNWIND $rows AS row MERGE (d:Document {{id: row.id}}) SET d += row, {_own('d')}", rows)
            for batch in _batched(graph.facts()):
                self._write_relationships(batch, written)
                if evidence:
                    self._write_evidence(batch, written)
            if again:
                self._remove_others(written)

    def _write_entities(self, graph: KnowledgeGraph, written: Written) -> None:
        for nodes in _batched(graph.nodes()):
            rows = list(written.noting("Entity", map(entity_properties, nodes)))
            self._run(f"UNWIND $rows AS row MERGE (e:Entity {{id: row.id}}) SET e += row, {_own('e')}", rows)
            by_type: dict[str, list[Properties]] = defaultdict(list)
            for node in nodes:
                by_type[entity_label(node.type)].append({"id": node.id})
            for label, same in by_type.items():
                self._run(f"UNWIND $rows AS row MATCH (e:Entity {{id: row.id}}) SET e:{label}", same)

    def _write_relationships(self, facts: list[Fact], written: Written) -> None:
        by_type: dict[str, list[Properties]] = defaultdict(list)
        for fact in facts:
            written.relationships.add(fact.id)
            row = {"id": fact.id, "head": fact.head, "tail": fact.tail, "properties": relationship_properties(fact)}
            by_type[relationship_type(fact.label, fact.name)].append(row)
        for name, rows in by_type.items():
            self._run(
                "UNWIND $rows AS row MATCH (h:Entity {id: row.head}) MATCH (t:Entity {id: row.tail}) "
                f"MERGE (t)<-[r:{name} {{id: row.id}}]-(h) SET r += row.properties, {_own('r')}",
                rows,
            )

    def _write_evidence(self, facts: list[Fact], written: Written) -> None:
        rows = list(written.noting("Fact", map(fact_properties, facts)))
        self._run(f"UNWIND $rows AS row MERGE (f:Fact {{id: row.id}}) SET f += row, {_own('f')}", rows)
        links: list[Properties] = [
            {"fact": fact.id, "document": e.document.id, "properties": evidence_properties(e)}
            for fact in facts
            for e in fact.evidence
        ]
        written.relationships.update(link["fact"] + link["document"] for link in links)
        self._batches(
            "UNWIND $rows AS row MATCH (f:Fact {id: row.fact}) MATCH (d:Document {id: row.document}) "
            f"MERGE (d)<-[r:EVIDENCED_BY]-(f) SET r += row.properties, {_own('r')}",
            links,
        )

    def _remove_others(self, written: Written) -> None:
        """Take this store's name off what it has not written now, and delete what bears no name."""
        disown = "SET x.stores = [s IN x.stores WHERE s <> $store] WITH x WHERE size(x.stores) = 0"
        relationships = {
            "MATCH (:Entity)<-[x]-(h:Entity)": ("Entity", "x.id"),
            "MATCH (d:Document)<-[x:EVIDENCED_BY]-(h:Fact)": ("Fact", "h.id + d.id"),
        }
        for pattern, (label, key) in relationships.items():
            found = self._read(f"{pattern} WHERE $store IN x.stores RETURN h.id AS head, {key} AS id")
            stale = [row for row in found if row["id"] not in written.relationships]
            query = f"UNWIND $rows AS row {pattern.replace(f'(h:{label})', f'(h:{label} {{id: row.head}})')}"
            self._batches(f"{query} WHERE {key} = row.id {disown} DELETE x", stale)
        for label, ids in written.nodes.items():
            found = self._read(f"MATCH (x:{label}) WHERE $store IN x.stores RETURN x.id AS id")
            stale = [row for row in found if row["id"] not in ids]
            self._batches(f"UNWIND $rows AS row MATCH (x:{label} {{id: row.id}}) {disown} DETACH DELETE x", stale)

    def query(self, query: str, parameters: Properties) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        """Columns and rows of what a query finds. Nodes and relationships become maps; what it would write is not kept,
        if the server does not refuse it.

        Raises :exc:`ExportError` with what the server says of it.
        """
        session = self._driver.session(database=self._database, default_access_mode=READ_ACCESS)
        with self._errors(), session, session.begin_transaction() as transaction:
            result = transaction.run(query, parameters)
            rows = [tuple(record.data().values()) for record in result]
            transaction.rollback()
            return tuple(result.keys()), rows

    def _read(self, query: str) -> Iterator[Properties]:
        """Rows of a query about this store, streamed."""
        with self._driver.session(database=self._database) as session:
            for record in session.run(query, store=self._store):
                yield record.data()

    def _batches(self, query: str, rows: Iterable[Properties]) -> None:
        for batch in _batched(rows):
            self._run(query, batch)

    def _run(self, query: str, rows: list[Properties] | None = None) -> None:
        """One managed transaction, retried by the driver when the server asks for it."""

        def work(transaction: ManagedTransaction) -> None:
            transaction.run(query, rows=rows or [], store=self._store).consume()

        with self._driver.session(database=self._database) as session:
            session.execute_write(work)


def _batched(items: Iterable[T]) -> Iterator[list[T]]:
    stream = iter(items)
    while batch := list(islice(stream, _BATCH)):
        yield batch
