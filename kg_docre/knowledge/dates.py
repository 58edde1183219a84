"""Whose a date is: of the name before the brackets it stands in, of what a text says was born, died or was founded."""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from kg_docre.annotations import Document, Mention, Relation
from kg_docre.knowledge.lives import BORN, DIED, KILLED, Lives
from kg_docre.knowledge.sayings import LINKS
from kg_docre.knowledge.words import FOUNDED, POSSESSIVES, beginnings, behind_brackets, is_its, last_before, passed_over
from kg_docre.names import ARTICLES, TITLES

__all__ = ["BracketedDates", "SaidDates"]

_BORN, _DIED, _PUBLISHED, _BEGAN = BORN, DIED, "P577", "P571"
_IN_BRACKETS = frozenset({_BORN, _DIED, _PUBLISHED})
_LIFE = frozenset({_BORN, _DIED})
_TWINS = frozenset("twin twins triplet triplets Twin Twins".split())
_FAR = 14  # words from an opening bracket to a date in it
_SAID = {"born": _BORN, "birth": _BORN, "died": _DIED, "death": _DIED, **dict.fromkeys(KILLED, _DIED)}
_SAID |= dict.fromkeys(FOUNDED, _BEGAN)
_BETWEEN = frozenset(", who which had also was were is been first originally".split())  # a name and what happened
_WITHIN = {_BORN: 12, _DIED: 12, _BEGAN: 20}  # words from there to the date
_ENDS = frozenset(". ; ( who which when after before while until but".split())
# behind these no sentence's subject stands: "Ada, sister of Bo", "the museum in Oslo"
_NO_SUBJECT = frozenset("of in at from by to with near for on and & or , as".split())
_BEHIND_PLACES = frozenset(", of in from".split())  # "a band from Dunedin, New Zealand, formed in 2003"
_KILLED_AT = frozenset("in at on near by during".split())
_OTHERS = frozenset("of to by with from for".split())  # before a noun and a name: "brother of the boxer Bo"
_PASSIVE = frozenset("was were is been".split())
_VERBS = frozenset({"was", "were", "is", "died"})
_KNOWN = frozenset("also better known as simply formerly originally".split())
_NOUNS = 4  # words before a name
_LIFE_ENDS = _ENDS | {",", "and"}


class BracketedDates:
    """Dates that a document has only in brackets behind names: they are those names'. "Ada Berg (1801-1855), brother of
    Bo Berg (1805-1871)", "Kushi (2000), New (2004)"."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def agree(self, relation: Relation) -> bool | None:
        """Whether a fact about a date is one of a thing that it stands behind. None where it stands elsewhere too, or
        the names share a word and may well be one thing's."""
        if relation.label not in _IN_BRACKETS:
            return None
        entities = self._document.entities
        owners = self._owners.get(relation.tail, set())
        kind = "MISC" if relation.label == _PUBLISHED else "PER"
        return is_its(self._document, relation.head, {owner for owner in owners if entities[owner].type == kind})

    @cached_property
    def _owners(self) -> dict[int, set[int]]:
        """Of every date in brackets alone, where no other name is between, the entities behind which these are."""
        words, entities = self._document.words, self._document.entities
        ends: dict[int, set[int]] = defaultdict(set)
        named: list[int] = []  # words that names of other things than times and numbers begin with
        for number, entity in enumerate(entities):
            for mention in entity.mentions:
                if words[mention.start - 1 : mention.start] != ("and",) or words[max(0, mention.start - 2)] in (
                    ")",
                    ",",
                ):
                    ends[mention.end].add(number)  # of "Yellow and Clocks (2002)" the date may be both's
                named += [mention.start] * (entity.type not in ("TIME", "NUM"))
        named.sort()

        def behind(start: int) -> set[int]:
            opening = _opening(words, start)
            several = "both" in words[opening:start] or bisect(named, opening) < bisect(named, start)
            return set() if several else ends.get(opening, set())

        found: dict[int, set[int]] = {}
        for number, entity in enumerate(entities):
            if entity.type == "TIME":
                owners = [behind(mention.start) for mention in entity.mentions]
                found[number] = set().union(*owners) if all(owners) else set()
        return found


