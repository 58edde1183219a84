"""What how mentions are written tells beyond doubt of their types and which are one thing, whatever a detector says."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import product

from kg_docre.coreference.features import Spans
from kg_docre.coreference.rules import short_companies
from kg_docre.names import (
    GENERATIONS,
    PARTICLES,
    TITLES,
    initials,
    is_acronym,
    normalize_name,
    strip_endings,
    strip_titles,
)
from kg_docre.resolution.forms import country_name
from kg_docre.resolution.gazetteer import countries_of

__all__ = ["certain_pairs", "joined", "retyped", "strangers"]

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
_WAS = ("was", "born")
_WHERE = frozenset("in near from at around outside".split())  # before a place
_SHIPS = frozenset("hms hmas hmcs hmnzs uss ss rms mv sms".split())
_MEN, _WOMEN = frozenset({"Mr", "Sir"}), frozenset("Mrs Ms Miss Lady Dame".split())


def certain_pairs(words: Sequence[str], spans: Spans) -> list[tuple[int, int]]:
    """Numbers of mentions (first word, last exclusive, type) that name one thing: a person and the birth name behind,
    "Mary Whitcombe (née Pryce)", "She was born Mary Pryce", or the surname with its particle, "Van Dijk"; a company and
    the first word of its name; what bears a name and its initials in brackets behind, or what it formerly was; what is
    "also known as" something; a river or a ship and its bare name; a name and the same in capitals."""
    pairs = []
    ends = {(end, kind): number for number, (_, end, kind) in enumerate(spans)}
    for number, (start, end, kind) in enumerate(spans):
        named = ends.get((start - 2, "PER"))
        if kind == "PER" and named is not None and tuple(words[start - 2 : start]) in _BEFORE_BIRTH_NAMES:
            pairs.append((named, number))
        if tuple(words[end : end + 1]) == (")",):
            former = words[start - 1] == "formerly"
            full = ends.get((start - 1 - former, kind))
            if full is not None and words[start - 1 - former] == "(":
                first, last, _ = spans[full]
                name, other = " ".join(words[first:last]), " ".join(words[start:end])
                if (kind in ("ORG", "LOC") and not country_name(other)) if former else _is_short(other, name):
                    pairs.append((full, number))
        _, before, its = spans[number - 1] if number else (0, 0, "")
        if its == kind and start - _MOST_ALSO <= before and _ALSO.fullmatch(" ".join(words[before:start])):
            pairs.append((number - 1, number))
    people, companies = (_names(words, spans, kind) for kind in ("PER", "ORG"))
    pairs += _surnames(people) + _short_persons(words, spans, people) + _born(words, spans, people)
    pairs += short_companies(companies) + _bare_names(words, spans)
    return pairs + [(n, other) for n, other in _in_capitals(words, spans).items() if spans[n][2] == spans[other][2]]


def strangers(words: Sequence[str], spans: Spans) -> set[tuple[int, int]]:
    """Numbers of mentions that name two things: Mr and Mrs Oakley, and what has a place in brackets behind, that it
    belongs to."""
    ends = {end: number for number, (_, end, kind) in enumerate(spans) if kind in ("ORG", "MISC")}
    titles = [{word.rstrip(".") for word in words[max(0, start - 1) : end - 1]} for start, end, _ in spans]
    people = [number for number, (_, _, kind) in enumerate(spans) if kind == "PER"]
    men, women = ([number for number in people if not its.isdisjoint(titles[number])] for its in (_MEN, _WOMEN))
    places = [
        (ends[start - 1], number)
        for number, (start, end, _) in enumerate(spans)
        if start - 1 in ends and (words[start - 1], *words[end : end + 1]) == ("(", ")")
        if (there := countries_of(" ".join(words[start:end])))
        and there.isdisjoint(countries_of(" ".join(words[slice(*spans[ends[start - 1]][:2])])))  # no "(UK)" of its own
    ]
    return {*product(men, women), *places}


def _is_short(short: str, name: str) -> bool:
    """Whether capitals in brackets behind a name are its initials; others may be those of a league, or of a place's
    state."""
    return is_acronym(short) and short.replace(".", "").replace(" ", "").casefold() in initials(name)


def _born(words: Sequence[str], spans: Spans, people: dict[int, tuple[str, ...]]) -> list[tuple[int, int]]:
    """People and the name that they were born with, if nobody else has the same first one: "Mary Hollis … She was born
    Mary Pryce"."""
    pairs, called = [], defaultdict[str, dict[tuple[str, ...], int]](dict)
    for number, name in people.items():
        name, start = tuple(strip_titles(list(name))), spans[number][0]
        if len(name) > 1:
            born = [word.lower() for word in words[max(0, start - 3) : start]] in (["she", *_WAS], ["he", *_WAS])
            if born and len(known := called[name[0]]) == 1:
                pairs += [(other, number) for other in known.values()]
            called[name[0]].setdefault(name, number)
    return pairs


def _surnames(people: dict[int, tuple[str, ...]]) -> list[tuple[int, int]]:
    """People who are called by a surname that begins with a particle, and the only one whose full name ends so:
    "Al-Rashid" and "Fatima al-Rashid"."""
    ending: dict[tuple[str, ...], dict[tuple[str, ...], int]] = {}  # full names by their ends, each with a mention
    for number, name in people.items():
        for start in range(1, len(name)):
            if name[start].partition("-")[0] in PARTICLES:
                ending.setdefault(name[start:], {}).setdefault(name, number)
    fuller = {name: [*full.values()] for name, full in ending.items() if name[-1] not in PARTICLES}
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


