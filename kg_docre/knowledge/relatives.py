"""Nouns of kinship beside names: who is called whose relative in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from kg_docre.knowledge.words import POSSESSIVES

__all__ = [
    "CHILD",
    "COUPLE",
    "FAR",
    "FATHER",
    "HOLDS",
    "MEN",
    "MOTHER",
    "PRONOUNS",
    "SIBLING",
    "SPOUSE",
    "WOMEN",
    "Facts",
    "Sentence",
]

FATHER, MOTHER, SPOUSE, SIBLING, CHILD = "P22", "P25", "P26", "P3373", "P40"
# Facts about somebody who is called a wife, and the one whose wife that is: label, and whether the first is its head.
Facts = frozenset[tuple[str, bool]]
COUPLE: Facts = frozenset({(SPOUSE, True), (SPOUSE, False)})
HOLDS: dict[str, Facts] = {
    noun: facts
    for nouns, facts in (
        ("wife husband spouse widow widower consort", COUPLE),
        ("son daughter sons daughters child children", {(FATHER, True), (MOTHER, True), (CHILD, False)}),
        ("father", {(FATHER, False), (CHILD, True)}),
        ("mother", {(MOTHER, False), (CHILD, True)}),
        ("parent parents", {(FATHER, False), (MOTHER, False), (CHILD, True)}),
        (
            "brother sister brothers sisters half-brother half-sister twin sibling siblings",
            {(SIBLING, True), (SIBLING, False)},
        ),
    )
    for noun in nouns.split()
    for facts in (frozenset(facts),)
}
# relatives of whom no relation tells
FAR = frozenset(
    """uncle uncles aunt aunts nephew nephews niece nieces cousin cousins grandson grandsons granddaughter
    granddaughters grandchild grandchildren grandfather grandmother grandparents great-grandson great-granddaughter
    great-grandfather great-grandmother great-uncle great-aunt great-nephew great-niece stepson stepdaughter stepfather
    stepmother stepbrother stepsister godfather godmother godson goddaughter brother-in-law sister-in-law father-in-law
    mother-in-law son-in-law daughter-in-law""".split()
)
WOMEN = frozenset(
    """countess queen princess lady empress duchess mrs mrs. ms ms. miss noblewoman actress wife mother daughter sister
    widow archduchess baroness tsarina dame aunt niece""".split()
)
MEN = frozenset(
    """king prince duke emperor count lord sir mr mr. husband father son brother archduke baron tsar nobleman uncle
    nephew""".split()
)
_TITLES = frozenset("the saint st st. dr dr. general field marshal captain pope earl".split()) | WOMEN | MEN
PRONOUNS = frozenset({"his", "her", "their", "whose"})
_LINKS = frozenset({"of", "from", "to", "was", "were", "is", "are"})
_BREAKS = _LINKS | frozenset("and or by with for in on at who whom which that married".split()) | PRONOUNS
_LISTS = frozenset({"by", "and", ","})  # before "a daughter", one of several by whom somebody is survived
_IS = (("is",), ("was",))
_ADJECTIVES, _BETWEEN, _VERB = 3, 4, 6  # words between "his" and a noun, a noun and a name, "was" and a noun


class _Word(NamedTuple):
    """A word in lower case, where it begins and what comes behind it."""

    form: str
    start: int
    end: int


class Sentence:
    """A sentence of ``words``, in which ``people`` are by the word that a name begins with. "His" is also of whom a
    document is about: ``subject``."""

    def __init__(
        self, words: tuple[str, ...], start: int, end: int, people: dict[int, tuple[int, int]], subject: int
    ) -> None:
        self._text, self._end, self._people, self._subject = words, end, people, subject
        self._words = list(_compounds(words, start, end))
        self._names = [place for place in range(start, end) if place in people]
        self._before = {people[place][1]: place for place in self._names}  # of what comes behind a name
        self._introduced: set[int] = set()  # names of somebody's relatives
        self._called: dict[int, int] = {}  # where the nouns are that names of somebody's relatives stand behind

    def relatives(self) -> Iterator[tuple[str, str, int, int]]:
        """What stands before nouns ("his"), these, the person called so, and whose relative that is."""
        for place, noun in enumerate(self._words):
            if not place or (noun.form not in HOLDS and noun.form not in FAR):
                continue
            possessive = self._words[self._back(place, _ADJECTIVES, _BREAKS)]
            is_whose = possessive.form in PRONOUNS or possessive.form in POSSESSIVES
            name = self._is(noun.end) if is_whose and self._text[noun.end : noun.end + 1] in _IS else None
            name = self._behind(noun.end) if name is None else name
            if name is not None:
                if is_whose:
                    self._called[name] = noun.start
                for other in self._possessors(possessive, noun):
                    yield possessive.form, noun.form, self._people[name][0], other
                if possessive.form in PRONOUNS:
                    self._introduced.add(name)
            if self._text[noun.end : noun.end + 1] in (("of",), ("to",)):
                name, other_name = self._told_of(place), self._behind(noun.end + 1)
                if name is not None and other_name is not None:
                    yield "of", noun.form, self._people[name][0], self._people[other_name][0]

    def _behind(self, place: int) -> int | None:
        """The name that a noun before this place is about, or an "of": "uncle, the painter Bo"."""
        place += self._text[place : place + 1] == (",",)
        for start in range(place, min(place + _BETWEEN + 1, self._end)):
            word = self._text[start]
            if start in self._people:
                return start
            if word in _BREAKS or not (word.islower() or word.lower() in _TITLES):
                return None
        return None

    def _is(self, verb: int) -> int | None:
        """The name that somebody is: "whose father was the painter Bo"; none where that is another's, "Bo's friend"."""
        name = self._behind(verb + 1)
        behind = self._people[name][1] if name is not None else verb
        return name if POSSESSIVES.isdisjoint(self._text[behind : behind + 1]) else None

    def _back(self, place: int, most: int, breaks: frozenset[str]) -> int:
        """The first word before a noun that is no adjective."""
        for before in range(place - 1, max(place - 1 - most, 0), -1):
            word = self._words[before]
            if word.form in breaks or not word.form[:1].isalpha() or word.start in self._people:
                return before
        return max(place - 1 - most, 0)

    def _possessors(self, possessive: _Word, noun: _Word) -> set[int]:
        """Whose relative it may be whom a noun is about."""
        if possessive.form in POSSESSIVES and possessive.start in self._before:
            return {self._people[self._before[possessive.start]][0]}
        if possessive.form in _LISTS and (end := self._survived()) < noun.start:
            before = [self._people[name][0] for name in self._names if name < end]
            return {*before[:1], self._subject}
        if possessive.form not in PRONOUNS:
            return set()
        names = [name for name in self._names if name < noun.start]
        link = self._text[max(0, possessive.start - 2) : possessive.start]
        joined = link[-1:] in (("and",), ("by",)) or link == ("and", "of")
        if possessive.form == "whose" or (names and joined and HOLDS.get(noun.form) == COUPLE):
            return {self._people[name][0] for name in names[-1:]}  # "the son of Bo and his wife Ada"
        others = [self._people[name][0] for name in names if name not in self._introduced]
        if possessive.form == "their":
            return set(others) if noun.form in FAR else set()
        return {*others[:1], self._subject}

    def _survived(self) -> int:
        """Where the sentence says by whom somebody is survived, else its end."""
        said = (word.start for word, by in pairwise(self._words) if (word.form, by.form) == ("survived", "by"))
        return next(said, self._end)

    def _told_of(self, place: int) -> int | None:
        """The name before "…, widow of" or "… was the widow of"; none where that is about a name's relative itself, or
        a clause ends there: "Ada, whose father was Bo, is the widow of"."""
        first = self._back(place, _BETWEEN, _BREAKS - _LINKS)
        before, is_verb = self._words[first], self._has_verb(self._words[first].end, self._words[place].start)
        if before.form in (",", "(") and before.start in self._before:
            name = self._before[before.start]
            since = max((word.start for word in self._words if word.form == ";" and word.start < name), default=-1)
            nouns = (word.start for word in self._words if word.form in HOLDS or word.form in FAR)
            called = self._called.get(name)  # "his wife Ada, daughter of"
            if is_verb and called is not None and self._has_verb(called, name):
                return None
            return None if any(since < noun < name and noun != called for noun in nouns) else name
        verbs = [
            word.start for word in self._words[max(0, place - _VERB) : place] if word.form in ("was", "is", "were")
        ]
        return self._before.get(verbs[-1]) if verbs else None

    def _has_verb(self, start: int, end: int) -> bool:
        return any((word,) in _IS for word in self._text[start:end])


def _compounds(words: tuple[str, ...], start: int, end: int) -> Iterator[_Word]:
    """Words of a sentence, "son - in - law" as one."""
    place = start
    while place < end:
        form, first = words[place], place
        while place + 2 < end and words[place + 1] == "-":
            place += 2
            form += f"-{words[place]}"
        place += 1
        yield _Word(form.lower(), first, place)
