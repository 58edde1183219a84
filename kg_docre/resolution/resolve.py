"""One real thing, one node: resolution of a store's entities, redone at any time without reading text again."""

from __future__ import annotations

from collections import Counter, defaultdict

from kg_docre.names import short_hash
from kg_docre.resolution.candidates import Candidate, candidates
from kg_docre.resolution.groups import Groups
from kg_docre.resolution.senses import split_homonyms
from kg_docre.store import FactStore

__all__ = ["resolve", "resolve_if_grown"]

_GROWTH = 1.1
_DECIDED = {"decided by a person": 0.0}

Rule = tuple[str, str, str]


def resolve(store: FactStore) -> int:
    """Find out for all entities of a store which are one thing; how many have another node than before.

    First entities of one type and form of name are one thing (:func:`~kg_docre.resolution.forms.name_form`),
    except homonyms (:mod:`~kg_docre.resolution.senses`); then each form joins the better known one that
    speaks most for it (:mod:`~kg_docre.resolution.candidates`). What a person decided goes before all that. A
    node keeps its id as long as the entities it had are together.
    """
    with store.snapshot():
        groups = Groups(store)
        split_homonyms(groups, store)
        rules: list[Rule] = list(store.read("SELECT kind, first, second FROM rule"))
        apart = {first for kind, first, _ in rules if kind == "by document"}
        digests = dict(store.read("SELECT id, content_hash FROM document")) if apart else {}
    places = {group.id: number for number, group in enumerate(groups.groups)}
    alone = {first for kind, first, _ in rules if kind == "alone"}
    parent = list(range(len(groups.groups)))
    why: dict[int, Candidate] = {}

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for same in _decided(rules):
        present = [places[form] for form in same if form in places]
        for number in present[1:]:
            parent[root(number)] = root(present[0])
        why.update({number: Candidate(number, present[0], 0.0, _DECIDED) for number in present})
    for candidate in candidates(groups):
        a, b = root(candidate.group), root(candidate.target)
        free = not {groups.groups[candidate.group].id, groups.groups[candidate.target].id} & alone
        if free and a != b and not (groups.groups[a].kb_id and groups.groups[b].kb_id):
            parent[a] = b
            why[candidate.group] = candidate
    return _write(store, groups, [root(number) for number in range(len(parent))], why, apart, digests)


def resolve_if_grown(store: FactStore) -> None:
    """:func:`resolve` a store that has a tenth more entities than it had then: what a document costs stays the
    same on average, however large the store."""
    then, now = store.read("SELECT (SELECT entities FROM resolved), (SELECT count(*) FROM entity)").fetchone()
    if now > then * _GROWTH:
        resolve(store)


def _decided(rules: list[Rule]) -> list[list[str]]:
    """Forms that a person said are the same, whether or not all of them are found in the store now."""
    sets: dict[str, list[str]] = {}
    for kind, first, second in rules:
        if kind == "same":
            joined = [*sets.get(first, [first]), *(form for form in sets.get(second, [second]) if form != first)]
            sets.update(dict.fromkeys(joined, joined))
    return list({id(same): sorted(set(same)) for same in sets.values()}.values())


def _write(
    store: FactStore,
    groups: Groups,
    roots: list[int],
    why: dict[int, Candidate],
    apart: set[str],
    digests: dict[int, str],
) -> int:
    """Forms of ``apart`` are another thing in every document, told by its digest."""
    clusters: dict[int, list[int]] = defaultdict(list)
    for number, root in enumerate(roots):
        clusters[root].append(number)
    node_of = {number: node for members in clusters.values() for node in [_node(groups, members)] for number in members}
    moved, placed = 0, []
    for entity, number in enumerate(groups.group_of.tolist()):
        form, node = groups.groups[number].id, node_of[number]
        if form in apart:
            node = short_hash(form, digests[int(groups.documents[entity])])
        if (before := groups.placed[entity]) != (form, node):
            moved += before[1] != node
            placed.append((form, node, int(groups.entity_ids[entity]), *before))
    joined = []
    for number, node in node_of.items():
        if (form := groups.groups[number].id) != node:
            reason = why.get(number)
            joined.append((form, node, *((reason.score, reason.reasons) if reason else (0.0, {}))))
    store.place(placed, joined, total=len(groups.entity_ids), last=int(groups.entity_ids.max(initial=0)))
    return moved


def _node(groups: Groups, members: list[int]) -> str:
    """Id of the node that these groups are: a knowledge base's, else the one most of its entities had."""
    linked = [groups.groups[number].id for number in members if groups.groups[number].kb_id]
    if linked:
        return min(linked)
    sizes = Counter({groups.groups[number].id: 0 for number in members})
    for number in members:
        sizes.update(node for e in groups.groups[number].entities if (node := groups.placed[e][1]) in sizes)
    return max(sizes, key=lambda id: (sizes[id], id))
