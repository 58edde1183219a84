"""The main text of a web page, as trafilatura finds it: without menus, advertisements and what else surrounds it."""

from __future__ import annotations

import logging

from kg_docre.corpus.records import Problem, SourceText, checked

__all__ = ["from_html", "is_html"]

logging.getLogger("trafilatura").addHandler(logging.NullHandler())  # what it has to say becomes our one line

_BEGINNINGS = (b"<!doctype html", b"<html")


def is_html(data: bytes) -> bool:
    """Whether a file begins as HTML does."""
    return data[:100].removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_BEGINNINGS)


def from_html(data: bytes, uri: str, title: str, max_characters: int) -> SourceText | Problem:
    """The document of a page, in whatever encoding it is; ``title`` is for one that says none.

    A :class:`Problem` where trafilatura is not installed, or finds nothing to read.
    """
    if not data.strip():
        return Problem(uri, "empty", nothing=True)
    try:
        from trafilatura import bare_extraction
    except ImportError:
        return Problem(uri, "HTML, which is read where trafilatura is: pip install trafilatura lxml_html_clean")
    try:
        page = bare_extraction(data, include_comments=False, include_tables=False, with_metadata=True)
    except Exception as error:  # of a parser that is given anything at all
        return Problem(uri, f"HTML that can't be read: {error}")
    text = str(getattr(page, "text", "") or "")
    if not text.strip():
        return Problem(uri, "HTML without a main text")
    paragraphs = text.replace("\n", "\n\n")
    return checked(SourceText(uri, str(getattr(page, "title", "") or title), paragraphs), max_characters)
