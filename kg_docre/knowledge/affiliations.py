"""Of which organization people are, as the words beside their names say."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise

from kg_docre.annotations import Document, Mention, Relation
from kg_docre.knowledge.words import (
    LISTED,
    beginnings,
    behind_brackets,
    is_its,
    is_opponent,
    last_before,
    listed_before,
    listed_behind,
)

__all__ = ["Affiliations"]

_OF = frozenset({"P108", "P54", "P102"})  # employer, sports team, party; pupils are also "with Bo Lind at" a school
_TEAM = frozenset({"P54", "P463"})  # sports team, member of
_PREPOSITIONS = frozenset("of from at with for".split())
_ASIDE, _POST = 7, 3  # words between a name and "of": ", an analyst"; and between "Nordbank" and a name
_PLAYS = frozenset("play plays played".split())
_PLAYED, _SUBJECT = 12, 5  # words between a name and "for", and before it
_OTHER_SUBJECTS = frozenset("of and but with whose while".split())
_COLLEAGUES = frozenset("colleague colleagues boss deputy predecessor successor teammate teammates there".split())
# what stands for the only organization of a text
_KINDS = frozenset("bank club company faculty firm institute newspaper paper party school side team university".split())
# begin something else, or are done
_OTHERS = frozenset(
    """a an the his her its their that which who and or but as than by with of to from for in on at is was are were has
    had won said began named signed met told after before when where while until against under over during""".split()
)


class Affiliations:
    """An organization that a document names only as somebody's, "Bo Lind of Umeå University", "Bo Lind, an analyst at
    Nordbank", "Nordbank analyst Bo Lind", "Bo Lind played for Oslo", is not that of others. Nobody is of a team that it
    names only as beaten or played against."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._people = beginnings(document, {"PER"})

    def agree(self, relation: Relation) -> bool | None:
        """Whether a fact about somebody's organization is what the words beside a name say. None where it is also
        named without one, or may be another one's, too."""
        if relation.label in _TEAM and is_opponent(self._document, relation.tail, self._people):
            return False
        members = self._members.get(relation.tail) if relation.label in _OF else None
        said = is_its(self._document, relation.head, members) if members else None
        return None if said is False and self._may_be_meant(relation.head) else said

    def _may_be_meant(self, person: int) -> bool:
        """Whether a sentence with somebody's name may say that they are of it, too: "her colleague Bo", "Bo works
        there", "Bo, its chief", and "Bo joined the firm", where it is the only one."""
        words, is_only = self._document.words, sum(entity.type == "ORG" for entity in self._document.entities) == 1
        for mention in self._document.entities[person].mentions:
            start, end = self._document.sentences[mention.sentence]
            called = {noun for the, noun in pairwise(words[start:end]) if the == "the"} if is_only else set[str]()
            is_theirs = words[mention.end : mention.end + 2] == (",", "its")
            if is_theirs or not (_COLLEAGUES.isdisjoint(words[start:end]) and _KINDS.isdisjoint(called)):
                return True
        return False

    @cached_property
    def _members(self) -> dict[int, set[int]]:
        """Entities' numbers → those of the people beside whose names all of theirs stand."""
        found = {}
        for number, entity in enumerate(self._document.entities if self._people else ()):
            if entity.type == "ORG":
                members = [
                    self._before(mention) or self._behind(mention) or self._players(mention)
                    for mention in entity.mentions
                ]
                if members and all(members):
                    found[number] = set[int]().union(*members)
        return found

    def _before(self, organization: Mention) -> set[int]:
        """Who is named before an organization that theirs is: "Ada Berg and Bo Lind of the"."""
        words = self._document.words
        place = organization.start
        place -= words[max(0, place - 1) : place] in (("the",), ("The",))
        if not _PREPOSITIONS.intersection(words[max(0, place - 1) : place]):
            return set()
        place = first = place - 1
        while place > max(0, first - _ASIDE) and (words[place - 1].islower() or words[place - 1] == ","):
            place -= 1
        if place != first and (words[place] != "," or words[place + 1] in LISTED):
            return set()
        return listed_before(words, place, self._ends)

    def _behind(self, organization: Mention) -> set[int]:
        """Who is named behind it: "Nordbank analysts Ada Berg and Bo Lind"."""
        words, place = self._document.words, organization.end
        last = min(place + _POST, len(words))
        while place < last and words[place].isalpha() and words[place].islower() and words[place] not in _OTHERS:
            place += 1
        return listed_behind(words, place, self._people) if place != organization.end else set()

    def _players(self, team: Mention) -> set[int]:
        """Who plays for it: "Bo Lind plays for Oslo and", "Bo Lind is a player who has played for". Nobody where others
        may be meant: "Ada and her brother Bo Lind", "the son of Bo Lind"."""
        words, verb = self._document.words, team.start - 1
        while verb > 0 and words[verb] in LISTED and verb in self._teams:
            verb = self._teams[verb] - 1
        verb -= words[max(0, verb)] == "the"
        place = last_before(words, verb, _PLAYED, lambda word: word.isalpha() and word.islower()) + 1
        between = words[place : max(0, verb)]
        if verb < 0 or words[verb] != "for" or _PLAYS.isdisjoint(between) or place not in self._ends:
            return set()
        number, start = self._ends[place]
        before = words[max(self._document.sentences[team.sentence][0], start - _SUBJECT) : start]
        return {number} if _OTHER_SUBJECTS.isdisjoint((*before, *between)) else set()

    @cached_property
    def _teams(self) -> dict[int, int]:
        """Where organizations' names end → where they begin."""
        return {m.end: m.start for e in self._document.entities if e.type == "ORG" for m in e.mentions}

    @cached_property
    def _ends(self) -> dict[int, tuple[int, int]]:
        """Where people's names end, with what is in brackets behind → their numbers, and where they begin."""
        words = self._document.words
        return {behind_brackets(words, end): (number, start) for start, (number, end) in self._people.items()}
