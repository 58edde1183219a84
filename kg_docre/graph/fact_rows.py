"""Facts as rows of plain values, for programs to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kg_docre.graph.answer import Answer
from kg_docre.graph.knowledge_graph import KnowledgeGraph
from kg_docre.graph.records import DIGITS, Evidence, Fact, Node

__all__ = ["fact_rows"]

_COLUMNS = (
    *("head", "relation", "tail", "confidence", "plausibility", "conflicts", "support"),
    *("head_id", "head_type", "property", "tail_id", "tail_type"),
)


def fact_rows(graph: KnowledgeGraph, facts: Sequence[Fact], *, flat: bool = False) -> Answer:
    """A row a fact, in the order given. ``evidence`` has an object for every document, the surest first: its ``uri``,
    ``title``, ``metadata``, ``score`` and ``sentences``, and under ``reasoning`` the facts the model looked at, if it
    did, and what they are about besides head and tail: ``via``. Instead, ``flat`` rows, for a table, have the ``uri``,
    ``title`` and ``sentences`` of the surest document, and nothing that is a list."""
    rows = _rows(graph, graph.with_details(facts))
    if flat:
        return Answer((*_COLUMNS, "uri", "title", "sentences"), map(_flat, rows))
    return Answer((*_COLUMNS, "evidence"), rows)


def _flat(row: tuple[Any, ...]) -> tuple[Any, ...]:
    surest = row[-1][0]
    cells = ("; ".join(cell) if isinstance(cell, list) else cell for cell in row[:-1])
    return (*cells, surest["uri"], surest["title"], " … ".join(" ".join(text.split()) for text in surest["sentences"]))


def _rows(graph: KnowledgeGraph, facts: list[Fact]) -> Iterator[tuple[Any, ...]]:
    via = {evidence.step.via for fact in facts for evidence in fact.evidence if evidence.step}
    nodes = {node.id: node for node in graph.nodes(via.union(*((fact.head, fact.tail) for fact in facts)))}
    labels = graph.labels()
    for fact in facts:
        head, tail = nodes[fact.head], nodes[fact.tail]
        said = [_said(one, nodes, labels) for one in sorted(fact.evidence, key=lambda evidence: -evidence.score)]
        yield (
            *(head.name, fact.name, tail.name, round(fact.confidence, DIGITS), round(fact.plausibility, DIGITS)),
            *(list(fact.conflicts), fact.support, head.id, head.type, fact.label, tail.id, tail.type, said),
        )


def _said(evidence: Evidence, nodes: Mapping[str, Node], labels: Mapping[str, str]) -> dict[str, Any]:
    document, step = evidence.document, evidence.step
    return {
        "uri": document.uri,
        "title": document.title,
        "metadata": document.metadata,
        "score": round(evidence.score, DIGITS),
        "sentences": [text for _, text in evidence.sentences],
        "reasoning": step
        and {
            "via": nodes[step.via].name,
            "looked_at": [[nodes[head].name, labels[label], nodes[tail].name] for head, label, tail in step.looked_at],
        },
    }
