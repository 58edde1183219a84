"""What is found in raw text, compared with gold: mentions, clusters of mentions, relations between clusters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kg_docre.annotations import Document
from kg_docre.evaluation.calibration import expected_calibration_error
from kg_docre.evaluation.relations import harmonic, ratio
from kg_docre.names import ARTICLES

__all__ = ["RawTextScores", "mention_f1", "score_raw_text"]

Span = tuple[int, int]
Cluster = frozenset[Span]


@dataclass(frozen=True, slots=True)
class RawTextScores:
    """Fractions of 1, micro-averaged over all documents; of relations None where no gold document has any."""

    mention_precision: float
    mention_recall: float
    mention_f1: float
    cluster_f1: float
    relation_f1: float | None = None
    relation_f1_any_mention: float | None = None
    relation_precision_any_mention: float | None = None
    relation_precision_marked: float | None = None
    ece_marked: float | None = None


def mention_f1(gold: Sequence[Document], predicted: Sequence[Document]) -> tuple[float, float, float]:
    """Precision, recall and F1 of mention spans, whatever their types; leading articles do not count."""
    return _scores([(_mentions(truth), _mentions(guess)) for truth, guess in zip(gold, predicted, strict=True)])


def score_raw_text(gold: Sequence[Document], predicted: Sequence[Document]) -> RawTextScores:
    """Documents over the same words, with entities and relations of their own.

    A cluster is right if its mentions are exactly a gold cluster's (Eberts and Ulges 2021, JEREX). A relation
    is right, strictly, if both its clusters are and the relation holds between them;
    ``relation_f1_any_mention`` asks of head and tail only that they share a mention with the gold ones, and so does
    ``relation_precision_any_mention``. Facts about what annotators did not mark count as wrong there; left out, the
    rest's precision is ``relation_precision_marked``, and the calibration error of its scores ``ece_marked``.
    """
    precision, recall, f1 = mention_f1(gold, predicted)
    pairs = list(zip(gold, predicted, strict=True))
    clusters = [(set(_clusters(truth)), set(_clusters(guess))) for truth, guess in pairs]
    scores = RawTextScores(precision, recall, f1, cluster_f1=_scores(clusters)[2])
    if not any(document.relations for document in gold):
        return scores
    facts = [(_facts(truth), _facts(guess)) for truth, guess in pairs]
    judged = [judgement for truth, guess in pairs for judgement in _judgements(truth, guess)]
    marked = [(score, right) for score, right, marked in judged if marked]
    any_precision = ratio(sum(right for _, right, _ in judged), len(judged))
    any_recall = ratio(sum(_reached(*pair) for pair in pairs), sum(len(truth) for truth, _ in facts))
    return replace(
        scores,
        relation_f1=_scores(facts)[2],
        relation_f1_any_mention=harmonic(any_precision, any_recall),
        relation_precision_any_mention=any_precision,
        relation_precision_marked=ratio(sum(right for _, right in marked), len(marked)),
        ece_marked=expected_calibration_error(marked),
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


def _reached(truth: Document, guess: Document) -> int:
    """How many gold facts are found by any shared mention."""
    named = _named(_facts(guess))
    return sum(not _namings(fact).isdisjoint(named) for fact in _facts(truth))


def _judgements(truth: Document, guess: Document) -> Iterator[tuple[float, bool, bool]]:
    """Of every fact found: its score, whether it is right by any shared mention, and whether annotators marked any
    mention of its head and any of its tail."""
    known, named, clusters = _mentions(truth), _named(_facts(truth)), _clusters(guess)
    for r in guess.relations:
        head, tail = clusters[r.head], clusters[r.tail]
        marked = not (known.isdisjoint(head) or known.isdisjoint(tail))
        yield r.score, not _namings((head, r.label, tail)).isdisjoint(named), marked


def _namings(fact: tuple[Cluster, str, Cluster]) -> set[tuple[Span, str, Span]]:
    """The fact between every mention of its head and every one of its tail."""
    head, label, tail = fact
    return {(h, label, t) for h in head for t in tail}


def _named(facts: set[tuple[Cluster, str, Cluster]]) -> set[tuple[Span, str, Span]]:
    return set().union(*map(_namings, facts))
