"""What else is known speaks against some facts: what is denied, where places lie, what stands beside names, what
excludes what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from kg_docre.annotations import Document, Relation
from kg_docre.knowledge.affiliations import Affiliations
from kg_docre.knowledge.birthplaces import Birthplaces
from kg_docre.knowledge.candidates import Candidates
from kg_docre.knowledge.dates import BracketedDates, SaidDates
from kg_docre.knowledge.denials import Denials
from kg_docre.knowledge.founders import Founders
from kg_docre.knowledge.kin import Kin
from kg_docre.knowledge.makers import Makers
from kg_docre.knowledge.nationalities import Nationalities
from kg_docre.knowledge.no_dates import NoDates
from kg_docre.knowledge.offices import Offices
from kg_docre.knowledge.origins import Origins
from kg_docre.knowledge.places import Places
from kg_docre.knowledge.rivals import EXCLUDING, Rivals
from kg_docre.knowledge.seats import Seats
from kg_docre.knowledge.wars import Wars
from kg_docre.knowledge.whereabouts import Whereabouts

__all__ = ["CHECKS", "Knowledge", "weighed"]

CHECKS = 8  # a number for what is known: facts checked against something else are others
_ODDS = 1 / 20
_KINDS = (
    *(Places, BracketedDates, Nationalities, Origins, Whereabouts, Seats, Affiliations, Makers),
    *(Kin, Founders, Birthplaces, Wars, Offices),
)


def weighed(document: Document, least: Mapping[str, float]) -> tuple[Relation, ...]:
    r"""The document's relations, those that are contradicted with a twentieth of their odds, or without them where that
    is less than their label's score in ``least``.

    By Bayes' theorem odds are to be multiplied by :math:`P(\text{contradicted} \mid \text{right}) /
    P(\text{contradicted} \mid \text{wrong})`. Of what annotators marked in Re-DocRED's training documents, and of which
    something is known, 1.8 % is contradicted; of what was found wrongly in those held out, 48 %
    (``benchmarks/contradictions.py``).
    """
    knowledge = Knowledge(document)
    kept = []
    for relation in document.relations:
        if knowledge.denies(relation):
            continue
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
        self._document = document
        self._denials = (Denials(document), NoDates(document), Candidates(document))
        self._dates = SaidDates(document)
        self._said = (self._dates, *(kind(document) for kind in _KINDS))

    def denies(self, relation: Relation) -> bool:
        """Whether the text says that a fact is not so, that a date is a relative's, or what it needs a date for is
        none."""
        return self._dates.is_a_relatives(relation) or any(its.agree(relation) is False for its in self._denials)

    def agrees(self, relation: Relation) -> bool | None:
        """Whether all of it that is about a fact, and does not deny it, agrees with it; None where nothing is."""
        said = {its.agree(relation) for its in (*self._said, self._rivals)} - {None}
        return False not in said if said else None

    @cached_property
    def _rivals(self) -> Rivals:
        """What excludes what. A date or a spouse that something speaks against excludes no other one."""
        facts = self._document.relations
        kept = (f for f in facts if f.label not in EXCLUDING or not self._is_contradicted(f))
        return Rivals(replace(self._document, relations=tuple(kept)))

    def _is_contradicted(self, relation: Relation) -> bool:
        return self.denies(relation) or any(its.agree(relation) is False for its in self._said)
