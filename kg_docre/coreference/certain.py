"""What how mentions are written tells beyond doubt of their types and which are one thing, whatever a detector says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import product

from kg_docre.coreference.features import Spans
from kg_docre.coreference.rules import short_companies
from kg_docre.names import GENERATIONS, initials, is_acronym, normalize_name, strip_endings, strip_titles

__all__ = ["certain_pairs", "joined", "retyped"]

_PARTICLES = frozenset("al el ben bin ibn van von der den de di da do dos du del della la le ter ten zu".split())
_NUMERAL = re.compile("[ivxlc]+")
# "Bangkok, also known as Krung Thep", "Oslo (formerly called Kristiania)"
_HOW = r"(?:(?:also|better|commonly|formerly|previously|originally|sometimes|often|more|popularly|now|officially) )"
_ALSO = re.compile(
    rf"(?:(?:[,(] )?{_HOW}*(?:known|referred to|spelled)(?: simply)? as"  # nobody "referred to as Rubio" a Rubio
    rf"|[,(] {_HOW}+(?:called|spelled|nicknamed)|\( (?:called|spelled|nicknamed))(?: the)?"
)
_MOST_ALSO = 7  # words of that
_LISTS = frozenset({",", "and", ":"})
# before the same name of a relative's, "his son John"; or of what is no person, "the Qin"
_OTHERS = frozenset("the son daughter father mother brother sister nephew niece cousin wife husband uncle aunt".split())
# and a name, behind a person's
_BEFORE_BIRTH_NAMES = frozenset({("(", "born"), *product("(,", ("née", "nee", "né"))})


def certain_pairs(words: Sequence[str], spans: Spans) -> list[tuple[int, int]]:
    """Numbers of mentions (first word, last exclusive, type) that name one thing: a person and the birth name behind,
    "Mary Whitcombe (née Pryce)", or the surname with its particle, "Van Dijk"; a company and the first word of its
    name; what bears a name and its initials in brackets behind; what is "also known as" something."""
    pairs = []
    ends = {(end, kind): number for number, (_, end, kind) in enumerate(spans)}
    for number, (start, end, kind) in enumerate(spans):
        named = ends.get((start - 2, "PER"))
        if kind == "PER" and named is not None and tuple(words[start - 2 : start]) in _BEFORE_BIRTH_NAMES:
            pairs.append((named, number))
        full = ends.get((start - 1, kind))
        if full is not None and end < len(words) and (words[start - 1], words[end]) == ("(", ")"):
            first, last, _ = spans[full]
            if _abbreviates("".join(words[start:end]), " ".join(words[first:last])):
                pairs.append((full, number))
        _, before, its = spans[number - 1] if number else (0, 0, "")
        if its == kind and start - _MOST_ALSO <= before and _ALSO.fullmatch(" ".join(words[before:start])):
            pairs.append((number - 1, number))
    people, companies = (_names(words, spans, kind) for kind in ("PER", "ORG"))
    return pairs + _surnames(people) + _short_persons(words, spans, people) + short_companies(companies)


def _abbreviates(short: str, name: str) -> bool:
    """Whether these capitals are a name's initials; others may be those of a league, or of a place's state."""
    return is_acronym(short) and short.replace(".", "").casefold() in initials(name)


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


def _short_persons(words: Sequence[str], spans: Spans, people: dict[int, tuple[str, ...]]) -> list[tuple[int, int]]:
    """People who are called by the last or the first word of the only longer name that has it and was before:
    "Margaret" and "Margaret Hollis"; but not "Ferdinand" and "Ferdinand I", a relative, "his son John", nor by a first
    name in a list: "Maria, Olga and Anna"."""
    having: dict[str, dict[tuple[str, ...], int]] = {}  # longer names by their words, each with a mention
    pairs = []
    for number, name in people.items():
        name = tuple(strip_titles(list(strip_endings(name, GENERATIONS))))
        if len(name) > 1:
            for word in name:
                having.setdefault(word, {}).setdefault(name, number)
        elif name and len(full := having.get(name[0], {})) == 1:
            ((longer, other),) = full.items()
            start, end, _ = spans[number]
            around = {*words[max(0, start - 1) : start], *words[end : end + 1]}
            first = name[0] == longer[0] and not _NUMERAL.fullmatch(longer[-1]) and _LISTS.isdisjoint(around)
            before = {word.lower() for word in words[max(0, start - 2) : start]}
            if before.isdisjoint(_OTHERS) and (first or name[0] == longer[-1]):
                pairs.append((other, number))
    return pairs


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
