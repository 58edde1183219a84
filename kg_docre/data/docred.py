"""DocRED-format JSON (Yao et al. 2019), also used by Re-DocRED (Tan et al. 2022).

A file is a list of documents::

    {"title": str, "sents": [[word, …], …],
     "vertexSet": [[{"name": str, "sent_id": int, "pos": [start, end], "type": str}, …], …],
     "labels": [{"h": int, "t": int, "r": str, "evidence": [int, …]}, …]}

``pos`` counts words of its sentence, ``h`` and ``t`` entities of ``vertexSet``; ``labels`` and
``evidence`` may be missing. A mention's ``wikidata_qcode``, where present, becomes the entity's
knowledge-base id.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any

from kg_docre.annotations import Document, Entity, Mention, Relation
from kg_docre.data.errors import DataError
from kg_docre.data.files import read_text

__all__ = ["parse_docred", "read_docred", "to_docred", "write_docred", "write_predictions"]


def read_docred(path: str | Path) -> list[Document]:
    """All documents of a DocRED-format file, in order; their ids are their titles, the second of one with " (2)" behind
    it, the third with " (3)", …, where no title is so.

    Raises :exc:`DataError` naming the file, the document and the field.
    """
    source = Path(path)
    text = read_text(source)
    try:
        records = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{source}: not JSON: {error}") from error
    if not isinstance(records, list):
        raise DataError(f"{source}: expected a list of documents, found {_kind(records)}")
    documents = [parse_docred(record, where=f"{source}: document {n}") for n, record in enumerate(records)]
    seen, taken = Counter[str](), {document.title for document in documents}
    for number, document in enumerate(documents):
        own = document.title
        seen[document.title] += 1
        if seen[document.title] > 1:
            while (own := f"{document.title} ({seen[document.title]})") in taken:
                seen[document.title] += 1
            taken.add(own)
        documents[number] = replace(document, id=own, file=str(source))
    return documents


def parse_docred(record: Any, *, where: str = "document") -> Document:
    """One record as a :class:`Document`; raises :exc:`DataError` that begins with ``where``."""
    if not isinstance(record, dict):
        raise DataError(f"{where}: expected an object, found {_kind(record)}")
    title = _get(record, "title", str, where)
    where = f"{where} ({title!r})"
    sentences = _get(record, "sents", list, where)
    for number, sentence in enumerate(sentences):
        if not isinstance(sentence, list) or not all(isinstance(word, str) and word for word in sentence):
            raise DataError(f"{where}: sents[{number}]: expected a list of non-empty words")
        _check_text("".join(sentence), f"{where}: sents[{number}]")
    sentence_starts = [0, *accumulate(map(len, sentences))][:-1]
    entities = tuple(
        _entity(cluster, sentences, sentence_starts, f"{where}: vertexSet[{number}]")
        for number, cluster in enumerate(_get(record, "vertexSet", list, where))
    )
    relations = tuple(
        _relation(label, len(entities), len(sentences), f"{where}: labels[{number}]")
        for number, label in enumerate(_get(record, "labels", list, where, default=[]))
    )
    return Document(
        id=title,
        title=title,
        words=tuple(word for sentence in sentences for word in sentence),
        sentence_starts=tuple(sentence_starts),
        entities=entities,
        relations=relations,
    )


def _entity(cluster: Any, sentences: list[list[str]], starts: Sequence[int], where: str) -> Entity:
    if not isinstance(cluster, list) or not cluster:
        raise DataError(f"{where}: expected a non-empty list of mentions, found {_kind(cluster)}")
    mentions, types, kb_id = [], [], ""
    for number, mention in enumerate(cluster):
        here = f"{where}[{number}]"
        if not isinstance(mention, dict):
            raise DataError(f"{here}: expected an object, found {_kind(mention)}")
        sentence = _get(mention, "sent_id", int, here)
        if not 0 <= sentence < len(sentences):
            raise DataError(f"{here}.sent_id: {sentence} is not one of the {len(sentences)} sentences")
        position = _get(mention, "pos", list, here)
        if len(position) != 2 or not all(type(value) is int for value in position):
            raise DataError(f"{here}.pos: expected two integers, found {position!r}")
        first, last = position
        if not 0 <= first < last <= len(sentences[sentence]):
            size = len(sentences[sentence])
            raise DataError(f"{here}.pos: {position} is not a span of sentence {sentence}, which has {size} words")
        types.append(_get(mention, "type", str, here))
        name = _get(mention, "name", str, here, default="") or " ".join(sentences[sentence][first:last])
        offset = starts[sentence]
        mentions.append(Mention(start=offset + first, end=offset + last, sentence=sentence, name=name))
        kb_id = kb_id or _get(mention, "wikidata_qcode", (str, type(None)), here, default="") or ""
    return Entity(
        name=mentions[0].name, type=Counter(types).most_common(1)[0][0], mentions=tuple(mentions), kb_id=kb_id
    )


def _relation(label: Any, entities: int, sentences: int, where: str) -> Relation:
    if not isinstance(label, dict):
        raise DataError(f"{where}: expected an object, found {_kind(label)}")
    ends = []
    for field in ("h", "t"):
        value = _get(label, field, int, where)
        if not 0 <= value < entities:
            raise DataError(f"{where}.{field}: {value} is not one of the {entities} entities")
        ends.append(value)
    evidence = _get(label, "evidence", list, where, default=[])
    for value in evidence:
        if type(value) is not int or not 0 <= value < sentences:
            raise DataError(f"{where}.evidence: {value!r} is not one of the {sentences} sentences")
    score = float(_get(label, "score", (int, float), where, default=1.0))
    return Relation(
        head=ends[0], tail=ends[1], label=_get(label, "r", str, where), score=score, evidence=tuple(evidence)
    )


_MISSING: Any = object()


def _get(
    record: dict[str, Any], field: str, kind: type | tuple[type, ...], where: str, *, default: Any = _MISSING
) -> Any:
    value = record.get(field, default)
    if value is _MISSING:
        raise DataError(f"{where}: no field {field!r}")
    if not isinstance(value, kind) or isinstance(value, bool):
        expected = " or ".join(k.__name__ for k in (kind if isinstance(kind, tuple) else (kind,)))
        raise DataError(f"{where}.{field}: expected {expected}, found {_kind(value)}")
    if isinstance(value, str):
        _check_text(value, f"{where}.{field}")
    return value


def _check_text(text: str, where: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise DataError(f"{where}: unpaired surrogates, not valid text") from error


def _kind(value: Any) -> str:
    return f"{type(value).__name__} {json.dumps(value, ensure_ascii=False, default=str)[:60]}"


def to_docred(document: Document) -> dict[str, Any]:
    """The record that :func:`parse_docred` reads back; relations keep their score."""
    starts = document.sentence_starts
    return {
        "title": document.title or document.id,
        "sents": [list(document.words[first:last]) for first, last in document.sentences],
        "vertexSet": [
            [
                {
                    "name": mention.name,
                    "sent_id": mention.sentence,
                    "pos": [mention.start - starts[mention.sentence], mention.end - starts[mention.sentence]],
                    "type": entity.type,
                    **({"wikidata_qcode": entity.kb_id} if entity.kb_id else {}),
                }
                for mention in entity.mentions
            ]
            for entity in document.entities
        ],
        "labels": [
            {"h": r.head, "t": r.tail, "r": r.label, "evidence": list(r.evidence), "score": r.score}
            for r in document.relations
        ],
    }


def write_docred(documents: Sequence[Document], path: str | Path) -> None:
    """Write documents as one DocRED-format file."""
    Path(path).write_text(
        json.dumps([to_docred(document) for document in documents], ensure_ascii=False), encoding="utf-8"
    )


def write_predictions(documents: Sequence[Document], path: str | Path, *, by_id: bool = False) -> None:
    """Write the documents' relations as DocRED's leaderboard takes them: one list, entities by their number, documents
    by their title, or by their id instead."""
    facts = [
        {
            "title": document.id if by_id else document.title,
            "h_idx": r.head,
            "t_idx": r.tail,
            "r": r.label,
            "evidence": list(r.evidence),
        }
        for document in documents
        for r in document.relations
    ]
    Path(path).write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
