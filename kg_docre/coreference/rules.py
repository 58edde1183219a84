"""Which mentions of a document name the same thing, by their names and types, unless others have said it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kg_docre.names import (
    GENERATIONS,
    LEGAL_FORMS,
    TRADES,
    initials,
    is_acronym,
    normalize_name,
    strip_endings,
    strip_titles,
)

__all__ = ["NamedMention", "cluster_mentions", "short_companies"]

_Mentions = dict[tuple[tuple[str, ...], int], int]  # of each name and group one
_NAMED = frozenset({"ORG", "LOC", "MISC"})  # types that recognizers often take for one another
# what may end an organization's name without naming another one, but never "College" or "University"
_ENDINGS = LEGAL_FORMS | frozenset("companies group holdings fc afc cf sc club".split())


@dataclass(frozen=True, slots=True)
class NamedMention:
    """A mention as clustering sees it; ``kb_id`` is empty where no entity linker spoke."""

    name: str
    type: str
    kb_id: str = ""


def cluster_mentions(mentions: Sequence[NamedMention], coreference: Iterable[Sequence[int]] = ()) -> list[list[int]]:
    """Indices of mentions that name the same thing, in order of first appearance.

    In this order: the same knowledge-base id; the same cluster of ``coreference``; the same normalized name;
    surnames, first names and initials of one fuller person name; acronyms; shortened
    names. Each later rule needs a single candidate. Mentions with two different knowledge-base ids or of
    two coreference clusters are never joined, nor names of incompatible types.
    """
    groups = _Groups(mentions)
    by_id: dict[str, int] = {}
    for index, mention in enumerate(mentions):
        if mention.kb_id:
            groups.join(by_id.setdefault(mention.kb_id, index), index)
    groups.link(coreference)
    _join_same_names(mentions, groups)
    _join_person_parts(mentions, groups)
    _join_acronyms(mentions, groups)
    _join_shortened(mentions, groups)
    return groups.clusters()


class _Groups:
    """Disjoint sets of mentions, each with at most one knowledge-base id and one coreference cluster."""

    def __init__(self, mentions: Sequence[NamedMention]) -> None:
        self._parent = list(range(len(mentions)))
        self._kb_id = [mention.kb_id for mention in mentions]
        self._linked: dict[int, int] = {}  # root → coreference cluster

    def find(self, index: int) -> int:
        while self._parent[index] != index:
            self._parent[index] = self._parent[self._parent[index]]
            index = self._parent[index]
        return index

    def join(self, first: int, second: int) -> None:
        a, b = sorted((self.find(first), self.find(second)))
        if a == b or (self._kb_id[a] and self._kb_id[b] and self._kb_id[a] != self._kb_id[b]):
            return
        if a in self._linked and b in self._linked:
            return
        self._parent[b] = a
        self._kb_id[a] = self._kb_id[a] or self._kb_id[b]
        if b in self._linked:
            self._linked[a] = self._linked.pop(b)

    def link(self, clusters: Iterable[Sequence[int]]) -> None:
        """Join what coreference joined; from now on its clusters stay apart."""
        clusters = list(clusters)
        for cluster in clusters:
            for index in cluster[1:]:
                self.join(cluster[0], index)
        self._linked = {self.find(index): index for cluster in clusters for index in cluster}

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
    people: dict[tuple[str, ...], dict[int, int]] = {}  # of each name a mention of each group
    for index, mention in enumerate(mentions):
        if mention.type == "PER" and (words := _form(mention)):
            people.setdefault(words, {}).setdefault(groups.find(index), index)
    having: dict[str, list[tuple[str, ...]]] = {}  # names by their words and their initials
    for words in people:
        for word in {*words, *(word[0] for word in words)}:
            having.setdefault(word, []).append(words)
    # fuller names first, so that what they leave as one person can be told by a surname
    for words, own in sorted(people.items(), key=lambda person: -len(person[0])):
        likely = min((having[word] for word in words), key=len)
        longer = [full for full in likely if len(full) >= len(words) and full != words]
        if len(words) == 1:
            surname = [full for full in longer if strip_endings(full, GENERATIONS)[-1] == words[0]]
            fuller = surname or [full for full in longer if words[0] in full]
        else:
            fuller = [full for full in longer if _is_subsequence(words, full)]
        for index in own.values():
            groups.join_only(index, (other for full in fuller for other in people[full].values()))


def _is_subsequence(words: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """Whether ``full`` is ``words`` with names between added, an initial standing for its name."""
    rest = iter(full)
    return all(any(other == word or (len(word) == 1 and other[0] == word) for other in rest) for word in words)


def _join_acronyms(mentions: Sequence[NamedMention], groups: _Groups) -> None:
    named = [(index, mention) for index, mention in enumerate(mentions) if mention.type in _NAMED]
    fuller: dict[str, dict[tuple[str, int], int]] = {}  # of each type and group with these initials a mention
    for index, mention in named:
        for form in initials(mention.name):
            fuller.setdefault(form, {}).setdefault((mention.type, groups.find(index)), index)
    for index, mention in named:
        if is_acronym(mention.name):
            candidates = fuller.get("".join(_form(mention)), {})
            groups.join_only(index, (i for (type, _), i in candidates.items() if _same_kind(mention.type, type)))


def _same_kind(first: str, second: str) -> bool:
    """Whether two types can be one thing's: organizations and works are often mistaken, places are not."""
    return first == second or {first, second} == {"ORG", "MISC"}


