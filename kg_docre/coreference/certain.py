"""What how mentions are written tells beyond doubt of their types and which are one thing, whatever a detector says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kg_docre.coreference.features import Spans
from kg_docre.coreference.rules import short_companies
from kg_docre.names import normalize_name

__all__ = ["certain_pairs", "joined", "retyped"]

_PARTICLES = frozenset("al el ben bin ibn van von der den de di da do dos du del della la le ter ten zu".split())
_BIRTH_NAMES = frozenset({"née", "nee", "né", "born"})  # and a name, in brackets behind a person's


def certain_pairs(words: Sequence[str], spans: Spans) -> list[tuple[int, int]]:
    """Numbers of mentions (first word, last exclusive, type) that name one thing: a person and the birth name in
    brackets, "Mary Whitcombe (née Pryce)", or the surname with its particle, "Van Dijk"; a company and the first word
    of its name."""
    pairs = []
    people = {end: number for number, (_, end, kind) in enumerate(spans) if kind == "PER"}
    for number, (start, _, kind) in enumerate(spans):
        in_brackets = start > 2 and words[start - 1] in _BIRTH_NAMES and words[start - 2] == "("
        if kind == "PER" and in_brackets and start - 2 in people:
            pairs.append((people[start - 2], number))
    return pairs + _surnames(_names(words, spans, "PER")) + short_companies(_names(words, spans, "ORG"))


def _surnames(people: dict[int, tuple[str, ...]]) -> list[tuple[int, int]]:
    """People who are called by a surname that begins with a particle, and the only one whose full name ends so:
    "Al-Rashid" and "Fatima al-Rashid"."""
    ending: dict[tuple[str, ...], dict[tuple[str, ...], int]] = {}  # full names by their ends, each with a mention
    for number, name in people.items():
        for start in range(1, len(name)):
            if name[start].partition("-")[0] in _PARTICLES:
                ending.setdefault(name[start:], {}).setdefault(name, number)
    fuller = {name: [*full.values()] for name, full in ending.items() if name[-1] not in _PARTICLES}
    return [(fuller[name][0], number) for number, name in people.items() if len(fuller.get(name, ())) == 1]


def retyped(words: Sequence[str], spans: Spans) -> list[tuple[int, int, str]]:
    """Mentions, with those taken for people that are called by the first word of a company's name, and as no person of
    the text with a longer name is, as what they are: "Nimbus" beside "Nimbus Robotics Inc."."""
    people, companies = (_names(words, spans, kind) for kind in ("PER", "ORG"))
    full = {word for name in people.values() if len(name) > 1 for word in name}
    perhaps = {n: name for n, name in people.items() if len(name) == 1 and name[0] not in full}
    taken = {short for _, short in short_companies(companies | perhaps)} & perhaps.keys()
    return [(start, end, "ORG" if n in taken else kind) for n, (start, end, kind) in enumerate(spans)]


def _names(words: Sequence[str], spans: Spans, type: str) -> dict[int, tuple[str, ...]]:
    """Normalized words of the mentions of a type, by number."""
    named = ((n, " ".join(words[start:end])) for n, (start, end, kind) in enumerate(spans) if kind == type)
    return {n: tuple(normalize_name(name).split()) for n, name in named}


def joined(clusters: Iterable[list[int]], pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Clusters, those of two numbers of a pair made one; in order of their first member."""
    whole = {number: cluster for cluster in map(list, clusters) for number in cluster}
    for first, second in pairs:
        one, other = whole[first], whole[second]
        if one is not other:
            one += other
            whole.update(dict.fromkeys(other, one))
    return sorted(sorted(cluster) for cluster in {id(cluster): cluster for cluster in whole.values()}.values())