def _bare_names(words: Sequence[str], spans: Spans) -> list[tuple[int, int]]:
    """Rivers and ships, and the only one whose name says that it is one: "River Thames" and "the Thames", with the
    article that a town has not and a country may have ("the Gambia"); "USS Langley" and "Langley"."""
    fuller: dict[tuple[str, tuple[str, ...]], dict[tuple[str, ...], int]] = defaultdict(dict)
    rivers, ships = (_names(words, spans, kind) for kind in ("LOC", "MISC"))
    for number, name in rivers.items():
        if len(name) > 1 and "river" in (name[0], name[-1]):
            fuller["LOC", name[1:] if name[0] == "river" else name[:-1]].setdefault(name, number)
    for number, name in ships.items():
        if len(name) > 1 and name[0] in _SHIPS:
            fuller["MISC", name[1:]].setdefault(name, number)
    pairs = []
    for number, name in (rivers | ships).items():
        start, _, kind = spans[number]
        full = fuller.get((kind, name), {})
        river = _has_article(words, start) and not country_name(" ".join(name))
        if len(full) == 1 and (kind == "MISC" or river):
            pairs += [(other, number) for other in full.values()]
    return pairs


def _has_article(words: Sequence[str], start: int) -> bool:
    """Whether "the" is the first word of a mention, or stands before it."""
    return "the" in (word.lower() for word in words[max(0, start - 1) : start + 1])


def _is_where(words: Sequence[str], start: int) -> bool:
    """Whether a mention has an article, or what stands before it says that it is where something is."""
    return _has_article(words, start) or words[max(0, start - 1)].lower() in _WHERE


def retyped(words: Sequence[str], spans: Spans) -> list[tuple[int, int, str]]:
    """Mentions, with those taken for people or unknown places that are called by the first word of a company's name,
    and as no person of the text with a longer name or a title is, as what they are: "Nimbus" beside "Nimbus Robotics",
    but not "the Amazon" beside "Amazon Studios", nor "in Nordvik"; a name in capitals as what it is in small letters,
    but for people's; and a longer name that is a person's here, a place's or an organization's there, as what it is
    most often."""
    people, places, companies = (_names(words, spans, kind) for kind in ("PER", "LOC", "ORG"))
    full = {word for name in people.values() if len(name) > 1 for word in name}
    titled = [n for n, (start, _, _) in enumerate(spans) if start and normalize_name(words[start - 1]) in TITLES]
    full |= {people[number][-1] for number in titled if people.get(number)}
    unknown = {
        number: name
        for number, name in places.items()
        if not (countries_of(" ".join(name)) or _is_where(words, spans[number][0]))
    }
    perhaps = {n: name for n, name in (people | unknown).items() if len(name) == 1 and name[0] not in full}
    taken = {short for _, short in short_companies(companies | perhaps)} & perhaps.keys()
    kinds = {**dict(enumerate(kind for *_, kind in spans)), **dict.fromkeys(taken, "ORG")}
    capitals = _in_capitals(words, spans).items()
    kinds |= {number: kinds[other] for number, other in capitals if "PER" not in (kinds[number], kinds[other])}
    called: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, name in (people | companies | places).items():
        if len(name) > 1:
            called[name].append(number)
    for numbers in called.values():
        often = Counter(kinds[number] for number in numbers)
        if "PER" in often:
            kinds |= dict.fromkeys(numbers, max(often, key=lambda kind: (often[kind], kind == "PER")))
    return [(start, end, kinds[number]) for number, (start, end, _) in enumerate(spans)]


def _in_capitals(words: Sequence[str], spans: Spans) -> dict[int, int]:
    """Single names in capitals, and of each a mention that is the same name in small letters: "LONDON", "London"."""
    single = [(number, words[start]) for number, (start, end, _) in enumerate(spans) if end - start == 1]
    small = {word.casefold(): number for number, word in reversed(single) if word.istitle()}
    capitals = (
        (number, word.casefold()) for number, word in single if word.isupper() and word.isalpha() and len(word) > 3
    )
    return {number: small[word] for number, word in capitals if word in small}


def _names(words: Sequence[str], spans: Spans, type: str) -> dict[int, tuple[str, ...]]:
    """Normalized words of the mentions of a type, by number."""
    named = ((n, " ".join(words[start:end])) for n, (start, end, kind) in enumerate(spans) if kind == type)
    return {n: tuple(normalize_name(name).split()) for n, name in named}


def joined(
    clusters: Iterable[list[int]], pairs: Iterable[tuple[int, int]], apart: Collection[tuple[int, int]] = ()
) -> list[list[int]]:
    """Clusters, those of two numbers of a pair made one, but for such as have the numbers of one of ``apart``; in order
    of their first member."""
    whole = {number: cluster for cluster in map(list, clusters) for number in cluster}
    strange: dict[int, set[int]] = defaultdict(set)
    for first, second in apart:
        strange[first].add(second)
        strange[second].add(first)
    for first, second in pairs:
        one, other = whole[first], whole[second]
        few, many = sorted((one, other), key=len)
        if one is not other and all(strange[number].isdisjoint(many) for number in few if number in strange):
            one += other
            whole.update(dict.fromkeys(other, one))
    return sorted(sorted(cluster) for cluster in {id(cluster): cluster for cluster in whole.values()}.values())
