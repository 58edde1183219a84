"""What a clause denies, of whom."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import NamedTuple

from kg_docre.annotations import Document
from kg_docre.knowledge import sayings
from kg_docre.knowledge.words import POSSESSIVES, beginnings, behind_brackets, passed_over

__all__ = ["Clauses", "Denied", "Subject"]

_BRACKETS = 28  # words that they may have
_FAR = 60  # words between a name and a "not" about it, with brackets
_NEAR = 8  # words that ", unlike others," may have
_ASIDE = 16  # words that ", who was the director there," may have
_ADJECTIVES = 4  # words between "the" and somebody's name


class Subject(NamedTuple):
    """What a "not" is about: an entity or, where that is None, a pronoun's; and whether it is somebody, where known."""

    entity: int | None
    somebody: bool | None = None


class Denied(NamedTuple):
    """Labels of facts that a sentence denies between a thing and a subject, whose name comes before a ``place`` where
    only a pronoun is known. ``end`` is where all is said."""

    sentence: int
    place: int
    end: int
    labels: frozenset[str]
    subject: Subject
    object: int


class Clauses:
    """Facts that clauses of a document deny."""

    def __init__(self, document: Document) -> None:
        self._words = document.words
        self._types = [entity.type for entity in document.entities]
        self._sentences = document.sentences
        self._ends = {m.end: (number, m.start) for number, e in enumerate(document.entities) for m in e.mentions}
        self.names = beginnings(document, {entity.type for entity in document.entities})

    def denied(self, place: int, number: int) -> list[Denied]:
        """What is denied with the word there, in the sentence of that number."""
        return self._contrasts(place, number) or [*self._denied_by(place, number)]

    def _contrasts(self, place: int, number: int) -> list[Denied]:
        """ "written by Ada, not Bo", "written not by Bo but by Ada", "the writer is not Bo"."""
        words, ends, first = self._words, self._ends, self._sentences[number][0]
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
        return [Denied(number, before, end, labels, Subject(None), thing) for thing in things] if labels else []

    def _denied_by(self, place: int, number: int) -> Iterator[Denied]:
        words, names = self._words, self.names
        first, last = self._sentences[number]
        subjects, verb = self._about(place, first)
        word, verb = words[place], min(verb, last)
        labels, ends = frozenset[str](), sayings.ENDS if word in sayings.NOT else sayings.GOES_ON
        if word in sayings.CLAIMS:
            ends |= sayings.BE
        elif word in sayings.ASKS:
            ends = sayings.ASKED_ENDS
        things, end, said = list[int](), verb, "".join(words[verb : min(verb + 1, last)])
        if verb in names:  # "not Bo's wife"
            thing, end = names[verb]
            if words[end + 1 : end + 2] and words[end] in POSSESSIVES and self._is_over(end + 2, ends):
                things, labels, end = [thing], sayings.SAYINGS.get(words[end + 1], labels), end + 2
        elif (
            word not in sayings.DENIES
            or said.endswith("ing")
            or not sayings.ARTICLES.issuperset(words[place + 1 : verb])
        ):
            is_in = said == "in" and verb == place + 1 and words[place - 1] in sayings.BE
            labels = sayings.IN if is_in else sayings.SAYINGS.get(said, labels)
            things, end = self._listed(self._opened(verb + 1), ends)
            if (
                said in sayings.MUTUAL and len(subjects) == 2 and self._is_over(verb + 1, ends)
            ):  # "A and B never married"
                things, subjects, end = [s.entity for s in subjects[1:] if s.entity is not None], subjects[:1], verb + 1
        is_once = word in sayings.PROSPECTS | sayings.NEARLY | {"would"} or (said in sayings.SUNG and word != "never")
        if is_once:  # what is done time and again may have been done at other times
            labels = frozenset() if labels <= sayings.AGAIN | sayings.WORK else labels - sayings.AGAIN
        for thing in things if labels else ():
            for subject in subjects:
                yield Denied(number, place, end, labels, subject, thing)

    def _about(self, place: int, first: int) -> tuple[list[Subject], int]:
        """Whom a "not" is about, and the place of what is denied."""
        words, names = self._words, self.names
        fills = sayings.FILLS | sayings.HELD | {"as"} if words[place] in sayings.WRONGLY else sayings.FILLS
        behind = self._behind_aside(place + 1)
        verb = passed_over(words, behind, fills)
        if words[place] == "Neither":
            subjects = list[Subject]()
            while verb in names:
                thing, verb = names[verb]
                subjects.append(Subject(thing))
                verb = passed_over(words, verb, sayings.FILLS | {"nor"})
            return subjects, verb
        if words[place] in sayings.ASKS:
            return self._asked(passed_over(words, place + 1, sayings.BEFORE))
        is_contrast = words[place] == "not" and words[place - 1] in (",", "and") and place - 1 in self._ends
        if verb in names and (words[verb - 1] == "that" or is_contrast):  # "denied that Bo is", "Ada, not Bo, is"
            thing, verb = names[verb]
            return [Subject(thing)], passed_over(words, verb, sayings.FILLS | {","} if is_contrast else sayings.FILLS)
        for word in words[behind:verb]:  # "denied that she is"
            if word in sayings.PRONOUNS:
                return [Subject(None, sayings.PRONOUNS[word])], verb
        subjects = self._subjects(place, first)
        could = words[place] in sayings.MAY and any(subject.somebody for subject in subjects)  # "then he could"
        return [] if could else subjects, verb

    def _asked(self, place: int) -> tuple[list[Subject], int]:
        """Whom a question is about that are named there, and the place of what is asked."""
        words, names = self._words, self.names
        subjects = list[Subject]()
        if words[place : place + 1] and words[place] in sayings.PRONOUNS:
            subjects, place = [Subject(None, sayings.PRONOUNS[words[place]])], place + 1
        while place in names:
            thing, place = names[place]
            subjects.append(Subject(thing))
            place = passed_over(words, place, sayings.QUOTES | {"and"})
        return subjects, passed_over(words, place, sayings.FILLS)

    def _behind_aside(self, place: int) -> int:
        """The place, or what follows the words between two commas that begin there: "not, as is said, born"."""
        aside = self._words[place : place + _NEAR]
        return place + aside.index(",", 1) + 1 if aside[:1] == (",",) and "," in aside[1:] else place

    def _subjects(self, place: int, first: int) -> list[Subject]:
        """Whom a "not" is about that stand before it."""
        words, cue = self._words, place
        place -= 1
        if words[cue] in sayings.PLANS:  # "announced plans"
            while place > first and words[place] in sayings.MAKES:
                place -= 1
        while place >= max(first, cue - _FAR):
            if place + 1 in self._ends:
                number, start = self._ends[place + 1]
                subjects = [Subject(number)]
                while start - 1 in self._ends and words[start - 1] == "and" and start > first:
                    number, start = self._ends[start - 1]
                    between = frozenset(words[place:cue])
                    if between & sayings.PLURAL or (start == first and not between & sayings.SINGULAR):
                        subjects.append(Subject(number))
                while start > first and words[start - 1] in sayings.BEFORE:
                    start -= 1
                return [] if start > first and words[start - 1].lower() in sayings.OTHERS else subjects
            word = words[place].lower()
            if word in sayings.PRONOUNS:
                is_if = place > first and words[place - 1].lower() in sayings.OTHERS
                return [] if is_if else [Subject(None, sayings.PRONOUNS[word])]
            if word in sayings.NOUNS and place > first and words[place - 1] in ("the", "The"):
                return [Subject(None)]
            if word == ")" and "(" in words[max(first, place - _BRACKETS) : place]:
                while words[place] != "(":
                    place -= 1
            elif word == "," and words[place + 1] not in ("who", "which"):
                comma = self._before_aside(place, first)
                if comma is None:
                    break
                place = comma
                continue
            elif word != "," and word not in sayings.AUXILIARIES:
                break
            place -= 1
        return []

    def _opened(self, place: int) -> int:
        """The place of a name behind words that open it, for somebody's with what there is between: "of the Danish
        actor Bo"."""
        words, opened = self._words, passed_over(self._words, place, sayings.OPENS)
        if words[opened - 1 : opened] not in (("a",), ("an",), ("the",)):
            return opened
        name = opened
        while name < min(opened + _ADJECTIVES, len(words)):
            number, behind = self.names.get(name, (None, name + 1))
            kind = "" if number is None else self._types[number]
            if kind == "PER":
                return name
            if kind not in ("", "LOC") or not words[name].isalpha() or words[name] in sayings.LINKS:
                break
            name = behind
        return opened

    def _before_aside(self, comma: int, first: int) -> int | None:
        """The place before the words between two commas of which the second is there: before the first one, if what
        these are about is named there, "Ada, the painter,"; else before the second one, if they are who is meant, "the
        painter, Ada,". None where they are nothing of the kind."""
        words, ends, start = self._words, self._ends, comma
        while start > max(first, comma - _ASIDE) and words[start - 1] not in (",", ";"):
            start -= 1
        if start < first + 2 or words[start - 1] != ",":
            return None
        if words[start] in ("unlike", "like", "however", "though"):
            return start - 2 if comma - start < _NEAR else None
        if start - 1 not in ends and words[start - 2] != ")":
            is_name = comma in ends and ends[comma][1] == start and words[start - 2].islower()
            return comma - 1 if is_name else None
        return start - 2 if sayings.CLAUSES.isdisjoint(words[first:start]) else None  # "who knew Bo, a poet, was not"

    def _listed(self, place: int, ends: Container[str]) -> tuple[list[int], int]:
        """The thing named there, and others behind an "or", and the place behind them; nothing where what is named is
        another's ("Bo's") or an adjective's ("American companies"), or where more is said."""
        words, names = self._words, self.names
        things = list[int]()
        while place in names:
            thing, end = names[place]
            things.append(thing)
            if words[place - 1] in sayings.QUOTES and sayings.QUOTES.issuperset(words[end : end + 1]):
                end += 1
            place = end = behind_brackets(words, end)
            if words[end : end + 1] in (("or",), ("nor",)):
                place = passed_over(words, passed_over(words, end + 1, sayings.SAYINGS), sayings.OPENS)
            if place not in names:
                return (things, end) if self._is_over(end, ends) else ([], end)
        return [], place

    def _is_over(self, end: int, ends: Container[str]) -> bool:
        """Whether what is said is over there: neither is there more, nor does "but its king" follow."""
        following = self._words[end : end + 5]
        if "but" in following and not sayings.BUT_ITS.isdisjoint(following[following.index("but") :]):
            return False
        return not following or following[0] in ends
