"""Nodes, facts and their evidence, streamed from a fact store. Every exporter reads this."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator, Sequence
from difflib import get_close_matches
from functools import lru_cache
from itertools import groupby, starmap
from math import prod
from operator import itemgetter
from typing import Any

from kg_docre.data.docred_relations import docred_relations
from kg_docre.graph.constraints import checked, date_conflicts, type_conflicts, value_of
from kg_docre.graph.properties import known_properties
from kg_docre.graph.reasoning import STEP, read_step
from kg_docre.graph.records import DIGITS, Evidence, Fact, Node, Run, SourceDocument, fact_id
from kg_docre.names import short_hash
from kg_docre.resolution.forms import country_name
from kg_docre.resolution.lookup import nodes_called
from kg_docre.store import FactStore

__all__ = ["KnowledgeGraph"]

_parsed = json.JSONDecoder().raw_decode  # without the search for white space around it
_URI = "coalesce((SELECT min(uri) FROM source WHERE source.document = d.id), '')"
_SENTENCES = """(SELECT json_group_array(json_array(s.number, s.text))
                 FROM evidence e JOIN sentence s ON s.document = d.id AND s.number = e.sentence
                 WHERE e.relation = r.id)"""
_DOCUMENT = f"d.content_hash, {_URI}, d.title, d.model, d.added, coalesce(d.run, 0)"


class KnowledgeGraph:
    """A read-only view of a store as a graph.

    Nothing is held in memory but the node or fact at hand. Facts whose head and tail are resolved to
    one node are left out; with ``strict`` those in conflict too, which others may still have been read by way of.
    ``inverses`` completes relations that have one: who is a spouse of, or a part of.
    """

    def __init__(self, store: FactStore, *, strict: bool = False, inverses: bool = False) -> None:
        self.store = store
        self.strict = strict
        self.inverses = inverses

    def nodes(self, ids: Iterable[str] | None = None) -> Iterator[Node]:
        """Every node by id, or those of ``ids``."""
        rows = self.store.read(
            """SELECT node, name, type, kb_id,
                      (SELECT json_group_array(name) FROM mention WHERE mention.entity = entity.id)
               FROM entity WHERE :ids IS NULL OR node IN (SELECT value FROM json_each(:ids))
               ORDER BY node, id""",
            {"ids": None if ids is None else json.dumps(sorted(ids))},
        )
        for node, group in groupby(rows, itemgetter(0)):
            _, names, types, kb_ids, mentions = zip(*group, strict=True)
            name = max({*names}, key=lambda name: (names.count(name), len(name), name))
            type = max({*types}, key=lambda type: (types.count(type), type))
            name = (country_name(name) if type == "LOC" else "") or name
            aliases = {alias for its in mentions for alias in _parsed(its)[0]}
            kb_id = next(filter(None, kb_ids), "")
            yield Node(id=node, name=name, type=type, kb_id=kb_id, aliases=tuple(sorted(aliases - {name})))

    def documents(self) -> Iterator[SourceDocument]:
        """Every document, in the order they were added."""
        for row in self.store.read(f"SELECT {_DOCUMENT} FROM document d ORDER BY id"):
            yield _document(row)

    def runs(self) -> Iterator[Run]:
        """Every build that read documents which are still there, in order."""
        rows = self.store.read("SELECT * FROM run WHERE id IN (SELECT run FROM document) ORDER BY id")
        yield from starmap(Run, rows)

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
        names = dict(self.store.read("SELECT id, name FROM label ORDER BY id"))
        if self.inverses:
            inverses = {known_properties()[label].inverse for label in names if label in known_properties()} - {""}
            names |= {label: docred_relations()[label] for label in inverses - names.keys()}
        return dict(sorted(names.items()))

    def facts(self, *, labels: Iterable[str] | None = None, details: bool = True) -> Iterator[Fact]:
        """Every fact, by head, label and tail; only those of ``labels`` where given.

        Without ``details`` their evidence has neither sentences nor reasoning; reading is faster then."""
        chosen = None if labels is None else json.dumps(list(labels))
        return self._facts(
            "AND (:labels IS NULL OR {label} IN (SELECT value FROM json_each(:labels)))",
            {"labels": chosen},
            details=details,
        )

    def facts_about(self, name: str, *, details: bool = True) -> Iterator[Fact]:
        """Facts whose head or tail is called so (:func:`~kg_docre.resolution.lookup.nodes_called`)."""
        nodes = set().union(*nodes_called(self.store, name))
        return self._facts(
            """AND (h.node IN (SELECT value FROM json_each(:nodes))
                    OR t.node IN (SELECT value FROM json_each(:nodes)))""",
            {"nodes": json.dumps(sorted(nodes))},
            details=details,
        )

    def with_details(self, facts: Sequence[Fact]) -> list[Fact]:
        """These facts with the sentences and the reasoning of their evidence."""
        whole = KnowledgeGraph(self.store, inverses=self.inverses)._facts(
            """AND (h.node, {label}, t.node) IN
                   (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]')
                    FROM json_each(:facts))""",
            {
                "facts": json.dumps(
                    [way for f in facts for way in ((f.head, f.label, f.tail), (f.tail, f.label, f.head))]
                )
            },
        )
        evidence = {fact.id: fact.evidence for fact in whole}
        return [fact._replace(evidence=evidence.get(fact.id, fact.evidence)) for fact in facts]

    def names_like(self, name: str, limit: int = 3) -> list[str]:
        """Names of entities that are written nearly so, the nearest first."""
        query = "SELECT DISTINCT name FROM entity WHERE name <> :name ORDER BY name"
        names = [written for (written,) in self.store.read(query, {"name": name})]
        return get_close_matches(name, names, limit)

    def _facts(self, condition: str, parameters: dict[str, str | None], *, details: bool = True) -> Iterator[Fact]:
        further = f"{_SENTENCES}, {STEP}" if details else "'[]', '[]'"
        facts = self._read_facts("h", "t", "r.label", "", condition, parameters, further)
        left_out: set[tuple[str, str, str]] = set()
        inverses = {label: known.inverse for label, known in known_properties().items() if known.inverse}
        single = {label for label in inverses.values() if self.strict and known_properties()[label].single}
        have: set[tuple[str, str]] = set()  # things with their only value
        for fact in checked(facts, strict=self.strict, left_out=left_out):
            if fact.label in single:
                have.add((fact.head, fact.label))
            yield fact
        if self.inverses:
            facts = self._read_facts(
                "t",
                "h",
                "i.value",
                "JOIN json_each(:inverses) i ON i.key = r.label",
                """AND json_array(t.node, i.value, h.node) NOT IN (
                       SELECT json_array(a.node, q.label, b.node)
                       FROM relation q JOIN entity a ON a.id = q.head JOIN entity b ON b.id = q.tail
                       WHERE q.label IN (SELECT value FROM json_each(:inverses))) """
                + condition,
                parameters | {"inverses": json.dumps(inverses)},
                further,
                left_out,
            )
            turned = (
                (fact._replace(inferred=True, evidence=_turned(fact.evidence)), value)
                for fact, value in facts
                if (fact.head, fact.label) not in have
            )
            yield from checked(turned, strict=self.strict)

    def _read_facts(
        self,
        head: str,
        tail: str,
        label: str,
        join: str,
        condition: str,
        parameters: dict[str, str | None],
        further: str,
        without: Container[tuple[str, str, str]] = (),
    ) -> Iterator[tuple[Fact, str]]:
        """Facts by head, label and tail, with their values: of the relations as they are (``h``, ``t``), or turned
        round; of which ``without`` are not read."""
        rows: Iterable[tuple[Any, ...]] = self.store.read(
            f"""SELECT {head}.node, {label}, {tail}.node, {_DOCUMENT}, r.score,
                       {head}.type, {tail}.type, {tail}.name, h.node, t.node,
                       {further}, r.label
                FROM relation r
                JOIN entity h ON h.id = r.head
                JOIN entity t ON t.id = r.tail
                JOIN document d ON d.id = r.document
                {join}
                WHERE h.node <> t.node {condition.replace("{label}", label)}
                ORDER BY 1, 2, 3, 5, 4""",
            parameters,
        )
        names = self.labels()
        if without:
            rows = (row for row in rows if (row[13], row[17], row[14]) not in without)
        for key, group in groupby(rows, itemgetter(0, 1, 2)):
            said = list(group)
            evidence = tuple(_evidence(list(same)) for _, same in groupby(said, itemgetter(3)))
            confidence = round(1.0 - prod([1.0 - e.score for e in evidence]), DIGITS)
            fact = Fact(
                id=fact_id(*key),
                head=key[0],
                label=key[1],
                name=names[key[1]],
                tail=key[2],
                confidence=confidence,
                evidence=evidence,
                conflicts=(
                    *type_conflicts(key[1], frozenset([row[10:12] for row in said])),
                    *date_conflicts(key[1], *said[0][11:13]),
                ),
                plausibility=confidence,
            )
            yield fact, value_of(key[2], *said[0][11:13])


def _evidence(said: list[tuple[Any, ...]]) -> Evidence:
    """What one document says: rows of :meth:`KnowledgeGraph._read_facts`, one for each pair of its entities."""
    sentences = {number: text for row in said for number, text in _parsed(row[15])[0]}
    surest_first = sorted(said, key=itemgetter(9), reverse=True) if len(said) > 1 else said
    step = next(filter(None, (read_step(row[16], row[13], row[14]) for row in surest_first)), None)
    score = round(surest_first[0][9], DIGITS)
    return Evidence(_document(said[0][3:9]), score, tuple(sorted(sentences.items())), step)


def _turned(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    return tuple(e._replace(step=e.step.turned()) if e.step else e for e in evidence)


@lru_cache(maxsize=1 << 14)
def _document(row: tuple[str, str, str, str, str, int]) -> SourceDocument:
    return SourceDocument(short_hash(row[0]), *row[1:])
