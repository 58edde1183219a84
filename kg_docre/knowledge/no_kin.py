"""Who is no relative of somebody, since another one is."""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kg_docre.annotations import Document
from kg_docre.knowledge.relatives import CHILD, COUPLE, FATHER, HOLDS, MOTHER, SIBLING, SPOUSE, Facts
from kg_docre.knowledge.sayings import LINKS
from kg_docre.knowledge.words import beginnings, last_before, share_a_word

__all__ = ["Telling", "no_kin"]

_PARENTS: Facts = HOLDS["father"] | HOLDS["mother"]
_BLOOD = frozenset({FATHER, MOTHER, CHILD, SIBLING})
_ONE = dict.fromkeys(("father", "mother"), _BLOOD - {SIBLING}) | dict.fromkeys(("husband", "wife"), frozenset({SPOUSE}))
_MARRIED = frozenset({"married", "wed", "to"})
_BEFORE = frozenset("was is had has later also then first and".split())  # "he was later married to"
_LINKS = LINKS - {"and"}  # in no list, "the poet Ada and the painter Bo"
_FAR, _BESIDE = 6, 40  # words before a name, and between names


class Telling(NamedTuple):
    """That a sentence calls somebody another one's relative: what stands before the noun ("his"), and the noun."""

    sentence: int
    possessive: str
    noun: str
    called: int
    other: int


def no_kin(document: Document, tellings: Iterable[Telling], subject: int) -> dict[frozenset[int], frozenset[str]]:
    """Of pairs of people, whom no other sentence names both, which facts are none: of "Jane knew Ada, whose father was
    Bo" Jane is no child of Bo's, nor is Ole of "Ole's wife Ada, the daughter of Bo". "He" is the ``subject``."""
    found: dict[frozenset[int], frozenset[str]] = {}
    named = [{mention.sentence for mention in entity.mentions} for entity in document.entities]
    told: dict[int, list[Telling]] = defaultdict(list)
    for telling in tellings:
        told[telling.sentence].append(telling)
    people = _People(document, subject)
    for number, its in told.items():
        for one, other, labels in (*people.beside(number, its), *people.in_laws(number, its)):
            if one != other and named[one] & named[other] <= {number}:
                pair = frozenset((one, other))
                found[pair] = found.get(pair, frozenset()) | labels
    return found


class _People:
    """People of a document's sentences."""

    def __init__(self, document: Document, subject: int) -> None:
        self._document, self._words, self._subject = document, document.words, subject
        self._people = beginnings(document, {"PER"})
        self._ends = {end: number for number, end in self._people.values()}

    def _names(self, sentence: int) -> list[int]:
        """Where the names of a sentence begin."""
        return [place for place in range(*self._document.sentences[sentence]) if place in self._people]

    def beside(self, number: int, tellings: list[Telling]) -> Iterator[tuple[int, int, frozenset[str]]]:
        """Those whose name stands beside "Ada, whose father was Bo", but for "Eva and Ada, whose father was Bo"."""
        kin = {frozenset((telling.called, telling.other)) for telling in tellings}
        for _, possessive, noun, called, other in tellings:
            names = self._names(number) if possessive == "whose" and noun in _ONE else []
            last = next((place for place in names if self._people[place][0] == other), 0)
            is_friend = self._words[last - 1 : last] == ("of",) and self._words[last - 2] not in HOLDS
            for place in names[bisect(names, last - _BESIDE) : bisect(names, last + _BESIDE)]:
                one, end = self._people[place]
                is_listed = end < last and self._words[end] in ("and", ",") and _LINKS.isdisjoint(self._words[end:last])
                is_kin = frozenset((one, other)) in kin or share_a_word(self._document, one, called)
                if one not in (called, other) and not is_listed and not is_kin:
                    yield one, called, _ONE[noun]
                    if is_friend:  # "a friend of Ada, whose father was Bo"
                        yield one, other, _ONE["father"]

    def in_laws(self, number: int, tellings: list[Telling]) -> Iterator[tuple[int, int, frozenset[str]]]:
        """Those who are married to a child, or to a brother or a sister, of somebody."""
        spouses = defaultdict[int, set[int]](set)
        couples = [(telling.called, telling.other) for telling in tellings if HOLDS.get(telling.noun) == COUPLE]
        for one, other in (*couples, *self._married(number)):
            spouses[one].add(other)
            spouses[other].add(one)
        for _, _, noun, called, other in tellings:
            facts = HOLDS.get(noun, COUPLE)
            child, elder = (other, called) if facts <= _PARENTS else (called, other)
            for spouse in spouses[child] - {elder} if facts != COUPLE else ():
                yield spouse, elder, _BLOOD

    def _married(self, number: int) -> Iterator[tuple[int, int]]:
        """Couples of "Ole married Ada" or "he married Ada"."""
        words, first = self._words, self._document.sentences[number][0]
        for place in self._names(number):
            verb = last_before(words, place, _FAR, _MARRIED.__contains__)
            if {"married", "wed"}.isdisjoint(words[verb + 1 : place]) or verb < first:
                continue
            who = last_before(words, verb + 1, _FAR, _BEFORE.__contains__)
            one = self._ends.get(who + 1, self._subject if words[who] in ("he", "He", "she", "She") else -1)
            if one >= 0:
                yield one, self._people[place][0]
