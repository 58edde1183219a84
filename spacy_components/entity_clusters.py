"""``entity_clusters``: which of ``doc.ents`` name the same thing."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span

from kg_docre.coreference.rules import NamedMention, cluster_mentions
from spacy_components.annotations import coreference, linked_id, set_entities, spans_at
from spacy_components.labels import DEFAULT_TYPES, model_type, warn_of_unmapped
from spacy_components.naming import bare_span
from spacy_components.views import register_extensions

__all__ = ["EntityClusters", "make_entity_clusters"]

_NO_ENTITIES = (
    "{}: nothing has looked for entities in the doc, so that there are no relations; "
    'add what finds them before it: nlp.add_pipe("mentions"), or a pipeline with "ner"'
)


@Language.factory(
    "entity_clusters",
    assigns=["doc._.entities", "span._.entity"],
    requires=["doc.ents"],
    default_config={
        "entity_types": {},
        "attributes": {"relations": "relations", "entities": "entities", "entity": "entity"},
    },
)
def make_entity_clusters(
    nlp: Language, name: str, entity_types: dict[str, str], attributes: dict[str, str]
) -> EntityClusters:
    """Create an :class:`EntityClusters`.

    ``entity_types`` maps labels of your recognizer to model types, on top of the OntoNotes and CoNLL
    labels; an empty type leaves a label out. ``attributes``: names of the Doc and Span extensions.
    """
    return EntityClusters(name=name, entity_types=entity_types, attributes=attributes)


class EntityClusters:
    """Groups ``doc.ents`` into entities by name, coreference clusters and knowledge-base ids.

    Only spans of ``doc.ents`` become mentions; coreference clusters and entity linkers that ran before
    decide which belong together where they have spoken.
    """

    def __init__(
        self,
        *,
        name: str = "entity_clusters",
        entity_types: dict[str, str] | None = None,
        attributes: dict[str, str] | None = None,
    ) -> None:
        self.name = name
        self._given_types = entity_types or {}
        self.types = {**DEFAULT_TYPES, **self._given_types}
        self._attributes = attributes = attributes or {}
        if unknown := attributes.keys() - {"relations", "entities", "entity"}:
            raise ValueError(f"attributes: relations, entities and entity can be renamed, not {min(unknown)!r}")
        register_extensions(**attributes)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Unpickled, where nobody may have made the attributes known."""
        self.__dict__.update(state)
        register_extensions(**self._attributes)

    def keep_types(self, types: Iterable[str]) -> None:
        """Let labels that are a model's own types stand for themselves; what would be MISC is left out by a model that
        has no such type."""
        own = {kind: kind for kind in types}
        defaults = {label: kind if kind != "MISC" or kind in own else "" for label, kind in DEFAULT_TYPES.items()}
        self.types = {**defaults, **own, **self._given_types}

    def __call__(self, doc: Doc) -> Doc:
        if len(doc) and not doc.ents and not doc.has_annotation("ENT_IOB"):
            warnings.warn(_NO_ENTITIES.format(self.name), stacklevel=2)
        for label in {span.label_ for span in doc.ents} - self.types.keys():
            warn_of_unmapped(label, self.name)
        spans = [span for span in doc.ents if model_type(span.label_, self.types) and bare_span(span).text.strip()]
        mentions = [NamedMention(span.text, model_type(span.label_, self.types), linked_id(span)) for span in spans]
        clusters = cluster_mentions(mentions, self._coreference(doc, spans))
        types = [Counter(mentions[i].type for i in cluster).most_common(1)[0][0] for cluster in clusters]
        set_entities(doc, [[spans[i] for i in cluster] for cluster in clusters], types)
        return doc

    def _coreference(self, doc: Doc, spans: list[Span]) -> Iterator[list[int]]:
        """Mentions that a coreference component put into one cluster. One beside pronouns alone says nothing of how
        it relates to other mentions."""
        index = {_core(span): number for number, span in enumerate(spans)}
        for cluster in coreference(doc):
            cores = set(map(_core, spans_at(doc, cluster)))  # of tokens merged since, several may be one
            known = sorted(index[core] for core in cores if core in index)
            if len(known) > 1 or len(known) == len(cores):
                yield known


def _core(span: Span) -> tuple[int, int]:
    """Offsets without article and possessive, which components treat differently."""
    span = bare_span(span)
    return span.start, span.end
