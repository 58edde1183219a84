"""What HTML says: the main text of a web page, as trafilatura finds it, without menus, advertisements and what else
surrounds it; and all the text of a part of one, as fields have it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

from kg_docre.corpus.records import UNSEEN, Problem, SourceText, checked
from kg_docre.graph.page_mark import is_page

__all__ = ["from_html", "from_markup", "is_html", "is_markup"]

logging.getLogger("trafilatura").addHandler(logging.NullHandler())  # what it has to say becomes our one line

_BEGINNINGS = (b"<!doctype html", b"<html")
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr li main nav ol p pre section table td th tr ul".split()
)
_MARKUP = re.compile(
    rf"\s*<(!--|!doctype\s+html|(html|head|{'|'.join(_BLOCKS)})(\s[^<>]*=[^<>]*)?\s*/?>)", re.IGNORECASE
)
# characters, or what stands for them, that XML has not
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#0*(?:[0-8]|1[124-9]|2\d|3[01]);")
_COMMENTS = re.compile(r"^\s*(?:<!--.*?-->\s*)*", re.DOTALL)
_UNREAD = ("head", "script", "style", "template")


def is_html(data: bytes) -> bool:
    """Whether a file begins as HTML does."""
    return data[:100].removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_BEGINNINGS)


def is_markup(text: str) -> bool:
    """Whether a text begins as a page or a paragraph of HTML does."""
    return _MARKUP.match(text) is not None


def from_html(data: bytes, uri: str, title: str, max_characters: int) -> SourceText | Problem:
    """The document of a page, in whatever encoding it is; ``title`` is for one that says none.

    A :class:`Problem` where trafilatura is not installed, or finds nothing to read.
    """
    if not data.strip():
        return Problem(uri, "empty", nothing=True)
    if is_page(data):
        return Problem(uri, "a page that kg-docre has written", nothing=True)
    found = _found(lambda: _main_text(data), uri)
    if isinstance(found, Problem):
        return found
    named, text = found
    if not text.strip():
        return Problem(uri, "HTML without a main text")
    return checked(SourceText(uri, named or title, text), max_characters)


def from_markup(markup: str, uri: str, title: str, max_characters: int) -> SourceText | Problem:
    """The document of a field: of a whole page the main text, if one is found; else, and of less than a page, all that
    it says, for nothing surrounds it."""
    found = _found(lambda: _whole_text(markup), uri)
    if isinstance(found, Problem):
        return found
    named, text = found
    return checked(SourceText(uri, title or named, UNSEEN.sub("", text)), max_characters)


def _found(read: Callable[[], tuple[str, str]], uri: str) -> tuple[str, str] | Problem:
    """A title and a text, or why there are none."""
    try:
        return read()
    except ImportError:
        return Problem(uri, "HTML, which is read where trafilatura is: pip install trafilatura lxml_html_clean")
    except Exception as error:  # of a parser that is given anything at all
        return Problem(uri, f"HTML that can't be read: {error}")


def _main_text(data: bytes | str) -> tuple[str, str]:
    from trafilatura import bare_extraction

    page = bare_extraction(data, include_comments=False, include_tables=False, with_metadata=True)
    text = str(getattr(page, "text", "") or "")
    return str(getattr(page, "title", "") or ""), text.replace("\n", "\n\n")


def _whole_text(markup: str) -> tuple[str, str]:
    from lxml import etree, html

    markup = _CONTROLS.sub(" ", markup)
    page = is_html(_COMMENTS.sub("", markup, count=1)[:100].encode(errors="replace"))
    title, text = _main_text(markup) if page else ("", "")
    if text.strip():
        return title, text
    root = html.fragment_fromstring(markup, create_parent="div")
    etree.strip_elements(root, etree.Comment, etree.ProcessingInstruction, *_UNREAD, with_tail=False)
    for element in root.iter():
        end = "\n\n" if element.tag in _BLOCKS else ""
        element.text, element.tail = (end + re.sub(r"\s+", " ", text or "") for text in (element.text, element.tail))
        if element.tag == "br":
            element.text = "\n"
    lines = (line.strip() for line in "".join(root.itertext()).split("\n"))
    return title, re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
