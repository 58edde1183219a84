"""Who is not married to whom, since each sentence about their weddings is of somebody else's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from kg_docre.annotations import Document
from kg_docre.knowledge.introductions import Introductions
from kg_docre.knowledge.no_kin import Telling
from kg_docre.knowledge.relatives import COUPLE, HOLDS, PRONOUNS
from kg_docre.knowledge.words import POSSESSIVES, beginnings

__all__ = ["Couples", "is_of_weddings"]

_WEDDING = ("marri", "marry", "wed", "consort", "bride", "spous", "adopt")
_NOUNS = frozenset(noun for noun, facts in HOLDS.items() if facts == COUPLE)
_MARRIED = frozenset("married marries wed weds".split())
_SEXES = dict.fromkeys(("she", "her"), "woman") | dict.fromkeys(("he", "his", "him"), "man")
_NO_SUBJECT = POSSESSIVES | HOLDS.keys() | PRONOUNS | {"he", "she", "they", "whom", ";", "by"}
_NO_OBJECT = POSSESSIVES | {"to"}  # behind a name: "married Bo's son", "married Ada to his son"
_BEFORE_NAME = frozenset("to the a an his her their fellow".split())
_OBJECT, _DATE = 6, 4  # words from "married" to a name, and of "In May 1927"


def is_of_weddings(words: Iterable[str]) -> bool:
    """Whether in a sentence of these words somebody marries, or is adopted."""
    return any(word.lower().startswith(_WEDDING) and word != "Wednesday" for word in words)


class Couples:
    """Of "Eva married Bo" Bo is no husband of Ada's, unless she may be the "she" whom he marries somewhere else."""

    def __init__(self, document: Document, tellings: Iterable[Telling], sex: Callable[[int], str]) -> None:
        self._document, self._words, self._sex = document, document.words, sex
        self._people = beginnings(document, {"PER"})
        self._introductions = Introductions(document)
        self._named: dict[int, set[int]] = defaultdict(set)  # sentences, by person
        for number, entity in enumerate(document.entities):
            if entity.type == "PER":
                self._named[number] = {mention.sentence for mention in entity.mentions}
        somewhere = {sentence for sentences in self._named.values() for sentence in sentences}
        unnamed = {*range(len(document.sentences))} - somewhere
        self._is_anybody = any(self._is_wedding(sentence) for sentence in unnamed)  # "He married again"
        self._kin: set[frozenset[int]] = set()
        self._sure: dict[int, list[frozenset[int]]] = defaultdict(list)  # couples, by sentence
        for sentence, possessive, noun, called, other in tellings:
            if noun not in _NOUNS:
                self._kin.add(frozenset((called, other)))
            elif possessive not in PRONOUNS:
                self._sure[sentence].append(frozenset((called, other)))
        for sentence, (start, end) in enumerate(document.sentences):
            for one, other in self._married(sentence, start, end):
                self._sure[sentence].append(frozenset((one, other)))

    def excludes(self, one: int, other: int) -> bool:
        """Whether the two can't be a couple."""
        if self._is_anybody:
            return False
        sentences = self._named[one] | self._named[other]
        weddings = {sentence for sentence in sentences if self._is_wedding(sentence)}
        both = self._named[one] & self._named[other]
        said = {self._may_be(one, other, sentence) for sentence in weddings}
        return both <= weddings and False in said and True not in said

    def _may_be(self, one: int, other: int, sentence: int) -> bool | None:
        """Whether a sentence about weddings may be of these two; None where one of them is not named until later."""
        named = [number for number in (one, other) if sentence in self._named[number]]
        couples = [couple for couple in self._sure[sentence] if not couple.isdisjoint(named)]
        if frozenset((one, other)) in couples:
            return True
        if len(named) == 2:
            return not any(self._is_in_law(couple, one, other) for couple in couples)
        (missing,) = {one, other} - {*named}
        if couples:
            return any(self._are_alike(missing, spouse) for couple in couples for spouse in couple - {*named})
        if min(self._named[missing], default=sentence) > sentence:
            return None
        start, end = self._document.sentences[sentence]
        sexes = {_SEXES[word.lower()] for word in self._words[start:end] if word.lower() in _SEXES}
        return len(sexes) != 1 or self._sex(missing) in (*sexes, "")

    def _are_alike(self, one: int, other: int) -> bool:
        """Whether one's name is a part of the other's, and the two may be one."""
        first, second = ({*self._document.entities[number].name.casefold().split()} for number in (one, other))
        return first <= second or second <= first

    def _is_in_law(self, couple: frozenset[int], one: int, other: int) -> bool:
        """Whether one is of that couple, and the other one a relative of his wife's or her husband's."""
        pair = {one, other}
        return any(frozenset((spouse, number)) in self._kin for spouse in couple - pair for number in pair - couple)

    def _is_wedding(self, sentence: int) -> bool:
        start, end = self._document.sentences[sentence]
        words = self._words[start:end]
        return is_of_weddings(words) or not _NOUNS.isdisjoint(word.lower() for word in words)

    def _married(self, sentence: int, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Couples of "Ada married Bo", and of "He married Ada" behind a sentence that begins with a name."""
        for verb in range(start, end):
            if self._words[verb] not in _MARRIED:
                continue
            place = verb + 1
            while place < min(end, verb + _OBJECT) and place not in self._people and self._is_before_name(place):
                place += 1
            if place not in self._people:
                continue
            number, behind = self._people[place]
            subject = self._subject(sentence, verb)
            if subject not in (-1, number) and _NO_OBJECT.isdisjoint(self._words[behind : behind + 1]):
                yield subject, number

    def _is_before_name(self, place: int) -> bool:
        word = self._words[place]
        return word in _BEFORE_NAME or (word.rstrip(".").isalpha() and word not in _NO_SUBJECT | {"and", "in", "who"})

    def _subject(self, sentence: int, verb: int) -> int:
        """Who marries there; -1 if there is no telling."""
        start = self._document.sentences[sentence][0]
        names = [place for place in range(start, verb) if place in self._people]
        if not names:
            return self._pronoun(sentence) if _NO_SUBJECT.isdisjoint(self._words[start + 1 : verb]) else -1
        number, end = self._people[names[-1]]
        if not _NO_SUBJECT.isdisjoint(self._words[end:verb]):
            return -1
        mentions = self._document.entities[number].mentions
        mention = next(mention for mention in mentions if mention.start == names[-1])
        before = self._words[start : mention.start]
        is_first = not before or (before[0] == "In" and len(before) < _DATE)
        return number if is_first or self._introductions.is_subject(mention) else -1

    def _pronoun(self, sentence: int) -> int:
        """Of whom a sentence's first "he" is: with whose name the last one begins that does not begin so, and that, as
        those between, names nobody else; -1 if there is no telling."""
        words, sentences = self._words, self._document.sentences
        pronoun = words[sentences[sentence][0]]
        while pronoun in ("He", "She") and sentence > 0 and words[sentences[sentence][0]] == pronoun:
            sentence -= 1
            people = {self._people[place][0] for place in range(*sentences[sentence]) if place in self._people}
            if len(people) > 1:
                return -1
        return self._people.get(sentences[sentence][0], (-1, 0))[0]
