"""Homonyms: one form of name, several things, told apart by facts that a thing has only one of, or by a person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from math import log

from kg_docre.names import short_hash
from kg_docre.resolution.forms import is_country
from kg_docre.resolution.groups import Group, Groups
from kg_docre.store import FactStore

__all__ = ["split_by_document", "split_homonyms"]

# one value each: dates of birth and death, country, inception, publication date
_TELLING = {"PER": ("P569", "P570"), "LOC": ("P17",), "ORG": ("P571",), "MISC": ("P577",)}
_OF_A_COUNTRY = (*_TELLING["ORG"], "P17")  # of organizations that are called what every country may have
_SEVERAL = 2  # organizations whose names have another one's in them, by which that is one of these
_SURE, _LIKELY = 0.9, 0.5  # scores: of a value that one document alone may stand for; of any that counts
_RARE = 0.05  # what so few of the documents that state the most frequent value say instead is taken for a mistake
_OWN = 0.75  # share of what its own documents say of the company a sense keeps; the rest is what all documents say
_COMMON = 50  # what is found beside more senses than that tells none from another

Claim = tuple[str, str]  # relation and form of its tail


@dataclass(slots=True)
class _Sense:
    claims: dict[str, str] = field(default_factory=dict)  # of each relation the form of its tail
    entities: list[int] = field(default_factory=list)

    def agrees(self, claims: set[Claim]) -> bool:
        return all(self.claims.get(label, value) == value for label, value in claims)


def split_homonyms(groups: Groups, store: FactStore, apart: Collection[str] = (), whole: Collection[str] = ()) -> None:
    """Give every further sense of a form a group of its own, and every sense the id it had.

    Two people are told apart by years of birth and death, two places by their countries, and so are organizations whose
    name is in others' names ("Parliament": "Norwegian Parliament", "Parliament of Canada"). A value counts if two
    documents state it or one does so surely, and not twenty times as many state another one. An entity that states
    none goes where the company it keeps is likeliest, the more frequent sense in doubt. A sense keeps the id it had, by
    most of the entities that it has in the store; ``apart`` are the ids that :func:`split_by_document` divides,
    ``whole`` those that a person has called one thing.
    """
    facts = groups.relations(store, sorted({label for labels in _TELLING.values() for label in labels}))
    taken = {group.id for group in groups.groups}
    parts: list[tuple[int, str, list[int]]] = []
    common = _in_other_names(groups)
    for number, group in enumerate(groups.groups):
        telling = _OF_A_COUNTRY if group.type == "ORG" and group.form in common else _TELLING.get(group.type, ())
        if group.kb_id or group.bare or group.id in whole or not telling or is_country(group.form):
            continue
        stated: dict[int, list[tuple[Claim, float]]] = defaultdict(list)
        for entity in group.entities if len(group.entities) > 1 else ():
            for label, tail, score in facts.get(entity, ()):
                value = _value(groups.groups[groups.group_of[tail]])
                if label in telling and value and score >= _LIKELY:
                    stated[entity].append(((label, value), score))
        claims = _reliable(stated)
        several = len({value for values in claims.values() for value in values}) > 1
        senses = _senses(groups, number, claims) if several else [_Sense(entities=group.entities)]
        if len(senses) > 1 or any(groups.placed[entity][0] not in ("", group.id) for entity in group.entities):
            ids = _ids(groups, group.id, senses, apart, taken)
            taken.update(ids)
            parts += [(number, id, sense.entities) for id, sense in zip(ids, senses, strict=True) if id != group.id]
    groups.divide(parts)


def split_by_document(groups: Groups, apart: Collection[str]) -> set[str]:
    """Divide the groups of these ids, each of whose entities is another thing in every document; the ids there are
    then. That of a part is its form's in its document (:meth:`Groups.own_form`)."""
    parts: dict[tuple[int, str], list[int]] = defaultdict(list)
    for number, group in enumerate(groups.groups):
        if group.id in apart:
            for entity in group.entities:
                parts[number, groups.own_form(group.id, entity)].append(entity)
    groups.divide((number, id, entities) for (number, id), entities in parts.items())
    return {id for _, id in parts}


def _in_other_names(groups: Groups) -> set[str]:
    """Forms that end several other organizations' names, or begin them before "of"."""
    times: Counter[str] = Counter()
    for form in {group.form for group in groups.groups if group.type == "ORG"}:
        words = form.split()
        times.update(" ".join(words[start:]) for start in range(1, len(words)))
        if "of" in words[1:]:
            times[" ".join(words[: words.index("of", 1)])] += 1
    return {form for form, number in times.items() if number >= _SEVERAL}


def _value(tail: Group) -> str:
    """What a telling fact's tail says: the year of a date, else the form of a name."""
    if tail.type == "TIME":
        return tail.form[:4] if tail.form[:4].isdigit() and not tail.form.endswith("s") else ""
    return tail.form


