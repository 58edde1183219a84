"""Words that were parted at the end of a line, as print and PDF have them."""

from __future__ import annotations

import re

__all__ = ["rejoined"]

# a word, a hyphen at the end of its line, and the word that the next one begins with; no space is before the hyphen
_PARTED = re.compile(r"(?<![\w'’-])(['’]*)(\w[\w'’-]*)[-‐][ \t]*\n[ \t]*(\w+)(-?)")
_WORD = re.compile(r"\w[\w'’-]*")
_SERIES = frozenset({"and", "or", "to", "nor"})  # "pre- and post-war"
# behind a name, and seldom the end of one: "Oslo-based"
_BEHIND_NAMES = frozenset(
    """affiliated backed based born built controlled dominated educated funded inspired language led licensed listed
    occupied owned speaking sponsored style trained""".split()
)


def rejoined(text: str) -> str:
    """The text with words on one line again: "Sklodow-⏎ska" is "Sklodowska", "Haute-⏎Savoie" and "mother-in-⏎law" keep
    their hyphens, and so does "well-⏎known" where the text has that elsewhere, and "wellknown" nowhere; "Oslo-⏎based"
    and "NATO-⏎led" do unless the text has "Oslobased" elsewhere."""
    if not _PARTED.search(text):
        return text
    elsewhere = {*_WORD.findall(text.lower())}

    def joined(found: re.Match[str]) -> str:
        quote, first, second, more = found.groups()
        if not first[-1].isalpha() or second in _SERIES:
            return found[0]
        if not second[0].islower():
            return f"{quote}{first}-{second}{more}" if first[0].isupper() else found[0]
        whole, parted = f"{first}{second}".lower(), f"{first}-{second}".lower()
        is_of_name = first[0].isupper() and len(first) > 3 and second in _BEHIND_NAMES
        is_compound = parted in elsewhere or first.isupper() or is_of_name
        keeps = "-" in first or more or (is_compound and whole not in elsewhere)
        return f"{quote}{first}{'-' if keeps else ''}{second}{more}"

    return _PARTED.sub(joined, text)
