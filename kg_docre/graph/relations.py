"""The relations that a fact can be of, with what they join."""

from __future__ import annotations

from collections import Counter

from kg_docre.data.docred_relations import docred_relations
from kg_docre.graph.answer import Answer
from kg_docre.graph.knowledge_graph import KnowledgeGraph
from kg_docre.graph.properties import known_properties

__all__ = ["relation_rows"]


def relation_rows(graph: KnowledgeGraph | None = None) -> Answer:
    """A row a relation: its id, its name, and the types of what it usually joins. With a graph also how many facts that
    has, most first, and what relations of one's own it has, of whose types nothing is known."""
    names, types = docred_relations(), known_properties()
    facts: Counter[str] = Counter()
    if graph is not None:
        names |= graph.labels()
        facts.update(fact.label for fact in graph.facts(details=False))
    rows = [
        (
            id,
            name,
            *(" ".join(sorted(ends)) for ends in ((types[id].heads, types[id].tails) if id in types else ((), ()))),
        )
        for id, name in names.items()
    ]
    if graph is None:
        return Answer(("property", "relation", "head_types", "tail_types"), iter(rows))
    rows.sort(key=lambda row: -facts[row[0]])
    return Answer(
        ("property", "relation", "head_types", "tail_types", "facts"), ((*row, facts[row[0]]) for row in rows)
    )
