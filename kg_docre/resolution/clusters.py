"""Groups joined to nodes, and by what."""

from __future__ import annotations

from collections import Counter, defaultdict

from kg_docre.resolution.candidates import Candidate
from kg_docre.resolution.groups import Groups

__all__ = ["Clusters"]


class Clusters:
    """Which groups are one node (union-find): at first each for itself.

    Two knowledge-base ids never become one node, also not by way of a third group that is like both; two senses of one
    form, and what has two names by way of a bare one, only if a person said so.
    """

    def __init__(self, groups: Groups) -> None:
        self._parent = list(range(len(groups.groups)))
        self._bare = {number for number, group in enumerate(groups.groups) if group.bare}
        self._named = set(self._parent) - self._bare  # roots of which not all is called by a bare name
        self._edges: dict[int, list[tuple[int, Candidate]]] = defaultdict(list)
        forms = Counter((group.type, group.form) for group in groups.groups if not (group.kb_id or group.bare))
        # of each root: its knowledge-base id; the forms that have several senses, of which it has one
        self._linked = {number: group.linked for number, group in enumerate(groups.groups) if group.linked}
        self._senses = {
            number: {(group.type, group.form)}
            for number, group in enumerate(groups.groups)
            if not (group.kb_id or group.bare) and forms[group.type, group.form] > 1
        }

    def join(self, candidate: Candidate, *, decided: bool = False) -> None:
        """Make its two groups one node, unless that may not be."""
        a, b = self.root(candidate.group), self.root(candidate.target)
        senses = self._senses.get(a, set()), self._senses.get(b, set())
        linked = {self._linked[root] for root in (a, b) if root in self._linked}
        bare = not self._bare.isdisjoint((candidate.group, candidate.target))
        apart = senses[0] & senses[1] or (bare and {a, b} <= self._named)
        if a == b or len(linked) > 1 or (apart and not decided):
            return
        if a in self._named:
            self._named.add(b)
        self._parent[a] = b
        if linked:
            self._linked[b] = linked.pop()
        if senses[0]:
            self._senses[b] = senses[0] | senses[1]
        self._edges[candidate.group].append((candidate.target, candidate))
        self._edges[candidate.target].append((candidate.group, candidate))

    def root(self, number: int) -> int:
        while self._parent[number] != number:
            self._parent[number] = self._parent[self._parent[number]]
            number = self._parent[number]
        return number

    def members(self) -> list[list[int]]:
        """The groups of every node."""
        members = defaultdict(list)
        for number in range(len(self._parent)):
            members[self.root(number)].append(number)
        return list(members.values())

    def reasons(self, number: int) -> dict[int, Candidate]:
        """Of all other groups of this group's node, what joined them to it, or to one that is nearer to it."""
        found: dict[int, Candidate] = {}
        waiting = [number]
        for near in waiting:
            for far, candidate in self._edges.get(near, ()):
                if far != number and far not in found:
                    found[far] = candidate
                    waiting.append(far)
        return found
