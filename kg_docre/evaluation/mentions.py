"""What is found in raw text, compared with gold: mentions, clusters of mentions, relations between clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from kg_docre.annotations import Document
from kg_docre.evaluation.relations import harmonic, ratio
from kg_docre.names import ARTICLES

__all__ = ["RawTextScores", "mention_f1", "score_raw_text"]

Span = tuple[int, int]
Cluster = frozenset[Span]


@dataclass(frozen=True, slots=True)
class RawTextScores:
    """Fractions of 1, micro-averaged over all documents."""

    mention_precision: float
    mention_recall: float
    mention_f1: float
    cluster_f1: float
    relation_f1: float
    relation_f1_any_mention: float

    def to_dict(self) -> dict[str, float]:
        return asdict(self)


def mention_f1(gold: Sequence[Document], predicted: Sequence[Document]) -> tuple[float, float, float]:
    """Precision, recall and F1 of mention spans, whatever their types; leading articles do not count."""
    return _scores([(_mentions(truth), _mentions(guess)) for truth, guess in zip(gold, predicted, strict=True)])


def score_raw_text(gold: Sequence[Document], predicted: Sequence[Document]) -> RawTextScores:
    """Documents over the same words, with entities and relations of their own.

    A cluster is right if its mentions are exactly a gold cluster's (Eberts and Ulges 2021, JEREX). A relation
    is right, strictly, if both its clusters are and the relation holds between them;
    ``relation_f1_any_mention`` asks of head and tail only that they share a mention with the gold ones.
    """
    precision, recall, f1 = mention_f1(gold, predicted)
    pairs = list(zip(gold, predicted, strict=True))
    clusters = [(set(_clusters(truth)), set(_clusters(guess))) for truth, guess in pairs]
    facts = [(_facts(truth), _facts(guess)) for truth, guess in pairs]
    return RawTextScores(
        mention_precision=precision,
        mention_recall=recall,
        mention_f1=f1,
        cluster_f1=_scores(clusters)[2],
        relation_f1=_scores(facts)[2],
        relation_f1_any_mention=_any_mention(facts),
    )


def _scores(sets: Sequence[tuple[set[Any], set[Any]]]) -> tuple[float, float, float]:
    """Precision, recall and F1 of second sets that should be the first."""
    both = sum(len(truth & guess) for truth, guess in sets)
    precision = ratio(both, sum(len(guess) for _, guess in sets))
    recall = ratio(both, sum(len(truth) for truth, _ in sets))
    return precision, recall, harmonic(precision, recall)


def _bare(document: Document, start: int, end: int) -> Span:
    while end - start > 1 and document.words[start].lower() in ARTICLES:
        start += 1
    return start, end


def _clusters(document: Document) -> list[Cluster]:
    """The mentions of every entity, in its order."""
    return [frozenset(_bare(document, m.start, m.end) for m in entity.mentions) for entity in document.entities]


def _mentions(document: Document) -> set[Span]:
    return {span for cluster in _clusters(document) for span in cluster}


def _facts(document: Document) -> set[tuple[Cluster, str, Cluster]]:
    clusters = _clusters(document)
    return {(clusters[r.head], r.label, clusters[r.tail]) for r in document.relations}


def _any_mention(facts: Sequence[tuple[set[tuple[Cluster, str, Cluster]], set[tuple[Cluster, str, Cluster]]]]) -> float:
    expected = found = reached = right = 0
    for truth, guess in facts:
        named = [_named(side) for side in (truth, guess)]
        expected, found = expected + len(truth), found + len(guess)
        reached += sum(not _namings(fact).isdisjoint(named[1]) for fact in truth)
        right += sum(not _namings(fact).isdisjoint(named[0]) for fact in guess)
    return harmonic(ratio(right, found), ratio(reached, expected))


def _namings(fact: tuple[Cluster, str, Cluster]) -> set[tuple[Span, str, Span]]:
    """The fact between every mention of its head and every one of its tail."""
    head, label, tail = fact
    return {(h, label, t) for h in head for t in tail}


def _named(facts: set[tuple[Cluster, str, Cluster]]) -> set[tuple[Span, str, Span]]:
    return set().union(*map(_namings, facts))
