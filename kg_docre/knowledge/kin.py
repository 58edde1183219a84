"""Who is whose relative, as nouns beside names say."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache, cached_property
from itertools import combinations

from kg_docre.annotations import Document, Relation
from kg_docre.knowledge.couples import Couples, is_of_weddings
from kg_docre.knowledge.degrees import apart
from kg_docre.knowledge.no_kin import Telling, no_kin
from kg_docre.knowledge.relatives import (
    CHILD,
    COUPLE,
    FATHER,
    HOLDS,
    MEN,
    MOTHER,
    PRONOUNS,
    SIBLING,
    SPOUSE,
    WOMEN,
    Facts,
    Sentence,
)
from kg_docre.knowledge.sexes import pronouns_of, sex_of
from kg_docre.knowledge.words import POSSESSIVES, beginnings

__all__ = ["Kin"]

_LABELS = frozenset({FATHER, MOTHER, SPOUSE, SIBLING, CHILD})
_STOPS = frozenset({",", ".", ";", ")"})
# of whom else than "Sister Ada" it may be misread that they are relatives: label, and whether that is its head
_MISREAD: dict[str, Facts] = {
    **dict.fromkeys(("Sister", "Brother"), frozenset({(SIBLING, True), (SIBLING, False)})),
    "Father": frozenset({(FATHER, False), (CHILD, True)}),
    "Mother": frozenset({(MOTHER, False), (CHILD, True)}),
}
_NO_PARENT = {FATHER: "woman", MOTHER: "man"}
_OF_THE_OTHER = {"his": "woman", "her": "man"}


class Kin:
    """Relatives by name: "Ada's uncle Bo Berg", "Bo Berg, husband of Ada", "his cousin Bo"; women are nobody's father
    and men nobody's mother; nor is "Sister Ada", with a capital, anybody's sister for that."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._sex = cache(self._sex_of)

    def agree(self, relation: Relation) -> bool | None:
        """Whether a fact about relatives is what nouns say of the two, or of one of them and somebody whose relative
        the other one is as a likelier fact says. None where they say nothing."""
        if relation.label not in _LABELS:
            return None
        said = self._said(relation)
        if said is not None:
            return said
        if relation.label == SPOUSE:
            return False if self._couples.excludes(relation.head, relation.tail) else None
        likelier = self._apart.get(frozenset((relation.head, relation.tail)), 0.0) > relation.score
        return False if likelier else None

    @cached_property
    def _couples(self) -> Couples:
        return Couples(self._document, self._tellings, self._sex)

    @cached_property
    def _apart(self) -> dict[frozenset[int], float]:
        facts = (fact for fact in self._document.relations if fact.label in _LABELS)
        return apart(self._tellings, (fact for fact in facts if self._said(fact) is not False))

    def _said(self, relation: Relation) -> bool | None:
        """Whether nouns say so of the two."""
        if relation.label in _NO_PARENT and self._sex(relation.tail) == _NO_PARENT[relation.label]:
            return False
        pair = frozenset((relation.head, relation.tail))
        told = self._told.get(pair)
        if not told and any(
            (relation.label, end == relation.head) in self._titled.get(end, ())
            for end in (relation.head, relation.tail)
        ):
            return False
        if not told:
            return False if relation.label in self._no_kin.get(pair, ()) else None
        if relation.label != SIBLING and pair in self._weddings:
            return False if relation.label == SPOUSE and pair in self._born else None
        return any((relation.label, relation.head == called) in facts for called, facts in told)

    @cached_property
    def _people(self) -> dict[int, tuple[int, int]]:
        return beginnings(self._document, {"PER"})

    @cached_property
    def _sexes(self) -> dict[int, str]:
        """Of people whose titles are all a man's or all a woman's, which."""
        found = {}
        for number, entity in enumerate(self._document.entities):
            if entity.type == "PER":
                said = [self._titles(mention.start, mention.end) for mention in entity.mentions]
                woman, man = (any(map(titles.intersection, said)) for titles in (WOMEN, MEN))
                if woman != man:
                    found[number] = "woman" if woman else "man"
        return found

    def _sex_of(self, number: int) -> str:
        """Whether somebody is a man or a woman: by titles, and else by what a relative is called, and "she"."""
        if number in self._sexes:
            return self._sexes[number]
        called = {sex_of(telling.noun) for telling in self._tellings if telling.called == number} - {""}
        said = called | pronouns_of(self._document, self._people, number)
        return said.pop() if len(said) == 1 else ""

    def _titles(self, start: int, end: int) -> set[str]:
        """The first word of a name of several, and the word before, but for "the", and for a comma where another one
        follows: "his wife, the painter"."""
        words = self._document.words
        titles = {words[start].lower()} if end - start > 1 else set()
        place = start - 1 - (words[max(0, start - 1) : start] == ("the",))
        if words[max(0, place) : place + 1] == (",",) and (words[end : end + 1] or (".",))[0] in _STOPS:
            place -= 1
        return titles | ({words[place].lower()} if place >= 0 else set())

    @cached_property
    def _titled(self) -> dict[int, Facts]:
        """What whoever is called "Sister" or "Father" by way of a title is not by that: within a sentence, and neither
        behind "her" nor behind a capital, "Founding Father"."""
        words, starts, found = self._document.words, {start for start, _ in self._document.sentences}, {}
        for place, (number, end) in self._people.items():
            for title in (place, place - 1):
                if title > 0 and title not in starts and end - title > 1 and words[title] in _MISREAD:
                    before = words[title - 1]
                    if not (before[:1].isupper() or before in PRONOUNS or before in POSSESSIVES):
                        found[number] = _MISREAD[words[title]]
        return found

    @cached_property
    def _weddings(self) -> set[frozenset[int]]:
        """Pairs that a sentence names in which somebody marries or is adopted: relatives are, too."""
        found: set[frozenset[int]] = set()
        people = self._people
        for start, end in self._document.sentences:
            if is_of_weddings(self._document.words[start:end]):
                named = {people[place][0] for place in range(start, end) if place in people}
                found.update(map(frozenset, combinations(named, 2)))
        return found

    @cached_property
    def _told(self) -> dict[frozenset[int], list[tuple[int, Facts]]]:
        """Of two people who is called a relative of the other one, and which facts that allows."""
        found: dict[frozenset[int], list[tuple[int, Facts]]] = defaultdict(list)
        for _, _, noun, called, other in self._tellings:
            found[frozenset((called, other))].append((called, HOLDS.get(noun, frozenset())))
        return found

    @cached_property
    def _born(self) -> set[frozenset[int]]:
        """Pairs of which one is called the other's child, parent or sibling by name, whoever marries: "he married Ada,
        daughter of Bo"."""
        its = (telling for telling in self._tellings if telling.possessive not in PRONOUNS)
        return {frozenset((t.called, t.other)) for t in its if HOLDS.get(t.noun, COUPLE) != COUPLE}

    @cached_property
    def _no_kin(self) -> dict[frozenset[int], frozenset[str]]:
        return no_kin(self._document, self._tellings, self._subject)

    @cached_property
    def _subject(self) -> int:
        """Who is named most often; -1 where nobody is."""
        counts = Counter(number for number, _ in self._people.values())
        return counts.most_common(1)[0][0] if counts else -1

    @cached_property
    def _tellings(self) -> list[Telling]:
        """Who is called whose relative."""
        found = []
        people = self._people
        for number, (start, end) in enumerate(self._document.sentences) if len(people) > 1 else ():
            sentence = Sentence(self._document.words, start, end, people, self._subject)
            for possessive, noun, called, other in sentence.relatives():
                if called != other and self._sexes.get(other, "") != _OF_THE_OTHER.get(possessive, "neither"):
                    found.append(Telling(number, possessive, noun, called, other))
        return found
