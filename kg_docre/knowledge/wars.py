"""Who was at war when, as the years beside names say."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache, cached_property

from kg_docre.annotations import Document, Relation
from kg_docre.knowledge.words import behind_brackets
from kg_docre.names import normalize_name

__all__ = ["Wars"]

# conflict, participant in and part of, of people and battles; participant and has part, of wars
_HEADS, _TAILS = frozenset({"P607", "P1344", "P361"}), frozenset({"P710", "P527"})
_PARTS = frozenset({"P361", "P527"})  # are battles, of which "In World War II she" says nothing
_YEARS = {
    **dict.fromkeys(("world war i", "first world war", "great war", "wwi"), (1914, 1918)),
    **dict.fromkeys(("world war ii", "second world war", "wwii"), (1939, 1945)),
    **{"thirty years war": (1618, 1648), "english civil war": (1642, 1651), "seven years war": (1756, 1763)},
    **dict.fromkeys(("american revolutionary war", "american war of independence"), (1775, 1783)),
    **{"war of 1812": (1812, 1815), "crimean war": (1853, 1856), "american civil war": (1861, 1865)},
    **{"franco prussian war": (1870, 1871), "spanish american war": (1898, 1898), "russo japanese war": (1904, 1905)},
    **{"spanish civil war": (1936, 1939), "korean war": (1950, 1953), "vietnam war": (1955, 1975)},
}
_YEAR = re.compile(r"\b(?:1\d{3}|20[0-2]\d)\b")
_VETERANS = frozenset("veteran veterans survivor survivors decorated medal medals bravery retired".split())
_AROUND = 1  # years before and after a war that may belong to it
# what may stand for a name from the sentence before
_PRONOUNS = {
    "PER": frozenset("he she his her him who they their".split()),
    "MISC": frozenset("it its she her they their boat cruiser destroyer ship submarine vessel".split()),
}


class Wars:
    """People and battles that a document names only beside years in which a war was not, nor with the war, were not
    part of it: "In 1815 it charged under James Pye. In World War II …". An army may have been in all wars."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._when = cache(self._war)

    def agree(self, relation: Relation) -> bool | None:
        """False of what was at another time than a war, else None."""
        if relation.label in _HEADS:
            thing, war = relation.head, relation.tail
        elif relation.label in _TAILS:
            thing, war = relation.tail, relation.head
        else:
            return None
        when = self._when(war)
        pronouns = _PRONOUNS.get(self._document.entities[thing].type)
        if not when or pronouns is None:
            return None
        if self._may_be_meant(thing, war, frozenset() if relation.label in _PARTS else pronouns):
            return None
        sentences = {mention.sentence for mention in self._document.entities[thing].mentions}
        return False if all(self._is_apart(sentence, *when) for sentence in sentences) else None

    def _is_apart(self, sentence: int, begin: int, end: int) -> bool:
        """Whether a sentence has years, all before a war or all after it, and nobody is born, or a veteran of it."""
        years, words = self._years[sentence], self._words(sentence)
        if not years or "born" in words:
            return False
        if min(years) > end and not _VETERANS.isdisjoint(words):
            return False
        return max(years) < begin - _AROUND or min(years) > end + _AROUND

    def _may_be_meant(self, thing: int, war: int, pronouns: frozenset[str]) -> bool:
        """Whether a sentence about a war names a thing, or has a pronoun for what was named before it."""
        named = {mention.sentence for mention in self._document.entities[thing].mentions}
        for sentence in {mention.sentence for mention in self._document.entities[war].mentions}:
            has_pronoun = not pronouns.isdisjoint(map(str.lower, self._words(sentence)))
            if sentence in named or (has_pronoun and sentence > min(named, default=sentence)):
                return True
        return not named

    def _war(self, number: int) -> tuple[int, int] | None:
        """The years of a war that is known, or that a text has in brackets behind its name."""
        entity, words = self._document.entities[number], self._document.words
        name = normalize_name(entity.name)
        if name in _YEARS or "war" not in name.split():
            return _YEARS.get(name)
        for mention in entity.mentions:
            years = _years(" ".join(words[mention.end : behind_brackets(words, mention.end)]))
            if years:
                return min(years), max(years)
        return None

    @cached_property
    def _years(self) -> dict[int, list[int]]:
        """The years in what every sentence names: dates, and "the 1936 Olympics"; "1500 men" are none."""
        found: dict[int, list[int]] = defaultdict(list)
        for entity in self._document.entities:
            for mention in entity.mentions if entity.type in ("TIME", "MISC") else ():
                found[mention.sentence] += _years(mention.name)
        return found

    def _words(self, sentence: int) -> tuple[str, ...]:
        return self._document.words[slice(*self._document.sentences[sentence])]


def _years(text: str) -> list[int]:
    return [int(year) for year in _YEAR.findall(text)]
