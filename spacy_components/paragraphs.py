"""``paragraphs``: where a title, a list's item or a paragraph ends, so does a sentence, and no name goes on."""

from __future__ import annotations

import re

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

__all__ = ["make_paragraphs", "paragraph_starts"]

_NARROWEST = 40  # characters: lines wrapped by hand are at least so long
_LINE_END = re.compile(r"\r\n?|\n")


@Language.component("paragraphs", assigns=["token.is_sent_start"])
def make_paragraphs(doc: Doc) -> Doc:
    """Begin a sentence with every paragraph. For the first place in a pipeline: sentence splitters and parsers keep
    what they find."""
    for start in paragraph_starts(doc):
        doc[start].is_sent_start = True
    return doc


def paragraph_starts(doc: Doc) -> list[int]:
    """First tokens of all paragraphs but the first one: behind a blank line, a tab, or a line break that wrapping
    would not have made, for the next word had still fitted on the line. The longest line tells how wide the text is.
    """
    spaces = doc.to_array(["IS_SPACE"]).reshape(-1).astype(bool)
    behind = np.flatnonzero(~spaces[1:] & spaces[:-1]) + 1
    if not len(behind):
        return []
    text = doc.text
    width = max(_NARROWEST, max(map(len, _LINE_END.split(text))))
    starts = []
    for start in behind.tolist():
        between = _space_before(doc, start)
        breaks = len(_LINE_END.findall(between))
        if "\t" in between or breaks > 1 or (breaks and _would_fit(text, doc[start].idx, width)):
            starts.append(start)
    return starts


def _space_before(doc: Doc, number: int) -> str:
    """The whitespace tokens right before this one; empty at the beginning of the text."""
    first = number
    while first and doc[first - 1].is_space:
        first -= 1
    return str(doc[first:number].text_with_ws) if first else ""


def _would_fit(text: str, start: int, width: int) -> bool:
    """Whether the word at ``start``, the first of its line, had a place on the line before."""
    before = _LINE_END.split(text[max(0, start - 2 * width) : start])
    line = next((line for line in reversed(before[:-1]) if line.strip()), "")
    word = text[start : start + width].split(maxsplit=1)[0]
    return len(line.rstrip()) + 1 + len(word) <= width
