"""All that a Neo4j database has. As a program: after an import, and after exports over Bolt."""

import json
import os
import sys
from pathlib import Path

from neo4j import GraphDatabase

from kg_docre.graph import KnowledgeGraph
from kg_docre.graph.neo4j import Neo4jTarget
from kg_docre.store import FactStore


def contents(run):
    """Nodes as [labels, properties], relationships as [head's id, type, tail's id, properties], both in order."""
    nodes = run("MATCH (n) RETURN labels(n) AS labels, properties(n) AS properties")
    relationships = run("MATCH (h)-[r]->(t) RETURN h.id AS h, type(r) AS type, t.id AS t, properties(r) AS properties")
    return in_order(
        [[sorted(row["labels"]), row["properties"]] for row in nodes],
        [[row["h"], row["type"], row["t"], row["properties"]] for row in relationships],
    )


def in_order(nodes, relationships):
    return [sorted(things, key=lambda thing: json.dumps(thing, sort_keys=True)) for things in (nodes, relationships)]


def main(store, folder):
    """JSON: contents as imported and mended, after an export over Bolt, and after the same to an empty database."""
    user, password, name = (os.environ[f"NEO4J_{part}"] for part in ("USER", "PASSWORD", "DATABASE"))
    uri = os.environ["NEO4J_URI"]
    with GraphDatabase.driver(uri, auth=(user, password)) as driver, FactStore(store, create=False) as known:

        def run(query):
            with driver.session(database=name) as session:
                return [record.data() for record in session.run(query)]

        def export():
            with Neo4jTarget(uri, user=user, password=password, database=name) as target:
                target.write(KnowledgeGraph(known))
            return contents(run)

        for query in Path(folder, "after-import.cypher").read_text().split(";\n")[:-1]:
            run(query)
        found = {"imported": contents(run), "constraints": [row["name"] for row in run("SHOW CONSTRAINTS")]}
        found["exported"] = export()
        run("MATCH (n) DETACH DELETE n")
        found["clean"] = export()
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
