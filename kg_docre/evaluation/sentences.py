"""Scores that ask in which sentences things are said: Intra-F1, Inter-F1 and evidence F1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kg_docre.annotations import Document
from kg_docre.evaluation.relations import facts_of, harmonic, ratio

__all__ = ["SentenceScores", "score_sentences"]


@dataclass(frozen=True, slots=True)
class SentenceScores:
    """Fractions of 1; the first two are None where no gold fact is of that kind, those of evidence where the gold facts
    have none, the last two where no predicted fact is one of those that have."""

    intra_f1: float | None
    inter_f1: float | None
    evidence_f1: float | None
    sentence_precision: float | None
    sentence_recall: float | None


def score_sentences(gold: Sequence[Document], predicted: Sequence[Document]) -> SentenceScores:
    """Intra-F1 and Inter-F1 (Nan et al. 2020), and evidence F1 (Yao et al. 2019).

    A fact is within a sentence if some mention of its head and some of its tail are in the same one,
    otherwise between sentences; gold and predicted facts are compared in each group by itself.
    Evidence is compared sentence by sentence: precision over the evidence of all predicted facts, where
    only correct facts can be right; recall over the evidence of all gold facts. Sentence precision and recall ask
    for the sentences alone: over the predicted facts that are right and whose gold evidence is known.
    """
    counts = {True: [0, 0, 0], False: [0, 0, 0]}  # gold, predicted, both
    told = given = right = told_of_right = given_of_right = 0
    for truth, guess in zip(gold, predicted, strict=True):
        where = [{mention.sentence for mention in entity.mentions} for entity in truth.entities]
        expected, found = facts_of(truth), facts_of(guess)
        for column, facts in enumerate((expected, found, expected & found)):
            for head, _, tail in facts:
                counts[not where[head].isdisjoint(where[tail])][column] += 1
        evidence, guessed = _evidence(truth), _evidence(guess)
        told += sum(map(len, evidence.values()))
        given += sum(map(len, guessed.values()))
        for fact, sentences in guessed.items():
            if marked := evidence.get(fact):
                told_of_right += len(marked)
                given_of_right += len(sentences)
                right += len(sentences & marked)
    intra, inter = (
        harmonic(ratio(both, predicted_facts), ratio(both, gold_facts)) if gold_facts else None
        for gold_facts, predicted_facts, both in (counts[True], counts[False])
    )
    evidence_f1 = harmonic(ratio(right, given), ratio(right, told)) if told else None
    return SentenceScores(
        intra_f1=intra,
        inter_f1=inter,
        evidence_f1=evidence_f1,
        sentence_precision=ratio(right, given_of_right) if told_of_right else None,
        sentence_recall=ratio(right, told_of_right) if told_of_right else None,
    )


def _evidence(document: Document) -> dict[tuple[int, str, int], set[int]]:
    found: dict[tuple[int, str, int], set[int]] = {}
    for relation in document.relations:
        found.setdefault((relation.head, relation.label, relation.tail), set()).update(relation.evidence)
    return found
