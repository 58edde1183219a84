"""Who is whose relative, as nouns beside names say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

from kg_docre.annotations import Document, Relation
from kg_docre.knowledge.words import POSSESSIVES, beginnings

__all__ = ["Kin"]

_FATHER, _MOTHER, _SPOUSE, _SIBLING, _CHILD = "P22", "P25", "P26", "P3373", "P40"
_LABELS = frozenset({_FATHER, _MOTHER, _SPOUSE, _SIBLING, _CHILD})
# Facts about somebody who is called a wife, and the one whose wife that is: label, and whether the first is its head.
_Facts = frozenset[tuple[str, bool]]
_COUPLE: _Facts = frozenset({(_SPOUSE, True), (_SPOUSE, False)})
_HOLDS: dict[str, _Facts] = {
    noun: facts
    for nouns, facts in (
        ("wife husband spouse widow widower consort", _COUPLE),
        ("son daughter sons daughters child children", {(_FATHER, True), (_MOTHER, True), (_CHILD, False)}),
        ("father", {(_FATHER, False), (_CHILD, True)}),
        ("mother", {(_MOTHER, False), (_CHILD, True)}),
        ("parent parents", {(_FATHER, False), (_MOTHER, False), (_CHILD, True)}),
        (
            "brother sister brothers sisters half-brother half-sister twin sibling siblings",
            {(_SIBLING, True), (_SIBLING, False)},
        ),
    )
    for noun in nouns.split()
    for facts in (frozenset(facts),)
}
# relatives of whom no relation tells
_FAR = frozenset(
    """uncle uncles aunt aunts nephew nephews niece nieces cousin cousins grandson grandsons granddaughter
    granddaughters grandchild grandchildren grandfather grandmother grandparents great-grandson great-granddaughter
    great-grandfather great-grandmother great-uncle great-aunt great-nephew great-niece stepson stepdaughter stepfather
    stepmother stepbrother stepsister godfather godmother godson goddaughter brother-in-law sister-in-law father-in-law
    mother-in-law son-in-law daughter-in-law""".split()
)
_WOMEN = frozenset(
    """countess queen princess lady empress duchess mrs mrs. ms ms. miss noblewoman actress wife mother daughter sister
    widow archduchess baroness tsarina dame aunt niece""".split()
)
_MEN = frozenset(
    """king prince duke emperor count lord sir mr mr. husband father son brother archduke baron tsar nobleman uncle
    nephew""".split()
)
_TITLES = frozenset("the saint st st. dr dr. general field marshal captain pope earl".split()) | _WOMEN | _MEN
_PRONOUNS = frozenset({"his", "her", "their", "whose"})
_LINKS = frozenset({"of", "from", "to", "was", "were", "is", "are"})
_BREAKS = _LINKS | frozenset("and or by with for in on at who whom which that married".split()) | _PRONOUNS
_ADJECTIVES, _BETWEEN, _VERB = 3, 4, 6  # words between "his" and a noun, a noun and a name, "was" and a noun
_WEDDING = ("marri", "marry", "wed", "consort", "bride", "spous", "adopt")
_STOPS = frozenset({",", ".", ";", ")"})
# of whom else than "Sister Ada" it may be misread that they are relatives: label, and whether that is its head
_MISREAD: dict[str, _Facts] = {
    **dict.fromkeys(("Sister", "Brother"), frozenset({(_SIBLING, True), (_SIBLING, False)})),
    "Father": frozenset({(_FATHER, False), (_CHILD, True)}),
    "Mother": frozenset({(_MOTHER, False), (_CHILD, True)}),
}
_OF_THE_OTHER = {"his": "woman", "her": "man"}


class Kin:
    """Relatives by name: "Ada's uncle Bo Berg", "Bo Berg, husband of Ada", "his cousin Bo"; women are nobody's father
    and men nobody's mother; nor is "Sister Ada", with a capital, anybody's sister for that."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def agree(self, relation: Relation) -> bool | None:
        """Whether a fact about relatives is what nouns say of the two. None where they say nothing."""
        if relation.label not in _LABELS:
            return None
        if self._sexes.get(relation.tail) == {_FATHER: "woman", _MOTHER: "man"}.get(relation.label, ""):
            return False
        pair = frozenset((relation.head, relation.tail))
        told = self._told.get(pair)
        if not told and any(
            (relation.label, end == relation.head) in self._titled.get(end, ())
            for end in (relation.head, relation.tail)
        ):
            return False
        if not told or (relation.label != _SIBLING and pair in self._weddings):
            return None
        return any((relation.label, relation.head == called) in facts for called, facts in told)

    @cached_property
    def _people(self) -> dict[int, tuple[int, int]]:
        return beginnings(self._document, {"PER"})

    @cached_property
    def _sexes(self) -> dict[int, str]:
        """Of people whose titles are all a man's or all a woman's, which."""
        found = {}
        for number, entity in enumerate(self._document.entities):
            if entity.type == "PER":
                said = [self._titles(mention.start, mention.end) for mention in entity.mentions]
                woman, man = (any(map(titles.intersection, said)) for titles in (_WOMEN, _MEN))
                if woman != man:
                    found[number] = "woman" if woman else "man"
        return found

    def _titles(self, start: int, end: int) -> set[str]:
        """The first word of a name of several, and the word before, but for "the", and for a comma where another one
        follows: "his wife, the painter"."""
        words = self._document.words
        titles = {words[start].lower()} if end - start > 1 else set()
        place = start - 1 - (words[max(0, start - 1) : start] == ("the",))
        if words[max(0, place) : place + 1] == (",",) and (words[end : end + 1] or (".",))[0] in _STOPS:
            place -= 1
        return titles | ({words[place].lower()} if place >= 0 else set())

    @cached_property
    def _titled(self) -> dict[int, _Facts]:
        """What whoever is called "Sister" or "Father" by way of a title is not by that: within a sentence, and neither
        behind "her" nor behind a capital, "Founding Father"."""
        words, starts, found = self._document.words, {start for start, _ in self._document.sentences}, {}
        for place, (number, end) in self._people.items():
            for title in (place, place - 1):
                if title > 0 and title not in starts and end - title > 1 and words[title] in _MISREAD:
                    before = words[title - 1]
                    if not (before[:1].isupper() or before in _PRONOUNS or before in POSSESSIVES):
                        found[number] = _MISREAD[words[title]]
        return found

    @cached_property
    def _weddings(self) -> set[frozenset[int]]:
        """Pairs that a sentence names in which somebody marries or is adopted: relatives are, too."""
        found: set[frozenset[int]] = set()
        people = self._people
        for start, end in self._document.sentences:
            if any(word.lower().startswith(_WEDDING) for word in self._document.words[start:end]):
                named = {people[place][0] for place in range(start, end) if place in people}
                found.update(map(frozenset, combinations(named, 2)))
        return found

    @cached_property
    def _told(self) -> dict[frozenset[int], list[tuple[int, _Facts]]]:
        """Of two people who is called a relative of the other one, and which facts that allows."""
        found: dict[frozenset[int], list[tuple[int, _Facts]]] = defaultdict(list)
        people = self._people
        counts = Counter(number for number, _ in people.values())
        for start, end in self._document.sentences if len(counts) > 1 else ():
            sentence = _Sentence(self._document.words, start, end, people, counts.most_common(1)[0][0])
            for possessive, noun, called, other in sentence.relatives():
                if called != other and self._sexes.get(other, "") != _OF_THE_OTHER.get(possessive, "neither"):
                    found[frozenset((called, other))].append((called, _HOLDS.get(noun, frozenset())))
        return found


