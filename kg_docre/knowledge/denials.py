"""What a text says not to be so, or to be no more than a plan."""

from __future__ import annotations

from collections.abc import Container, Iterator
from functools import cached_property
from typing import NamedTuple

from kg_docre.annotations import Document, Relation
from kg_docre.knowledge import sayings
from kg_docre.knowledge.words import POSSESSIVES, beginnings, passed_over

__all__ = ["Denials"]

_BRACKETS = 28  # words that they may have
_NEAR = 8  # words that ", unlike others," may have


class _Subject(NamedTuple):
    """What a "not" is about: an entity or, where that is None, a pronoun's; and whether it is somebody, where known."""

    entity: int | None
    somebody: bool | None = None


class _Denied(NamedTuple):
    """Labels of facts that a sentence denies between a thing and a subject, whose name comes before a ``place`` where
    only a pronoun is known. ``end`` is where all is said."""

    sentence: int
    place: int
    end: int
    labels: frozenset[str]
    subject: _Subject
    object: int


class Denials:
    """ "Norway is not a member of the EU", "She was never married to Bo", "by Ada, not Bo", "Acme plans to buy Berg":
    facts that a sentence says not to be so, or not yet, of which no other sentence names both things or may be about
    them ("It joined in 1990")."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def agree(self, relation: Relation) -> bool | None:
        """False where a fact is denied; None anywhere else."""
        ends = (relation.head, relation.tail)
        for denied in self._denied:
            if relation.label in denied.labels and denied.object in ends:
                head, tail = ({m.sentence for m in self._document.entities[end].mentions} for end in ends)
                if (
                    head & tail <= {denied.sentence}
                    and self._is_about(denied, ends[ends[0] == denied.object])
                    and not self._is_said(relation, denied)
                ):
                    return False
        return None

    def _is_about(self, denied: _Denied, number: int) -> bool:
        """Whether it is about an entity: for a pronoun, one named before it, in the sentence or in the one before."""
        subject, entity = denied.subject, self._document.entities[number]
        if subject.entity is not None:
            return number == subject.entity
        first = self._document.sentences[denied.sentence][0]
        here = [mention.start for mention in entity.mentions if mention.sentence == denied.sentence]
        if subject.somebody not in (None, entity.type == "PER") or any(place > denied.place for place in here):
            return False
        if here and not {"like", "unlike"}.isdisjoint(w.lower() for w in self._document.words[first : denied.place]):
            return False
        return any(mention.sentence in (denied.sentence, denied.sentence - 1) for mention in entity.mentions)

    def _is_said(self, relation: Relation, denied: _Denied) -> bool:
        """Whether the fact may be said elsewhere of what a pronoun stands for."""
        words = self._document.words
        for number, (start, end) in enumerate(self._document.sentences):
            first = denied.end if number == denied.sentence else start
            if sayings.STANDS.isdisjoint(word.lower() for word in words[first:end]):
                continue
            for place in range(first, end):
                if words[place] in sayings.CUES:
                    break
                if relation.label in sayings.SAYINGS.get(words[place], ()):
                    its = self._names.get(passed_over(words, place + 1, sayings.OPENS))
                    if its is None or its[0] in (relation.head, relation.tail):
                        return True
        return False

    @cached_property
    def _names(self) -> dict[int, tuple[int, int]]:
        return beginnings(self._document, {entity.type for entity in self._document.entities})

    @cached_property
    def _ends(self) -> dict[int, tuple[int, int]]:
        entities = enumerate(self._document.entities)
        return {mention.end: (number, mention.start) for number, entity in entities for mention in entity.mentions}

    @cached_property
    def _denied(self) -> list[_Denied]:
        if sayings.CUES.isdisjoint(self._document.words):
            return []
        sentences = self._document.sentences
        found = list[_Denied]()
        for number, (start, end) in enumerate(sentences):
            later = sentences[min(number + 1, len(sentences) - 1)][1]
            for place in range(start, end):
                if self._document.words[place] in sayings.CUES and self._is_cue(place, start, end, later):
                    found += self._contrasts(place, number) or self._denied_by(place, number)
        entities = self._document.entities
        return [d for d in found if sum(m.sentence == d.sentence for m in entities[d.object].mentions) == 1]

    def _is_cue(self, place: int, first: int, end: int, later: int) -> bool:
        words = self._document.words
        word, last, following = words[place], words[max(first, place - 1)], "".join(words[place + 1 : place + 2])
        before, behind = frozenset(words[first:place]), frozenset(words[place + 1 : end])
        if behind & sayings.UNLESS or before & sayings.RESERVES or sayings.AFTER_ALL & {*words[place:later]}:
            return False
        if word == "no" or word in sayings.FALSE:
            return following == ("evidence" if word == "no" else "that")
        if word in sayings.DENIES:
            return behind.isdisjoint(("but", "although", "though", "despite", "however"))
        if word in sayings.MAY:
            is_so = following == "be" and words[place + 2 : place + 3] not in (("acquired",), ("bought",))
            return not (is_so or following == "have" or before & sayings.SO or behind & {"but", "yet"})
        if word not in {*sayings.NOT, "Neither"}:
            is_over = word in sayings.PLANNED and "but" not in behind and last not in ("is", "are", "has", "have")
            return following == "to" and not is_over
        return following not in ("have", "yet") or last not in ("would", "could", "was", "were", "had")

    def _contrasts(self, place: int, number: int) -> list[_Denied]:
        """ "written by Ada, not Bo", "written not by Bo but by Ada", "the writer is not Bo"."""
        words, ends, first = self._document.words, self._ends, self._document.sentences[number][0]
        contrasted, at, behind = passed_over(words, place + 1, sayings.OPENS), place - 1, sayings.ENDS
        if words[place] != "not" or place == first:
            return []
        if words[at] in (",", "and") and at in ends:
            at, behind = ends[at][1] - 1, sayings.GOES_ON
        elif words[at] not in sayings.SAYINGS and (words[at] not in sayings.BE or contrasted != place + 1):
            return []
        before = at + 1
        while at > first:
            if at + 1 in ends and words[at + 1] in sayings.BE:
                at = ends[at + 1][1]
            elif words[at] not in sayings.OPENS | sayings.BE:
                break
            at -= 1
        things, end = self._listed(contrasted, behind)
        labels = sayings.SAYINGS.get(words[at])
        return [_Denied(number, before, end, labels, _Subject(None), thing) for thing in things] if labels else []

    def _denied_by(self, place: int, number: int) -> Iterator[_Denied]:
        words, names = self._document.words, self._names
        first, last = self._document.sentences[number]
        subjects, verb = self._about(place, first)
        labels, ends = frozenset[str](), sayings.ENDS if words[place] in sayings.NOT else sayings.GOES_ON
        things, end = list[int](), verb
        if verb in names:  # "not Bo's wife"
            thing, end = names[verb]
            if words[end + 1 : end + 2] and words[end] in POSSESSIVES and self._is_over(end + 2, ends):
                things, labels, end = [thing], sayings.SAYINGS.get(words[end + 1], labels), end + 2
        elif verb < last:
            is_in = words[verb] == "in" and verb == place + 1 and words[place - 1] in sayings.BE
            labels = sayings.IN if is_in else sayings.SAYINGS.get(words[verb], labels)
            things, end = self._listed(passed_over(words, verb + 1, sayings.OPENS), ends)
        if words[place] in sayings.PROSPECTS:
            labels -= sayings.AGAIN
        if labels:
            for thing in things:
                for subject in subjects:
                    yield _Denied(number, place, end, labels, subject, thing)

    def _about(self, place: int, first: int) -> tuple[list[_Subject], int]:
        """Whom a "not" is about, and the place of what is denied."""
        words, names = self._document.words, self._names
        verb = passed_over(words, place + 1, sayings.FILLS)
        if words[place] == "Neither":
            subjects = list[_Subject]()
            while verb in names:
                thing, verb = names[verb]
                subjects.append(_Subject(thing))
                verb = passed_over(words, verb, sayings.FILLS | {"nor"})
            return subjects, verb
        is_contrast = words[place] == "not" and words[place - 1] in (",", "and") and place - 1 in self._ends
        if verb in names and (words[verb - 1] == "that" or is_contrast):  # "denied that Bo is", "Ada, not Bo, is"
            thing, verb = names[verb]
            return [_Subject(thing)], passed_over(words, verb, sayings.FILLS | {","} if is_contrast else sayings.FILLS)
        for word in words[place + 1 : verb]:  # "denied that she is"
            if word in sayings.PRONOUNS:
                return [_Subject(None, sayings.PRONOUNS[word])], verb
        subjects = self._subjects(place, first)
        could = words[place] in sayings.MAY and any(subject.somebody for subject in subjects)  # "then he could"
        return [] if could else subjects, verb

    def _subjects(self, place: int, first: int) -> list[_Subject]:
        """Whom a "not" is about that stand before it."""
        words, cue = self._document.words, place
        place -= 1
        while place >= first:
            if place + 1 in self._ends:
                number, start = self._ends[place + 1]
                subjects = [_Subject(number)]
                while start - 1 in self._ends and words[start - 1] == "and" and start > first:
                    number, start = self._ends[start - 1]
                    if not sayings.PLURAL.isdisjoint(words[place:cue]):
                        subjects.append(_Subject(number))
                start -= words[start - 1] in ("the", "The")
                return [] if start > first and words[start - 1].lower() in sayings.OTHERS else subjects
            word = words[place].lower()
            if word in sayings.PRONOUNS:
                is_if = place > first and words[place - 1].lower() in sayings.OTHERS
                return [] if is_if else [_Subject(None, sayings.PRONOUNS[word])]
            if word in sayings.NOUNS and place > first and words[place - 1] in ("the", "The"):
                return [_Subject(None)]
            if word == ")" and "(" in words[max(first, place - _BRACKETS) : place]:
                while words[place] != "(":
                    place -= 1
            elif word == "," and words[place + 1] not in ("who", "which"):
                while place > first and words[place - 1] != ",":
                    place -= 1
                if words[place] not in ("unlike", "like", "however", "though") or cue - place > _NEAR:
                    break
                place -= 1
            elif word != "," and word not in sayings.AUXILIARIES:
                break
            place -= 1
        return []

    def _listed(self, place: int, ends: Container[str]) -> tuple[list[int], int]:
        """The thing named there, and others behind an "or", and the place behind them; nothing where what is named is
        another's ("Bo's") or an adjective's ("American companies"), or where more is said."""
        words, names = self._document.words, self._names
        things = list[int]()
        while place in names:
            thing, end = names[place]
            things.append(thing)
            place = end
            if words[end : end + 1] in (("or",), ("nor",)):
                place = passed_over(words, passed_over(words, end + 1, sayings.SAYINGS), sayings.OPENS)
            if place not in names:
                return (things, end) if self._is_over(end, ends) else ([], end)
        return [], place

    def _is_over(self, end: int, ends: Container[str]) -> bool:
        """Whether what is said is over there: neither is there more, nor does "but its king" follow."""
        following = self._document.words[end : end + 5]
        if "but" in following and not sayings.BUT_ITS.isdisjoint(following[following.index("but") :]):
            return False
        return not following or following[0] in ends
