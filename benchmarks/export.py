"""Facts and triples a second of export to files, and its peak memory.

    python -m benchmarks.export [--facts 100000] [--endings .nt .ttl …]

The store is made up: names drawn by Zipf's law, twenty entities and forty facts a document, three reasoning steps a
fact, of which the first explains it wherever one can. Every export runs in a process of its own; memory is what it
grew by.
"""

import argparse
import multiprocessing
import random
import resource
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from benchmarks.resolution import made_up
from kg_docre.annotations import PATTERNS, ReasoningStep, Relation, premises
from kg_docre.data.docred_relations import docred_relations
from kg_docre.graph.knowledge_graph import KnowledgeGraph
from kg_docre.graph.n_quads import n_quads
from kg_docre.graph.provenance import Provenance
from kg_docre.graph.rdf import FORMATS
from kg_docre.graph.targets import open_target
from kg_docre.resolution.forms import form_id
from kg_docre.store import FactStore


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--facts", type=int, default=100_000)
    parser.add_argument("--endings", nargs="+", default=[*FORMATS, ".oxigraph", ".graphml", ".gexf", ".json", ".neo4j"])
    parser.add_argument("--of", nargs=2, metavar=("STORE", "ENDING"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.of:
        measure(*options.of)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kg.sqlite"
        filling = multiprocessing.get_context("spawn").Process(target=fill, args=(path, options.facts))
        filling.start()  # apart, for a process begins with the peak of the one that starts it
        filling.join()
        if filling.exitcode:
            raise SystemExit("the store could not be filled")
        for ending in options.endings:
            subprocess.run([sys.executable, "-m", "benchmarks.export", "--of", str(path), ending], check=True)


def fill(path: Path, facts: int) -> None:
    chance, names = random.Random("export"), docred_relations()
    labels = list(names)
    with FactStore(path) as store:
        for document in made_up(facts // 2):
            entities = range(len(document.entities))
            relations = tuple(
                Relation(*chance.sample(entities, 2), chance.choice(labels), round(chance.random(), 6), (0,))
                for _ in range(40)
            )
            related = {(r.head, r.tail) for r in relations}
            relations = tuple(replace(r, reasoning=steps(r, entities, related, chance)) for r in relations)
            store.add(replace(document, relations=relations), model="made up", names=names, resolve=form_id)


def steps(
    relation: Relation, entities: range, related: set[tuple[int, int]], chance: random.Random
) -> tuple[ReasoningStep, ...]:
    head, tail = relation.head, relation.tail
    ways = [(pattern, via) for pattern in PATTERNS for via in entities if via not in (head, tail)]
    explained = [(pattern, via) for pattern, via in ways if {*premises(pattern, head, via, tail)} <= related]
    chosen = explained[:1] + chance.sample(ways, min(3, len(ways)))
    return tuple(
        ReasoningStep(pattern, via, premises(pattern, head, via, tail), 0.5 / rank)
        for rank, (pattern, via) in enumerate(chosen[:3], 1)
    )


def measure(store: str, ending: str) -> None:
    with tempfile.TemporaryDirectory() as folder, FactStore(store) as known:
        graph, before = KnowledgeGraph(known), _peak()
        write = open_target(f"{folder}/kg{ending}", lambda: ("", "", None))
        start = perf_counter()
        write(graph)
        seconds, grown = perf_counter() - start, _peak() - before
        rate = f"{sum(1 for _ in graph.facts()) / seconds:,.0f} facts a second"
        if ending in (*FORMATS, ".oxigraph"):
            choice = (
                Provenance.GRAPHS if ending in FORMATS and FORMATS[ending].supports_datasets else Provenance.STATEMENTS
            )
            triples = sum(said.count("\n") for said in n_quads(graph, choice))
            rate += f", {triples / seconds:,.0f} triples"
    print(f"{ending:12} {rate}, {grown:.0f} MB more", flush=True)


def _peak() -> float:
    """Megabytes this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