class _Word(NamedTuple):
    """A word in lower case, where it begins and what comes behind it."""

    form: str
    start: int
    end: int


class _Sentence:
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

    def relatives(self) -> Iterator[tuple[str, str, int, int]]:
        """What stands before nouns ("his"), these, the person called so, and whose relative that is."""
        for place, noun in enumerate(self._words):
            if not place or (noun.form not in _HOLDS and noun.form not in _FAR):
                continue
            name, possessive = self._behind(noun.end), self._words[self._back(place, _ADJECTIVES, _BREAKS)]
            if name is not None:
                for other in self._possessors(possessive, noun):
                    yield possessive.form, noun.form, self._people[name][0], other
                if possessive.form in _PRONOUNS:
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
        if possessive.form not in _PRONOUNS:
            return set()
        names = [name for name in self._names if name < noun.start]
        joined = "".join(self._text[possessive.start - 1 : possessive.start]) in ("and", "by")
        if possessive.form == "whose" or (names and joined and _HOLDS.get(noun.form) == _COUPLE):
            return {self._people[name][0] for name in names[-1:]}  # "the son of Bo and his wife Ada"
        others = [self._people[name][0] for name in names if name not in self._introduced]
        if possessive.form == "their":
            return set(others) if noun.form in _FAR else set()
        return {*others[:1], self._subject}

    def _told_of(self, place: int) -> int | None:
        """The name before "…, widow of" or "… was the widow of"; none where that is about a name's relative itself."""
        before = self._words[self._back(place, _BETWEEN, _BREAKS - _LINKS)]
        if before.form in (",", "(") and before.start in self._before:
            name = self._before[before.start]
            since = max((word.start for word in self._words if word.form == ";" and word.start < name), default=-1)
            nouns = (word.start for word in self._words if word.form in _HOLDS or word.form in _FAR)
            return None if any(since < noun < name for noun in nouns) else name
        verbs = [
            word.start for word in self._words[max(0, place - _VERB) : place] if word.form in ("was", "is", "were")
        ]
        return self._before.get(verbs[-1]) if verbs else None


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
