"""What the components leave on a ``Doc``: plain data, on which :mod:`~spacy_components.views` are views.

The data are nested lists of ints, strings and floats in ``doc._.docre_entities`` and
``doc._.docre_relations``, so ``DocBin(store_user_data=True)``, ``to_bytes``, ``n_process`` and
pickling carry them. Mentions, their clusters and sentences are kept by their characters, so that tokens can be merged
and sentences split anew.
"""

from __future__ import annotations

import json
import struct
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import srsly
from spacy.pipeline import EntityLinker
from spacy.tokens import Doc, Span, SpanGroup

from kg_docre.annotations import Document, Entity, Mention, ReasoningStep, Relation
from kg_docre.names import short_hash
from spacy_components.labels import model_type
from spacy_components.naming import name_of, named_span, text_of

__all__ = [
    "CLUSTERED",
    "COREFERENCE",
    "ENTITIES",
    "RELATIONS",
    "characters_of",
    "coreference",
    "linked_id",
    "needs_clusters",
    "note_clusters",
    "relations_of",
    "set_coreference",
    "set_entities",
    "set_relations",
    "spans_at",
    "to_document",
]

ENTITIES, RELATIONS = "docre_entities", "docre_relations"
CLUSTERED = "docre_clustered"  # what was clustered because no component had done it
COREFERENCE = "coref_clusters"  # what keys of ``doc.spans`` begin with that hold clusters of mentions
_CLUSTER = ("._.", "docre_cluster")  # with a span's characters: as spaCy keys what docs put together keep of spans


def set_entities(doc: Doc, clusters: Sequence[Sequence[Span]], types: Sequence[str]) -> None:
    """Store clusters of mentions, their types, and the first knowledge-base id among them. Relations of other clusters,
    which are kept by number, are gone with these."""
    data = []
    for spans, type in zip(clusters, types, strict=True):
        kb_id = next((kb_id for kb_id in map(linked_id, spans) if kb_id), "")
        data.append(
            [name_of([named_span(span, type) for span in spans], type), type, kb_id, list(map(characters_of, spans))]
        )
    if data != getattr(doc._, ENTITIES):
        setattr(doc._, RELATIONS, None)
    setattr(doc._, ENTITIES, data)
    setattr(doc._, CLUSTERED, None)


def needs_clusters(doc: Doc, types: Mapping[str, str]) -> bool:
    """Whether no component has clustered the doc's entities, or they are others since :func:`note_clusters`, of other
    types by this mapping of labels, or of other coreference."""
    clustered = getattr(doc._, CLUSTERED)
    return getattr(doc._, ENTITIES) is None or (clustered is not None and clustered != _marked(doc, types))


def note_clusters(doc: Doc, types: Mapping[str, str]) -> None:
    """Keep in mind that the clusters are only those of what is marked now."""
    setattr(doc._, CLUSTERED, _marked(doc, types))


def _marked(doc: Doc, types: Mapping[str, str]) -> str:
    """All that clusters follow from, as a short text that goes wherever the doc goes."""
    entities = [[*characters_of(span), model_type(span.label_, types), span.kb_id_] for span in doc.ents]
    return short_hash(json.dumps([entities, coreference(doc)]))


def set_coreference(doc: Doc, clusters: Iterable[Sequence[Span]]) -> None:
    """Keep clusters of mentions for what clusters entities, instead of those that were kept before."""
    data: dict[Any, Any] = doc.user_data
    for key in _cluster_keys(data):
        del data[key]
    text = short_hash(doc.text)[:8]  # docs may be put together
    for number, spans in enumerate(clusters):
        data.update({(*_CLUSTER, *characters_of(span)): f"{text}_{number}" for span in spans})


def coreference(doc: Doc) -> list[list[list[int]]]:
    """Clusters of mentions by their characters: those of :func:`set_coreference`, and the groups of ``doc.spans`` whose
    keys begin with :data:`COREFERENCE`."""
    data: dict[Any, Any] = doc.user_data
    kept = defaultdict[str, list[list[int]]](list)
    for key in _cluster_keys(data):
        kept[data[key]].append(list(key[2:]))
    return [*kept.values(), *(_characters_in(doc.spans[key]) for key in doc.spans if key.startswith(COREFERENCE))]


