"""First names and surnames without the rest of the name, and dates without a year: "John" and "4 May" are others in
almost every document."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import combinations
from math import log2

from kg_docre.resolution.candidates import Candidate
from kg_docre.resolution.groups import Group, Groups
from kg_docre.resolution.values import has_no_year

__all__ = ["in_common", "split_bare_names"]

# a name is nobody's own if five people bear it beside another, and half as many as documents say it alone, or fifty
_FEWEST, _SHARE, _MANY = 5, 0.5, 50
_ELSEWHERE = 10  # people in other stores, of a frequent given name: alone in twenty documents it may be somebody's own
_BITS = 8.0  # what two documents have in common, that they mean the same one;
_FEW = 5  # or something that no more documents than that have
_COMMON = 20  # what is found in more of a name's documents than that tells none from another


def split_bare_names(groups: Groups, decided: Collection[str] = ()) -> set[str]:
    """Divide the groups of names that many people bear beside other names, "John" and "Smith", and of dates without a
    year by documents; the ids of the groups that were. Of what few others are called, "Napoleon", nothing is divided.
    Frequent given names, "Clara", are many people's, whoever else a store has.

    The id of a part is its form's in its document (:meth:`Groups.own_form`). ``decided`` are the ids that a person has
    said something of: such a group stays whole, but for such parts of it.
    """
    bearers = Counter(dict.fromkeys(_given_names(), _ELSEWHERE))
    for group in groups.groups:
        words = group.form.split()
        if group.type == "PER" and len(words) > 1:
            bearers.update({words[0], words[-1]})
    divided: set[str] = set()
    parts: dict[tuple[int, str], list[int]] = defaultdict(list)
    for number, group in enumerate(groups.groups):
        if group.kb_id or not (group.form in bearers if group.type == "PER" else _is_yearless(group)):
            continue
        bare = group.id not in decided and (group.type == "TIME" or _is_anyones(groups, group, bearers[group.form]))
        if bare:
            divided.add(group.id)
        for entity in group.entities if bare or decided else ():
            own = groups.own_form(group.id, entity)
            if bare or own in decided:
                parts[number, own].append(entity)
    groups.divide(((number, id, entities) for (number, id), entities in parts.items()), bare=True)
    return divided


@cache
def _given_names() -> frozenset[str]:
    """Those that in 1990 one in two thousand women or men had in the United States, by their Census Bureau; without
    "Jesus", whom texts name."""
    return frozenset(files("kg_docre.resolution").joinpath("given_names.tsv").read_text(encoding="utf-8").split())


def _is_yearless(group: Group) -> bool:
    return group.type == "TIME" and has_no_year(group.form)


def _is_anyones(groups: Groups, group: Group, bearers: int) -> bool:
    """Whether a group's name is nobody's own, if so many people bear it beside another."""
    documents = len(set(groups.documents[group.entities].tolist()))
    return bearers >= _FEWEST and (bearers >= _MANY or bearers > _SHARE * documents)


def in_common(groups: Groups, node_of: Callable[[int], int]) -> Iterator[Candidate]:
    """Of two documents that have enough of what is rare in common, the people whom both call by the same bare name,
    those first that have most. Dates and numbers do not count, for how frequent these are tells little. ``node_of``
    tells for a group a number that those of its node share, by what is joined when the first candidate is asked for.
    """
    nodes = list(map(node_of, range(len(groups.groups))))
    parts: dict[str, list[int]] = defaultdict(list)
    for number, group in enumerate(groups.groups):
        if group.bare and group.type == "PER":
            parts[group.form].append(number)
    enough = min(_BITS, _bits(_FEW, len(groups.digests)))
    documents: Counter[int] = Counter()  # that a node is found in
    for number, node in enumerate(nodes):
        documents[node] += groups.documents_of(number)
    for its in parts.values():
        its.sort(key=lambda number: groups.groups[number].id)
        shared = [(pair, bits) for pair, bits in _shared(groups, its, nodes, documents).items() if bits >= enough]
        place = {number: place for place, number in enumerate(its)}
        for (first, second), bits in sorted(shared, key=lambda of: (-of[1], *map(place.__getitem__, of[0]))):
            yield Candidate(second, first, bits, {"something rare in common": bits})


def _shared(
    groups: Groups, parts: list[int], nodes: Sequence[int], documents: Counter[int]
) -> dict[tuple[int, int], float]:
    """Pairs of parts, and what is found beside both, in bits."""
    beside: dict[int, list[int]] = defaultdict(list)
    for number in parts:
        near = groups.in_document(int(groups.documents[groups.groups[number].entities[0]])).tolist()
        telling = (g for g in near if not groups.groups[g].bare and groups.groups[g].type not in ("TIME", "NUM"))
        for node in {nodes[group] for group in telling}:
            beside[node].append(number)
    bits: dict[tuple[int, int], float] = defaultdict(float)
    for node, its in beside.items():
        if 1 < len(its) <= _COMMON:
            rare = _bits(documents[node], len(groups.digests))
            for pair in combinations(its, 2):
                bits[pair] += rare
    return bits


def _bits(documents: int, of: int) -> float:
    """How much it says that two documents have what so many have."""
    return round(log2(max(1.0, of / documents)), 9)
