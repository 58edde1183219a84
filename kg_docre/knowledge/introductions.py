"""Names that stand behind what somebody is to another one: "his elder brother, the painter Bo"."""

from __future__ import annotations

from kg_docre.annotations import Document, Mention
from kg_docre.knowledge.relatives import FAR, HOLDS
from kg_docre.knowledge.sayings import LINKS
from kg_docre.knowledge.words import POSSESSIVES, beginnings
from kg_docre.names import ARTICLES, TITLES

__all__ = ["Introductions"]

_KIN = HOLDS.keys() | FAR
_OTHERS = frozenset(
    """friend teacher mentor pupil student colleague partner companion lover mistress fiancé fiancée successor
    predecessor assistant secretary rival teammate guardian patron""".split()
)
_WHOSE = frozenset("his her their its whose".split())
_ONE_OF = ARTICLES | {"another", "one"}
_CLAUSES = frozenset({";", "while", "but", "whereas"})  # begin one
_TRADE, _ADJECTIVES = 4, 3  # words of "the great Norwegian painter", and before "brother"
_IN_LAW = ("-", "in", "-", "law")


class Introductions:
    """Who is introduced as somebody's relative, or friend: "Her husband, Bo", "Ada's brother, the painter Bo", "a
    daughter of Bo", "Bo, his son"."""

    def __init__(self, document: Document) -> None:
        self._words, self._sentences = document.words, document.sentences
        self._people = beginnings(document, {"PER"})
        self._ends = {end: start for start, (_, end) in self._people.items()}

    def is_relative(self, mention: Mention) -> bool:
        """Whether it is said there that this is somebody's relative, or friend."""
        first = self._sentences[mention.sentence][0]
        noun = self._noun(first, mention.start)
        if noun >= 0:
            return self._words[noun + 1] == "of" or self._whose(first, noun) >= 0
        words, place = self._words, mention.end + 1
        if words[mention.end : place] != (",",) or "".join(words[place : place + 1]).lower() not in _WHOSE:
            return False
        return any(word in _KIN for word in words[place + 1 : place + 2 + _ADJECTIVES])

    def is_subject(self, mention: Mention) -> bool:
        """Whether a clause begins with that."""
        first = self._sentences[mention.sentence][0]
        noun = self._noun(first, mention.start)
        if noun < 0 or self._words[noun + 1] == "of":
            return False
        begin = self._whose(first, noun, _WHOSE | _ONE_OF)
        is_clause = self._words[begin] == "whose" or self._words[begin - 1] in _CLAUSES
        return begin == first or (begin > first and is_clause)

    def _noun(self, first: int, start: int) -> int:
        """The last word of "brother, the painter", "brother, Captain", "son of Dr." before a name; -1 without any."""
        words, place = self._words, start
        while place - 1 > first and words[place - 1].lower().rstrip(".") in TITLES - _KIN:
            place -= 1
        for article in range(place - 1, max(first, place - 2 - _TRADE), -1):
            if words[article] in ARTICLES:
                place = article
            if not words[article].islower() or words[article] in LINKS | ARTICLES | _KIN:
                break
        place -= words[place - 1] in (",", "of")
        noun = place - 1 - len(_IN_LAW) * (words[max(0, place - len(_IN_LAW)) : place] == _IN_LAW)
        return place - 1 if noun >= first and words[noun].lower() in _KIN | _OTHERS else -1

    def _whose(self, first: int, noun: int, begin: frozenset[str] = _WHOSE) -> int:
        """Where "his elder brother" begins, or "Ada's"; -1 where it is nobody's."""
        words = self._words
        for place in range(noun - 1, max(first - 1, noun - 2 - _ADJECTIVES - len(_IN_LAW)), -1):
            if words[place].lower() in begin:
                return place
            if words[place] in POSSESSIVES:
                return self._ends.get(place, -1)
            if not (words[place].islower() or words[place] == "-" or place == first) or place in self._people:
                return -1
        return -1
