"""What of a mention is the name, and which of its names a thing is called by."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from spacy.tokens import Span

from kg_docre.names import (
    ARTICLES,
    LEGAL_FORMS,
    given_name_first,
    keeps_possessive,
    normalize_name,
    strip_endings,
    strip_titles,
    without_article,
)
from kg_docre.resolution.forms import is_demonym

__all__ = ["bare_span", "name_of", "named_span", "text_of"]

_KINGS_NUMBER = re.compile(r"\w [IVX]+\.$")
_POSSESSIVES = ("'s", "’s", "'")


def bare_span(span: Span) -> Span:
    """The span without a leading article and a trailing possessive."""
    if len(span) > 1 and span[0].lower_ in ARTICLES:
        span = span[1:]
    if len(span) > 1 and span[-1].lower_ in _POSSESSIVES:
        span = span[:-1]
    return span


def named_span(span: Span, type: str) -> Span:
    """Like :func:`bare_span`, but with a possessive and a large article that are the name's own: "St. John's", "The
    Hague". Where a sentence, a quotation or a line begins the article is not to be seen; there works and the like
    (MISC) keep it, "The Godfather", and others don't."""
    bare = bare_span(span)
    if bare.end < span.end and keeps_possessive(bare.text, type):
        bare = span.doc[bare.start : span.end]
    if bare.start == span.start or not span[0].text.istitle():
        return bare
    before = span.doc[span.start - 1] if span.start and not span[0].is_sent_start else None
    inside = before is not None and not before.is_space and (before.text == "," or not before.is_punct)
    return span.doc[span.start : bare.end] if inside or type == "MISC" else bare


def name_of(spans: Sequence[Span], type: str) -> str:
    """What a text calls a thing first, unless that is in capitals, its people's name or a word for it; the longest name
    of a date, and where the first is a short one of a person or an organization. With an article if most of those who
    call it so say it."""
    names = Counter(map(text_of, spans))
    fullest = max(names, key=lambda name: (len(without_article(name)), not name.isupper(), names[name], len(name)))
    first = next((name for name in names if not (name.isupper() or name.islower() or is_demonym(name))), fullest)
    if type == "TIME" or (type in ("PER", "ORG") and _is_short(first, fullest)):
        return given_name_first(fullest) if type == "PER" else fullest
    same = [name for name in names if without_article(name) == without_article(first)]
    return max(same, key=lambda name: (names[name], len(name)))


def _is_short(name: str, fullest: str) -> bool:
    """Whether it is a part of the longest name, a single word, or but for titles and initials the same: "J. Smith"."""
    words, others = (strip_endings(strip_titles(normalize_name(each).split()), LEGAL_FORMS) for each in (name, fullest))
    same = (words[0][0], words[-1]) == (others[0][0], others[-1])
    return len(words) == 1 or {*words} <= {*others} or same


def text_of(span: Span) -> str:
    """The span's text, line breaks and double spaces made single ones, without the full stop of a sentence that ends
    with a king's number: "Charles I."."""
    text = " ".join(span.text.split())
    ends = len(span) > 0 and span[-1].is_sent_end and _KINGS_NUMBER.search(text)
    return text[:-1] if ends else text
