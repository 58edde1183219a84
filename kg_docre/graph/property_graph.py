"""What nodes and facts carry as a property graph, and how Neo4j has it: labels, relationship types, properties of every
kind of node and relationship."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import lru_cache
from typing import Any

from kg_docre.graph.records import Evidence, Fact, Node, SourceDocument, Step, fact_id
from kg_docre.metadata import Scalar, values_of
from kg_docre.names import short_hash

__all__ = [
    "DOCUMENT_PROPERTIES",
    "METADATA_FIELDS",
    "TYPE_NAMES",
    "Properties",
    "document_properties",
    "edge_attributes",
    "entity_label",
    "entity_properties",
    "evidence_properties",
    "fact_attributes",
    "fact_properties",
    "is_entity_label",
    "metadata_property",
    "node_attributes",
    "relationship_properties",
    "relationship_type",
    "step_attributes",
]

Properties = dict[str, Any]

TYPE_NAMES = {
    "PER": "Person",
    "ORG": "Organization",
    "LOC": "Location",
    "TIME": "Time",
    "NUM": "Number",
    "MISC": "Miscellaneous",
}


METADATA_FIELDS = "metadata_fields"
# what no field may be called; ":LABEL" heads a column of labels in files for neo4j-admin
DOCUMENT_PROPERTIES = frozenset({"id", "uri", "title", "model", "stores", METADATA_FIELDS, ":LABEL"})
_BITS = 63  # of an integer without its sign

_OWN_TYPE = "Type_"  # what labels of types of one's own begin with


def _identifier(text: str) -> str:
    """Letters, digits and underscores of ``text``, not too many: the only part of a name that ever enters Cypher. Where
    letters are lost that no Latin ones stand for, a hash keeps different names apart."""
    latin = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    lost = any(character.isalnum() and not character.isascii() for character in latin)
    identifier = re.sub(r"[^A-Za-z0-9]+", "_", re.sub("[\u0300-\u036f]", "", latin))[:100].strip("_")
    return f"{identifier}_{short_hash(text)[:6]}" if lost and identifier else identifier


@lru_cache
def relationship_type(label: str, name: str) -> str:
    """``P57``, ``director`` → ``DIRECTOR``; a name without a Latin letter falls back to the label."""
    identifier = _identifier(name) or _identifier(label) or short_hash(label)
    return f"R_{identifier}".upper() if not identifier[:1].isalpha() else identifier.upper()


@lru_cache
def entity_label(type: str) -> str:
    """``PER`` → ``Person``; types of one's own are kept, marked as types."""
    return TYPE_NAMES.get(type) or f"{_OWN_TYPE}{_identifier(type) or short_hash(type)}"


def is_entity_label(label: str) -> bool:
    """Whether a label says of which type an entity is, and nothing but what Cypher may hold."""
    return label in TYPE_NAMES.values() or (label.startswith(_OWN_TYPE) and label == _identifier(label))


def node_attributes(node: Node) -> Properties:
    """What a node carries besides its id, anywhere."""
    return {
        "name": node.name,
        "type": node.type,
        "kb_id": node.kb_id,
        "aliases": list(node.aliases),
        "date": node.date,
    }


def edge_attributes(fact: Fact, *, evidence: bool) -> dict[str, Any]:
    """What an edge carries besides its ends."""
    attributes = {"label": fact.label, **fact_attributes(fact)}
    if evidence:
        attributes["evidence"] = [
            {
                "document": e.document.uri,
                "title": e.document.title,
                "model": e.document.model,
                "metadata": e.document.metadata,
                "score": e.score,
                "sentences": [list(sentence) for sentence in e.sentences],
                "looked_at": [list(fact) for fact in e.step.looked_at] if e.step else [],
                **step_attributes(e.step),
            }
            for e in fact.evidence
        ]
    return attributes


def fact_attributes(fact: Fact, **others: Any) -> Properties:
    """What a fact carries besides its ends, its label and its evidence, anywhere, after ``others``."""
    return {
        **others,
        "name": fact.name,
        "confidence": fact.confidence,
        "support": fact.support,
        "conflicts": list(fact.conflicts),
        "plausibility": fact.plausibility,
        "inferred": fact.inferred,
    }


def entity_properties(node: Node) -> Properties:
    return {"id": node.id, **node_attributes(node)}


def document_properties(document: SourceDocument) -> Properties:
    """Its own, and those of its metadata, whose names ``metadata_fields`` lists where there are any."""
    own: Properties = {"id": document.id, "uri": document.uri, "title": document.title, "model": document.model}
    described = {metadata_property(name): _storable(value) for name, value in document.metadata.items()}
    return {**own, **described, METADATA_FIELDS: list(described)} if described else own


def metadata_property(name: str) -> str:
    """What a document's property is called that a field of this name becomes: the same, unless documents have one that
    is called so (``uri`` → ``uri_``, and ``uri_`` → ``uri__``)."""
    return f"{name}_" if name.rstrip("_") in DOCUMENT_PROPERTIES else name


def _storable(value: Scalar | list[Scalar]) -> Any:
    """A value as Neo4j has it: integers of 64 bits, and lists of one kind; of what else there is, the text."""
    values = values_of(value)
    kinds = {str if isinstance(one, int) and one.bit_length() > _BITS else type(one) for one in values}
    kind = float if kinds == {int, float} else kinds.pop() if len(kinds) == 1 else str
    if kind is str:
        values = [one if isinstance(one, str) else json.dumps(one) for one in values]
    stored = [kind(one) for one in values]
    return stored if isinstance(value, list) else stored[0]


def fact_properties(fact: Fact) -> Properties:
    """Of a fact's node in the evidence layer."""
    return fact_attributes(fact, id=fact.id, property=fact.label, head=fact.head, tail=fact.tail)


def relationship_properties(fact: Fact) -> Properties:
    documents = [e.document.uri for e in fact.evidence]
    return fact_attributes(fact, id=fact.id, property=fact.label, documents=documents)


def step_attributes(step: Step | None) -> Properties:
    """What is known of a reasoning step, anywhere, besides what it looked at; pattern 0 where there is none."""
    pattern, weight, via = step[:3] if step else (0, 0.0, "")
    return {"via": via, "pattern": pattern, "weight": weight}


def evidence_properties(evidence: Evidence) -> Properties:
    """Of the relationship between a fact and a document that states it; ``looked_at`` has ids of facts."""
    return {
        "score": evidence.score,
        "sentence_numbers": [number for number, _ in evidence.sentences],
        "sentences": [text for _, text in evidence.sentences],
        "looked_at": [fact_id(*fact) for fact in evidence.step.looked_at] if evidence.step else [],
        **step_attributes(evidence.step),
    }
