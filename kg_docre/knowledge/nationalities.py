"""Of which country people are, as the words beside their names say."""

from __future__ import annotations

import re

from kg_docre.annotations import Document, Relation
from kg_docre.knowledge.words import (
    adjectives_passed_over,
    beginnings,
    behind_brackets,
    is_called_theirs,
    is_opponent,
    last_before,
)
from kg_docre.resolution.forms import country_name, is_demonym
from kg_docre.resolution.gazetteer import countries_of

__all__ = ["Nationalities", "is_named_citizen"]

_CITIZEN = "P27"
_BEFORE, _BEHIND = 5, 3  # words between a name and what country's somebody is
# something else begins, or is Swedish
_OTHERS = frozenset(
    """and or by with of from to for in on at the that which who but as film series show label band team club company
    magazine newspaper novel song album army forces troops police government embassy press public people""".split()
)
_LENGTHS = (4, 3, 2, 1)  # words of a country's name
_FOR = frozenset("for represent represents represented representing".split())
_IS_A = {(verb, article) for verb in ("is", "was") for article in ("a", "an")}
_NOT = {("language",), ("speaking",), ("born",)}  # "an English-language poet"
_VISITED = re.compile(
    r"\b(?:visit(?:s|ed|ing)?|tour(?:s|ed|ing)?|(?:trip|visit|journey|expedition)s? to|tours? (?:of|in)|"
    r"(?:travel(?:s|l?ed|l?ing)?|fl(?:y|ies|ew|ying)|journeyed) to|spent \w+ (?:years|months|weeks|days) in)(?: the)?$"
)
_FAR = 5  # words of these
_HOME = frozenset("childhood homeland native passport".split())  # somebody may go back there


class Nationalities:
    """Of which country a document says that people are: "the Swedish botanist Hedda Lindqvist", "Li Wenqi of China",
    "Åsa Thelin (Sweden)", "Paul Landowski (1875-1961) was a French-Polish sculptor"."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._known: dict[int, frozenset[str]] = {}
        self._people = beginnings(document, {"PER"})

    def agree(self, relation: Relation) -> bool | None:
        """Whether a fact about citizenship is one of a country that is named so. None where none is."""
        if relation.label != _CITIZEN:
            return None
        if relation.head not in self._known:
            self._known[relation.head] = self._countries(relation.head)
        said, told = self._known[relation.head], countries_of(self._document.entities[relation.tail].name)
        if told and not said:
            return False if self._is_foreign(relation.head, relation.tail) else None
        if not told:
            return None
        return not said.isdisjoint(told) or (None if is_named_citizen(self._document, relation.tail) else False)

    def _is_foreign(self, person: int, country: int) -> bool:
        """Whether a text names a country only as where somebody goes, and the person before that ("Ada will visit
        Kenya to meet Bo"), or as an opponent ("scored against Kenya")."""
        words, mentions = self._document.words, self._document.entities[country].mentions
        if not mentions or any(is_demonym(mention.name) for mention in mentions):
            return False
        if is_opponent(self._document, country, self._people):
            return True
        if not _HOME.isdisjoint(words) or any(is_called_theirs(words, m.end) for m in mentions):
            return False
        before = [" ".join(words[max(0, m.start - _FAR) : m.start]).lower() for m in mentions]
        first = min(mention.start for mention in mentions)
        is_named = any(mention.start < first for mention in self._document.entities[person].mentions)
        return is_named and all(map(_VISITED.search, before))

    def _countries(self, person: int) -> frozenset[str]:
        words, found = self._document.words, frozenset[str]()
        for mention in self._document.entities[person].mentions:
            place = last_before(words, mention.start, _BEFORE, _is_plain)
            found |= _nations(words, place)
            if words[max(0, place - 1) : place] == ("-",):
                found |= _nations(words, place - 2)
            place = behind_brackets(words, mention.end)
            if words[mention.end : mention.end + 1] == ("of",):
                names = [" ".join(words[mention.end + 1 : mention.end + 1 + length]) for length in _LENGTHS]
            else:  # "Li Wenqi (China)"
                names = [" ".join(words[mention.end + 1 : place - 1])]
            found |= next((countries_of(name) for name in names if country_name(name)), frozenset())
            place += words[place : place + 1] == (",",)
            if words[place : place + 2] in _IS_A:
                place = adjectives_passed_over(words, place + 2, _BEHIND)
                first = _nations(words, place)
                found |= first | (_nations(words, place + 2) if first else first)
        return found


def is_named_citizen(document: Document, country: int) -> bool:
    """Whether a text speaks of somebody's citizenship beside a country's name, or that they "ran for Jamaica": people
    may have several."""
    words = document.words
    for mention in document.entities[country].mentions:
        around = words[max(0, mention.start - _BEFORE) : mention.end + _BEHIND]
        is_for = not _FOR.isdisjoint(words[max(0, mention.start - 1) : mention.start])
        if is_for or any(word.lower().startswith(("citizen", "naturali", "nationalit", "passport")) for word in around):
            return True
    return False


def _is_plain(word: str) -> bool:
    """Whether it may stand between "Swedish" and a botanist's name: no verb, as far as its ending tells, and nothing
    that has people without being one."""
    return word == "-" or (word.islower() and word not in _OTHERS and not word.endswith("ed"))


def _nations(words: tuple[str, ...], place: int) -> frozenset[str]:
    """Countries of which "French" or "French-Polish" says that somebody is; none of "French-born"."""
    parts = words[place].split("-") if 0 <= place < len(words) else []
    goes_on = words[place + 1 : place + 2] == ("-",) and words[place + 2 : place + 3] in _NOT
    if goes_on or not all(map(is_demonym, parts)):
        return frozenset()
    return frozenset().union(*map(countries_of, parts))
