"""What a graph is made of: nodes, documents, facts, and what is said for them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from kg_docre.metadata import NO_METADATA, Metadata, metadata_from_json
from kg_docre.names import short_hash

__all__ = ["DIGITS", "Evidence", "Fact", "Node", "Premise", "Run", "SourceDocument", "Step", "fact_id", "parsed"]

DIGITS = 6  # decimals of every score: what all export formats carry unharmed

_decode = json.JSONDecoder().raw_decode


def parsed(made: str) -> Any:
    """What SQLite's functions made JSON of, without a search for white space around it."""
    return _decode(made)[0]


class Node(NamedTuple):
    """A real thing: its most frequent name, or a country's own, and every other name documents gave it. ``date`` is the
    day, month or year that it is, as ISO 8601 has it ("1937-06-03", "1937-06", "1937"); empty for what is none."""

    id: str
    name: str
    type: str
    kb_id: str
    aliases: tuple[str, ...]
    date: str = ""


class SourceDocument(NamedTuple):
    """A document of the store. ``id`` stands for its content, ``uri`` is where it was found, of several places the
    first, with the ``title`` and the metadata it has there; ``added`` is the time (UTC, ISO 8601) and ``run`` the
    number of the build that read it, 0 where that is not known."""

    id: str
    uri: str
    title: str
    model: str
    added: str
    run: int
    metadata_json: str = NO_METADATA

    @property
    def metadata(self) -> Metadata:
        """What else is known of it, by name: a date, an address. Strings, numbers, truth values, or lists of them."""
        return metadata_from_json(self.metadata_json)


@dataclass(frozen=True, slots=True)
class Run:
    """A build that read documents: kg-docre's version, what it was set to (JSON), and when it began."""

    id: int
    version: str
    config: str
    started: str


@lru_cache(maxsize=1 << 14)
def fact_id(head: str, label: str, tail: str) -> str:
    """What a fact is called in every graph of every store."""
    return short_hash(head, label, tail)


class Premise(NamedTuple):
    """A pair of things that reasoning read, and the labels of the facts a document states about them, the surest
    first."""

    head: str
    labels: tuple[str, ...]
    tail: str


class Step(NamedTuple):
    """How reasoning came to a fact: the row of DocRE-SD's Table 1 (1 to 4), the attention weight (0 to 1) of the third
    thing ``via``, and the two pairs read."""

    pattern: int
    weight: float
    via: str
    premises: tuple[Premise, Premise]

    @property
    def looked_at(self) -> list[tuple[str, str, str]]:
        """Head, label and tail of every fact among what was read."""
        return [(premise.head, label, premise.tail) for premise in self.premises for label in premise.labels]

    def turned(self) -> Step:
        """The same pairs as they are read for (tail, head): patterns 1 and 4 are each other's, 2 and 3 their own."""
        if self.pattern in (1, 4):
            return self._replace(pattern=5 - self.pattern)
        return self._replace(premises=self.premises[::-1])


class Evidence(NamedTuple):
    """What one document says for a fact: its score there, the sentences (number, text), and a reasoning step, if there
    is one: of those for its surest pair of entities, the weightiest whose own two pairs the document relates."""

    document: SourceDocument
    score: float
    sentences: tuple[tuple[int, str], ...] = ()
    step: Step | None = None


class Fact(NamedTuple):
    """An edge ``head —label→ tail``.

    ``confidence`` is the chance that at least one of its documents is right
    (:func:`~kg_docre.graph.confidence.joint_confidence`). ``support`` counts the documents.

    ``conflicts`` says what speaks against it (:mod:`~kg_docre.graph.constraints`), ``plausibility`` is its confidence
    in sight of facts that exclude it. ``inferred`` is what no document states but the inverse relation says.
    """

    id: str
    head: str
    label: str
    name: str
    tail: str
    confidence: float
    evidence: tuple[Evidence, ...]
    conflicts: tuple[str, ...] = ()
    plausibility: float = 0.0
    inferred: bool = False

    @property
    def support(self) -> int:
        return len(self.evidence)
