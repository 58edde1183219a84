"""What a text says not to be so, or to be no more than a plan."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from kg_docre.annotations import Document, Relation
from kg_docre.knowledge.words import POSSESSIVES, beginnings, passed_over

__all__ = ["Denials"]

_KIN = "P22 P25 P26 P40 P3373"
_MEMBER = "P54 P102 P118 P361 P463 P527"
_PART = "P17 P30 P127 P131 P150 P205 P206 P276 P355 P361 P463 P527 P706 P749"
_PLACE = "P17 P30 P131 P150 P159 P276 P706 P740"
_WORK = "P800"
# words that are said of two things, and the facts about the two that are denied with them
_DENIED: dict[str, frozenset[str]] = {
    word: frozenset(labels.split())
    for words, labels in (
        ("born", "P19 P569"),
        ("die died", "P20 P570"),
        ("married marry wed wife husband spouse widow widower", "P26"),
        ("son daughter child children father mother parent parents", "P22 P25 P40"),
        ("brother sister brothers sisters sibling siblings half-brother half-sister", "P3373"),
        ("related", _KIN),
        ("citizen citizens national", "P27"),
        ("founder founders co-founder founded found establish established", "P112 P571 P740"),
        ("employee employed worked work working", "P108 P937"),
        ("attended attend graduate graduated studied study educated alumnus", "P69"),
        ("member members", f"{_MEMBER} P17 P131 P150"),
        ("join joined", _MEMBER),
        ("part", _PART),
        ("located situated lie lies lay", f"{_PLACE} P205 P206"),
        ("based headquartered", _PLACE),
        ("capital", "P36 P1376"),
        (
            "president leader head premier chancellor king queen monarch minister mayor governor",
            "P6 P35 P39 P488 P1001",
        ),
        ("chairman chairwoman chair chief", "P488"),
        (
            "own owned owner owners acquire acquired buy bought belong belonged subsidiary",
            "P127 P137 P355 P361 P749",
        ),
        ("star starred appear appeared appears cast", f"P161 P1344 {_WORK}"),
        ("direct directed director", f"P57 {_WORK}"),
        ("write written wrote writer author", f"P50 P58 P86 P170 P676 {_WORK}"),
        ("compose composed composer", f"P86 {_WORK}"),
        ("produce produced producer", f"P162 P272 {_WORK}"),
        ("created create creator designed invented painted", f"P170 P178 {_WORK}"),
        ("record recorded perform performed sing sung sang", f"P175 {_WORK}"),
        ("develop developed developer", f"P178 P176 P1056 {_WORK}"),
        ("publish published publisher released", "P123 P264 P577"),
        ("made manufactured built", "P176 P178 P1056"),
        ("receive received win won awarded", "P166"),
        ("language", "P37 P364 P1412"),
        ("speak speaks spoke", "P1412"),
        ("flow flows flowed empty empties", "P403"),
        ("participate participated compete competed", "P1344 P710"),
        ("sequel prequel", "P155 P156 P179"),
    )
    for word in words.split()
}
_NOT = frozenset({"not", "n't", "n’t", "never", "neither"})
_DENIES = frozenset("denied denies deny denying".split())
# before a "to": what is not so, or not yet
_PLANS = frozenset(
    """refused refuses declined declines failed fails tried tries attempted attempts plans planned hopes hoped wants
    wanted intends intended seeks sought offered offers expected expects proposed proposes threatened set wished
    wishes""".split()
)
_MAY = frozenset({"may", "might", "could"})
_CUES = _NOT | _DENIES | _PLANS | _MAY
# between a "not" and the word that is denied
_FILLS = frozenset(
    """to be been being have has had having was were is are become becoming a an the any ever yet actually really
    officially true that he she it they""".split()
)
# between a name and a "not"
_AUXILIARIES = frozenset(
    """was were is are be been being has have had do does did could can ca will wo would also who which that has voted
    chose decided ,""".split()
)
# between the word that is denied and a name
_OPENS = frozenset(
    """in at on of to with by for from within a an the his her its film movie song album novel book band group company
    party city town state country region village province kingdom republic either""".split()
)
_GOES_ON = frozenset(
    """and but or nor in on at by from for to with as when where while who which that since after before then although
    though he she it""".split()
)
_PRONOUNS = frozenset({"he", "she", "it", "they"})
# what makes another "not" of it: not only, or not then
_UNLESS = frozenset(
    "only merely just simply solely alone until till because again anymore always originally unless ?".split()
)
_BRACKETS = 28  # words that they may have


class _Denied(NamedTuple):
    """Labels of facts that a sentence denies between a thing and another one, None where that is a pronoun."""

    sentence: int
    labels: frozenset[str]
    subject: int | None
    object: int


class Denials:
    """ "Norway is not a member of the EU", "She was never married to Bo", "by Ada, not Bo", "Acme plans to buy Berg":
    facts that a sentence says not to be so, or not yet, of which no other sentence names both things."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def agree(self, relation: Relation) -> bool | None:
        """False where a fact is denied; None anywhere else."""
        ends = (relation.head, relation.tail)
        for denied in self._denied:
            if relation.label in denied.labels and denied.object in ends:
                other = ends[ends[0] == denied.object]
                if other == denied.subject if denied.subject is not None else self._is_near(other, denied.sentence):
                    head, tail = ({m.sentence for m in self._document.entities[end].mentions} for end in ends)
                    if head & tail <= {denied.sentence}:
                        return False
        return None

    def _is_near(self, number: int, sentence: int) -> bool:
        """Whether an entity is named in a sentence or in the one before, as what a pronoun stands for is."""
        return any(mention.sentence in (sentence, sentence - 1) for mention in self._document.entities[number].mentions)

    @cached_property
    def _denied(self) -> list[_Denied]:
        words = self._document.words
        if _CUES.isdisjoint(words):
            return []
        names = beginnings(self._document, {entity.type for entity in self._document.entities})
        found = list[_Denied]()
        for sentence, (start, end) in enumerate(self._document.sentences):
            for place in range(start, end):
                if self._is_cue(place) and _UNLESS.isdisjoint(words[place:end]):
                    found += self._denied_by(place, (start, end), sentence, names)
        return found

    def _is_cue(self, place: int) -> bool:
        word, following = self._document.words[place], self._document.words[place + 1 : place + 2]
        if word in _PLANS:
            return following == ("to",)
        return word in _CUES and not (word in _MAY and following == ("have",))

    def _denied_by(
        self, place: int, sentence: tuple[int, int], number: int, names: dict[int, tuple[int, int]]
    ) -> Iterator[_Denied]:
        words = self._document.words
        contrasted = passed_over(words, place + 1, _OPENS)
        if words[place] == "not" and contrasted in names and words[place - 1] in (",", "and"):
            said = frozenset().union(*(_DENIED.get(word, frozenset()) for word in words[slice(*sentence)]))
            for thing in self._listed(contrasted, names):
                yield _Denied(number, said, None, thing)
            return
        subject, known = self._subject(place, sentence[0])
        verb = passed_over(words, place + 1, _FILLS)
        if verb in names and words[verb - 1] == "that":  # "denied that Bo is her brother", "it is not true that Bo is"
            subject, known = names[verb][0], True
            verb = passed_over(words, names[verb][1], _FILLS)
        labels = _DENIED.get(words[verb] if verb < sentence[1] else "")
        if labels and known:
            for thing in self._listed(passed_over(words, verb + 1, _OPENS), names):
                yield _Denied(number, labels, subject, thing)

    def _subject(self, place: int, first: int) -> tuple[int | None, bool]:
        """Whom a "not" is about: an entity, or, behind a pronoun or "the song", None; and whether there is any."""
        words = self._document.words
        place -= 1
        while place >= first:
            if place + 1 in self._ends:
                return self._ends[place + 1], True
            if words[place].lower() in _PRONOUNS or words[place - 1 : place] in (("the",), ("The",)):
                return None, True
            if words[place] == ")" and "(" in words[max(first, place - _BRACKETS) : place]:
                while words[place] != "(":
                    place -= 1
            elif words[place] not in _AUXILIARIES:
                break
            place -= 1
        return None, False

    @cached_property
    def _ends(self) -> dict[int, int]:
        return {m.end: number for number, entity in enumerate(self._document.entities) for m in entity.mentions}

    def _listed(self, place: int, names: dict[int, tuple[int, int]]) -> Iterator[int]:
        """The thing named there, and others behind an "or"; nothing where what is named is another's ("Bo's") or an
        adjective's ("American companies")."""
        words = self._document.words
        while place in names:
            thing, end = names[place]
            following = "".join(words[end : end + 1])
            if following in POSSESSIVES or (following[:1].isalnum() and following not in _GOES_ON):
                return
            yield thing
            if following not in ("or", "nor"):
                return
            place = passed_over(words, passed_over(words, end + 1, _DENIED), _OPENS)