def _join_shortened(mentions: Sequence[NamedMention], groups: _Groups) -> None:
    named = [(i, m.type, _form(m)) for i, m in enumerate(mentions) if m.type in _NAMED]
    by_core: dict[tuple[str, ...], _Mentions] = {}
    by_start: dict[tuple[str, tuple[str, ...]], _Mentions] = {}
    for index, type, words in named:
        known = by_core.setdefault(_core(words), {})
        if type == "ORG" and (words, groups.find(index)) not in known:
            for (full, _), other in known.items():
                if _same_without_endings(words, full):
                    groups.join(index, other)
            known[words, groups.find(index)] = index
        by_start.setdefault((type, words[:2]), {}).setdefault((words, groups.find(index)), index)
    for first, second in short_companies({index: words for index, type, words in named if type == "ORG"}):
        groups.join(first, second)
    for index, type, words in named:
        if len(words) < 2:
            continue
        begun = by_start[type, words[:2]].items()
        longer = [(i, full) for (full, _), i in begun if full[: len(words)] == words != full]
        if type == "LOC":  # "United States" of America, but not "New York" City
            longer = [(i, full) for i, full in longer if full[len(words)] == "of"]
        groups.join_only(index, (i for i, _ in longer))


def _same_without_endings(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    """Whether two names differ only in what follows the name itself, and not in two ways that matter."""
    core = _core(first)
    if core != _core(second):
        return False
    return core in (first, second) or LEGAL_FORMS.issuperset((*first[len(core) :], *second[len(core) :]))


def _core(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(strip_endings(words, _ENDINGS))


def short_companies(names: dict[int, tuple[str, ...]]) -> list[tuple[int, int]]:
    """Numbers of two organizations of which one is called by the first word of the other's name, where that ends in a
    legal form or is that word and a trade ("Quarry Software Ltd", "Quarry Software", "Quarry") and is but for the legal
    form the only name that begins so. Names are normalized words."""
    longer: dict[str, dict[tuple[str, ...], int]] = {}  # names by their first word, each with a mention
    for number, name in names.items():
        if len(name) > 1:
            longer.setdefault(name[0], {})[name] = number
    company = {}
    for word in longer.keys() - LEGAL_FORMS:
        full = longer[word]
        companies = [number for name, number in full.items() if name[-1] in LEGAL_FORMS]
        companies += [number for name, number in full.items() if len(name) == 2 and name[1] in TRADES]
        if companies and len({strip_endings(name, LEGAL_FORMS) for name in full}) == 1:
            company[word] = companies[0]
    return [(company[name[0]], number) for number, name in names.items() if len(name) == 1 and name[0] in company]
