"""Signs that are no part of the words they stand beside: footnote marks, Markdown, tags, dashes between years."""

from __future__ import annotations

import re
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

__all__ = ["markup_tokens", "sentence_starts", "split_markup"]

_RAISED = "[\u00b9\u00b2\u00b3\u2070\u2074-\u2079]{1,3}"  # digits: ¹²³, which mean a power behind "m" and "10"
_FOOTNOTE = rf"\[(?:\d{{1,3}}|[a-z])\]|(?<=[a-zà-öø-ÿ]{{3}}){_RAISED}|(?<=[.,;:!?)\"'”’]){_RAISED}"
_NOTE = rf"{_RAISED}(?=[^\W\d_]{{3}})"  # what a footnote begins with
_LINK = r"\]\((?:[^\s()]|\([^\s()]*\))*\)|\]\[(?!\d{1,3}\]|[a-z]\])[^\s\[\]]*\]"  # [text](address), [text][name]
_EMPHASIS = r"\*{1,3}|_{1,3}|~~|`{1,3}"
_TAGS = (
    "a|abbr|b|big|blockquote|br|cite|code|del|div|em|h[1-6]|hr|i|ins|li|mark|ol|p|q|s|small|span|strong|sub|sup|u|ul"
)
_TAG = rf"</?(?:{_TAGS})/?>"
_LINE = r"(?P<sign>[^\w\s]|_)(?P=sign){9,}"  # drawn; spaCy would take it off sign by sign
_DASH = r"(?<=[0-9])[–—−](?=[0-9A-Za-z])"
_ANY = re.compile(rf"{_FOOTNOTE}|{_RAISED}|{_LINK}|{_EMPHASIS}|{_TAG}")
_IS_FOOTNOTE, _IS_LINK = re.compile(rf"{_FOOTNOTE}|{_RAISED}"), re.compile(_LINK)
_IS_MARKUP = re.compile(rf"{_FOOTNOTE}|{_RAISED}|{_LINK}|{_EMPHASIS}|{_TAG}|!\[")
_SENTENCE_ENDS = frozenset(".!?")
_QUOTES = frozenset("\"'”’)»")


def split_markup(nlp: Language) -> None:
    """Let a pipeline's tokenizer make tokens of their own of footnote marks ("Prague.[2]"), of Markdown's links and
    emphasis, of HTML's tags without attributes, of dashes between years ("1850–1911"), which spaCy leaves at the words
    beside them, and of lines drawn with one sign.

    Raises :exc:`ValueError` for a tokenizer without rules for these, such as Chinese has.
    """
    tokenizer: Any = nlp.tokenizer
    searches: list[Any] = [
        getattr(tokenizer, name, None) for name in ("prefix_search", "suffix_search", "infix_finditer")
    ]
    if None in searches:
        raise ValueError("split_markup: the tokenizer has no rules for prefixes, suffixes and infixes")
    prefixes, suffixes, infixes = (search.__self__.pattern for search in searches)
    tokenizer.prefix_search = re.compile(rf"^(?:{_LINE}|{_FOOTNOTE}|{_NOTE}|!\[|{_EMPHASIS}|{_TAG})|{prefixes}").search
    tokenizer.suffix_search = re.compile(
        rf"(?:(?<=[^\W_]){_LINE}|{_FOOTNOTE}|{_LINK}|{_EMPHASIS}|{_TAG})$|{suffixes}"
    ).search
    tokenizer.infix_finditer = re.compile(rf"{_DASH}|{_TAG}|{infixes}").finditer


def markup_tokens(doc: Doc) -> set[int]:
    """Numbers of the tokens that are markup, a link's opening bracket among them."""
    if not _ANY.search(doc.text):
        return set()
    found, opened = set(), []
    for token in doc:
        if token.text in ("[", "!["):
            opened.append(token.i)
        if _IS_LINK.fullmatch(token.text) and opened:
            found.add(opened.pop())
        if _IS_MARKUP.fullmatch(token.text):
            found.add(token.i)
    return found


def sentence_starts(doc: Doc) -> dict[int, bool]:
    """Whether a sentence begins at these tokens: at no footnote mark, within no link and not behind "[", but behind the
    marks of a sentence's end ("Prague.[2][3] Her")."""
    markup = markup_tokens(doc)
    if not markup and "[" not in doc.text:
        return {}
    starts: dict[int, bool] = {}
    ended, before = False, ""
    for token in doc:
        if token.is_space:
            continue
        if (token.i in markup and token.text[0] == "]") or before in ("[", "!["):
            starts[token.i] = False
        if before and _IS_FOOTNOTE.fullmatch(token.text):
            starts[token.i] = False
            ended = ended or before in _SENTENCE_ENDS
            continue
        if ended and not token.text[0].islower():
            starts[token.i] = True
        ended = False
        before = before if token.text in _QUOTES and before in _SENTENCE_ENDS else token.text
    return starts
