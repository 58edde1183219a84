"""Documents of several subjects as a passage for each, long ones as overlapping passages of few entities, and what is
read in them as one again."""

from __future__ import annotations

from bisect import bisect, bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from kg_docre.annotations import Document, Mention, ReasoningStep, Relation

__all__ = ["Passage", "passages", "together"]

_Owned = tuple[Mention, int]  # a mention and its entity's number


@dataclass(frozen=True, slots=True)
class Passage:
    """Some sentences of a document that are read as a document of their own.

    ``entities`` are the numbers that its entities have in the whole, ``sentences`` those of its sentences, ``subject``
    tells which of the document's subjects it is about.
    """

    document: Document
    entities: tuple[int, ...]
    sentences: tuple[int, ...]
    subject: int = 0


def passages(document: Document, most: int | None, begins: Sequence[int] = ()) -> list[Passage]:
    """The document as passages of at most ``most`` entities (None: any number), of whole sentences, none over the
    beginning of another subject: the sentences ``begins``.

    A subject of no more entities is one passage. Else each begins where half of the entities of the one before are
    behind, so that sentences near one another are read together. A sentence of many entities is cut.
    """
    if not begins and (most is None or len(document.entities) <= most):
        return [Passage(document, tuple(range(len(document.entities))), tuple(range(len(document.sentence_starts))))]
    mentions = sorted(
        ((mention, number) for number, entity in enumerate(document.entities) for mention in entity.mentions),
        key=lambda owned: (owned[0].start, owned[0].end),
    )
    most = len(document.entities) if most is None else most
    bounds = _bounds(document, mentions, max(1, most // 2))
    firsts = [bisect_left(mentions, start, key=lambda owned: owned[0].start) for start in bounds]
    units = [{number for _, number in mentions[a:b]} for a, b in pairwise(firsts)]
    parts = [0, *(bisect_left(bounds, document.sentence_starts[number]) for number in begins), len(units)]
    return [
        _passage(document, bounds[first : last + 1], mentions[firsts[first] : firsts[last]], subject)
        for subject, (begin, end) in enumerate(pairwise(parts))
        for first, last in _spans(units, begin, end, most)
    ]


def _spans(units: Sequence[set[int]], begin: int, end: int, most: int) -> Iterator[tuple[int, int]]:
    """Overlapping ranges of at most ``most`` entities that make up the one from ``begin`` to ``end``."""
    first = last = begin
    while last < end:
        while (reached := _end(units, first, end, most)) == last:  # one that would say nothing new
            first += 1
        last = reached
        yield first, last
        first = _begin(units, first + 1, last, most // 2)


def _bounds(document: Document, mentions: Sequence[_Owned], most: int) -> list[int]:
    """First words of what passages are made of, and the document's end: sentences, and parts of at most ``most``
    mentions of those that have more, cut where no mention is, or else within one when there are twice as many."""
    bounds = [0]
    count = reached = 0
    starts = iter([*document.sentence_starts[1:], len(document.words)])
    following = next(starts)
    for mention, _ in mentions:
        while mention.start >= following:
            bounds.append(following)
            count, following = 0, next(starts)
        if count >= (most if mention.start >= reached else 2 * most) and mention.start > bounds[-1]:
            bounds.append(mention.start)
            count = 0
        count, reached = count + 1, max(reached, mention.end)
    return [*bounds, following, *starts]


def _end(units: Sequence[set[int]], first: int, end: int, most: int) -> int:
    """How far from ``first`` on, up to ``end``, there are at most ``most`` entities."""
    held: set[int] = set()
    for place in range(first, end):
        held |= units[place]
        if len(held) > most:
            return max(place, first + 1)
    return end


def _begin(units: Sequence[set[int]], first: int, last: int, most: int) -> int:
    """From where on, ``first`` or later, there are at most ``most`` entities up to ``last``."""
    held: set[int] = set()
    for place in range(last - 1, first - 1, -1):
        held |= units[place]
        if len(held) > most:
            return place + 1
    return first


def _passage(document: Document, bounds: Sequence[int], mentions: Sequence[_Owned], subject: int) -> Passage:
    begin, end = bounds[0], bounds[-1]
    numbers = sorted({number for _, number in mentions})
    own: dict[int, list[Mention]] = {number: [] for number in numbers}
    for mention, number in mentions:
        place = bisect(bounds, mention.start) - 1
        last = min(mention.end, end)  # of one that goes over the end of a sentence
        own[number].append(replace(mention, start=mention.start - begin, end=last - begin, sentence=place))
    part = Document(
        id=document.id,
        words=document.words[begin:end],
        sentence_starts=tuple(start - begin for start in bounds[:-1]),
        entities=tuple(replace(document.entities[number], mentions=tuple(own[number])) for number in numbers),
    )
    sentences = tuple(bisect(document.sentence_starts, start) - 1 for start in bounds[:-1])
    return Passage(part, tuple(numbers), sentences, subject)


def together(
    read: Sequence[tuple[Passage, Sequence[Relation]]], least: Mapping[str, float], lowest: float
) -> tuple[Relation, ...]:
    """Relations of a document's passages, in their order, as those of the whole; ``least`` has the score from which on
    a label's are kept.

    What lies in two passages was read twice: of a fact whose two things are in both of two neighbours about one subject
    the score is the mean of what they gave it, where less than ``lowest`` counts as 0. Of several scores it is the
    highest. Evidence and reasoning are of the passage that is surest.
    """
    places: dict[int, set[int]] = {}
    said: dict[tuple[int, str, int], dict[int, Relation]] = {}
    for place, (passage, relations) in enumerate(read):
        for number in passage.entities:
            places.setdefault(number, set()).add(place)
        for relation in relations:
            key = passage.entities[relation.head], relation.label, passage.entities[relation.tail]
            said.setdefault(key, {})[place] = relation
    found = []
    for (head, label, tail), its in said.items():
        both = places[head] & places[tail]
        given = {place: relation.score for place, relation in its.items() if relation.score >= lowest}
        score = 0.0
        for place, relation in its.items():
            others = [given.get(other, 0.0) for other in _neighbours(read, place) if other in both]
            score = max(score, (given.get(place, 0.0) + max(others)) / 2 if others else relation.score)
        if score >= least[label]:
            surest = max(its, key=lambda place: its[place].score)
            found.append(_of_whole(read[surest][0], its[surest], score))
    return tuple(found)


def _neighbours(read: Sequence[tuple[Passage, Sequence[Relation]]], place: int) -> list[int]:
    """Passages beside one that are about the same subject."""
    near = (other for other in (place - 1, place + 1) if 0 <= other < len(read))
    return [other for other in near if read[other][0].subject == read[place][0].subject]


def _of_whole(passage: Passage, relation: Relation, score: float) -> Relation:
    entity, sentence = passage.entities, passage.sentences
    return Relation(
        head=entity[relation.head],
        tail=entity[relation.tail],
        label=relation.label,
        score=score,
        evidence=tuple(sorted({sentence[number] for number in relation.evidence})),
        reasoning=tuple(_step_of_whole(step, entity) for step in relation.reasoning),
    )


def _step_of_whole(step: ReasoningStep, entity: Sequence[int]) -> ReasoningStep:
    (a, b), (c, d) = step.premises
    return replace(step, via=entity[step.via], premises=((entity[a], entity[b]), (entity[c], entity[d])))
