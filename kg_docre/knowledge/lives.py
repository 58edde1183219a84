"""Whose birth or death is told where it does not follow a name at once."""

from __future__ import annotations

from kg_docre.annotations import Document, Entity, Mention
from kg_docre.knowledge.relatives import HOLDS
from kg_docre.knowledge.sayings import LINKS
from kg_docre.knowledge.words import beginnings, behind_brackets, passed_over
from kg_docre.names import ARTICLES, TITLES

__all__ = ["BORN", "DIED", "KILLED", "Lives"]

BORN, DIED = "P569", "P570"
KILLED = frozenset("killed murdered executed assassinated".split())
_BRACKETED = dict.fromkeys(("born", "b.", "b"), BORN) | dict.fromkeys(("died", "d.", "d", "fell", *KILLED), DIED)
_HIS = frozenset({"his", "her", "their"})
_WEDDED = {"he": ("she", "his", "wife"), "she": ("he", "her", "husband")}  # who is it whom one marries
_ASIDE, _BEFORE, _BETWEEN = 12, 6, 14  # words between commas, before a name, and between a name and "she died"
_PASSIVE = frozenset({"was", "were"})
_HAD = _PASSIVE | frozenset("had been also later".split())


class Lives:
    """Births and deaths: behind an aside, "His brother Bo, the boxer, died", in brackets, "Bo (killed at Ypres in
    1917)", and a spouse's, "he married Ada; she died"."""

    def __init__(self, document: Document) -> None:
        self._words, self._sentences = document.words, document.sentences
        self._entities = document.entities
        self._people = beginnings(document, {"PER"})

    def told(self, mention: Mention) -> tuple[str, int]:
        """What happened to somebody, as a label, and the first word behind that; empty if nothing did."""
        end = mention.end
        if self._words[end : end + 1] == ("(",):
            verb = "".join(self._words[end + 1 : end + 2])
            is_twins = verb == "born" and self._words[max(0, mention.start - 1)] == "and"  # "Ada and Bo (born 1958)"
            if verb in _BRACKETED and not is_twins:
                return _BRACKETED[verb], end + 2
        label, place = self._of_spouse(mention)
        return (label, place) if label else self._behind_aside(mention)

    def is_relative_of(self, number: int, other: int) -> bool:
        """Whether somebody who is named as somebody's relative ("His elder brother Bo", "he married Ada") has no more
        than the last name in common with another one."""
        one, two = (_names(self._entities[entity]) for entity in (number, other))
        if min(len(one), len(two)) < 2 or one[-1] != two[-1] or one[0][0] == two[0][0] or {*one[:-1]} & {*two[:-1]}:
            return False
        return any(map(self._is_relative, self._entities[number].mentions))

    def _is_relative(self, mention: Mention) -> bool:
        before = self._before(mention)
        is_his = bool(before) and before[0] in _HIS and not HOLDS.keys().isdisjoint(before)
        return is_his or self._spouse(mention) != ""

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
        """What is told of a sentence's subject behind words between commas."""
        words, comma = self._words, behind_brackets(self._words, mention.end)
        aside = words[comma : min(comma + _ASIDE, self._sentences[mention.sentence][1])]
        if aside[:1] == (",",) and "," in aside[1:] and comma + 1 not in self._people and self._is_subject(mention):
            return self._verb(comma + aside.index(",", 1) + 1)
        return "", 0

    def _is_subject(self, mention: Mention) -> bool:
        """Whether a sentence begins with a name, or with "His brother" or "The poet" before it."""
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
