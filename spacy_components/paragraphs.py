"""``paragraphs``: where a title, a list's item or a paragraph ends, so does a sentence, and no name goes on."""

from __future__ import annotations

import re
from bisect import bisect
from itertools import chain, groupby

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from kg_docre.resolution.forms import country_name
from kg_docre.resolution.gazetteer import countries_of
from spacy_components.markup import sentence_starts

__all__ = ["make_paragraphs", "paragraph_starts"]

_NARROWEST = 40  # characters: lines wrapped by hand are at least so long
_LINE_END = re.compile(r"\r\n?|[\n\v\x85\u2028]")
_ENDS = frozenset(".!?:;")
_ALWAYS = frozenset("\t\f\u2029")
_ITEM = re.compile(r"\s*(?:[-*•·‣◦]|\d{1,3}[.)]|[A-Z][\w-]*:)\s+\S")  # of a list, or of a head with fields
_YEAR = re.compile(r"\s*[12]\d{3}(?::|\s(?=\s))\s*\S")  # of a chronology: "1912  Moves to Oslo"
# "LONDON, March 3 (Reuters) - ", before what a report begins with
_DATELINE = re.compile(
    r"(?P<place>[A-Z][A-Z.'’ -]{0,30}[A-Z.])(?P<more>(?:, ?[A-Z][\w.]{0,20}(?: \d{1,2})?){0,3})"
    r"(?: ?(?P<agency>\([A-Z][\w .]{0,30}\)))? ?(?:--?|[–—]) (?=[\"“‘'A-Z0-9])"
)
_CITY_STATES = frozenset({"SINGAPORE", "MONACO", "LUXEMBOURG", "VATICAN CITY", "PANAMA", "GUATEMALA", "MEXICO"})
_GAP = re.compile("[^\\S\n]{3,}")  # between the columns of a table, behind the space that belongs to a word
_ROW = re.compile(r"\s*\|.*\|\s*")
# what a line does not end with whose sentence goes on
_GOES_ON = re.compile(r"(?:,|\b(?:a|an|and|as|at|but|by|for|from|in|of|on|or|that|the|to|who|whose|with))$")
_QUOTED = re.compile(r"[>#|%;\s]*")  # what may stand before every line


@Language.component("paragraphs", assigns=["token.is_sent_start"])
def make_paragraphs(doc: Doc) -> Doc:
    """Begin a sentence with every paragraph and behind footnote marks, and none within a link or with the news agency
    of a dateline. For the first place in a pipeline: sentence splitters and parsers, one of which is needed still, keep
    what they find.

    Raises :exc:`ValueError` where there is something to change behind a parser, whose sentences nothing can change.
    """
    breaks = _broken(doc)
    behind, agencies = _datelines(doc, breaks)
    starts = sentence_starts(doc) | dict.fromkeys([*breaks, *behind], True) | dict.fromkeys(agencies, False)
    if starts and doc.has_annotation("DEP"):
        raise ValueError('paragraphs: the doc is parsed already; put it first: nlp.add_pipe("paragraphs", first=True)')
    for token, begins in starts.items():
        doc[token].is_sent_start = begins
    return doc


def paragraph_starts(doc: Doc) -> list[int]:
    """First tokens of all paragraphs but the first one: behind a blank line, a tab or a gap between columns, a page's
    end, or a line break that wrapping would not have made, for the next word had still fitted on the line and no
    sentence goes on, or is the sign of a list's item, a table's row or a chronology's year. How wide lines are is told
    by the longest one of several words between two blank lines. And what stands behind a dateline, and the news agency
    in it, begin one.
    """
    breaks = _broken(doc)
    return sorted({*breaks, *chain(*_datelines(doc, breaks))})


def _datelines(doc: Doc, breaks: list[int]) -> tuple[list[int], list[int]]:
    """First tokens of what stands behind datelines at the text's beginning and ``breaks``, and of the agencies in
    them."""
    text = doc.text
    behind, agencies = set[int](), set[int]()  # characters
    for start in (0, *breaks) if len(doc) else ():
        found = _DATELINE.match(text, doc[start].idx)
        if found and (found["more"] or found["agency"] or _is_town(found["place"])):
            behind.add(found.end())
            agencies.add(found.start("agency"))
    first, second = (
        [token.i for token in doc if token.idx in places] if behind else [] for places in (behind, agencies)
    )
    return first, second


def _is_town(name: str) -> bool:
    """Of capitals alone, "NATO - The alliance" is no dateline, nor is "U.S. - China"."""
    return name in _CITY_STATES or (bool(countries_of(name)) and not country_name(name))


def _broken(doc: Doc) -> list[int]:
    """Those behind white space."""
    spaces = doc.to_array(["IS_SPACE"]).reshape(-1).astype(bool)
    behind = np.flatnonzero(~spaces[1:] & spaces[:-1]) + 1
    if not len(behind):
        return []
    text = doc.text
    lines = _Lines(text)
    starts = []
    for start in behind.tolist():
        first = start
        while first and spaces[first - 1]:
            first -= 1
        between = text[doc[first].idx : doc[start].idx]
        breaks = len(_LINE_END.findall(between))
        apart = not _ALWAYS.isdisjoint(between) or breaks > 1 or (not breaks and _GAP.fullmatch(between))
        if first and (apart or (breaks and lines.had_place(doc[start].idx))):
            starts.append(start)
    return starts


class _Lines:
    """The lines of a text, where they begin, and how wide each may be."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in _LINE_END.finditer(text))]
        ends = [*self._starts[1:], len(text)]
        self._lines = [text[start:end].rstrip() for start, end in zip(self._starts, ends, strict=True)]
        self._widths: list[int] = []
        for _, block in groupby(self._lines, key=bool):
            lines = list(block)
            longest = max((len(line) for line in lines if len(line.split(None, 2)) > 1), default=0)
            self._widths += [max(_NARROWEST, longest)] * len(lines)

    def had_place(self, start: int) -> bool:
        """Whether the first word of the line that ``start`` is in had fitted on the line before, or begins an item."""
        number = bisect(self._starts, start) - 1
        before, line = self._lines[number - 1], self._lines[number]
        mark = _QUOTED.match(line)
        if mark and before.startswith(mark[0].rstrip()):
            line = line[mark.end() :]
        if _ITEM.match(line) or (_ROW.fullmatch(before) and _ROW.fullmatch(self._lines[number])):
            return True
        if _GOES_ON.search(before) or (line.lstrip()[:1].islower() and before[-1:] not in _ENDS):
            return False
        if _YEAR.match(line):
            return True
        word = line.split(None, 1)[:1]
        return bool(word) and len(before) + 1 + len(word[0]) <= self._widths[number - 1]
