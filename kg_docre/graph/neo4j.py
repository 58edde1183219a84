"""The graph in Neo4j, over Bolt with the official driver.

``(:Entity {id, name, type, kb_id, aliases, date})`` with a second label per type, relationships named after the
relation (``DIRECTOR {id, property: "P57", name: "director", confidence, support, conflicts, plausibility, inferred,
documents}``), and an evidence layer ``(:Fact)-[:EVIDENCED_BY {score, sentences, looked_at, via, …}]->(:Document)``,
where a Fact has the id of its relationship, and ``looked_at`` the ids of the facts that it was read by way of. The
full-text index ``kg_names`` finds entities by words of their names. A Document ``{id, uri, title, model}`` has its
metadata as further properties (:func:`~kg_docre.graph.property_graph.metadata_property`), named in ``metadata_fields``.
Everything is merged by id: a second export of the same store changes nothing.

Every node and relationship lists the ``stores`` it came from. What a store no longer says, an export takes its name
off, and what no store says any more is deleted; a database can hold the graphs of several stores.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from neo4j.exceptions import Neo4jError

from kg_docre.graph.bolt import BoltDatabase, batched
from kg_docre.graph.knowledge_graph import KnowledgeGraph
from kg_docre.graph.property_graph import (
    DOCUMENT_PROPERTIES,
    METADATA_FIELDS,
    Properties,
    document_properties,
    entity_label,
    entity_properties,
    evidence_properties,
    fact_properties,
    is_entity_label,
    relationship_properties,
    relationship_type,
)
from kg_docre.graph.records import Fact

__all__ = ["CONSTRAINTS", "NAMES_INDEX", "Neo4jTarget"]

CONSTRAINTS = tuple(
    f"CREATE CONSTRAINT kg_{label.lower()}_id IF NOT EXISTS FOR (n:{label}) REQUIRE n.id IS UNIQUE"
    for label in ("Entity", "Document", "Fact")
)
NAMES_INDEX = "CREATE FULLTEXT INDEX kg_names IF NOT EXISTS FOR (e:Entity) ON EACH [e.name, e.aliases]"
_WAITING = 50_000  # relationships that wait for more of their type


def _own(name: str) -> str:
    """Cypher that adds the store to the names of what ``name`` stands for."""
    stores = f"coalesce({name}.stores, [])"
    return f"{name}.stores = CASE WHEN $store IN {stores} THEN {stores} ELSE {stores} + [$store] END"


@dataclass(frozen=True, slots=True)
class Written:
    """What one export wrote: ids of nodes by label, of relationships with their type, and of evidence as fact and
    document; nothing is kept if ``kept`` is not set."""

    kept: bool
    nodes: dict[str, set[str]] = field(default_factory=lambda: {"Entity": set(), "Document": set(), "Fact": set()})
    relationships: set[str] = field(default_factory=set)

    def noting(self, label: str, rows: Iterable[Properties]) -> Iterator[Properties]:
        for row in rows:
            if self.kept:
                self.nodes[label].add(row["id"])
            yield row

    def note(self, ids: Iterable[str]) -> None:
        if self.kept:
            self.relationships.update(ids)


class Neo4jTarget(BoltDatabase):
    """A database that graphs are written to; failures at any point raise :exc:`ExportError`."""

    def write(self, graph: KnowledgeGraph, *, evidence: bool = True) -> None:
        """Merge the whole graph: constraints, nodes, then relationships; with them, unless ``evidence`` is
        off, the facts' evidence layer. What an earlier export of this store wrote and this one did not is removed.

        A batch is written whole or not at all; the next export completes one that broke off."""
        with self._errors():
            for constraint in CONSTRAINTS:
                self._send(constraint, {})
            self._finish()
            with suppress(Neo4jError):  # other servers that speak Bolt may have no full-text indexes
                self._transact(NAMES_INDEX, {})
            store = graph.store.identity
            query = "MATCH (n) WHERE $store IN n.stores RETURN n.id AS id LIMIT 1"
            written = Written(kept=bool(list(self._read(query, store=store))))  # else there is nothing to remove
            others = bool(list(self._read("MATCH (e:Entity) RETURN e.id AS id LIMIT 1")))
            query = f"MATCH (d:Document) WHERE d.{METADATA_FIELDS} IS NOT NULL RETURN d.id AS id LIMIT 1"
            described = bool(list(self._read(query)))
            self._write_entities(graph, store, written, others=others)
            if evidence:
                query = f"UNWIND $rows AS row MERGE (d:Document {{id: row.id}}) SET d += row, {_own('d')}"
                rows: Iterable[Properties] = map(document_properties, graph.documents())
                rows = self._without_former(rows) if described else rows
                self._write(query, written.noting("Document", rows), store=store)
            waiting: dict[str, list[Properties]] = defaultdict(list)
            for facts in batched(graph.facts(details=evidence)):
                self._write_relationships(facts, waiting, store, written)
                if evidence:
                    self._write_evidence(facts, store, written)
            self._flush(waiting, 0, store)
            if written.kept:
                self._remove_others(store, written)
            self._finish()

    def _without_former(self, rows: Iterable[Properties]) -> Iterator[Properties]:
        """Documents with nothing in place of metadata that they have in the database and no more in the store."""
        query = f"MATCH (d:Document) WHERE d.id IN $ids RETURN d.id AS id, d.{METADATA_FIELDS} AS names"
        for batch in batched(rows):
            found = self._read(query, ids=[row["id"] for row in batch])
            former = {row["id"]: row["names"] for row in found if isinstance(row["names"], list)}
            for row in batch:
                names = {*former.get(row["id"], ())} - DOCUMENT_PROPERTIES
                yield dict.fromkeys([*names, METADATA_FIELDS]) | row

    def _write_entities(self, graph: KnowledgeGraph, store: str, written: Written, *, others: bool) -> None:
        """``others``: whether there are entities already, of this or another store."""
        for nodes in batched(graph.nodes()):
            rows = written.noting("Entity", map(entity_properties, nodes))
            query = f"UNWIND $rows AS row MERGE (e:Entity {{id: row.id}}) SET e += row, {_own('e')}"
            self._write(query, rows, store=store)
            by_type: dict[str, list[Properties]] = defaultdict(list)
            for node in nodes:
                by_type[entity_label(node.type)].append({"id": node.id})
            for label, same in by_type.items():
                self._write(f"UNWIND $rows AS row MATCH (e:Entity {{id: row.id}}) SET e:{label}", same)
            if others:
                self._remove_labels(by_type)

    def _remove_labels(self, by_type: dict[str, list[Properties]]) -> None:
        """Take labels of other types off nodes that have changed theirs."""
        ids = {row["id"]: label for label, rows in by_type.items() for row in rows}
        found = self._read("MATCH (e:Entity) WHERE e.id IN $ids RETURN e.id AS id, labels(e) AS labels", ids=list(ids))
        stale: dict[str, list[Properties]] = defaultdict(list)
        for row in found:
            for label in filter(is_entity_label, {*row["labels"]} - {ids[row["id"]]}):
                stale[label].append({"id": row["id"]})
        for label, rows in stale.items():
            self._write(f"UNWIND $rows AS row MATCH (e:Entity {{id: row.id}}) REMOVE e:{label}", rows)

    def _write_relationships(
        self, facts: list[Fact], waiting: dict[str, list[Properties]], store: str, written: Written
    ) -> None:
        """Of the types that most wait of: a statement has one type, and takes longer by the number of statements."""
        for fact in facts:
            row = {"id": fact.id, "head": fact.head, "tail": fact.tail, "properties": relationship_properties(fact)}
            waiting[type := relationship_type(fact.label, fact.name)].append(row)
            written.note((fact.id + type,))
        self._flush(waiting, _WAITING, store)

    def _flush(self, waiting: dict[str, list[Properties]], left: int, store: str) -> None:
        while sum(map(len, waiting.values())) > left:
            type = max(waiting, key=lambda type: len(waiting[type]))
            query = (
                "UNWIND $rows AS row MATCH (h:Entity {id: row.head}) MATCH (t:Entity {id: row.tail}) "
                f"MERGE (t)<-[r:{type} {{id: row.id}}]-(h) SET r += row.properties, {_own('r')}"
            )
            self._write(query, waiting.pop(type), store=store)

    def _write_evidence(self, facts: list[Fact], store: str, written: Written) -> None:
        rows = written.noting("Fact", map(fact_properties, facts))
        query = f"UNWIND $rows AS row MERGE (f:Fact {{id: row.id}}) SET f += row, {_own('f')}"
        self._write(query, rows, store=store)
        links: list[Properties] = [
            {"fact": fact.id, "document": e.document.id, "properties": evidence_properties(e)}
            for fact in facts
            for e in fact.evidence
        ]
        written.note(link["fact"] + link["document"] for link in links)
        query = (
            "UNWIND $rows AS row MATCH (f:Fact {id: row.fact}) MATCH (d:Document {id: row.document}) "
            f"MERGE (d)<-[r:EVIDENCED_BY]-(f) SET r += row.properties, {_own('r')}"
        )
        self._write(query, links, store=store)

    def _remove_others(self, store: str, written: Written) -> None:
        """Take this store's name off what it has not written now, and delete what bears no name."""
        disown = "SET x.stores = [s IN x.stores WHERE s <> $store] WITH x WHERE size(x.stores) = 0"
        relationships = {
            "MATCH (t:Entity {})<-[x]-(h:Entity {})": "x.id + type(x)",
            "MATCH (t:Document {})<-[x:EVIDENCED_BY]-(h:Fact {})": "h.id + t.id",
        }
        for pattern, key in relationships.items():
            ends = f"h.id AS head, t.id AS tail, {key} AS id"
            found = self._read(f"{pattern.format('', '')} WHERE $store IN x.stores RETURN {ends}", store=store)
            stale = [row for row in found if row["id"] not in written.relationships]
            query = f"UNWIND $rows AS row {pattern.format('{id: row.tail}', '{id: row.head}')}"
            self._write(f"{query} WHERE {key} = row.id {disown} DELETE x", stale, store=store)
        for label, ids in written.nodes.items():
            found = self._read(f"MATCH (x:{label}) WHERE $store IN x.stores RETURN x.id AS id", store=store)
            stale = [row for row in found if row["id"] not in ids]
            query = f"UNWIND $rows AS row MATCH (x:{label} {{id: row.id}}) {disown} DETACH DELETE x"
            self._write(query, stale, store=store)
