"""Nodes, facts and their evidence, streamed from a fact store. Every exporter reads this."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from itertools import chain, starmap

from kg_docre.data.docred_relations import docred_relations
from kg_docre.graph.constraints import checked
from kg_docre.graph.kinship import Kinship
from kg_docre.graph.labels import labels_called, stored_labels
from kg_docre.graph.nodes import called_nodes
from kg_docre.graph.properties import known_properties
from kg_docre.graph.records import Evidence, Fact, Node, Run, SourceDocument
from kg_docre.graph.rejected import Rejected
from kg_docre.graph.stated import DOCUMENT, as_document, stated_facts
from kg_docre.names import short_hash
from kg_docre.resolution.lookup import Lookup, names_like
from kg_docre.shares import check_share
from kg_docre.store import FactStore

__all__ = ["KnowledgeGraph"]

_ABOUT = "(h.node IN (SELECT value FROM json_each(:nodes)) OR t.node IN (SELECT value FROM json_each(:nodes)))"
# of what else is said of the heads of such facts with the same label depends which of them are in conflict
_RIVALS = f"""SELECT h.node, r.label FROM relation r JOIN entity h ON h.id = r.head JOIN entity t ON t.id = r.tail
              WHERE {_ABOUT}"""
_OF_LABELS = "AND (:labels IS NULL OR {label} IN (SELECT value FROM json_each(:labels)))"


_Parameters = Mapping[str, str | None]
_Way = tuple[str, str, str]


class KnowledgeGraph:
    """A read-only view of a store as a graph.

    Facts that a person has rejected, and those whose head and tail are resolved to one node, are left out; with
    ``strict`` those in conflict too, and those of less than ``min_confidence``, both of which others may still have
    been read by way of. ``inverses`` completes relations that have one: who is a spouse of, or a part of.
    ``connected`` leaves out nodes that nothing is said of.

    Of a part of the graph, facts ``about`` things that are called so, by any of their names or by id, and of
    ``relations`` called so ("director", "P57"), the nodes are those of its facts, and the documents those that state
    them. :exc:`ValueError` is raised for names that nothing has, with those that are written nearly so.

    Held in memory are the node at hand or the facts of one head and relation, the pairs said to be relatives in
    several ways, and the nodes of rejected facts; besides, with ``strict`` head, relation and tail of the facts
    left out, with ``inverses`` those of the facts that may be inverses, and with ``connected`` the ids of nodes, or of
    a part those of its nodes, documents and sentences.
    """

    def __init__(
        self,
        store: FactStore,
        *,
        strict: bool = False,
        inverses: bool = False,
        min_confidence: float = 0.0,
        connected: bool = False,
        about: str | Iterable[str] | None = None,
        relations: str | Iterable[str] | None = None,
    ) -> None:
        if not isinstance(store, FactStore):
            raise TypeError(f"store: {store!r} is no FactStore; FactStore({str(store)!r}, create=False) opens a file")
        check_share("min_confidence", min_confidence)
        self.store = store
        self._known_rejected: Rejected | None = None
        self.strict = strict
        self.inverses = inverses
        self.min_confidence = min_confidence
        about, relations = ([its] if isinstance(its, str) else its for its in (about, relations))
        self.is_part = about is not None or relations is not None
        self.connected = connected or self.is_part
        self._about = None if about is None else _nodes_called(store, [*about])
        self._labels = None if relations is None else set().union(*(labels_called(store, name) for name in relations))

    def nodes(self, ids: Iterable[str] | None = None) -> Iterator[Node]:
        """Every node by id, or those of ``ids``."""
        if ids is None and self.connected:
            ids = self._told()[0]
        return called_nodes(self.store, ids)

    def documents(self) -> Iterator[SourceDocument]:
        """Every document, in the order they were added."""
        told = self._told()[1] if self.is_part else None
        for row in self.store.read(f"SELECT {DOCUMENT} FROM document d ORDER BY id"):
            document = as_document(row)
            if told is None or document.id in told:
                yield document

    def runs(self) -> Iterator[Run]:
        """Every build that read documents which are still there, in order."""
        wanted = {document.run for document in self.documents()} if self.is_part else None
        rows = self.store.read("SELECT * FROM run WHERE id IN (SELECT run FROM document) ORDER BY id")
        yield from (run for run in starmap(Run, rows) if wanted is None or run.id in wanted)

    def evidence_sentences(self) -> Iterator[tuple[str, int, str]]:
        """Every sentence that is evidence of something: its document's id, number and text."""
        rows = self.store.read(
            """SELECT d.content_hash, s.number, s.text
               FROM (SELECT DISTINCT r.document, e.sentence FROM relation r JOIN evidence e ON e.relation = r.id) said
               JOIN sentence s ON s.document = said.document AND s.number = said.sentence
               JOIN document d ON d.id = s.document
               ORDER BY s.document, s.number"""
        )
        told = self._told()[1] if self.is_part else None
        for digest, number, text in rows:
            document = short_hash(digest)
            if told is None or number in told.get(document, ()):
                yield document, number, text

    def _told(self) -> tuple[set[str], dict[str, set[int]]]:
        """Nodes that a fact is about or was read by way of, and of each document that states one, the sentences that
        do."""
        nodes: set[str] = set()
        documents: dict[str, set[int]] = defaultdict(set)
        for fact in self.facts():
            nodes.update((fact.head, fact.tail, *(e.step.via for e in fact.evidence if e.step)))
            for evidence in fact.evidence:
                documents[evidence.document.id].update(number for number, _ in evidence.sentences)
        return nodes, documents

    def labels(self) -> dict[str, str]:
        """Readable names of the relation labels."""
        names = stored_labels(self.store)
        if self.inverses:
            inverses = {known_properties()[label].inverse for label in names if label in known_properties()} - {""}
            names |= {label: docred_relations()[label] for label in inverses - names.keys()}
        return dict(sorted(names.items()))

    def facts(self, *, details: bool = True) -> Iterator[Fact]:
        """Every fact, by head, label and tail.

        Without ``details`` their evidence has neither sentences nor reasoning; reading is faster then."""
        about, labels = self._about, self._labels
        # and those that they may be completed from, which strict may leave out
        read = None if labels is None else labels | {_inverses().get(label, label) for label in labels}
        condition = _OF_LABELS if about is None else f"AND ({_ABOUT} OR (h.node, r.label) IN ({_RIVALS})) {_OF_LABELS}"
        asked = {"nodes": _listed(about), "labels": _listed(read)}
        for fact in self._facts(condition, asked, details=details):
            ends = about is None or not about.isdisjoint((fact.head, fact.tail))
            if ends and (labels is None or fact.label in labels):
                yield fact

    def with_details(self, facts: Sequence[Fact]) -> list[Fact]:
        """These facts with the sentences and the reasoning of their evidence."""
        condition = """AND (h.node, {label}, t.node) IN
                       (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]')
                        FROM json_each(:facts))"""
        stated = [(fact.head, fact.label, fact.tail) for fact in facts if not fact.inferred]
        asked, rejected = {"facts": json.dumps(stated)}, self._rejected()
        found = stated_facts(self.store, self.labels(), condition, asked, details=True, rejected=rejected)
        if turned := [(fact.tail, fact.label, fact.head) for fact in facts if fact.inferred]:
            found = chain(found, self._inferred(condition, {"facts": json.dumps(turned)}, rejected=rejected))
        evidence = {(fact.id, each.document): each for fact, _ in found for each in fact.evidence}
        return [
            fact._replace(evidence=tuple(evidence.get((fact.id, each.document), each) for each in fact.evidence))
            for fact in facts
        ]

    def _rejected(self) -> Rejected:
        """What a person has rejected, which is looked up once unless something has changed since."""
        if self._known_rejected is None or not self._known_rejected.is_current():
            self._known_rejected = Rejected(self.store)
        return self._known_rejected

    def _facts(self, condition: str, parameters: _Parameters, *, details: bool = True) -> Iterator[Fact]:
        rejected = self._rejected()
        left_out: set[_Way] = set()
        completed = {*_inverses().values()}
        stated: set[_Way] = set()  # what need not be completed
        kinship = Kinship(self.store, without=rejected)
        facts = stated_facts(self.store, self.labels(), condition, parameters, details=details, rejected=rejected)
        for fact in checked(facts, strict=self.strict, left_out=left_out, kinship=kinship):
            if fact.confidence >= self.min_confidence:
                yield fact
                if self.inverses and fact.label in completed:
                    stated.add((fact.head, fact.label, fact.tail))
        if self.inverses:
            turned = self._inferred(condition, parameters, details=details, without=left_out, rejected=rejected)
            new = (pair for pair in turned if (pair[0].head, pair[0].label, pair[0].tail) not in stated)
            for fact in checked(new, strict=self.strict, kinship=kinship):
                if fact.confidence >= self.min_confidence:
                    yield fact

    def _inferred(
        self,
        condition: str,
        parameters: _Parameters,
        *,
        details: bool = True,
        without: Container[_Way] = (),
        rejected: Container[_Way] = (),
    ) -> Iterator[tuple[Fact, str]]:
        """What inverse relations say, with its values."""
        facts = stated_facts(
            self.store,
            self.labels(),
            condition,
            {**parameters, "inverses": json.dumps(_inverses())},
            details=details,
            turned=True,
            label="i.value",
            join="JOIN json_each(:inverses) i ON i.key = r.label",
            without=without,
            rejected=rejected,
        )
        return ((fact._replace(inferred=True, evidence=_turned(fact.evidence)), value) for fact, value in facts)


def _nodes_called(store: FactStore, names: Collection[str]) -> set[str]:
    lookup = Lookup(store, names)
    for name in names:
        if not lookup.nodes(name):
            near = ", ".join(names_like(store, name))
            raise ValueError(f"nothing is called {name!r}{f'; names like it: {near}' if near else ''}")
    return set().union(*map(lookup.nodes, names))


def _inverses() -> dict[str, str]:
    return {label: known.inverse for label, known in known_properties().items() if known.inverse}


def _listed(values: Iterable[str] | None) -> str | None:
    return None if values is None else json.dumps(sorted(values))


def _turned(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    return tuple(e._replace(step=e.step.turned()) if e.step else e for e in evidence)
