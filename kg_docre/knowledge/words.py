"""Words around names."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container, Mapping

from kg_docre.annotations import Document

__all__ = [
    "FOUNDED",
    "LISTED",
    "POSSESSIVES",
    "adjectives_passed_over",
    "beginnings",
    "behind_brackets",
    "is_called_theirs",
    "is_its",
    "is_opponent",
    "last_before",
    "listed_before",
    "listed_behind",
    "passed_over",
    "share_a_word",
]

FOUNDED = frozenset("founded established formed incorporated created launched".split())
LISTED = frozenset({",", "and", "&"})  # stand between names
POSSESSIVES = frozenset({"'s", "’s", "'", "’"})
_FAR = 28  # words that brackets behind a name may have
_OPPOSED = re.compile(r"(?:.* )?(?:against|beat(?:s|ing)?|defeat(?:s|ed|ing)?)(?: the)?", re.I)
_POST = 2  # words between a team's name and its player's: "Kenya captain Ada"
_NO_POST = frozenset("and as before but by for from in on to when where while who with".split())


def behind_brackets(words: tuple[str, ...], place: int) -> int:
    """The place, or what follows the brackets that begin there."""
    if words[place : place + 1] == ("(",) and ")" in words[place : place + _FAR]:
        return words.index(")", place) + 1
    return place


def passed_over(words: tuple[str, ...], place: int, between: Container[str]) -> int:
    """The place of the first word from there on that is none of those ``between`` a name and what is said of it."""
    while words[place : place + 1] and words[place] in between:
        place += 1
    return place


def adjectives_passed_over(words: tuple[str, ...], place: int, most: int) -> int:
    """The place of the first word from there on, behind so many at most, that is written with a capital."""
    end = place + most
    while place < end and words[place : place + 1] and words[place].islower():
        place += 1
    return place


def last_before(words: tuple[str, ...], place: int, far: int, plain: Callable[[str], bool]) -> int:
    """The place of the last word before this one that is not ``plain``, or that is further than ``far`` words."""
    last = place - 1
    while last >= max(0, place - far) and plain(words[last]):
        last -= 1
    return last


def beginnings(document: Document, types: Container[str]) -> dict[int, tuple[int, int]]:
    """Of every word that a mention of these types begins with, the entity's number and the word behind the mention."""
    return {
        mention.start: (number, mention.end)
        for number, entity in enumerate(document.entities)
        if entity.type in types
        for mention in entity.mentions
    }


def listed_behind(words: tuple[str, ...], place: int, people: Mapping[int, tuple[int, int]]) -> set[int]:
    """Who is named from a place on: "Ada (60), Bo and Cy"; ``people`` are as :func:`beginnings` are."""
    found = set()
    while place in people:
        number, end = people[place]
        found.add(number)
        place = behind_brackets(words, end)
        place += not LISTED.isdisjoint(words[place : place + 1])
    return found


def listed_before(words: tuple[str, ...], place: int, ends: Mapping[int, tuple[int, int]]) -> set[int]:
    """Who is named up to a place; ``ends`` are those of names, with the entity's number and where the name begins."""
    found = set()
    while place in ends:
        number, start = ends[place]
        found.add(number)
        place = start - 1 if start and words[start - 1] in LISTED else -1
    return found


def share_a_word(document: Document, first: int, second: int) -> bool:
    """Whether two entities have a word of three letters in common, and may well be one thing."""
    return not _words(document, first).isdisjoint(_words(document, second))


def is_its(document: Document, thing: int, owners: Collection[int]) -> bool | None:
    """Whether what a text says to be the ``owners``' is a thing's: not where it is others', which share no word with
    it. None where there are none, or there is no telling."""
    if not owners:
        return None
    if thing in owners:
        return True
    return None if any(share_a_word(document, thing, owner) for owner in owners) else False


def is_opponent(document: Document, number: int, people: Container[int]) -> bool:
    """Whether a text names a team or a country only as whom others play or fight: "against Kenya", not "against Kenya's
    team", "against Kenya captain Ada" nor "against Kenya, her old team". ``people`` holds where their names begin."""
    words, mentions = document.words, document.entities[number].mentions
    return bool(mentions) and all(
        _OPPOSED.fullmatch(" ".join(words[max(0, mention.start - 2) : mention.start]))
        and POSSESSIVES.isdisjoint(words[mention.end : mention.end + 1])
        and not is_called_theirs(words, mention.end)
        and (adjectives_passed_over(words, mention.end, _POST) not in people or words[mention.end] in _NO_POST)
        for mention in mentions
    )


def is_called_theirs(words: tuple[str, ...], end: int) -> bool:
    """Whether a name is followed by whose that is: ", her old team", ", his homeland"."""
    return words[end : end + 1] == (",",) and words[end + 1 : end + 2] in (("his",), ("her",), ("their",))


def _words(document: Document, number: int) -> set[str]:
    names = (mention.name for mention in document.entities[number].mentions)
    return {word for name in names for word in name.casefold().replace("-", " ").split() if len(word) > 2}
