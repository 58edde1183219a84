"""Names in what stands above running text: a headline's other words are written as names are, and belong to none."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import pairwise

from kg_docre.names import ARTICLES, LEGAL_FORMS, strip_endings

__all__ = ["headlined"]

Span = tuple[int, int]  # first word, last (exclusive)
Mention = tuple[int, int, str]  # with a type
Name = tuple[str, ...]  # words in small letters

_NAMED = frozenset({"PER", "ORG", "LOC", "MISC"})
_SENTENCE_ENDS = frozenset((".", "!", "?", '"', "”"))
_DATELINE_ENDS = frozenset("( - -- – —".split())
_BELOW = 4  # parts of a text among which running text follows the first line: a byline, a dateline and its agency
_SHORT, _LEAST = 3, 3  # letters of words that are small in any headline, and how many longer ones it has
# in few names, however they are written; and in many
_BETWEEN = frozenset(": in to at as on after over with from by amid".split())
_IN_NAMES = frozenset("of the and for a an de du la le van von".split())
# what news agencies put before a headline: "BRIEF-Acme buys Globex", "UPDATE 1-Acme buys Globex"
_SLUGS = frozenset(
    "analysis brief corrected exclusive factbox interview preview refile rpt timeline update wrapup".split()
)
_ITEM = re.compile(r"item \d{1,2} ?[a-c]?\b")  # above a part of a report: "Item 1A. Risk Factors"


def headlined(words: Sequence[str], mentions: Sequence[Mention], breaks: Iterable[int] = ()) -> list[Mention]:
    """Mentions, of those in a headline only what the text below names, too: "Acme Holdings" of "Acme Holdings Jump
    After Bid", where it has that name and never the longer one; and without what is no name there: words that the text
    has in small letters, "BRIEF" before a hyphen, and what follows "Item 1.". In the order of the text.

    A headline is the first line, or one above running text, if it ends no sentence or all its longer words are written
    large, "Why Does Acme Holdings Jump?". One that is a name as a whole stays it, "Acme Holdings Museum".
    """
    lines = _headlines(words, list(pairwise(sorted({0, len(words), *breaks}))))
    line_of = {place: line for line in lines for place in range(*line)}
    if not line_of:
        return list(mentions)
    below = _Below(words, mentions, line_of)
    kept: list[Mention] = []
    for start, end, kind in mentions:
        if start in line_of and kind in _NAMED:
            line = line_of[start]
            start = max(start, _behind_slug(words, *line))
            kept += below.named((start, end, kind), line) if start < end else ()
        else:
            kept.append((start, end, kind))
    return kept


def _headlines(words: Sequence[str], parts: Sequence[Span]) -> list[Span]:
    """The first part of a text, and all that stand above one that ends a sentence, if they end none or are titled;
    datelines may stand between."""
    lasts = [words[end - 1] for _, end in parts]
    runs = [
        last[-1:] in _SENTENCE_ENDS and not _is_titled(words[slice(*part)])
        for last, part in zip(lasts, parts, strict=True)
    ]
    found, above = [], False
    for number in reversed(range(len(parts))):
        if lasts[number] not in _DATELINE_ENDS:
            if not runs[number] and (above or (not number and any(runs[: _BELOW + 1]))):
                found.append(parts[number])
            above = runs[number]
    return found


class _Below:
    """What the text below headlines has: its names, and the words that it has in small letters alone."""

    def __init__(self, words: Sequence[str], mentions: Iterable[Mention], above: Container[int]) -> None:
        self._words = words
        named = list(_names(words, (mention for mention in mentions if mention[0] not in above)))
        self._named, self._names = frozenset(named), dict(reversed(named))
        running = [word for place, word in enumerate(words) if place not in above]
        self._text = f" {' '.join(running)} ".casefold()
        self._large = {word.lower() for word in running if not word.islower()}
        self._common = {word for word in running if word.islower()} - self._large

    def named(self, mention: Mention, line: Span) -> list[Mention]:
        """What is a name of a mention in a headline, and of a type that it has below."""
        start, end, kind = mention
        name = _folded(self._words[start:end])
        if name in self._names:
            return [(start, end, kind if (name, kind) in self._named else self._names[name])]
        found = [] if f" {' '.join(name)} " in self._text else list(self._parts(name, start))
        if found and self._are_sure((start, end), line, found):
            return found
        return [] if self._is_none(name, (start, end), line) else [mention]

    def _parts(self, name: Name, start: int) -> Iterator[Mention]:
        """The longest names, from the first word on, that a name's words hold; ``start`` is where these begin."""
        place = 0
        while place < len(name):
            end = next((end for end in range(len(name), place, -1) if name[place:end] in self._names), 0)
            if end:
                yield start + place, start + end, self._names[name[place:end]]
            place = end or place + 1

    def _are_sure(self, span: Span, line: Span, parts: Sequence[Mention]) -> bool:
        """Whether what is left of a headline's words is no part of a name: beside a person or a company of two words,
        or of one where there is a common or a small word or a colon, but not behind a name, "Alien: Covenant", nor
        where two names may be one, "Washington Post"; and of a line that has nothing else, only in capitals and with
        such a word."""
        inside = {place for start, end, _ in parts for place in range(start, end)}
        rest = [place for place in range(*span) if place not in inside]
        words = [self._words[place] for place in rest]
        told = any(self._is_common(word) for word in words)
        if any(self._words[place] == ":" and parts[0][0] < place for place in rest):
            return False
        if any(one[1] == other[0] for one, other in pairwise(parts)):
            return False
        if span == line and not (told and " ".join(words).isupper()):
            return False
        return any(kind in ("PER", "ORG") and (told or end - start > 1) for start, end, kind in parts)

    def _is_common(self, word: str) -> bool:
        small = word.lower()
        return small not in _IN_NAMES and (word.islower() or small in _BETWEEN or small in self._common)

    def _is_none(self, name: Name, span: Span, line: Span) -> bool:
        """Whether it is a common word, or ends in one where all are written large; or is in a report's heading."""
        if _ITEM.match(" ".join(self._words[slice(*line)]).lower()):
            return True
        common = name[-1] in self._common and self._large.isdisjoint(name)
        return span != line and common and (len(name) == 1 or _is_titled(self._words[slice(*line)]))


def _is_titled(line: Sequence[str]) -> bool:
    longer = [word for word in line if len(word) > _SHORT]
    return len(longer) >= _LEAST and not any(map(str.islower, longer))


def _names(words: Sequence[str], mentions: Iterable[Mention]) -> Iterator[tuple[Name, str]]:
    """Names and their types, those of companies without their legal forms, too."""
    for start, end, kind in mentions:
        if kind in _NAMED:
            start += end - start > 1 and words[start].lower() in ARTICLES
            name = _folded(words[start:end])
            bare = strip_endings([word.rstrip(".") for word in name], LEGAL_FORMS)
            yield name, kind
            yield name[: len(bare)], kind


def _folded(words: Sequence[str]) -> Name:
    return tuple(word.casefold() for word in words)


def _behind_slug(words: Sequence[str], start: int, end: int) -> int:
    """Where a headline begins, without what an agency says before it."""
    if words[start].isupper() and words[start].lower() in _SLUGS:
        for place in range(start + 1, min(start + 3, end)):
            if words[place] == "-":
                return place + 1
    return start
