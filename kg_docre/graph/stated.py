"""Facts as the relations of a store state them, each with all the documents that do."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from kg_docre.graph.confidence import joint_confidence, read_confidence
from kg_docre.graph.constraints import date_conflicts, type_conflicts, value_of
from kg_docre.graph.reasoning import NO_STEP, STEP, read_step
from kg_docre.graph.records import DIGITS, Evidence, Fact, SourceDocument, fact_id
from kg_docre.names import short_hash
from kg_docre.store import FactStore

__all__ = ["DOCUMENT", "as_document", "parsed", "stated_facts"]

parsed = json.JSONDecoder().raw_decode  # without the search for white space around it
_URI = "coalesce((SELECT min(uri) FROM source WHERE source.document = d.id), '')"
_SENTENCES = """(SELECT json_group_array(json_array(s.number, s.text))
                 FROM evidence e JOIN sentence s ON s.document = d.id AND s.number = e.sentence
                 WHERE e.relation = r.id)"""
# SQL for the columns of a document d
DOCUMENT = f"d.content_hash, {_URI}, d.title, d.model, d.added, coalesce(d.run, 0), d.metadata"

_Row = tuple[str, str, str, str, str, int, str]
_LONG = 2000  # characters of metadata


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
    ``without`` are not read, nor are those ``rejected``. ``names`` are of all labels. Only with ``details`` there are
    sentences and reasoning.
    """
    head, tail = "th" if turned else "ht"
    further = f"{_SENTENCES}, {STEP}" if details else "'[]', '[]'"
    rows: Iterable[tuple[Any, ...]] = store.read(
        f"""SELECT {head}.node, {label}, {tail}.node, {DOCUMENT}, r.score,
                   {head}.type, {tail}.type, {tail}.name, h.node, t.node,
                   {further}, r.label, r.id
            FROM relation r
            JOIN entity h ON h.id = r.head
            JOIN entity t ON t.id = r.tail
            JOIN document d ON d.id = r.document
            {join}
            WHERE h.node <> t.node {condition.replace("{label}", label)}
            ORDER BY 1, 2, 3, 5, 4""",
        dict(parameters),
    )
    if rejected or without:
        told = (((row[14], row[18], row[15]), row) for row in rows)
        rows = (row for way, row in told if not (way in rejected or way in without))
    for key, group in groupby(rows, itemgetter(0, 1, 2)):
        said = list(group)
        by_document = [said] if len(said) == 1 else [list(same) for _, same in groupby(said, itemgetter(3))]
        evidence = tuple(map(_evidence, by_document))
        confidence = _confidence(store, by_document, evidence, details=details)
        fact = Fact(
            id=fact_id(*key),
            head=key[0],
            label=key[1],
            name=names[key[1]],
            tail=key[2],
            confidence=confidence,
            evidence=evidence,
            conflicts=(
                *type_conflicts(key[1], frozenset([row[11:13] for row in said]), said[0][13]),
                *date_conflicts(key[1], *said[0][12:14]),
            ),
            plausibility=confidence,
        )
        yield fact, value_of(key[1], key[2], *said[0][12:14])


def _evidence(said: list[tuple[Any, ...]]) -> Evidence:
    """What one document says: rows of :func:`stated_facts`, one for each pair of its entities."""
    sentences = sorted({tuple(sentence) for row in said for sentence in parsed(row[16])[0]})
    steps = (
        read_step(row[17], row[14], row[15])
        for row in sorted(said, key=itemgetter(10), reverse=True)
        if row[17] != NO_STEP
    )
    score = round(max(row[10] for row in said), DIGITS)
    return Evidence(as_document(said[0][3:10]), score, tuple(sentences), next(steps, None))


def _confidence(
    store: FactStore, by_document: list[list[tuple[Any, ...]]], evidence: tuple[Evidence, ...], *, details: bool
) -> float:
    if len(evidence) == 1:
        return evidence[0].score
    surest = [max(said, key=itemgetter(10)) for said in by_document]
    scores = (e.score for e in evidence)
    if not details:
        return read_confidence(store, list(zip(scores, (row[19] for row in surest), strict=True)))
    texts = ([text for _, text in parsed(row[16])[0]] for row in surest)
    return joint_confidence(zip(scores, texts, strict=True))


def as_document(row: _Row) -> SourceDocument:
    """The document of a row of :data:`DOCUMENT`."""
    return _known_document(row) if len(row[6]) < _LONG else _document(row)


def _document(row: _Row) -> SourceDocument:
    return SourceDocument(short_hash(row[0]), *row[1:])


_known_document = lru_cache(maxsize=1 << 14)(_document)  # thousands of documents, but not of books about them
