"""A folder of texts as a networkx graph: who and what is connected to most."""

import sys
from pathlib import Path

from kg_docre.corpus.build import build
from kg_docre.corpus.pipeline import Pipeline
from kg_docre.corpus.reader import read_corpus
from kg_docre.graph import KnowledgeGraph
from kg_docre.graph.networkx import to_networkx
from kg_docre.store import FactStore

corpus = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "corpus"

pipeline = Pipeline.from_pretrained()
with FactStore(":memory:") as store:
    result = build(read_corpus([corpus]), pipeline, store, on_problem=print)
    graph = to_networkx(KnowledgeGraph(store))

print(f"{result.added} documents, {graph.number_of_nodes()} nodes, {graph.number_of_edges()} facts")
for node, degree in sorted(graph.degree, key=lambda item: -item[1])[:5]:
    print(f"{degree:4d}  {graph.nodes[node]['name']}")
