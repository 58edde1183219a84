"""The graph in Neo4j, over Bolt with the official driver.

``(:Entity {id, name, type, kb_id, aliases})`` with a second label per type, relationships named after
the relation (``DIRECTOR {id, property: "P57", confidence, support, conflicts, plausibility, inferred,
documents}``), and an evidence
layer ``(:Fact)-[:EVIDENCED_BY {score, sentences}]->(:Document)``, where a Fact has the id of its
relationship. The full-text index ``kg_names`` finds entities by words of their names. Everything is merged by id: a
second export of the same store changes nothing.

Every node and relationship lists the ``stores`` it came from. What a store no longer says, an export takes its name
off, and what no store says any more is deleted; a database can hold the graphs of several stores.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from neo4j import READ_ACCESS, GraphDatabase, ManagedTransaction
from neo4j.exceptions import AuthError, DriverError, Neo4jError, ServiceUnavailable

from kg_docre.graph.errors import ExportError
from kg_docre.graph.knowledge_graph import Fact, KnowledgeGraph
from kg_docre.graph.targets import SCHEMES

__all__ = ["Neo4jTarget", "check_address", "entity_label", "relationship_type"]

_BATCH = 2000
_LABELS = {
    "PER": "Person",
    "ORG": "Organization",
    "LOC": "Location",
    "TIME": "Time",
    "NUM": "Number",
    "MISC": "Miscellaneous",
}

Row = dict[str, Any]
T = TypeVar("T")


def _identifier(text: str) -> str:
    """Letters, digits and underscores of ``text``, not too many: the only part of a name that ever enters Cypher."""
    return re.sub(r"[^A-Za-z0-9]+", "_", text)[:100].strip("_")


def relationship_type(label: str, name: str) -> str:
    """``P57``, ``director`` → ``DIRECTOR``; a name without a Latin letter falls back to the label."""
    identifier = _identifier(name) or _identifier(label)
    return f"R_{identifier}".upper() if not identifier[:1].isalpha() else identifier.upper()


def entity_label(type: str) -> str:
    """``PER`` → ``Person``; types of one's own are kept, marked as types."""
    return _LABELS.get(type) or f"Type_{_identifier(type)}"


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


def _properties(fact: Fact) -> Row:
    """What is said of a fact on its relationship and on its node of the evidence layer."""
    return {
        "property": fact.label,
        "name": fact.name,
        "confidence": fact.confidence,
        "support": fact.support,
        "conflicts": list(fact.conflicts),
        "plausibility": fact.plausibility,
        "inferred": fact.inferred,
    }


@dataclass(frozen=True, slots=True)
class Written:
    """Ids of what one export wrote: of nodes by label, of relationships, and of evidence as fact and document."""

    nodes: dict[str, set[str]] = field(default_factory=lambda: {"Entity": set(), "Document": set(), "Fact": set()})
    relationships: set[str] = field(default_factory=set)

    def noting(self, label: str, rows: Iterable[Row]) -> Iterator[Row]:
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
            for label in ("Entity", "Document", "Fact"):
                self._run(
                    f"CREATE CONSTRAINT kg_{label.lower()}_id IF NOT EXISTS FOR (n:{label}) REQUIRE n.id IS UNIQUE"
                )
            with suppress(Neo4jError):  # other servers that speak Bolt may have no full-text indexes
                names = "FOR (e:Entity) ON EACH [e.name, e.aliases]"
                self._run(f"CREATE FULLTEXT INDEX kg_names IF NOT EXISTS {names}")
            self._store = graph.store.identity
            again = any(True for _ in self._read("MATCH (n) WHERE $store IN n.stores RETURN n.id AS id LIMIT 1"))
            written = Written()
            self._write_entities(graph, written)
            if evidence:
                documents = ({"id": d.id, "uri": d.uri, "title": d.title, "model": d.model} for d in graph.documents())
                rows = written.noting("Document", documents)
                self._batches(f"UNWIND $rows AS row MERGE (d:Document {{id: row.id}}) SET d += row, {_own('d')}", rows)
            for batch in _batched(graph.facts()):
                self._write_relationships(batch, written)
                if evidence:
                    self._write_evidence(batch, written)
            if again:
                self._remove_others(written)

    def _write_entities(self, graph: KnowledgeGraph, written: Written) -> None:
        for nodes in _batched(graph.nodes()):
            rows = [
                {"id": n.id, "name": n.name, "type": n.type, "kb_id": n.kb_id, "aliases": list(n.aliases)}
                for n in nodes
            ]
            rows = list(written.noting("Entity", rows))
            self._run(f"UNWIND $rows AS row MERGE (e:Entity {{id: row.id}}) SET e += row, {_own('e')}", rows)
            by_type: dict[str, list[Row]] = defaultdict(list)
            for node in nodes:
                by_type[entity_label(node.type)].append({"id": node.id})
            for label, same in by_type.items():
                self._run(f"UNWIND $rows AS row MATCH (e:Entity {{id: row.id}}) SET e:{label}", same)

    def _write_relationships(self, facts: list[Fact], written: Written) -> None:
        by_type: dict[str, list[Row]] = defaultdict(list)
        for fact in facts:
            properties = _properties(fact) | {"documents": [e.document.uri for e in fact.evidence]}
            written.relationships.add(fact.id)
            row = {"id": fact.id, "head": fact.head, "tail": fact.tail, "properties": properties}
            by_type[relationship_type(fact.label, fact.name)].append(row)
        for name, rows in by_type.items():
            self._run(
                "UNWIND $rows AS row MATCH (h:Entity {id: row.head}) MATCH (t:Entity {id: row.tail}) "
                f"MERGE (t)<-[r:{name} {{id: row.id}}]-(h) SET r += row.properties, {_own('r')}",
                rows,
            )

    def _write_evidence(self, facts: list[Fact], written: Written) -> None:
        rows = [_properties(fact) | {"id": fact.id, "head": fact.head, "tail": fact.tail} for fact in facts]
        rows = list(written.noting("Fact", rows))
        self._run(f"UNWIND $rows AS row MERGE (f:Fact {{id: row.id}}) SET f += row, {_own('f')}", rows)
        links: list[Row] = [
            {
                "fact": fact.id,
                "document": e.document.id,
                "properties": {
                    "score": e.score,
                    "sentence_numbers": [number for number, _ in e.sentences],
                    "sentences": [text for _, text in e.sentences],
                },
            }
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

    def query(self, query: str, parameters: Row) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
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

    def _read(self, query: str) -> Iterator[Row]:
        """Rows of a query about this store, streamed."""
        with self._driver.session(database=self._database) as session:
            for record in session.run(query, store=self._store):
                yield record.data()

    def _batches(self, query: str, rows: Iterable[Row]) -> None:
        for batch in _batched(rows):
            self._run(query, batch)

    def _run(self, query: str, rows: list[Row] | None = None) -> None:
        """One managed transaction, retried by the driver when the server asks for it."""

        def work(transaction: ManagedTransaction) -> None:
            transaction.run(query, rows=rows or [], store=self._store).consume()

        with self._driver.session(database=self._database) as session:
            session.execute_write(work)


def _batched(items: Iterable[T]) -> Iterator[list[T]]:
    stream = iter(items)
    while batch := list(islice(stream, _BATCH)):
        yield batch
