"""What stands above a part of a text or before it, and is no name: headings, labels, the marks of a list."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from kg_docre.resolution.gazetteer import countries_of

__all__ = ["is_heading", "is_label"]

# what stands alone above a part of a text, or before a colon, with a year or without
_HEADINGS = frozenset(
    """agency awards background bibliography biography career contact contents discography education employees
    employment experience filmography founder founders headquarters history hq industry launch leadership legacy life
    location members notes operator operators overview owner owners products publications references reception revenue
    skills sources subsidiaries summary website works""".split()
) | {
    *("about us", "annual report", "contact us", "early life", "key facts", "key people", "our history", "our story"),
    *("personal life", "press contact", "press office", "press release", "press room", "table of contents"),
}
_NO_LETTERS = re.compile(r"[\W\d_]*")
# before what is asked, answered or takes place, where two of them do so in a text: "Q.", "Tue:"
_SPEAKERS = frozenset("QA")
_WEEKDAYS = frozenset("Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun".split())
_SENTENCE_ENDS = frozenset(".!?")
_MOST, _LEAST = 8, 6  # words of a heading, and of a paragraph that one stands above
_FAR = 300  # words from one such mark to another


def is_heading(words: Sequence[str], start: int, end: int, kind: str, starts: Set[int]) -> bool:
    """Whether it is no name where it is all of a line, or what a colon stands behind: "Launch: May 2017"; a mark of a
    list; or the first of common words that stand above a paragraph: "Twin towns", but for a text's first line."""
    if kind != "TIME" and end - start == 1 and _is_mark(words, start, starts) and _are_several(words, start, starts):
        return True
    if kind in ("PER", "LOC", "ORG") and _begins_common_words(words, start, end, starts):
        return True
    over = end == len(words) or end in starts or words[end] == ":"
    above = over and (not start or start in starts)
    while above and end - start > 1 and _NO_LETTERS.fullmatch(words[end - 1]):
        end -= 1
    return above and " ".join(words[start:end]).lower() in _HEADINGS


def is_label(words: Sequence[str], start: int, end: int, starts: Set[int]) -> bool:
    """Whether a word begins a line and is no part of the name behind it: "Awards: Prix Goncourt". But what "is" a novel
    is all of "Life: A User's Manual"."""
    is_told = end not in starts and "".join(words[end : end + 1]) in ("is", "was", "are", "were")
    if _is_mark(words, start, starts):
        return _are_several(words, start, starts)
    return (not start or start in starts) and words[start].lower() in _HEADINGS and not is_told


def _is_mark(words: Sequence[str], place: int, starts: Set[int]) -> bool:
    """Whether a speaker's letter begins a line, with a full stop or a colon, or a weekday a sentence, with a colon."""
    word, behind = words[place], "".join(words[place + 1 : place + 2])
    first = not place or place in starts
    if word.rstrip(".") in _SPEAKERS:
        return first and (word.endswith(".") or behind in (":", "."))
    return word in _WEEKDAYS and behind == ":" and (first or words[place - 1] in _SENTENCE_ENDS)


def _are_several(words: Sequence[str], place: int, starts: Set[int]) -> bool:
    """Whether another mark of the kind stands not far from one."""
    near = range(max(0, place - _FAR), min(len(words), place + _FAR))
    marks = {words[other].rstrip(".") for other in near if _is_mark(words, other, starts)}
    return len(marks & _SPEAKERS) > 1 or len(marks & _WEEKDAYS) > 1


def _begins_common_words(words: Sequence[str], start: int, end: int, starts: Set[int]) -> bool:
    """Whether only the first word of a heading is a large one, no known place's, and nowhere else. What a text begins
    with is its title: "Nokia cuts jobs"."""
    if not words[start].istitle() or start not in starts:
        return False
    over = next((place for place in range(start + 1, start + _MOST + 1) if place in starts), 0)
    if end > over or over - start < 2 or over + _LEAST > len(words):
        return False
    if not starts.isdisjoint(range(over + 1, over + _LEAST)):
        return False
    common = all(word.islower() and word.isalpha() for word in words[start + 1 : over])
    return common and words.count(words[start]) == 1 and not countries_of(words[start])
