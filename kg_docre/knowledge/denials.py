"""What a text says not to be so, or to be no more than a plan or a rumour."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from kg_docre.annotations import Document, Relation
from kg_docre.knowledge import sayings
from kg_docre.knowledge.clauses import Clauses, Denied
from kg_docre.knowledge.cues import is_denial
from kg_docre.knowledge.words import passed_over

__all__ = ["Denials"]


class Denials:
    """ "Norway is not a member of the EU", "She was never married to Bo", "by Ada, not Bo", "Acme plans to buy Berg",
    "Ada allegedly married Bo": facts that a sentence says not to be so, or not yet, or to be rumours, of which no other
    sentence names both things or may be about them ("It joined in 1990")."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._sentences = document.sentences

    def agree(self, relation: Relation) -> bool | None:
        """False where a fact is denied; None anywhere else."""
        ends = (relation.head, relation.tail)
        for end, other in (ends, ends[::-1]):
            for denied in self._denied.get(end, ()):
                if (
                    relation.label in denied.labels
                    and self._is_about(denied, other)
                    and self._together(*ends) <= {denied.sentence}
                    and not self._is_said(relation, denied)
                ):
                    return False
        return None

    def _together(self, head: int, tail: int) -> set[int]:
        """Sentences that name both."""
        first, second = ({m.sentence for m in self._document.entities[end].mentions} for end in (head, tail))
        return first & second

    def _is_about(self, denied: Denied, number: int) -> bool:
        """Whether it is about an entity: for a pronoun, one named before it, in the sentence or in the one before."""
        subject, entity = denied.subject, self._document.entities[number]
        if subject.entity is not None:
            return number == subject.entity
        first = self._sentences[denied.sentence][0]
        here = [mention.start for mention in entity.mentions if mention.sentence == denied.sentence]
        if subject.somebody not in (None, entity.type == "PER") or any(place > denied.place for place in here):
            return False
        if here and not {"like", "unlike"}.isdisjoint(w.lower() for w in self._document.words[first : denied.place]):
            return False
        named_next = self._named_next(denied)
        if any(mention.start in named_next for mention in entity.mentions):
            return True
        before = denied.sentence - 1
        if before > 0 and self._document.words[self._sentences[before][1] - 1] == ":":  # "Reporter: Was he born there?"
            before -= 1
        return any(before <= mention.sentence <= denied.sentence for mention in entity.mentions)

    def _named_next(self, denied: Denied) -> set[int]:
        """Where a name may stand of somebody whom a text begins with a pronoun for, or asks about with one: "She was
        not born in Oslo. Ada comes from Rome", "Was she born in Oslo? No. Ada comes from Rome"."""
        words, sentences = self._document.words, self._sentences[denied.sentence + 1 : denied.sentence + 3]
        if words[denied.place] not in sayings.ASKS:
            return {start for start, _ in sentences[:1]} if denied.sentence == 0 else set()
        if not any("No" in words[start:end] for start, end in sentences[:1]):
            return set()
        return {start for start, _ in sentences if words[start + 1 : start + 2] != (":",)}

    def _is_said(self, relation: Relation, denied: Denied) -> bool:
        """Whether the fact may be said elsewhere of what a pronoun stands for."""
        things = (None, relation.head, relation.tail)
        elsewhere = (sentence for thing in things for sentence in self._said.get((relation.label, thing), ()))
        if any(sentence != denied.sentence for sentence in elsewhere):
            return True
        behind = self._says(denied.end, self._sentences[denied.sentence][1])
        return any((relation.label, thing) in behind for thing in things)

    @cached_property
    def _said(self) -> dict[tuple[str, int | None], set[int]]:
        """Of each label, and of the thing that it is said of, the sentences that say it of what a pronoun stands for,
        before anything is denied."""
        found = defaultdict[tuple[str, int | None], set[int]](set)
        for number, (start, end) in enumerate(self._sentences):
            for said in self._says(start, end):
                found[said].add(number)
        return found

    def _says(self, first: int, end: int) -> set[tuple[str, int | None]]:
        words = self._document.words
        found = set[tuple[str, int | None]]()
        if sayings.STANDS.isdisjoint(word.lower() for word in words[first:end]):
            return found
        for place in range(first, end):
            if words[place] in sayings.STOPS:
                break
            for label in sayings.SAYINGS.get(words[place], ()):
                its = self._clauses.names.get(passed_over(words, place + 1, sayings.OPENS))
                found.add((label, its[0] if its else None))
        return found

    @cached_property
    def _clauses(self) -> Clauses:
        return Clauses(self._document)

    @cached_property
    def _denied(self) -> dict[int, list[Denied]]:
        """What is denied of each thing that is named once in the sentence."""
        words, sentences = self._document.words, self._sentences
        found = defaultdict[int, list[Denied]](list)
        if sayings.CUES.isdisjoint(words):
            return found
        for number, (start, end) in enumerate(sentences):
            later = sentences[min(number + 1, len(sentences) - 1)][1]
            for place in range(start, end):
                if words[place] in sayings.CUES and is_denial(words, place, start, end, later):
                    for denied in self._clauses.denied(place, number):
                        if self._is_named_once(denied, place):
                            found[denied.object].append(denied)
        return found

    def _is_named_once(self, denied: Denied, place: int) -> bool:
        """Whether the object is, its name in brackets aside; or between semicolons, if the subject is in all of the
        sentence: "Oslo is in Norway; Malmö is not in Norway"."""
        words, start = self._document.words, self._sentences[denied.sentence][0]

        def named(entity: int) -> list[int]:
            its = (m.start for m in self._document.entities[entity].mentions if m.sentence == denied.sentence)
            return [at for at in its if at == start or words[at - 1] != "("]

        its, subject = named(denied.object), denied.subject.entity
        if len(its) > 1 and subject is not None and len(named(subject)) == 1:
            its = [at for at in its if ";" not in words[min(at, place) : max(at, place)]]
        return len(its) == 1
