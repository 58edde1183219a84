"""Homonyms: one form of name, several things, told apart by facts that a thing has only one of, or by a person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import chain, count

from kg_docre.names import document_form, short_hash
from kg_docre.resolution.forms import is_country
from kg_docre.resolution.groups import Group, Groups, similarity
from kg_docre.store import FactStore

__all__ = ["split_by_document", "split_homonyms"]

# one value each: dates of birth and death, country, inception, publication date
_TELLING = {"PER": ("P569", "P570"), "LOC": ("P17",), "ORG": ("P571",), "MISC": ("P577",)}
_SURE, _LIKELY = 0.8, 0.5  # scores: of a value that one document alone may stand for; of any that counts

Claim = tuple[str, str]  # relation and form of its tail


@dataclass(slots=True)
class _Sense:
    claims: set[Claim]
    entities: list[int] = field(default_factory=list)

    def contradicts(self, claims: set[Claim]) -> bool:
        mine = dict(self.claims)
        return any(label in mine and (label, value) not in self.claims for label, value in claims)


def split_homonyms(groups: Groups, store: FactStore, apart: Collection[str] = ()) -> None:
    """Give every further sense of a form a group of its own, and every sense the id it had.

    Two people are told apart by years of birth and death, two places by their countries. A value counts if two
    documents state it or one does so surely. An entity that states none goes where the company it keeps is
    most alike, the more frequent sense in doubt. A sense keeps the id it had, by most of the entities that it has in
    the store; ``apart`` are the ids that :func:`split_by_document` divides.
    """
    facts = groups.relations(store, sorted({label for labels in _TELLING.values() for label in labels}))
    taken = {group.id for group in groups.groups}
    parts: list[tuple[int, str, list[int]]] = []
    for number, group in enumerate(groups.groups):
        telling = _TELLING.get(group.type, ())
        if group.kb_id or not telling or is_country(group.form):
            continue
        stated: dict[int, list[tuple[Claim, float]]] = defaultdict(list)
        for entity in group.entities if len(group.entities) > 1 else ():
            for label, tail, score in facts.get(entity, ()):
                value = _value(groups.groups[groups.group_of[tail]])
                if label in telling and value and score >= _LIKELY:
                    stated[entity].append(((label, value), score))
        claims = _reliable(stated)
        several = len({value for values in claims.values() for value in values}) > 1
        senses = _senses(groups, number, claims) if several else [_Sense(set(), group.entities)]
        if len(senses) > 1 or any(groups.placed[entity][0] not in ("", group.id) for entity in group.entities):
            ids = _ids(groups, group.id, senses, apart, taken)
            taken.update(ids)
            parts += [(number, id, sense.entities) for id, sense in zip(ids, senses, strict=True) if id != group.id]
    groups.divide(parts)


def split_by_document(groups: Groups, apart: Collection[str]) -> set[str]:
    """Divide the groups of these ids, each of whose entities is another thing in every document; the ids there are
    then. That of a part is :func:`document_form`."""
    parts: dict[tuple[int, str], list[int]] = defaultdict(list)
    for number, group in enumerate(groups.groups):
        if group.id in apart:
            for entity in group.entities:
                digest = groups.digests[int(groups.documents[entity])]
                parts[number, document_form(group.id, digest)].append(entity)
    groups.divide((number, id, entities) for (number, id), entities in parts.items())
    return {id for _, id in parts}


def _value(tail: Group) -> str:
    """What a telling fact's tail says: the year of a date, else the form of a name."""
    if tail.type == "TIME":
        return tail.form[:4] if tail.form[:4].isdigit() and not tail.form.endswith("s") else ""
    return tail.form


def _reliable(stated: dict[int, list[tuple[Claim, float]]]) -> dict[int, set[Claim]]:
    documents, best = Counter[Claim](), defaultdict[Claim, float](float)
    for claims in stated.values():
        documents.update({claim for claim, _ in claims})
        for claim, score in claims:
            best[claim] = max(best[claim], score)
    result = {}
    for entity, claims in stated.items():
        one: dict[str, tuple[float, Claim]] = {}  # of each relation the value with the highest score
        for claim, score in claims:
            if documents[claim] > 1 or best[claim] >= _SURE:
                one[claim[0]] = max(one.get(claim[0], (0.0, claim)), (score, claim))
        if one:
            result[entity] = {claim for _, claim in one.values()}
    return result


def _senses(groups: Groups, number: int, claims: dict[int, set[Claim]]) -> list[_Sense]:
    """All entities of a group by what they mean, the sense that most documents mean first."""
    group = groups.groups[number]
    senses: list[_Sense] = []
    frequency = Counter(claim for values in claims.values() for claim in values)

    def order(entity: int) -> tuple[int, list[Claim], str, int]:
        """The most frequent statements first; of as frequent ones, not whichever was read first."""
        said = claims[entity]
        digest = groups.digests[int(groups.documents[entity])]
        return -max(frequency[claim] for claim in said), sorted(said), digest, entity

    for entity in sorted(claims, key=order):
        sense = next((s for s in senses if s.claims & claims[entity] and not s.contradicts(claims[entity])), None)
        sense = sense or next((s for s in senses if not s.contradicts(claims[entity])), None)
        if sense is None:
            senses.append(sense := _Sense(set()))
        sense.claims |= claims[entity]
        sense.entities.append(entity)
    if len(senses) > 1:
        companies = [groups.company_of(sense.entities, number) for sense in senses]
        for entity in group.entities:
            if entity not in claims:
                own = groups.company_of([entity], number)
                alike = [similarity(own, company) for company in companies]
                senses[alike.index(max(alike))].entities.append(entity)
    return senses


def _ids(groups: Groups, form: str, senses: list[_Sense], apart: Collection[str], taken: Collection[str]) -> list[str]:
    """An id for every sense of a form: that which most of its entities had, the form's own for the first of those
    that had none, else a new one. What is ``taken`` is another form's."""
    had = [Counter[str]() for _ in senses]
    for counts, sense in zip(had, senses, strict=True):
        for entity in sense.entities:
            before = groups.placed[entity][0]
            if before != form:
                digest = groups.digests[int(groups.documents[entity])]
                before = next((id for id in (form, *apart) if document_form(id, digest) == before), before)
            counts[before] += before == form or before not in taken
    # what is new in the store goes by the form's own id, which therefore says least of which sense is which
    wanted = [(id != form, n, id, number) for number, counts in enumerate(had) for id, n in counts.items() if id and n]
    ids: dict[int, str] = {}
    for _, _, id, number in sorted(wanted, key=lambda w: (not w[0], -w[1], w[3], w[2])):
        if number not in ids and id not in ids.values():
            ids[number] = id
    for number, sense in enumerate(senses):
        if number not in ids:
            claims = ["=".join(claim) for claim in sorted(sense.claims)]
            names = (short_hash(form, *claims, *["again"] * times) for times in count())
            used = set(ids.values())
            ids[number] = next(id for id in chain((form,), names) if id not in used and (id == form or id not in taken))
    return [ids[number] for number in range(len(senses))]