def _reliable(stated: dict[int, list[tuple[Claim, float]]]) -> dict[int, set[Claim]]:
    """Of each entity, and each relation it states a value of, the surest one that counts."""
    documents, best = Counter[Claim](), defaultdict[Claim, float](float)
    for claims in stated.values():
        documents.update({claim for claim, _ in claims})
        for claim, score in claims:
            best[claim] = max(best[claim], score)
    most = Counter[str]()  # documents of each relation's most frequent value
    for (label, _), number in documents.items():
        most[label] = max(most[label], number)
    result = {}
    for entity, claims in stated.items():
        one: dict[str, tuple[float, Claim]] = {}  # of each relation the value with the highest score
        for claim, score in claims:
            rare = documents[claim] < _RARE * most[claim[0]]
            if not rare and (documents[claim] > 1 or best[claim] >= _SURE):
                one[claim[0]] = max(one.get(claim[0], (0.0, claim)), (score, claim))
        if one:
            result[entity] = {claim for _, claim in one.values()}
    return result


def _senses(groups: Groups, number: int, claims: dict[int, set[Claim]]) -> list[_Sense]:
    """All entities of a group by what they mean, the sense that most documents mean first."""
    group = groups.groups[number]
    senses: list[_Sense] = []
    having: dict[Claim, list[_Sense]] = defaultdict(list)  # senses by what they claim, as they were found
    frequency = Counter(claim for values in claims.values() for claim in values)
    relations = {label for label, _ in frequency}

    def order(entity: int) -> tuple[int, list[Claim], str, int]:
        """The most frequent statements first; of as frequent ones, not whichever was read first."""
        said = claims[entity]
        digest = groups.digests[int(groups.documents[entity])]
        return -max(frequency[claim] for claim in said), sorted(said), digest, entity

    for entity in sorted(claims, key=order):
        said = claims[entity]
        shared = (sense for claim in sorted(said) for sense in having[claim])
        silent = (sense for sense in senses if len(sense.claims) < len(relations))
        sense = next((sense for sense in chain(shared, silent) if sense.agrees(said)), None)
        if sense is None:
            senses.append(sense := _Sense())
        for label, value in said - sense.claims.items():
            sense.claims[label] = value
            having[label, value].append(sense)
        sense.entities.append(entity)
    if len(senses) > 1:
        company = _Company(groups, number, senses)
        for entity in group.entities:
            if entity not in claims:
                senses[company.likeliest(entity)].entities.append(entity)
    return senses


class _Company:
    """What is found beside each sense of a group, by which an entity that states nothing goes to one of them.

    Naive Bayes. How often another group is found beside a sense is mixed with how often it is found in any document
    (Jelinek and Mercer 1980), so that what no sense was found with speaks for none of them.
    """

    def __init__(self, groups: Groups, number: int, senses: Sequence[_Sense]) -> None:
        self._groups, self._number = groups, number
        self._sizes = [len(sense.entities) for sense in senses]
        self._largest = self._sizes.index(max(self._sizes))
        self._beside: dict[int, Counter[int]] = defaultdict(Counter)  # of each other group, in documents of each sense
        for place, sense in enumerate(senses):
            for document in {int(groups.documents[entity]) for entity in sense.entities}:
                for other in set(groups.in_document(document).tolist()):
                    self._beside[other][place] += 1
        for other in [o for o, places in self._beside.items() if o == number or len(places) > _COMMON]:
            del self._beside[other]

    def likeliest(self, entity: int) -> int:
        """Position of the sense that an entity has most likely; of equal ones, the more frequent or first."""
        odds: dict[int, float] = {self._largest: log(self._sizes[self._largest])}
        for other in set(self._groups.in_document(int(self._groups.documents[entity])).tolist()):
            for place, times in self._beside.get(other, {}).items():
                share = times / (self._sizes[place] + 1)
                odds.setdefault(place, log(self._sizes[place]))
                odds[place] += log(1 + _OWN / (1 - _OWN) * share / self._groups.share_of_documents(other))
        return max(odds, key=lambda place: (round(odds[place], 9), self._sizes[place], -place))


def _ids(groups: Groups, form: str, senses: list[_Sense], apart: Collection[str], taken: Collection[str]) -> list[str]:
    """An id for every sense of a form: that which most of its entities had, the form's own for the first of those
    that had none, else a new one. What is ``taken`` is another form's."""
    had = [Counter[str]() for _ in senses]
    for counts, sense in zip(had, senses, strict=True):
        for entity in sense.entities:
            before = groups.placed[entity][0]
            if before != form:
                before = next((id for id in (form, *apart) if groups.own_form(id, entity) == before), before)
            counts[before] += before == form or before not in taken
    # what is new in the store goes by the form's own id, which therefore says least of which sense is which
    wanted = [(id != form, n, id, number) for number, counts in enumerate(had) for id, n in counts.items() if id and n]
    ids: dict[int, str] = {}
    for _, _, id, number in sorted(wanted, key=lambda w: (not w[0], -w[1], w[3], w[2])):
        if number not in ids and id not in ids.values():
            ids[number] = id
    for number, sense in enumerate(senses):
        if number not in ids:
            claims = ["=".join(claim) for claim in sorted(sense.claims.items())]
            names = (short_hash(form, *claims, *["again"] * times) for times in count())
            used = set(ids.values())
            ids[number] = next(id for id in chain((form,), names) if id not in used and (id == form or id not in taken))
    return [ids[number] for number in range(len(senses))]
