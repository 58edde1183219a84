"""Facts as the relations of a store state them, each with all the documents that do."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

from kg_docre.graph.confidence import joint_confidence, read_confidence
from kg_docre.graph.constraints import date_conflicts, type_conflicts, value_of
from kg_docre.graph.reasoning import NO_STEP, STEP, read_step
from kg_docre.graph.records import DIGITS, Evidence, Fact, SourceDocument, fact_id, parsed
from kg_docre.names import short_hash
from kg_docre.store import FactStore, StoreError

__all__ = ["DOCUMENT", "as_document", "stated_facts"]

_URI = "coalesce((SELECT min(uri) FROM source WHERE source.document = d.id), '')"
_SENTENCES = """(SELECT json_group_array(json_array(s.number, s.text))
                 FROM evidence e JOIN sentence s ON s.document = r.document AND s.number = e.sentence
                 WHERE e.relation = r.id)"""
# SQL for the columns of a document d
DOCUMENT = f"d.content_hash, {_URI}, d.title, d.model, d.added, coalesce(d.run, 0), d.metadata"

_MOST = 1 << 14  # documents to remember
_LONG = 2000  # characters of metadata, of a document that is not remembered


def stated_facts(
    store: FactStore,
    names: Mapping[str, str],
    condition: str,
    parameters: Mapping[str, str | None],
    *,
    details: bool,
    turned: bool = False,
    label: str = "r.label",
    join: str = "",
    without: Container[tuple[str, str, str]] = (),
    rejected: Container[tuple[str, str, str]] = (),
) -> Iterator[tuple[Fact, str]]:
    """Facts by head, label and tail, with their values (:func:`~kg_docre.graph.constraints.value_of`).

    SQL chooses among relations ``r`` between the entities ``h`` and ``t``: ``condition``, in which ``{label}`` stands
    for ``label``, and a ``join`` if need be. ``turned`` gives the facts of tail and head, under that label; those
    ``without`` are not read, nor are those ``rejected``, by way of which no other is explained either. ``names`` are of
    all labels. Only with ``details`` there are sentences and reasoning.
    """
    head, tail = "th" if turned else "ht"
    further = f"{_SENTENCES}, {STEP}" if details else "'[]', '[]'"
    rows: Iterable[tuple[Any, ...]] = store.read(
        f"""SELECT {head}.node, {label}, {tail}.node, r.document, r.score,
                   {head}.type, {tail}.type, {tail}.name, h.node, t.node,
                   {further}, r.label, r.id
            FROM relation r
            JOIN entity h ON h.id = r.head
            JOIN entity t ON t.id = r.tail
            {join}
            WHERE h.node <> t.node {condition.replace("{label}", label)}
            ORDER BY 1, 2, 3, 4""",
        dict(parameters),
    )
    if rejected or without:
        told = (((row[8], row[12], row[9]), row) for row in rows)
        rows = (row for way, row in told if not (way in rejected or way in without))
    documents = _Documents(store)
    found = ((*row, documents[row[3]]) for row in rows)  # as they are read, before somebody removes one
    for (start, its, end), group in groupby(found, itemgetter(0, 1, 2)):
        said = list(group)
        pairs = _by_document(said, rejected)
        confidence = pairs[0][0].score if len(pairs) == 1 else _joint_confidence(store, pairs, details=details)
        type, name = pairs[0][1][6:8]
        conflicts = type_conflicts(its, frozenset([row[5:7] for row in said]), name) + date_conflicts(its, type, name)
        id, evidence = fact_id(start, its, end), tuple([each for each, _ in pairs])
        fact = Fact(id, start, its, names[its], end, confidence, evidence, conflicts, confidence)
        yield fact, value_of(its, end, type, name)


def _by_document(
    said: list[tuple[Any, ...]], rejected: Container[tuple[str, str, str]]
) -> list[tuple[Evidence, tuple[Any, ...]]]:
    """What each document says, by their addresses, and its surest row."""
    if len(said) == 1:
        return [(_evidence(said, rejected), said[0])]
    by_document = map(_surest_first, (same for _, same in groupby(said, itemgetter(3))))
    pairs = [(_evidence(rows, rejected), rows[0]) for rows in by_document]
    return sorted(pairs, key=lambda pair: (pair[0].document.uri, pair[0].document.id))


def _joint_confidence(store: FactStore, pairs: list[tuple[Evidence, tuple[Any, ...]]], *, details: bool) -> float:
    if not details:
        return read_confidence(store, [(each.score, row[13]) for each, row in pairs])
    return joint_confidence((each.score, [text for _, text in parsed(row[10])]) for each, row in pairs)


def _surest_first(said: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(said, key=itemgetter(4), reverse=True)


def _evidence(said: list[tuple[Any, ...]], rejected: Container[tuple[str, str, str]]) -> Evidence:
    """What one document says: rows of :func:`stated_facts`, one for each pair of its entities, the surest first."""
    sentences = sorted({(number, text) for row in said for number, text in parsed(row[10])})
    told = next((row for row in said if row[11] != NO_STEP), None)
    step = read_step(told[11], told[8], told[9], without=rejected) if told else None
    return Evidence(said[0][14], round(said[0][4], DIGITS), tuple(sentences), step)


def as_document(row: tuple[str, str, str, str, str, int, str]) -> SourceDocument:
    """The document of a row of :data:`DOCUMENT`."""
    return SourceDocument(short_hash(row[0]), *row[1:])


class _Documents(dict[int, SourceDocument]):
    """Documents of a store by number, read when they are first asked for. Thousands are remembered, but for those that
    much is known of; raises :exc:`StoreError` for one that is gone."""

    def __init__(self, store: FactStore) -> None:
        super().__init__()
        self._store = store

    def __missing__(self, number: int) -> SourceDocument:
        row = self._store.read(f"SELECT {DOCUMENT} FROM document d WHERE d.id = ?", (number,)).fetchone()
        if row is None:
            raise StoreError(f"{self._store.path}: changed while it was read; snapshot() keeps it as it is")
        document = as_document(row)
        if len(document.metadata_json) < _LONG:
            if len(self) >= _MOST:
                self.clear()
            self[number] = document
        return document
