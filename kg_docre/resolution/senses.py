"""Homonyms: one form of name, several things, told apart by facts that a thing has only one of."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from kg_docre.names import short_hash
from kg_docre.resolution.forms import is_country
from kg_docre.resolution.groups import Group, Groups, similarity
from kg_docre.store import FactStore

__all__ = ["split_homonyms"]

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


def split_homonyms(groups: Groups, store: FactStore) -> None:
    """Give every further sense of a form a group of its own.

    Two people are told apart by years of birth and death, two places by their countries. A value counts if two
    documents state it or one does so surely. An entity that states none goes where the company it keeps is
    most alike, the more frequent sense in doubt.
    """
    facts = groups.relations(store, sorted({label for labels in _TELLING.values() for label in labels}))
    number_of_groups = len(groups.groups)
    for number in range(number_of_groups):
        group = groups.groups[number]
        telling = _TELLING.get(group.type, ())
        if group.kb_id or len(group.entities) < 2 or is_country(group.form):
            continue
        stated: dict[int, list[tuple[Claim, float]]] = defaultdict(list)
        for entity in group.entities:
            for label, tail, score in facts.get(entity, ()):
                value = _value(groups.groups[groups.group_of[tail]])
                if label in telling and value and score >= _LIKELY:
                    stated[entity].append(((label, value), score))
        claims = _reliable(stated)
        if len({value for values in claims.values() for value in values}) > 1:
            _split(groups, number, claims)
    for number in range(number_of_groups, len(groups.groups)):  # only now: until here, who is found with whom stays
        groups.group_of[groups.groups[number].entities] = number
    if len(groups.groups) > number_of_groups:
        groups.index()


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


def _split(groups: Groups, number: int, claims: dict[int, set[Claim]]) -> None:
    group = groups.groups[number]
    senses: list[_Sense] = []
    frequency = Counter(claim for values in claims.values() for claim in values)
    # the most frequent statements first, so that the first sense is the one most documents mean
    for entity in sorted(claims, key=lambda e: (-max(frequency[claim] for claim in claims[e]), e)):
        sense = next((s for s in senses if s.claims & claims[entity] and not s.contradicts(claims[entity])), None)
        sense = sense or next((s for s in senses if not s.contradicts(claims[entity])), None)
        if sense is None:
            senses.append(sense := _Sense(set()))
        sense.claims |= claims[entity]
        sense.entities.append(entity)
    if len(senses) < 2:
        return
    companies = [groups.company_of(sense.entities, number) for sense in senses]
    for entity in group.entities:
        if entity not in claims:
            own = groups.company_of([entity], number)
            alike = [similarity(own, company) for company in companies]
            senses[alike.index(max(alike))].entities.append(entity)
    group.entities = sorted(senses[0].entities)
    for sense in senses[1:]:
        id = short_hash(group.id, *map("=".join, sorted(sense.claims)[:1]))
        groups.groups.append(Group(id, group.type, group.form, "", sorted(sense.entities), group.aliases.copy()))
