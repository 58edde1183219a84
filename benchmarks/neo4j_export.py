"""Seconds an export to Neo4j takes, next to the bare driver.

    NEO4J_URI=… NEO4J_USER=… NEO4J_PASSWORD=… python -m benchmarks.neo4j_export [--nodes 100000] [--facts 300000]

The store is made up, every document twenty things of its own. In alternation, each on an emptied database: the
exporter; the bare driver sending the same statements with the same rows, made beforehand; and the least that puts the
nodes and relationships there (MERGE both, batches of 5,000, rows made beforehand, nothing else). What is in the
database is deleted.
"""

import argparse
import os
import random
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from neo4j import Driver, GraphDatabase

from kg_docre.annotations import Document, Entity, Mention, Relation
from kg_docre.data.docred_relations import docred_relations
from kg_docre.graph.knowledge_graph import KnowledgeGraph
from kg_docre.graph.neo4j import Neo4jTarget
from kg_docre.graph.property_graph import entity_properties, relationship_properties, relationship_type
from kg_docre.graph.provenance import Provenance
from kg_docre.graph.targets import open_target
from kg_docre.resolution.forms import form_id
from kg_docre.store import FactStore

_THINGS = 20  # a document
_BATCH = 5000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nodes", type=int, default=100_000)
    parser.add_argument("--facts", type=int, default=300_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--evidence", action="store_true", help="The evidence layer too.")
    options = parser.parse_args()
    uri, user, password = (os.environ[f"NEO4J_{part}"] for part in ("URI", "USER", "PASSWORD"))
    name = os.environ.get("NEO4J_DATABASE")
    with (
        tempfile.TemporaryDirectory() as folder,
        GraphDatabase.driver(uri, auth=(user, password)) as driver,
        FactStore(Path(folder) / "kg.sqlite") as store,
    ):
        if driver.execute_query("MATCH (n) RETURN n LIMIT 1", database_=name).records:
            raise SystemExit(f"{uri}: there is data in it, which would be deleted")
        fill(store, options.nodes, options.facts)
        graph = KnowledgeGraph(store)
        with Recorder(uri, user=user, password=password, database=name) as recorder:
            recorder.write(graph, evidence=options.evidence)
        least = simplest(graph)

        def export() -> None:
            open_target(uri, lambda: (user, password, name), None if options.evidence else Provenance.NONE)(graph)

        ways = {
            "exporter": export,
            "same statements, bare driver": lambda: send(driver, name, recorder.sent),
            "simplest load, bare driver": lambda: send(driver, name, least),
        }
        seconds: dict[str, list[float]] = {way: [] for way in ways}
        order = list(ways)
        for _ in range(options.repeats):
            for way in order:
                empty(driver, name)
                start = perf_counter()
                ways[way]()
                seconds[way].append(perf_counter() - start)
                print(f"{way:30} {seconds[way][-1]:6.1f} s", flush=True)
            order = [*order[1:], order[0]]  # whoever comes first in a round, another one next time
    ours, *others = ways
    for way in others:
        ratios = [a / b for a, b in zip(seconds[ours], seconds[way], strict=True)]
        print(f"{ours} / {way}: {median(ratios):.2f} ({', '.join(f'{ratio:.2f}' for ratio in ratios)})")


def fill(store: FactStore, nodes: int, facts: int) -> None:
    chance, names = random.Random("export"), docred_relations()
    labels, documents = list(names), nodes // _THINGS
    for number in range(documents):
        words = tuple(f"Thing {number} {at}" for at in range(_THINGS))
        entities = tuple(
            Entity(word, chance.choice(["PER", "ORG", "LOC", "MISC"]), (Mention(at, at + 1, 0, word),))
            for at, word in enumerate(words)
        )
        pairs = chance.sample([(h, t) for h in range(_THINGS) for t in range(_THINGS) if h != t], facts // documents)
        relations = tuple(Relation(h, t, chance.choice(labels), round(chance.random(), 6), (0,)) for h, t in pairs)
        document = Document(str(number), words, (0,), entities, relations, title=f"Document {number}")
        store.add(document, model="made up", names=names, resolve=form_id)


class Recorder(Neo4jTarget):
    """An export that keeps what it sends."""

    def __init__(self, *arguments: object, **options: object) -> None:
        self.sent: list[tuple[str, dict[str, object]]] = []
        super().__init__(*arguments, **options)

    def _send(self, query: str, parameters: dict[str, object]) -> None:
        self.sent.append((query, parameters))
        super()._send(query, parameters)


def simplest(graph: KnowledgeGraph) -> list[tuple[str, dict[str, object]]]:
    """MERGE of all nodes, then of all relationships by their type."""
    by_type: dict[str, list[object]] = {}
    for fact in graph.facts():
        row = {"head": fact.head, "tail": fact.tail, "id": fact.id, "properties": relationship_properties(fact)}
        by_type.setdefault(relationship_type(fact.label, fact.name), []).append(row)
    queries = [("MERGE (e:Entity {id: row.id}) SET e += row", [entity_properties(node) for node in graph.nodes()])]
    merge = "MATCH (h:Entity {{id: row.head}}) MATCH (t:Entity {{id: row.tail}}) MERGE (h)-[r:{} {{id: row.id}}]->(t)"
    queries += [(f"{merge.format(type)} SET r += row.properties", rows) for type, rows in by_type.items()]
    constraint = "CREATE CONSTRAINT kg_entity_id IF NOT EXISTS FOR (n:Entity) REQUIRE n.id IS UNIQUE"
    return [(constraint, {})] + [
        (f"UNWIND $rows AS row {query}", {"rows": rows[at : at + _BATCH]})
        for query, rows in queries
        for at in range(0, len(rows), _BATCH)
    ]


def send(driver: Driver, database: str | None, statements: list[tuple[str, dict[str, object]]]) -> None:
    with driver.session(database=database) as session:
        for query, parameters in statements:
            session.execute_write(
                lambda transaction, query=query, parameters=parameters: transaction.run(query, parameters).consume()
            )


def empty(driver: Driver, database: str | None) -> None:
    with driver.session(database=database) as session:
        for pattern in ("()-[x]->()", "(x)"):
            session.run(f"MATCH {pattern} CALL (x) {{ DELETE x }} IN TRANSACTIONS OF 10000 ROWS").consume()


if __name__ == "__main__":
    main()
