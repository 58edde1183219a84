"""The entities of a store, grouped by what their names say they are."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from kg_docre.annotations import Entity
from kg_docre.names import document_form
from kg_docre.resolution.forms import form_id, name_form
from kg_docre.store import FactStore

__all__ = ["Group", "Groups", "similarity"]

Integers = NDArray[np.int64]
Company = dict[int, float]

_KEPT = 4096  # companies held at once


@dataclass(slots=True)
class Group:
    """Entities of one form: the same knowledge-base id, or the same type and form of name.

    Of a knowledge-base id the type and the form are those that most of its entities have. ``bare``: what one
    document calls by a name that tells little (:mod:`~kg_docre.resolution.bare_names`).
    """

    id: str
    type: str
    form: str
    kb_id: str
    linked: str = ""  # the knowledge-base id of its entities, also where it is a part of those that have it
    entities: list[int] = field(default_factory=list)  # positions in Groups.entity_ids
    aliases: Counter[str] = field(default_factory=Counter)  # forms of other names its documents give it
    bare: bool = False


class Groups:
    """All entities of a store as arrays, and the groups they are in.

    ``entity_ids``, ``documents`` and ``group_of`` have a number for every entity; ``digests`` the content hash of every
    document. Memory is some hundred bytes an entity and a document besides the distinct names.
    """

    def __init__(self, store: FactStore) -> None:
        self.groups: list[Group] = []
        places: dict[str, int] = {}
        ids: list[int] = []
        documents: list[int] = []
        group_of: list[int] = []
        self.placed: list[tuple[str, str]] = []  # form and node of each entity as the store has them
        self.digests: dict[int, str] = dict(store.read("SELECT id, content_hash FROM document"))
        called: dict[int, Counter[tuple[str, str]]] = defaultdict(Counter)  # types and forms of what is linked
        rows = store.read(
            """SELECT id, document, name, type, kb_id, form, node,
                      (SELECT json_group_array(DISTINCT name) FROM mention WHERE mention.entity = entity.id)
               FROM entity ORDER BY id"""
        )
        for id, document, name, type, kb_id, form, node, mentions in rows:
            key, form_of_name = form_id(Entity(name=name, type=type, kb_id=kb_id, mentions=())), name_form(name, type)
            if key not in places:
                places[key] = len(self.groups)
                self.groups.append(Group(id=key, type=type, form=form_of_name, kb_id=kb_id, linked=kb_id))
            group = self.groups[places[key]]
            group.entities.append(len(ids))
            if kb_id:
                called[places[key]][type, form_of_name] += 1
            for mention in json.loads(mentions):
                group.aliases[name_form(mention, type)] += 1
            ids.append(id)
            self.placed.append((form, node))
            documents.append(document)
            group_of.append(places[key])
        for number, names in called.items():
            group = self.groups[number]
            group.type, group.form = min(names, key=lambda name: (-names[name], name))
        for group in self.groups:
            del group.aliases[group.form]
        self.entity_ids: Integers = np.array(ids, np.int64)
        self.documents: Integers = np.array(documents, np.int64)
        self.group_of: Integers = np.array(group_of, np.int64)
        self._index()

    def divide(self, parts: Iterable[tuple[int, str, list[int]]], *, bare: bool = False) -> None:
        """Take entities out of groups: of each part the group, the id that it gets as a group of its own, and the
        entities. Who is found with whom stays as it was until all are out."""
        divided = set()
        for number, id, entities in parts:
            group = self.groups[number]
            divided.add(number)
            self.group_of[entities] = len(self.groups)
            aliases = Counter[str]() if bare else group.aliases.copy()  # those of all that are called so
            part = Group(id, group.type, group.form, "", group.linked, sorted(entities), aliases, bare)
            self.groups.append(part)
        for number in divided:
            group = self.groups[number]
            group.entities = [entity for entity in group.entities if self.group_of[entity] == number]
        if divided:
            self._index()

    def _index(self) -> None:
        """Take note of who is found with whom; anew where an entity has moved to another group."""
        self._by_document = np.argsort(self.documents, kind="stable")
        self._sorted_documents = self.documents[self._by_document]
        self._document_counts: Counter[int] = Counter()
        for document_groups in self._groups_of_documents():
            self._document_counts.update(document_groups)
        self._document_total = max(1, len(np.unique(self.documents)))
        self._company: dict[int, Company] = {}

    def _groups_of_documents(self) -> Iterator[set[int]]:
        if not len(self.documents):
            return
        starts = np.flatnonzero(np.diff(self._sorted_documents, prepend=self._sorted_documents[0] - 1))
        for part in np.split(self.group_of[self._by_document], starts[1:]):
            yield set(part.tolist())

    def in_document(self, document: int) -> Integers:
        """Groups of one document's entities."""
        first, last = np.searchsorted(self._sorted_documents, [document, document + 1])
        return self.group_of[self._by_document[first:last]]

    def own_form(self, id: str, entity: int) -> str:
        """What a form of this id is called in the document of an entity, if it is another thing in every one."""
        return document_form(id, self.digests[int(self.documents[entity])])

    def documents_of(self, number: int) -> int:
        """How many documents a group is found in."""
        return self._document_counts[number]

    def share_of_documents(self, number: int) -> float:
        """Of all documents, the share that a group is found in."""
        return self._document_counts[number] / self._document_total

    def company(self, number: int) -> Company:
        """Other groups found in the same documents, rare ones weighing more (inverse document frequency); of many
        entities, the first hundred tell enough."""
        if number not in self._company:
            near: set[int] = set()
            for document in {int(self.documents[entity]) for entity in self.groups[number].entities[:100]}:
                near.update(self.in_document(document).tolist())
            near.discard(number)
            if len(self._company) > _KEPT:
                self._company.clear()
            total = self._document_total
            self._company[number] = {other: log(1 + total / self._document_counts[other]) for other in near}
        return self._company[number]

    def share_a_document(self, first: int, second: int) -> bool:
        """Whether a document tells the two groups apart."""
        few, many = sorted((first, second), key=lambda number: len(self.groups[number].entities))
        documents = self.documents[self.groups[few].entities]
        return bool(np.isin(documents, self.documents[self.groups[many].entities]).any())

    def relations(self, store: FactStore, labels: Sequence[str]) -> dict[int, list[tuple[str, int, float]]]:
        """Of each entity's position, what these relations say of it: label, position of the tail, score."""
        position = {int(id): place for place, id in enumerate(self.entity_ids)}
        found: dict[int, list[tuple[str, int, float]]] = defaultdict(list)
        for head, label, tail, score in store.read(
            """SELECT head, label, tail, score FROM relation
               WHERE label IN (SELECT value FROM json_each(?)) ORDER BY id""",
            (json.dumps(list(labels)),),
        ):
            found[position[head]].append((label, position[tail], score))
        return found


def similarity(first: Company, second: Company) -> float:
    """Cosine-like overlap of two companies, from 0 to 1."""
    if len(first) > len(second):
        first, second = second, first
    shared = sum(weight for other, weight in first.items() if other in second)
    return shared / sqrt(sum(first.values()) * sum(second.values())) if shared else 0.0