class SaidDates:
    """Dates that a text says are of one thing's birth, death or beginning: "Bo Berg, who died in 1871", "Ada's death
    in 1855", "the death of Ada in 1855", "Berg & Sons was founded by Bo Berg in 1850"; and of what it is known as,
    or was then: "Lund, known as Skald, was born", "founded in 1915 as Lund & Co"."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def agree(self, relation: Relation) -> bool | None:
        """Whether a fact about a date is one of the thing it is said of. None where the date stands elsewhere too, or
        the names share a word."""
        return False if self.is_a_relatives(relation) else is_its(self._document, relation.head, self._its(relation))

    def is_a_relatives(self, relation: Relation) -> bool:
        """Whether a date is said to be of somebody's relative, who is not of whom the fact is."""
        owners = self._its(relation) if relation.label in _LIFE else set()
        return bool(owners) and all(
            self._lives.is_relative_of(owner, relation.head, relation.score) for owner in owners
        )

    def _its(self, relation: Relation) -> set[int]:
        """Of what a fact's date is said to be; nothing where it is named again, or born with it may be a twin, too."""
        if relation.label not in _WITHIN or len(self._document.entities[relation.tail].mentions) > 1:
            return set()
        may_be_twins = relation.label == _BORN and not _TWINS.isdisjoint(self._document.words)
        return set() if may_be_twins else self._owners.get((relation.label, relation.tail), set())

    @cached_property
    def _lives(self) -> Lives:
        return Lives(self._document)

    @cached_property
    def _owners(self) -> dict[tuple[str, int], set[int]]:
        """By label and date."""
        dates, people = beginnings(self._document, {"TIME"}), beginnings(self._document, {"PER"})
        words = self._document.words
        found: dict[tuple[str, int], set[int]] = defaultdict(set)
        for number, entity in enumerate(self._document.entities):
            for mention in entity.mentions if dates and entity.type not in ("TIME", "NUM") else ():
                for label, place in self._events(mention, is_person=entity.type == "PER"):
                    before = words[max(0, mention.start - 1) : mention.start]
                    if entity.type == "LOC" and not _BEHIND_PLACES.isdisjoint(before):
                        continue
                    ends = _ENDS if label == _BEGAN else _LIFE_ENDS
                    its = {number, *self._known_as(mention.start)}
                    for word in range(place, min(place + _WITHIN[label], len(words))):
                        its |= self._founded_as(word) if label == _BEGAN else set()
                        if word in dates:
                            date, behind = dates[word]
                            found[label, date] |= its | (self._founded_as(behind) if label == _BEGAN else set())
                        if word in dates or words[word] in ends or (label != _BEGAN and word in people):
                            break
        return found

    def _events(self, mention: Mention, *, is_person: bool) -> Iterator[tuple[str, int]]:
        """What happened to what is named there, as labels, and the first words behind that."""
        label, place = self._happened(mention.start, mention.end)
        is_no_subject = self._is_no_subject(mention.start) and not self._lives.is_introduced(mention)
        if label and is_no_subject and self._is_verb(mention.end, place):
            return
        if not label and is_person:
            label, place = self._lives.told(mention)
        if label and (label == _BEGAN) != is_person:
            yield label, place
        if is_person and label != _DIED and (place := self._lives.later(mention)):
            yield _DIED, place

    def _known_as(self, start: int) -> set[int]:
        """Of what a clause says that it is called what begins there: "Geisel, known as Dr. Seuss"."""
        words, place = self._document.words, start
        while place and (words[place - 1] in _KNOWN or words[place - 1].lower().rstrip(".") in TITLES | ARTICLES):
            place -= 1
        if "known" not in words[place:start] or words[place - 1] not in (",", "("):
            return set()
        return {n for n, e in enumerate(self._document.entities) if any(m.end == place - 1 for m in e.mentions)}

    def _founded_as(self, place: int) -> set[int]:
        """What something was called when it began: "founded as Acme", "in 1915 as Acme"."""
        behind = passed_over(self._document.words, place + 1, ARTICLES)
        known = self._document.words[place : place + 1] == ("as",) and behind in self._things
        return {self._things[behind][0]} if known else set()

    @cached_property
    def _things(self) -> dict[int, tuple[int, int]]:
        return beginnings(self._document, {"LOC", "ORG", "MISC"})

    def _is_no_subject(self, start: int) -> bool:
        """Whether a name is no sentence's subject, or only one of them: "Ada and her husband Bo died", "Ada, whose
        husband was Bo, died"."""
        words = self._document.words
        place = start - 1
        while place > 0 and words[place].lower() in ARTICLES:
            place -= 1
        noun = last_before(words, start, _NOUNS, lambda word: word.islower() and word not in LINKS)
        if noun >= 0 and (words[noun] in _OTHERS or (words[noun] in _PASSIVE and "whose" in words[noun - 3 : noun])):
            return True
        before = words[max(0, place) : place + 1]
        return not _NO_SUBJECT.isdisjoint(before) or "and" in words[max(0, start - 5) : start]

    def _is_verb(self, end: int, place: int) -> bool:
        """Whether what happened is a sentence's own verb, and no clause about the name before: "who died"."""
        between = self._document.words[end:place]
        return _VERBS.intersection(between) != set() and not {"who", "which", "death", "birth"}.intersection(between)

    def _happened(self, start: int, end: int) -> tuple[str, int]:
        """What happened to a name, as a label, and the first word behind that; empty if nothing did."""
        words = self._document.words
        event, on = words[max(0, start - 2) : start], "".join(words[end : end + 1])
        if event in (("death", "of"), ("birth", "of")) and on in ("in", "on"):
            return _SAID[event[0]], end
        place = first = behind_brackets(words, end)
        if not POSSESSIVES.isdisjoint(words[place : place + 1]):
            noun = "".join(words[place + 1 : place + 2])
            return (_SAID[noun], place + 2) if noun in ("death", "birth") else ("", 0)
        place = passed_over(words, place, _BETWEEN)
        verb = "".join(words[place : place + 1])
        # "Berg founded" and "Berg, a Swede, founded the firm" are nothing that happened to Berg
        what = not ARTICLES.isdisjoint(words[place + 1 : place + 2]) and _PASSIVE.isdisjoint(words[first:place])
        if verb in KILLED and _KILLED_AT.isdisjoint(words[place + 1 : place + 2]):
            return "", 0
        active = verb != "died" and (place == first or what)
        return (_SAID[verb], place + 1) if verb in _SAID and not active else ("", 0)


def _opening(words: tuple[str, ...], start: int) -> int:
    """The word that opens the brackets which this one is in; -1 if there are none."""
    for place in range(start - 1, max(-1, start - 1 - _FAR), -1):
        if words[place] == "(":
            return place
        if words[place] == ")":
            return -1
    return -1
