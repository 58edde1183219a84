"""Which forms may be one thing, what speaks for it and what against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from math import log2

from kg_docre.names import initials
from kg_docre.resolution.groups import Groups, similarity

__all__ = ["Candidate", "Reasons", "candidates"]

_COMMON = 50  # what more groups than that are called says nothing
_TYPES = frozenset({"ORG", "LOC", "MISC"})  # recognizers often take these for one another
_THRESHOLD = 2.0

# weights of what can be said of two forms, in bits or so; tuned on half of the documents of benchmarks/resolution.py
_ALIAS, _ALIAS_ONCE, _ALIAS_OF_ONE_WORD = 2.5, 1.5, 1.0
_OTHER_TYPE, _OTHER_TYPE_OF_ONE_WORD = 2.5, 1.0
_UNLIKE_TYPES = -1.0
_SAME_FORM = 3.0
_INITIALS, _PART_OF_NAME, _SPELLING = 0.5, 0.5, 0.5
_COMPANY = 6.0

Reasons = dict[str, float]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A group that may be the same as ``target``, a better known one. ``score`` sums up the reasons."""

    group: int
    target: int
    score: float
    reasons: Reasons


def candidates(groups: Groups) -> Iterator[Candidate]:
    """Of every group the target that speaks most for it, if enough does.

    Only groups that share a key are looked at: a form, another name of it, its initials, a part of a
    person's name. Keys that more than fifty groups share tell nothing and are passed over, so that the work
    grows with the number of groups and not with its square.
    """
    found: dict[int, dict[int, Reasons]] = defaultdict(lambda: defaultdict(dict))
    for group, target, reason, weight in _pairs(groups):
        if _contradict(groups, group, target):
            continue
        if _rank(groups, group) > _rank(groups, target):
            group, target = target, group
        reasons = found[group][target]
        reasons[reason] = max(weight, reasons.get(reason, weight))
    for group, targets in found.items():
        scored = [_scored(groups, group, target, reasons) for target, reasons in targets.items()]
        best = max(scored, key=lambda c: (c.score, groups.groups[c.target].id))
        if best.score >= _THRESHOLD:
            yield best


def _rank(groups: Groups, number: int) -> tuple[bool, int, str]:
    """Which of two is the better known: one with a knowledge-base id, else the one found more often."""
    group = groups.groups[number]
    return bool(group.kb_id), len(group.entities), group.id


def _contradict(groups: Groups, first: int, second: int) -> bool:
    """Whether they have two knowledge-base ids, are two senses of one form, or stand side by side in a document,
    where clustering had every occasion to join them."""
    a, b = groups.groups[first], groups.groups[second]
    if a.kb_id and b.kb_id:
        return True
    senses = a.type == b.type and a.form == b.form and not a.kb_id and not b.kb_id
    return first == second or senses or groups.share_a_document(first, second)


def _pairs(groups: Groups) -> Iterator[tuple[int, int, str, float]]:
    """Pairs of groups that share a key: two groups, the reason and its weight."""
    by_form: dict[str, list[int]] = defaultdict(list)
    by_alias: dict[tuple[str, str], list[int]] = defaultdict(list)
    by_name: dict[str, list[int]] = defaultdict(list)  # first and last words of people's names
    by_initials: dict[str, list[int]] = defaultdict(list)
    for number, group in enumerate(groups.groups):
        if group.type in ("TIME", "NUM") or not group.entities:  # all of which are senses of their own
            continue
        by_form[group.form].append(number)
        for alias in group.aliases:
            by_alias[alias, group.type].append(number)
        words = group.form.split()
        if group.type == "PER" and len(words) > 1:
            for word in {words[0], words[-1]}:
                by_name[word].append(number)
        elif group.type in _TYPES and len(words) > 1:
            for acronym in initials(group.form):
                by_initials[acronym].append(number)
    for form, its in by_form.items():
        same = [number for number in its if not groups.groups[number].bare]
        if len(same) <= _COMMON:
            yield from _same_form(groups, form, same)
    for (alias, type), known in by_alias.items():
        for short in by_form.get(alias, ()) if len(known) <= _COMMON else ():
            if groups.groups[short].type != type:
                continue
            for number in known:
                sure = groups.groups[number].aliases[alias] > 1 or alias in initials(groups.groups[number].form)
                sure = sure and not groups.groups[short].bare
                weight = _ALIAS if sure else _ALIAS_ONCE if " " in alias else _ALIAS_OF_ONE_WORD
                yield short, number, f"is called {alias}", weight - log2(len(known))
    for word, fuller in by_name.items():
        if len(fuller) <= _COMMON:
            for short in by_form.get(word, ()):
                if groups.groups[short].type == "PER":
                    yield from ((short, n, "part of the name", _PART_OF_NAME - log2(len(fuller))) for n in fuller)
            yield from _spelling(groups, fuller)
    for acronym, longer in by_initials.items():
        if len(longer) <= _COMMON:
            for short in by_form.get(acronym, ()):
                if groups.groups[short].type in _TYPES:
                    yield from ((short, n, f"initials {acronym}", _INITIALS - log2(len(longer))) for n in longer)


def _same_form(groups: Groups, form: str, same: list[int]) -> Iterator[tuple[int, int, str, float]]:
    one_word = " " not in form
    for place, first in enumerate(same):
        for second in same[place + 1 :]:
            a, b = groups.groups[first], groups.groups[second]
            if a.type == b.type:
                yield first, second, "same name", _SAME_FORM
            else:
                yield first, second, "same name, other type", _OTHER_TYPE_OF_ONE_WORD if one_word else _OTHER_TYPE
                if not {a.type, b.type} <= _TYPES:
                    yield first, second, f"{a.type} and {b.type}", _UNLIKE_TYPES


def _spelling(groups: Groups, people: list[int]) -> Iterator[tuple[int, int, str, float]]:
    """Names of people that are spelled almost alike."""
    for place, first in enumerate(people):
        for second in people[place + 1 :]:
            a, b = groups.groups[first].form, groups.groups[second].form
            if a.count(" ") == b.count(" ") and SequenceMatcher(None, a, b).ratio() > 0.9:
                yield first, second, "spelled alike", _SPELLING


def _scored(groups: Groups, group: int, target: int, reasons: Reasons) -> Candidate:
    mine, its = groups.company(group), groups.company(target)
    alike = similarity(mine, its)
    if alike:
        reasons["same company"] = _COMPANY * alike
    return Candidate(group, target, sum(reasons.values()), reasons)
