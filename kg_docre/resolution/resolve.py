"""One real thing, one node: resolution of a store's entities, redone at any time without reading text again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import chain

from kg_docre.resolution.bare_names import in_common, split_bare_names
from kg_docre.resolution.candidates import Candidate, Reasons, candidates
from kg_docre.resolution.clusters import Clusters
from kg_docre.resolution.groups import Group, Groups
from kg_docre.resolution.senses import split_by_document, split_homonyms
from kg_docre.store import FactStore

__all__ = ["merged_forms", "resolve", "resolve_if_grown"]

_CHANGE = 0.1
_DECIDED = {"decided by a person": 0.0}

Rule = tuple[str, str, str]


def resolve(store: FactStore) -> int:
    """Find out for all entities of a store which are one thing; how many have another node than before.

    First entities of one type and form of name are one thing (:func:`~kg_docre.resolution.forms.name_form`),
    except homonyms (:mod:`~kg_docre.resolution.senses`) and names that many people bear beside others
    (:mod:`~kg_docre.resolution.bare_names`); then each form joins the better known one that
    speaks most for it (:mod:`~kg_docre.resolution.candidates`). What a person decided goes before all that. A
    node keeps its id as long as the entities it had are together.

    All is looked at anew if another process has resolved the store, or a person has decided something, meanwhile.
    """
    while (moved := _resolved(store)) is None:
        pass
    return moved


def _resolved(store: FactStore) -> int | None:
    """As :func:`resolve`, once; nothing if what it went by is not so any more."""
    with store.snapshot():
        groups = Groups(store)
        (generation,) = store.read("SELECT generation FROM resolved").fetchone()
        rules: list[Rule] = list(store.read("SELECT kind, first, second FROM rule"))
        apart = {first for kind, first, _ in rules if kind == "by document"}
        whole = {first for kind, first, second in rules if kind == "same" and first == second}
        bare = split_bare_names(groups, {form for _, *forms in rules for form in forms})
        split_homonyms(groups, store, apart, whole)
    alone = {first for kind, first, _ in rules if kind == "alone"} | split_by_document(groups, apart)
    places = {group.id: number for number, group in enumerate(groups.groups)}
    clusters = Clusters(groups)
    for same in merged_forms(rules):
        first, *others = [places[form] for form in same if form in places] or [0]
        for number in others:
            clusters.join(Candidate(number, first, 0.0, _DECIDED), decided=True)
    for candidate in chain(candidates(groups), in_common(groups, clusters.root)):
        if {groups.groups[candidate.group].id, groups.groups[candidate.target].id}.isdisjoint(alone):
            clusters.join(candidate)
    return _write(store, groups, clusters, bare, generation)


def resolve_if_grown(store: FactStore) -> None:
    """:func:`resolve` a store in which a tenth of the entities are new or gone since then: what a document costs stays
    the same on average, however large the store."""
    then, changed = store.read("SELECT entities, changed FROM resolved").fetchone()
    if changed > then * _CHANGE:
        resolve(store)


def merged_forms(rules: Iterable[Rule]) -> list[list[str]]:
    """Forms that a person said are the same, whether or not all of them are found in the store now."""
    neighbours: dict[str, set[str]] = defaultdict(set)
    for kind, first, second in rules:
        if kind == "same":
            neighbours[first].add(second)
            neighbours[second].add(first)
    sets, seen = [], set[str]()
    for form in neighbours:
        if form not in seen:
            same = [form]
            seen.add(form)
            for one in same:
                same += (new := neighbours[one] - seen)
                seen |= new
            sets.append(sorted(same))
    return sets


def _write(store: FactStore, groups: Groups, clusters: Clusters, bare: set[str], generation: int) -> int | None:
    """Keep which node every entity and every form is, and why, and which forms are ``bare`` names; how many entities
    have another node than before, or nothing if it could not be kept."""
    nodes = [""] * len(groups.groups)
    joined: list[tuple[str, str, float, Reasons]] = [(form, "", 0.0, {}) for form in sorted(bare)]
    empty: list[Group] = []
    for members in clusters.members():
        node = _node(groups, members)
        for number in members:
            nodes[number] = node
        if len(members) > 1:
            first = next(number for number in members if groups.groups[number].id == node)
            for number, reason in clusters.reasons(first).items():
                joined.append((groups.groups[number].id, node, reason.score, reason.reasons))
        elif not groups.groups[members[0]].entities and groups.groups[members[0]].id not in bare:
            empty.append(groups.groups[members[0]])
    senses: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, group in enumerate(groups.groups):
        if group.entities and not group.kb_id:
            senses[group.type, group.form].append(number)
    for group in empty:  # a form whose only sense has an id of its own leads to that
        if len(only := senses.get((group.type, group.form), [])) == 1:
            joined.append((group.id, nodes[only[0]], 0.0, {}))
    moved, placed = 0, []
    for entity, number in enumerate(groups.group_of.tolist()):
        form, node = groups.groups[number].id, nodes[number]
        if (before := groups.placed[entity]) != (form, node):
            moved += before[1] != node
            placed.append((form, node, int(groups.entity_ids[entity]), *before))
    last = int(groups.entity_ids.max(initial=0))
    kept = store.place(placed, joined, total=len(groups.entity_ids), last=last, generation=generation)
    return moved if kept else None


def _node(groups: Groups, members: list[int]) -> str:
    """Id of the node that these groups are: a knowledge base's, else the one most of its entities had."""
    linked = [groups.groups[number].id for number in members if groups.groups[number].kb_id]
    if linked:
        return min(linked)
    sizes = Counter({groups.groups[number].id: 0 for number in members})
    for number in members:
        sizes.update(node for e in groups.groups[number].entities if (node := groups.placed[e][1]) in sizes)
    return max(sizes, key=lambda id: (sizes[id], id))