def _cluster_keys(data: dict[Any, Any]) -> list[tuple[str, str, int, int]]:
    return [key for key in data if isinstance(key, tuple) and key[:2] == _CLUSTER]


def _characters_in(group: SpanGroup) -> list[list[int]]:
    """Where the spans begin and end. Once tokens are merged, spaCy gives other spans than these, or none; what it
    would write to disk has their characters still."""
    return [list(struct.unpack(">ll", span[-8:])) for span in srsly.msgpack_loads(group.to_bytes())["spans"]]


def characters_of(span: Span) -> list[int]:
    """Where it begins and ends, as mentions and sentences are kept."""
    return [span.start_char, span.end_char]


def spans_at(doc: Doc, characters: Sequence[Sequence[int]]) -> tuple[Span, ...]:
    """The tokens that have these characters."""
    return tuple(doc.char_span(start, end, alignment_mode="expand") or doc[:0] for start, end in characters)


def set_relations(doc: Doc, relations: Sequence[Relation], names: dict[str, str]) -> None:
    """Store predicted relations with the readable ``names`` of their labels."""
    sentences = list(map(characters_of, _sentences(doc)))
    data = [
        [
            r.head,
            r.label,
            names.get(r.label, r.label),
            r.tail,
            r.score,
            [sentences[number] for number in r.evidence],
            [[step.pattern, step.via, [list(pair) for pair in step.premises], step.weight] for step in r.reasoning],
        ]
        for r in relations
    ]
    setattr(doc._, RELATIONS, data)


def to_document(doc: Doc, *, id: str = "") -> Document:
    """The doc as the predictor and the fact store read it; mentions without what is no part of the name."""
    starts = [sentence.start for sentence in _sentences(doc)]
    sentence_of = [number for number, sentence in enumerate(_sentences(doc)) for _ in range(len(sentence))]
    entities = []
    for name, type, kb_id, characters in getattr(doc._, ENTITIES) or ():
        spans = [named_span(span, type) for span in spans_at(doc, characters) if len(span)]
        mentions = tuple(
            Mention(start=span.start, end=span.end, sentence=sentence_of[span.start], name=text_of(span))
            for span in spans
        )
        entities.append(Entity(name=name, type=type, mentions=mentions, kb_id=kb_id))
    return Document(
        id=id,
        words=tuple(token.text for token in doc),
        spaces=tuple(bool(token.whitespace_) for token in doc),
        sentence_starts=tuple(starts) or (0,),
        entities=tuple(entities),
    )


def relations_of(doc: Doc) -> tuple[list[Relation], dict[str, str]] | None:
    """What :func:`set_relations` stored: relations, by the numbers of the doc's entities and sentences, and the names
    of their labels; None where nothing did."""
    data = getattr(doc._, RELATIONS, None)
    if data is None:
        return None
    numbers = {tuple(characters_of(sentence)): number for number, sentence in enumerate(_sentences(doc))}
    relations = [
        Relation(
            head=head,
            label=label,
            tail=tail,
            score=score,
            evidence=tuple(sorted(numbers[tuple(at)] for at in evidence if tuple(at) in numbers)),
            reasoning=tuple(
                ReasoningStep(pattern, via, ((a, b), (c, d)), weight)
                for pattern, via, ((a, b), (c, d)), weight in reasoning
            ),
        )
        for head, label, _, tail, score, evidence, reasoning in data
    ]
    return relations, {label: name for _, label, name, *_ in data}


def linked_id(span: Span) -> str:
    """The knowledge-base id an entity linker gave; "NIL" is its word for none."""
    return "" if span.kb_id_ == EntityLinker.NIL else span.kb_id_


def _sentences(doc: Doc) -> list[Span]:
    """The doc's sentences; all of it as one where nothing has split it."""
    return list(doc.sents) if doc.has_annotation("SENT_START") else [doc[:]] if len(doc) else []
