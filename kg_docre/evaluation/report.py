"""Every score of one run over gold mentions, as one table or one JSON object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from kg_docre.annotations import PATTERNS, Document
from kg_docre.evaluation.calibration import calibration_error
from kg_docre.evaluation.reasoning import score_reasoning, score_steps
from kg_docre.evaluation.relations import KnownFacts, by_relation, judged_only, score_relations
from kg_docre.evaluation.sentences import score_sentences

__all__ = ["ENTITY_BINS", "print_report", "report"]

ENTITY_BINS = (1, 11, 16, 21, 26, 31)  # documents by number of entities, from each to below the next (DocuNet, Fig. 5)


def report(gold: Sequence[Document], predicted: Sequence[Document], known: KnownFacts | None = None) -> dict[str, Any]:
    """Names of scores and their values; fractions of 1, None where the data say nothing.

    ``by_entities`` has F1 by the number of entities of a document, ``by_pattern`` Infer-Ac by reasoning
    pattern, ``by_relation`` precision, recall and F1 of each relation that was expected or predicted.

    Raises :exc:`ValueError` if no document has a labelled fact.
    """
    if not any(document.relations for document in gold):
        raise ValueError("no fact is labelled in these documents: there is nothing to compare with")
    predicted = judged_only(gold, predicted)
    relations = score_relations(gold, predicted, known)
    sentences = score_sentences(gold, predicted)
    reasoning = score_reasoning(gold, predicted)
    steps = score_steps(gold, predicted)
    ends = (*ENTITY_BINS[1:], None)
    by_entities = {}
    for first, end in zip(ENTITY_BINS, ends, strict=True):
        inside = [
            (truth, guess)
            for truth, guess in zip(gold, predicted, strict=True)
            if len(truth.entities) >= first and (end is None or len(truth.entities) < end)
        ]
        if inside:
            name = f"{first}-{end - 1}" if end else f"{first}+"
            truths, guesses = zip(*inside, strict=True)
            by_entities[name] = score_relations(truths, guesses).f1
    return {
        **asdict(relations),
        "intra_f1": sentences.intra_f1,
        "inter_f1": sentences.inter_f1,
        "infer_precision": reasoning.infer_precision,
        "infer_recall": reasoning.infer_recall,
        "infer_f1": reasoning.infer_f1,
        "infer_acc": reasoning.infer_acc,
        "step_accuracy": steps.accuracy,
        "step_chance": steps.chance,
        "evidence_f1": sentences.evidence_f1,
        "sentence_precision": sentences.sentence_precision,
        "sentence_recall": sentences.sentence_recall,
        "ece": calibration_error(gold, predicted),
        "by_pattern": dict(zip(map(str, PATTERNS), reasoning.infer_acc_by_pattern, strict=True)),
        "by_entities": by_entities,
        "by_relation": by_relation(gold, predicted),
    }


def print_report(scores: dict[str, Any], names: dict[str, str], *, relations: int = 10) -> None:
    """Tables on the terminal: single scores, those by group, and the most frequent ``relations`` by name."""
    from rich.console import Console
    from rich.table import Table

    console = Console(markup=False, emoji=False)  # names of relations are no markup
    single = Table.grid(padding=(0, 2))
    for name, value in scores.items():
        if not isinstance(value, dict):
            single.add_row(name, _shown(value))
    console.print(single)
    if "by_relation" not in scores:  # of raw text
        return
    titles = {"by_pattern": "Infer-Ac by reasoning pattern", "by_entities": "F1 by number of entities"}
    for group, title in titles.items():
        console.print(f"\n{title}: " + ", ".join(f"{key}: {_shown(value)}" for key, value in scores[group].items()))
    columns = ("facts", "precision", "recall", "f1")
    table = Table("relation", "name", *columns, box=None, padding=(0, 1))
    for label, row in list(scores["by_relation"].items())[:relations]:
        table.add_row(label, names.get(label, ""), *(_shown(row[column]) for column in columns))
    console.print("\nmost frequent relations")
    console.print(table)


def _shown(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.4f}" if isinstance(value, float) else str(value)
