"""F1 and Ign F1 of predicted relations, by DocRED's official definition (Yao et al. 2019)."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from kg_docre.annotations import Document
from kg_docre.data.errors import DataError
from kg_docre.pretrained import reading, writing

__all__ = [
    "KnownFacts",
    "RelationScores",
    "best_threshold",
    "by_relation",
    "facts_of",
    "harmonic",
    "judged_only",
    "ratio",
    "score_relations",
]


@dataclass(frozen=True, slots=True)
class RelationScores:
    """Micro-averaged over all facts of all documents, as fractions of 1."""

    documents: int
    facts: int
    predicted: int
    correct: int
    precision: float
    recall: float
    f1: float
    ign_f1: float | None  # None where no training facts are known


class KnownFacts:
    """Facts of a training set, as (head name, tail name, relation), kept as 64-bit hashes."""

    def __init__(self, hashes: Iterable[int] = ()) -> None:
        self._hashes = frozenset(hashes)

    def __len__(self) -> int:
        return len(self._hashes)

    @staticmethod
    def _hash(head: str, tail: str, relation: str) -> int:
        digest = hashlib.blake2b("\t".join((head, tail, relation)).encode(), digest_size=8).digest()
        return int.from_bytes(digest, "little")

    @classmethod
    def from_documents(cls, documents: Iterable[Document]) -> KnownFacts:
        """Every pair of mention names of every labelled relation, as the official evaluation does."""
        return cls(
            fact
            for document in documents
            for r in document.relations
            for fact in cls._names(document, r.head, r.tail, r.label)
        )

    @classmethod
    def from_json(cls, path: str | Path) -> KnownFacts:
        """A list of ``[head name, tail name, relation]``. Raises :exc:`DataError` for anything else."""
        try:
            facts = json.loads(Path(path).read_bytes())
            for fact in facts if isinstance(facts, list) else [facts]:
                if not (isinstance(fact, list) and len(fact) == 3 and all(isinstance(part, str) for part in fact)):
                    raise ValueError(f"found {fact!r:.60}")
            return cls(cls._hash(*fact) for fact in facts)
        except (OSError, ValueError) as error:
            raise DataError(f"{path}: expected a JSON list of [head name, tail name, relation]: {error}") from error

    @classmethod
    def load(cls, path: str | Path) -> KnownFacts:
        with reading(Path(path)):
            return cls(load_file(path)["hashes"].tolist())

    @classmethod
    def of_checkpoint(cls, folder: Path) -> KnownFacts | None:
        """Those that a checkpoint was trained on; None if it does not keep them."""
        file = folder / "known_facts.safetensors"
        return cls.load(file) if file.is_file() else None

    def union(self, other: KnownFacts) -> KnownFacts:
        """Those that either knows."""
        return KnownFacts(self._hashes | other._hashes)

    def save(self, path: str | Path) -> None:
        with writing(Path(path)):
            save_file({"hashes": np.array(sorted(self._hashes), np.uint64)}, path)

    @classmethod
    def _names(cls, document: Document, head: int, tail: int, label: str) -> set[int]:
        heads = {mention.name for mention in document.entities[head].mentions}
        tails = {mention.name for mention in document.entities[tail].mentions}
        return {cls._hash(h, t, label) for h in heads for t in tails}

    def contain(self, document: Document, head: int, tail: int, label: str) -> bool:
        """Whether any mention of head and any of tail stand in this relation among the known facts."""
        return not self._hashes.isdisjoint(self._names(document, head, tail, label))


def score_relations(
    gold: Sequence[Document], predicted: Sequence[Document], known: KnownFacts | None = None
) -> RelationScores:
    r"""Compare documents pairwise; entities must be the same in both.

    Precision, recall and F1 count exact (head, relation, tail). Ign F1 leaves correct predictions that
    the training set already states out of precision:
    :math:`P_{ign} = (correct - known) / (predicted - known)`, with recall as it is.
    """
    facts = guesses = correct = in_training = 0
    for truth, guess in zip(gold, predicted, strict=True):
        expected, found = facts_of(truth), facts_of(guess)
        hits = expected & found
        facts += len(expected)
        guesses += len(found)
        correct += len(hits)
        in_training += sum(known is not None and known.contain(truth, head, tail, label) for head, label, tail in hits)
    precision, recall = ratio(correct, guesses), ratio(correct, facts)
    ignoring = ratio(correct - in_training, guesses - in_training)
    return RelationScores(
        documents=len(gold),
        facts=facts,
        predicted=guesses,
        correct=correct,
        precision=precision,
        recall=recall,
        f1=harmonic(precision, recall),
        ign_f1=None if known is None else harmonic(ignoring, recall),
    )


def best_threshold(gold: Sequence[Document], predicted: Sequence[Document]) -> float:
    """The score from which on reporting relations gives the largest F1; 0.5 if none is right.

    ``predicted`` should hold relations of lower scores than would be reported, else only stricter
    thresholds are found. It is the mean of the lowest score to report and the next; without a next one, that
    score but for rounding.
    """
    guesses = []
    for truth, guess in zip(gold, predicted, strict=True):
        expected = facts_of(truth)
        guesses += [(r.score, (r.head, r.label, r.tail) in expected) for r in guess.relations]
    facts = sum(len(facts_of(truth)) for truth in gold)
    best, threshold, correct = 0.0, 0.5, 0
    guesses.sort(reverse=True)
    for number, (score, right) in enumerate(guesses, 1):
        correct += right
        lower = guesses[number][0] if number < len(guesses) else score * (1 - 1e-6)  # less by no more than is rounded
        f1 = 2 * correct / (number + facts)
        if lower < score and f1 > best:
            best, threshold = f1, (score + lower) / 2
    return threshold


def judged_only(gold: Sequence[Document], predicted: Sequence[Document]) -> list[Document]:
    """The predicted documents without relations of pairs that nobody judged."""
    return [
        replace(guess, relations=tuple(r for r in guess.relations if (r.head, r.tail) not in unjudged))
        if (unjudged := frozenset(truth.unjudged))
        else guess
        for truth, guess in zip(gold, predicted, strict=True)
    ]


def facts_of(document: Document) -> set[tuple[int, str, int]]:
    """The document's relations as (head, label, tail)."""
    return {(r.head, r.label, r.tail) for r in document.relations}


def by_relation(gold: Sequence[Document], predicted: Sequence[Document]) -> dict[str, dict[str, float]]:
    """Precision, recall and F1 of every relation that is expected or predicted, the most frequent first."""
    facts, guesses, hits = Counter[str](), Counter[str](), Counter[str]()
    for truth, guess in zip(gold, predicted, strict=True):
        expected, found = facts_of(truth), facts_of(guess)
        for counter, some in ((facts, expected), (guesses, found), (hits, expected & found)):
            counter.update(label for _, label, _ in some)
    table = {}
    for label in sorted(facts | guesses, key=lambda label: (-facts[label], label)):
        precision, recall = ratio(hits[label], guesses[label]), ratio(hits[label], facts[label])
        table[label] = {
            "facts": facts[label],
            "precision": precision,
            "recall": recall,
            "f1": harmonic(precision, recall),
        }
    return table


def ratio(part: float, whole: float) -> float:
    """``part / whole``, 0 of nothing."""
    return part / whole if whole else 0.0


def harmonic(precision: float, recall: float) -> float:
    """F1."""
    return ratio(2 * precision * recall, precision + recall)
