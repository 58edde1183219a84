"""What else is known speaks against some facts: where places lie, and what stands beside a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kg_docre.annotations import Document, Relation
from kg_docre.bindings import BracketedDates, Nationalities
from kg_docre.resolution.gazetteer import agrees

__all__ = ["CHECKS", "Knowledge", "weighed"]

CHECKS = 1  # a number for what is known: facts checked against something else are others
_ODDS = 1 / 20


def weighed(document: Document, least: Mapping[str, float]) -> tuple[Relation, ...]:
    r"""The document's relations, those that are contradicted with a twentieth of their odds, or without them where that
    is less than their label's score in ``least``.

    By Bayes' theorem odds are to be multiplied by :math:`P(\text{contradicted} \mid \text{right}) /
    P(\text{contradicted} \mid \text{wrong})`. Of what annotators marked in Re-DocRED's training documents, and of which
    something is known, 1.7 % is contradicted; of what was found wrongly in those held out, 53 %
    (``benchmarks/contradictions.py``).
    """
    knowledge = Knowledge(document)
    kept = []
    for relation in document.relations:
        if knowledge.agrees(relation) is False:
            odds = _ODDS * relation.score / max(1.0 - relation.score, 1e-9)
            relation = replace(relation, score=odds / (1.0 + odds))
            if relation.score < least[relation.label]:
                continue
        kept.append(relation)
    return tuple(kept)


class Knowledge:
    """All that is known of what a document's facts are about."""

    def __init__(self, document: Document) -> None:
        self._entities = document.entities
        self._dates, self._nationalities = BracketedDates(document), Nationalities(document)

    def agrees(self, relation: Relation) -> bool | None:
        """Whether it agrees with a fact; None where nothing is known."""
        head, tail = self._entities[relation.head], self._entities[relation.tail]
        said = (agrees(relation.label, head, tail), self._dates.agree(relation), self._nationalities.agree(relation))
        return next((each for each in said if each is not None), None)
