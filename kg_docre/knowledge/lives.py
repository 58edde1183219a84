"""Whose birth or death is told where it does not follow a name at once."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from kg_docre.annotations import Document, Entity, Mention
from kg_docre.knowledge.introductions import Introductions
from kg_docre.knowledge.relatives import CHILD, FATHER, HOLDS, MOTHER, SIBLING, SPOUSE
from kg_docre.knowledge.sayings import LINKS
from kg_docre.knowledge.words import beginnings, behind_brackets, passed_over
from kg_docre.names import ARTICLES, TITLES

__all__ = ["BORN", "DIED", "KILLED", "Lives"]

BORN, DIED = "P569", "P570"
KILLED = frozenset("killed murdered executed assassinated".split())
_BRACKETED = dict.fromkeys(("born", "b.", "b"), BORN) | dict.fromkeys(("died", "d.", "d", "fell", *KILLED), DIED)
_KIN = frozenset({CHILD, FATHER, MOTHER, SIBLING, SPOUSE})
_HIS = frozenset({"his", "her", "their"})
_WEDDED = {"he": ("she", "his", "wife"), "she": ("he", "her", "husband")}  # who is it whom one marries
_ASIDE, _BEFORE, _BETWEEN = 12, 6, 14  # words between commas, before a name, and between a name and "she died"
_PASSIVE = frozenset({"was", "were"})
_HAD = _PASSIVE | frozenset("had been also later".split())
_NO_ASIDE = _PASSIVE | {"is", "had", "and"}
_OTHER_CLAUSES = frozenset("; who whose whom which while but when where after before until he she they".split())
_WHO_HAD = _HAD | {"who"}


class Lives:
    """Births and deaths: behind an aside, "His brother Bo, the boxer, died", in brackets, "Bo (killed at Ypres in
    1917)", and a spouse's, "he married Ada; she died"."""

    def __init__(self, document: Document) -> None:
        self._words, self._sentences = document.words, document.sentences
        self._entities = document.entities
        self._people = beginnings(document, {"PER"})
        self._introductions = Introductions(document)
        self._kin: dict[frozenset[int], float] = defaultdict(float)
        for fact in document.relations:
            pair = frozenset((fact.head, fact.tail))
            self._kin[pair] = max(self._kin[pair], fact.score * (fact.label in _KIN))

    def told(self, mention: Mention) -> tuple[str, int]:
        """What happened to somebody, as a label, and the first word behind that; empty if nothing did."""
        end = mention.end
        if self._words[end : end + 1] == ("(",):
            place = passed_over(self._words, end + 1, _WHO_HAD)
            verb = "".join(self._words[place : place + 1])
            is_twins = verb == "born" and self._words[max(0, mention.start - 1)] == "and"  # "Ada and Bo (born 1958)"
            if verb in _BRACKETED and not is_twins:
                return _BRACKETED[verb], place + 1
        label, place = self._of_spouse(mention)
        return (label, place) if label else self._behind_aside(mention)

    def is_relative_of(self, number: int, other: int, score: float) -> bool:
        """Whether somebody who is named as somebody's relative ("His elder brother Bo", "he married Ada"), or of whom a
        fact of a higher score is that the two are relatives, has no more than the last name in common with another one;
        or the first, as two kings, where there is such a fact."""
        one, two = (_names(self._entities[entity]) for entity in (number, other))
        is_kin, common = self._kin.get(frozenset((number, other)), 0.0) > score, {*one} & {*two}
        if common and min(len(one), len(two)) < 2:
            return False
        if common and one[-1] == two[-1]:
            is_other = not (_may_be_one(one[0], two[0], 1 + is_kin) or {*one[:-1]} & {*two[:-1]})
        else:
            is_other = not common or (is_kin and common == {one[0]} == {two[0]})
        return is_other and (is_kin or any(map(self._is_relative, self._entities[number].mentions)))

    def _is_relative(self, mention: Mention) -> bool:
        before = self._before(mention)
        is_his = bool(before) and before[0] in _HIS and not HOLDS.keys().isdisjoint(before)
        return is_his or self._introductions.is_relative(mention) or self._spouse(mention) != ""

    def _before(self, mention: Mention) -> list[str]:
        """The words before a name in the sentence, behind a semicolon, if these are few."""
        first = self._sentences[mention.sentence][0]
        before = [word.lower() for word in self._words[max(first, mention.start - _BEFORE) : mention.start]]
        if ";" in before:
            return before[len(before) - before[::-1].index(";") :]
        return before

    def _spouse(self, mention: Mention) -> str:
        """The pronoun of somebody who is named as another one's spouse: "she" of "he married Ada"."""
        before = self._before(mention)
        if any(place in self._people for place in range(mention.start - len(before), mention.start)):
            return ""
        for pronoun, (other, his, wife) in _WEDDED.items():
            if wife in before and his in before[: before.index(wife)]:
                return other
            if pronoun in before and not {"married", "wed"}.isdisjoint(before[before.index(pronoun) :]):
                return other
        return ""

    def _of_spouse(self, mention: Mention) -> tuple[str, int]:
        """What is told of a spouse, by a pronoun that is not the other one's."""
        words, last = self._words, self._sentences[mention.sentence][1]
        pronoun = self._spouse(mention)
        for place in range(mention.end, min(last, mention.end + _BETWEEN) if pronoun else 0):
            word = words[place].lower()
            if place in self._people or word in HOLDS or (word in _WEDDED and word != pronoun):
                break
            if word == pronoun:
                return self._verb(place + 1)
        return "", 0

    def _behind_aside(self, mention: Mention) -> tuple[str, int]:
        """What is told behind words between commas of a sentence's subject, or of whoever died: "a poet, who died"."""
        words, comma = self._words, behind_brackets(self._words, mention.end)
        aside = words[comma : min(comma + _ASIDE + 2, self._sentences[mention.sentence][1])]
        if aside[:1] != (",",) or comma + 1 in self._people or not _NO_ASIDE.isdisjoint(aside[1:2]):
            return "", 0
        commas = [comma + place for place, word in enumerate(aside) if word == ","]
        for end in commas[1:2]:
            if words[end + 1 : end + 2] == ("who",) and self._is_about_one(comma, end):
                return self._verb(end + 2)
        for before, place in pairwise(commas) if self._is_subject(mention) else ():
            is_name = self._people.get(before + 1, (0, 0))[1] == place
            label, behind = self._verb(place + 1)
            if label and not is_name:
                return label, behind
        return "", 0

    def later(self, mention: Mention) -> int:
        """The first word behind "… and died", of a sentence's subject; 0 where others are named before that."""
        words = self._words
        for place in range(mention.end, self._sentences[mention.sentence][1] if self._is_subject(mention) else 0):
            if words[place : place + 2] == ("and", "died"):
                return place + 2
            if place in self._people or words[place] in _OTHER_CLAUSES:
                break
        return 0

    def _is_about_one(self, comma: int, end: int) -> bool:
        """Whether an aside tells what a name before is, and names nobody else: "a poet", "minister of Perth"."""
        words = self._words[comma + 1 : end]
        is_noun = words[:1] and (words[0].lower() in ARTICLES | TITLES or words[1:2] == ("of",))
        others = any(place in self._people for place in range(comma, end))
        return bool(is_noun) and not others and (HOLDS.keys() | {"and", "with"}).isdisjoint(words)

    def is_introduced(self, mention: Mention) -> bool:
        """Whether a clause begins with a name as somebody's relative: "Her husband, Bo"."""
        return self._introductions.is_subject(mention)

    def _is_subject(self, mention: Mention) -> bool:
        """Whether a sentence begins with a name, or with "His brother" or "The poet" before it."""
        if self.is_introduced(mention):
            return True
        before = self._before(mention)
        if len(before) >= _BEFORE or not LINKS.isdisjoint(before) or not all(word.isalpha() for word in before):
            return False
        return not before or before[0] in _HIS | ARTICLES | TITLES

    def _verb(self, place: int) -> tuple[str, int]:
        """What happens, as a label, in the words there, and what is behind them."""
        words, verb = self._words, passed_over(self._words, place, _HAD)
        word, is_passive = "".join(words[verb : verb + 1]), not _PASSIVE.isdisjoint(words[place:verb])
        if word == "died":
            return DIED, verb + 1
        if is_passive and (word == "born" or word in KILLED):
            return (BORN if word == "born" else DIED), verb + 1
        return "", 0


def _names(entity: Entity) -> list[str]:
    """The words of a name, without titles."""
    return [word for word in entity.name.casefold().split() if word.rstrip(".") not in TITLES]


def _may_be_one(given: str, other: str, letters: int) -> bool:
    """Whether given names begin alike, as "B." and "Bo"."""
    one, two = (name.rstrip(".")[:letters] for name in (given, other))
    return one.startswith(two) or two.startswith(one)
