"""Which mentions of a document name the same thing, from their names and types alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kg_docre.names import initials, is_acronym, normalize_name, strip_titles

__all__ = ["NamedMention", "cluster_mentions"]

_NAMED = frozenset({"ORG", "LOC", "MISC"})  # types that recognizers often take for one another
# what may be left out of an organization's or a work's name without naming another one
_GENERIC = frozenset(
    """inc incorporated corp corporation co company companies ltd limited llc plc gmbh ag sa group holdings
    fc afc cf sc club university college school foundation institute trust party band""".split()
)


@dataclass(frozen=True, slots=True)
class NamedMention:
    """A mention as clustering sees it; ``kb_id`` is empty where no entity linker spoke."""

    name: str
    type: str
    kb_id: str = ""


def cluster_mentions(mentions: Sequence[NamedMention], links: Iterable[tuple[int, int]] = ()) -> list[list[int]]:
    """Indices of mentions that name the same thing, in order of first appearance.

    In this order: the same knowledge-base id; ``links`` found by a coreference component; the same
    normalized name; surnames and first names of one fuller person name; acronyms; shortened names of
    organizations and works. Each later rule needs a single candidate. Mentions with two different
    knowledge-base ids are never joined, nor names of incompatible types.
    """
    groups = _Groups(mentions)
    by_id: dict[str, int] = {}
    for index, mention in enumerate(mentions):
        if mention.kb_id:
            groups.join(by_id.setdefault(mention.kb_id, index), index)
    for first, second in links:
        groups.join(first, second)
    _join_same_names(mentions, groups)
    _join_person_parts(mentions, groups)
    _join_acronyms(mentions, groups)
    _join_shortened(mentions, groups)
    return groups.clusters()


class _Groups:
    """Disjoint sets of mentions, at most one knowledge-base id each."""

    def __init__(self, mentions: Sequence[NamedMention]) -> None:
        self._parent = list(range(len(mentions)))
        self._kb_id = [mention.kb_id for mention in mentions]

    def find(self, index: int) -> int:
        while self._parent[index] != index:
            self._parent[index] = self._parent[self._parent[index]]
            index = self._parent[index]
        return index

    def join(self, first: int, second: int) -> None:
        a, b = sorted((self.find(first), self.find(second)))
        if a == b or (self._kb_id[a] and self._kb_id[b] and self._kb_id[a] != self._kb_id[b]):
            return
        self._parent[b] = a
        self._kb_id[a] = self._kb_id[a] or self._kb_id[b]

    def join_only(self, index: int, candidates: Iterable[int]) -> bool:
        """Join if all candidates are one group; whether they were."""
        roots = {self.find(candidate) for candidate in candidates} - {self.find(index)}
        if len(roots) == 1:
            self.join(roots.pop(), index)
            return True
        return False

    def clusters(self) -> list[list[int]]:
        found: dict[int, list[int]] = {}
        for index in range(len(self._parent)):
            found.setdefault(self.find(index), []).append(index)
        return sorted(found.values())


def _family(type: str) -> str:
    """Types that may name one thing share a family."""
    return "NAMED" if type in _NAMED else type


def _form(mention: NamedMention) -> tuple[str, ...]:
    words = normalize_name(mention.name).split()
    return tuple(strip_titles(words) if mention.type == "PER" else words)


def _join_same_names(mentions: Sequence[NamedMention], groups: _Groups) -> None:
    seen: dict[tuple[str, tuple[str, ...]], int] = {}
    for index, mention in enumerate(mentions):
        groups.join(seen.setdefault((_family(mention.type), _form(mention)), index), index)


def _join_person_parts(mentions: Sequence[NamedMention], groups: _Groups) -> None:
    people = [(index, _form(mention)) for index, mention in enumerate(mentions) if mention.type == "PER"]
    for index, words in people:
        longer = [(other, full) for other, full in people if len(full) > len(words)]
        if len(words) == 1:
            surname = [other for other, full in longer if full[-1] == words[0]]
            groups.join_only(index, surname or [other for other, full in longer if words[0] in full])
        else:
            groups.join_only(index, (other for other, full in longer if _is_subsequence(words, full)))


def _is_subsequence(words: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """Whether ``full`` is ``words`` with names between added, an initial standing for its name."""
    rest = iter(full)
    return all(any(other == word or (len(word) == 1 and other[0] == word) for other in rest) for word in words)


def _join_acronyms(mentions: Sequence[NamedMention], groups: _Groups) -> None:
    named = [index for index, mention in enumerate(mentions) if mention.type in _NAMED]
    forms = {index: initials(mentions[index].name) for index in named}
    for index in named:
        if is_acronym(mentions[index].name):
            acronym = "".join(_form(mentions[index]))
            groups.join_only(index, (other for other in named if acronym in forms[other]))


def _join_shortened(mentions: Sequence[NamedMention], groups: _Groups) -> None:
    named = [(i, mention.type, _form(mention)) for i, mention in enumerate(mentions) if mention.type in ("ORG", "MISC")]
    for index, type, words in named:
        core = _core(words)
        same = [i for i, other, full in named if other == type and full != words and _core(full) == core]
        if groups.join_only(index, same) or len(words) < 2:
            continue
        groups.join_only(
            index,
            (i for i, other, full in named if other == type and len(full) > len(words) and full[: len(words)] == words),
        )


def _core(words: tuple[str, ...]) -> tuple[str, ...]:
    end = len(words)
    while end > 1 and words[end - 1] in _GENERIC:
        end -= 1
    return words[:end]
