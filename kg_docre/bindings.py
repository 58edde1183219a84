"""What stands beside a name is said of it: dates in the brackets behind, and of which country somebody is."""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from functools import cached_property

from kg_docre.annotations import Document, Relation
from kg_docre.resolution.forms import country_name, is_demonym
from kg_docre.resolution.gazetteer import countries_of

__all__ = ["BracketedDates", "Nationalities"]

_DATES = frozenset({"P569", "P570", "P577"})  # of birth, of death, of publication
_FAR = 14  # words from an opening bracket to a date in it
_CITIZEN = "P27"
_BEFORE, _BEHIND = 5, 3  # words between a name and what country's somebody is
# something else begins, or is Swedish
_OTHERS = frozenset(
    """and or by with of from to for in on the that which who but as film series show label band team club company
    magazine newspaper novel song album army forces troops police government embassy press public people""".split()
)
_LENGTHS = (4, 3, 2, 1)  # words of a country's name
_IS_A = {(verb, article) for verb in ("is", "was") for article in ("a", "an")}
_NOT = {("language",), ("speaking",), ("born",)}  # "an English-language poet"


class BracketedDates:
    """Dates that a document has only in brackets behind names: they are those names'. "Ada Berg (1801-1855), brother of
    Bo Berg (1805-1871)", "Kushi (2000), New (2004)"."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def agree(self, relation: Relation) -> bool | None:
        """Whether a fact about a date is one of a thing that it stands behind. None where it stands elsewhere too, or
        the names share a word and may well be one thing's."""
        if relation.label not in _DATES:
            return None
        entities = self._document.entities
        owners = self._owners.get(relation.tail, set())
        if relation.label != "P577":
            owners = {owner for owner in owners if entities[owner].type == "PER"}
        if not owners:
            return None
        if relation.head in owners:
            return True
        words = self._words(relation.head)
        return False if all(words.isdisjoint(self._words(owner)) for owner in owners) else None

    @cached_property
    def _owners(self) -> dict[int, set[int]]:
        """Of every date in brackets alone, where no other name is between, the entities behind which these are."""
        words, entities = self._document.words, self._document.entities
        ends: dict[int, set[int]] = defaultdict(set)
        named: list[int] = []  # words that names of other things than times and numbers begin with
        for number, entity in enumerate(entities):
            for mention in entity.mentions:
                ends[mention.end].add(number)
                named += [mention.start] * (entity.type not in ("TIME", "NUM"))
        named.sort()

        def behind(start: int) -> set[int]:
            opening = _opening(words, start)
            return set() if bisect(named, opening) < bisect(named, start) else ends.get(opening, set())

        found: dict[int, set[int]] = {}
        for number, entity in enumerate(entities):
            if entity.type == "TIME":
                owners = [behind(mention.start) for mention in entity.mentions]
                found[number] = set().union(*owners) if all(owners) else set()
        return found

    def _words(self, number: int) -> set[str]:
        names = (mention.name for mention in self._document.entities[number].mentions)
        return {word for name in names for word in name.casefold().replace("-", " ").split() if len(word) > 2}


class Nationalities:
    """Of which country a document says that people are: "the Swedish botanist Hedda Lindqvist", "Li Wenqi of China",
    "Paul Landowski (1875-1961) was a French-Polish sculptor"."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._known: dict[int, frozenset[str]] = {}

    def agree(self, relation: Relation) -> bool | None:
        """Whether a fact about citizenship is one of a country that is named so. None where none is."""
        if relation.label != _CITIZEN:
            return None
        if relation.head not in self._known:
            self._known[relation.head] = self._countries(relation.head)
        said, told = self._known[relation.head], countries_of(self._document.entities[relation.tail].name)
        return not said.isdisjoint(told) if said and told else None

    def _countries(self, person: int) -> frozenset[str]:
        words, found = self._document.words, frozenset[str]()
        for mention in self._document.entities[person].mentions:
            place = mention.start - 1
            while place >= max(0, mention.start - _BEFORE) and _is_plain(words[place]):
                place -= 1
            found |= _nations(words, place)
            if words[max(0, place - 1) : place] == ("-",):
                found |= _nations(words, place - 2)
            if words[mention.end : mention.end + 1] == ("of",):
                names = (" ".join(words[mention.end + 1 : mention.end + 1 + length]) for length in _LENGTHS)
                found |= next((countries_of(name) for name in names if country_name(name)), frozenset())
            place = _behind_brackets(words, mention.end)
            place += words[place : place + 1] == (",",)
            if words[place : place + 2] in _IS_A:
                place += 2
                end = place + _BEHIND
                while place < end and words[place : place + 1] and words[place].islower():
                    place += 1
                first = _nations(words, place)
                found |= first | (_nations(words, place + 2) if first else first)
        return found


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


def _behind_brackets(words: tuple[str, ...], place: int) -> int:
    """The place, or what follows the brackets that begin there."""
    if words[place : place + 1] == ("(",) and ")" in words[place : place + 2 * _FAR]:
        return words.index(")", place) + 1
    return place


def _opening(words: tuple[str, ...], start: int) -> int:
    """The word that opens the brackets which this one is in; -1 if there are none."""
    for place in range(start - 1, max(-1, start - 1 - _FAR), -1):
        if words[place] == "(":
            return place
        if words[place] == ")":
            return -1
    return -1
