"""First names and surnames without the rest of the name, and dates without a year: "John" and "4 May" are others in
almost every document."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from itertools import combinations
from math import log2

from kg_docre.names import document_form
from kg_docre.resolution.groups import Group, Groups
from kg_docre.resolution.values import has_no_year

__all__ = ["split_bare_names"]

_BEARERS = 2  # a name is nobody's own if that many times as many people bear it as documents say it alone
_FEWEST = 3  # people who bear it
_BITS = 8.0  # what two documents have in common, that they mean the same one;
_FEW = 5  # or something that no more documents than that have
_COMMON = 50  # what is found in more of a name's documents than that tells none from another


def split_bare_names(groups: Groups, decided: Collection[str] = ()) -> set[str]:
    """Divide the groups of names that many people bear beside other names, "John" and "Smith", by documents; those
    stay together that have enough else in common. Of what few others are called, "Napoleon", nothing is divided. Dates
    without a year are always. The ids of the groups that were.

    The id of a part is :func:`document_form` of one of its documents, the one it had if no other part has entities of
    that. ``decided`` are the ids that a person has said something of: such a group stays whole, such a part keeps its
    id, and no part has two of them.
    """
    bearers: Counter[str] = Counter()
    for group in groups.groups:
        words = group.form.split()
        if group.type == "PER" and len(words) > 1:
            bearers.update({words[0], words[-1]})
    bare = {number for number, group in enumerate(groups.groups) if _is_bare(groups, group, bearers[group.form])}
    bare = {number for number in bare if groups.groups[number].id not in decided}
    parts = [(number, *part) for number in sorted(bare) for part in _Parts(groups, number, bare, decided).named()]
    groups.divide(parts, bare=True)
    return {groups.groups[number].id for number in bare}


def _is_bare(groups: Groups, group: Group, bearers: int) -> bool:
    """Whether a group's name is nobody's own, if so many people bear it beside another, or no certain date."""
    if group.type == "TIME" and not group.kb_id:
        return has_no_year(group.form)
    if group.type != "PER" or group.kb_id or bearers < _FEWEST:
        return False
    return bearers > _BEARERS * len(set(groups.documents[group.entities].tolist()))


class _Parts:
    """Entities of a group in parts (union-find), at first those of each document: joined where documents have enough of
    what is rare in common. ``bare`` names do not count, nor do dates and numbers, for how frequent these are tells
    little."""

    def __init__(self, groups: Groups, number: int, bare: Collection[int], decided: Collection[str]) -> None:
        self._groups, self._number, self._bare = groups, number, bare
        self._entities = groups.groups[number].entities
        self._parent = {entity: entity for entity in self._entities}
        self._fixed: dict[int, str] = {}  # of a root the id that a person has said something of
        first: dict[str | int, int] = {}  # entity of a fixed id, or of a document
        for entity in self._entities:
            ids = (groups.placed[entity][0], self._own(entity))
            if fixed := next((id for id in ids if id in decided), ""):
                self._fixed[entity] = fixed
        for entity in self._entities:
            for key in (int(groups.documents[entity]), self._fixed.get(entity, "")):
                if key != "":
                    self._join(first.setdefault(key, entity), entity)
        if groups.groups[number].type == "TIME":
            return
        enough = min(_BITS, log2(max(1, len(groups.digests) / _FEW)))
        for (one, other), bits in self._common().items():
            if bits >= enough:
                self._join(one, other)

    def named(self) -> Iterator[tuple[str, list[int]]]:
        """Every part, and its id."""
        parts: dict[int, list[int]] = defaultdict(list)
        for entity in self._entities:
            parts[self._root(entity)].append(entity)
        had = Counter(id for part in parts.values() for id in {self._groups.placed[entity][0] for entity in part})
        for root, part in parts.items():
            own = sorted(map(self._own, part))
            before = Counter(self._groups.placed[entity][0] for entity in part)
            kept = [id for id, _ in before.most_common() if had[id] == 1 and id in own]
            yield self._fixed.get(root) or next(iter(kept), own[0]), part

    def _common(self) -> dict[tuple[int, int], float]:
        """Of two entities, what their documents have in common, in bits."""
        beside: dict[int, list[int]] = defaultdict(list)
        of_document = {int(self._groups.documents[entity]): entity for entity in self._entities}
        for document, entity in of_document.items():
            for other in set(self._groups.in_document(document).tolist()).difference(self._bare):
                if self._groups.groups[other].type not in ("TIME", "NUM"):
                    beside[other].append(entity)
        common: dict[tuple[int, int], float] = defaultdict(float)
        for other, its in beside.items():
            for pair in combinations(its, 2) if len(its) <= _COMMON else ():
                common[pair] -= log2(self._groups.share_of_documents(other))
        return common

    def _own(self, entity: int) -> str:
        digest = self._groups.digests[int(self._groups.documents[entity])]
        return document_form(self._groups.groups[self._number].id, digest)

    def _join(self, first: int, second: int) -> None:
        a, b = self._root(first), self._root(second)
        if a != b and len({self._fixed[root] for root in (a, b) if root in self._fixed}) < 2:
            self._parent[b] = a
            if b in self._fixed:
                self._fixed[a] = self._fixed.pop(b)

    def _root(self, entity: int) -> int:
        while self._parent[entity] != entity:
            self._parent[entity] = self._parent[self._parent[entity]]
            entity = self._parent[entity]
        return entity
