"""Where people were born and died, as the words behind their names say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from kg_docre.annotations import Document, Mention, Relation
from kg_docre.knowledge.words import beginnings, behind_brackets, is_its, passed_over

__all__ = ["Birthplaces"]

_SAID = {"born": "P19", "died": "P20"}
_BETWEEN = frozenset(", was had also later".split())  # a name and what happened
# behind these is no sentence's subject, or only one of them: "Ada, sister of Bo, was born", "Ada and her brother Bo"
_NO_SUBJECT, _AND = frozenset("of by with to from for in or as née nee".split()), 5
_IN = frozenset("in at near nearby the".split())
_ENDS = frozenset(
    """. ; ) and but or who which whose where when while after before until to he she they his her their is was had
    has""".split()
)
_FAR = 16  # words from there to a place


class Birthplaces:
    """A place that a document names only to say that somebody was born or died there is nobody else's place of birth
    or death: "Ada Berg, who was born in Umeå", "Bo Lind died in Riga"."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def agree(self, relation: Relation) -> bool | None:
        """Whether a place is where somebody is said to have been born or to have died. None where it is named again, or
        the names share a word."""
        if relation.label not in _SAID.values() or len(self._document.entities[relation.tail].mentions) > 1:
            return None
        return is_its(self._document, relation.head, self._people.get((relation.label, relation.tail), set()))

    @cached_property
    def _people(self) -> dict[tuple[str, int], set[int]]:
        """By label and place."""
        found: dict[tuple[str, int], set[int]] = defaultdict(set)
        for number, entity in enumerate(self._document.entities):
            for mention in entity.mentions if entity.type == "PER" else ():
                verb = self._verb(mention)
                label = _SAID.get("".join(self._document.words[verb : verb + 1]), "")
                for place in self._places(verb + 1) if label else ():
                    found[label, place].add(number)
        return found

    def _verb(self, mention: Mention) -> int:
        """Where it says what happened to somebody, if anything did."""
        words, start, end = self._document.words, mention.start, mention.end
        if words[end : end + 1] == ("(",) and _SAID.keys() & words[end + 1 : end + 2]:
            return end + 1
        place = passed_over(words, behind_brackets(words, end), {","})
        if words[place : place + 1] == ("who",):
            return passed_over(words, place + 1, _BETWEEN)
        is_subject = _NO_SUBJECT.isdisjoint(words[max(0, start - 1) : start])
        if not is_subject or "and" in words[max(0, start - _AND) : start]:
            return len(words)
        return passed_over(words, place, _BETWEEN)

    def _places(self, start: int) -> Iterator[int]:
        """Those behind an "in", and what follows it at once: "in Umeå, Sweden"."""
        words, places = self._document.words, self._named
        place, end, is_inside = start, min(start + _FAR, len(words)), False
        while place < end and words[place] not in _ENDS:
            if place in places and (is_inside or words[place - 1] in _IN):
                is_inside = True
                number, place = places[place]
                yield number
            else:
                is_inside = is_inside and words[place] in (",", "(")
                place += 1

    @cached_property
    def _named(self) -> dict[int, tuple[int, int]]:
        return beginnings(self._document, {"LOC"})
