"""Nodes, facts and their evidence, streamed from a fact store. Every exporter reads this."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from math import prod

from kg_docre.names import normalize_name, short_hash
from kg_docre.store import FactStore

__all__ = ["Evidence", "Fact", "KnowledgeGraph", "Node", "SourceDocument"]

_DIGITS = 6  # decimals of every score: what all export formats carry unharmed
_URI = "coalesce((SELECT min(uri) FROM source WHERE source.document = d.id), '')"


@dataclass(frozen=True, slots=True)
class Node:
    """A real thing: its most frequent name, and every other name documents gave it."""

    id: str
    name: str
    type: str
    kb_id: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """A document of the store. ``id`` stands for its content, ``uri`` is where it was found."""

    id: str
    uri: str
    title: str
    model: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one document says for a fact: its score there and the sentences (number, text)."""

    document: SourceDocument
    score: float
    sentences: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """An edge ``head —label→ tail``.

    ``confidence`` is the noisy-or of its documents' scores, :math:`1 - \\prod_d (1 - s_d)`: the chance
    that at least one of them is right if they err independently. ``support`` counts the documents.
    """

    id: str
    head: str
    label: str
    name: str
    tail: str
    confidence: float
    evidence: tuple[Evidence, ...]

    @property
    def support(self) -> int:
        return len(self.evidence)


class KnowledgeGraph:
    """A read-only view of a store as a graph.

    Nothing is held in memory but the node or fact at hand. Facts whose head and tail are resolved to
    one node are left out.
    """

    def __init__(self, store: FactStore) -> None:
        self.store = store

    def nodes(self, ids: Iterable[str] | None = None) -> Iterator[Node]:
        """Every node by id, or those of ``ids``."""
        rows = self.store.read(
            """SELECT node, name, type, kb_id,
                      (SELECT json_group_array(name) FROM mention WHERE mention.entity = entity.id)
               FROM entity WHERE :ids IS NULL OR node IN (SELECT value FROM json_each(:ids))
               ORDER BY node, id""",
            {"ids": None if ids is None else json.dumps(sorted(ids))},
        )
        for node, group in groupby(rows, key=lambda row: row[0]):
            names, types, aliases, kb_id = Counter[str](), Counter[str](), set(), ""
            for _, name, type, entity_kb_id, mentions in group:
                names[name] += 1
                types[type] += 1
                kb_id = kb_id or entity_kb_id
                aliases.update(json.loads(mentions))
            name = max(names, key=lambda n: (names[n], len(n), n))
            type = max(types, key=lambda t: (types[t], t))
            yield Node(id=node, name=name, type=type, kb_id=kb_id, aliases=tuple(sorted(aliases - {name})))

    def documents(self) -> Iterator[SourceDocument]:
        """Every document, in the order they were added."""
        rows = self.store.read(f"SELECT content_hash, {_URI}, title, model FROM document d ORDER BY id")
        for digest, uri, title, model in rows:
            yield SourceDocument(id=short_hash(digest), uri=uri, title=title, model=model)

    def linked(self) -> Iterator[tuple[str, str]]:
        """Nodes with a knowledge-base id, and that id."""
        query = "SELECT node, max(kb_id) FROM entity WHERE kb_id <> '' GROUP BY node"
        yield from self.store.read(query)

    def evidence_sentences(self) -> Iterator[tuple[str, int, str]]:
        """Every sentence that is evidence of something: its document's id, number and text."""
        rows = self.store.read(
            """SELECT d.content_hash, s.number, s.text FROM sentence s JOIN document d ON d.id = s.document
               WHERE EXISTS (SELECT 1 FROM relation r JOIN evidence e ON e.relation = r.id
                             WHERE r.document = s.document AND e.sentence = s.number)
               ORDER BY s.document, s.number"""
        )
        for digest, number, text in rows:
            yield short_hash(digest), number, text

    def labels(self) -> dict[str, str]:
        """Readable names of the relation labels."""
        return dict(self.store.read("SELECT id, name FROM label ORDER BY id"))

    def facts(self, *, labels: Iterable[str] | None = None) -> Iterator[Fact]:
        """Every fact, by head, label and tail; only those of ``labels`` where given."""
        chosen = None if labels is None else json.dumps(list(labels))
        return self._facts(
            "AND (:labels IS NULL OR r.label IN (SELECT value FROM json_each(:labels)))", {"labels": chosen}
        )

    def facts_about(self, name: str) -> Iterator[Fact]:
        """Facts whose head or tail is called so, whatever case, article or punctuation it is written in."""
        wanted = normalize_name(name)
        nodes = {
            node
            for node, entity, mention in self.store.read(
                "SELECT node, entity.name, mention.name FROM entity JOIN mention ON mention.entity = entity.id"
            )
            if wanted in (normalize_name(entity), normalize_name(mention)) or name == node
        }
        return self._facts(
            """AND (h.node IN (SELECT value FROM json_each(:nodes))
                    OR t.node IN (SELECT value FROM json_each(:nodes)))""",
            {"nodes": json.dumps(sorted(nodes))},
        )

    def _facts(self, condition: str, parameters: dict[str, str | None]) -> Iterator[Fact]:
        rows = self.store.read(
            f"""SELECT h.node, r.label, t.node, label.name, d.content_hash, {_URI}, d.title, d.model, r.score,
                       (SELECT json_group_array(json_array(s.number, s.text))
                        FROM evidence e JOIN sentence s ON s.document = d.id AND s.number = e.sentence
                        WHERE e.relation = r.id)
                FROM relation r
                JOIN entity h ON h.id = r.head
                JOIN entity t ON t.id = r.tail
                JOIN document d ON d.id = r.document
                JOIN label ON label.id = r.label
                WHERE h.node <> t.node {condition}
                ORDER BY h.node, r.label, t.node, 6, 5""",
            parameters,
        )
        for (head, label, tail), group in groupby(rows, key=lambda row: row[:3]):
            evidence, name = [], ""
            for (digest, uri, title, model), same in groupby(group, key=lambda row: row[4:8]):
                score, sentences = 0.0, set[tuple[int, str]]()
                for row in same:
                    name = row[3]
                    score = max(score, round(row[8], _DIGITS))
                    sentences.update((number, text) for number, text in json.loads(row[9]))
                document = SourceDocument(id=short_hash(digest), uri=uri, title=title, model=model)
                evidence.append(Evidence(document=document, score=score, sentences=tuple(sorted(sentences))))
            yield Fact(
                id=short_hash(head, label, tail),
                head=head,
                label=label,
                name=name,
                tail=tail,
                confidence=round(1.0 - prod(1.0 - e.score for e in evidence), _DIGITS),
                evidence=tuple(evidence),
            )
