"""Dates and numbers by what they say: "March 31, 1866" is "31 March 1866", "one million" is "1,000,000"."""

from __future__ import annotations

import re

__all__ = ["date_value", "number_value"]

_MONTHS = {
    month: number
    for number, names in enumerate(
        """january jan;february feb;march mar;april apr;may;june jun;july jul;august aug;september sep sept;
        october oct;november nov;december dec""".split(";"),
        1,
    )
    for month in names.split()
}
_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + ")"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>[12]\d{3})"
_DATES = [
    re.compile(pattern)
    for pattern in (
        rf"{_MONTH} {_DAY} {_YEAR}",
        rf"{_DAY}(?: of)? {_MONTH} {_YEAR}",
        rf"{_YEAR} (?P<month_number>[01]?\d) {_DAY}",
        rf"{_MONTH}(?: of)? {_YEAR}",
        rf"(?:year )?{_YEAR}",
    )
]
_DECADE = re.compile(r"(?P<decade>[12]\d{2}0) ?s")

_UNITS = dict(
    zip(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen""".split(),
        range(20),
        strict=True,
    )
)
_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
_SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_DIGITS = re.compile(r"\d+(?:\.\d+)?")


def date_value(normalized: str) -> str | None:
    """ISO 8601 of a date, as exactly as it is given, "1970s" of a decade; None for what is neither.

    Takes a name as :func:`~kg_docre.names.normalize_name` leaves it.
    """
    if found := _DECADE.fullmatch(normalized):
        return f"{found['decade']}s"
    for pattern in _DATES:
        if found := pattern.fullmatch(normalized):
            parts = found.groupdict()
            month = _MONTHS[parts["month"]] if parts.get("month") else int(parts.get("month_number") or 0)
            day = int(parts.get("day") or 0)
            if month > 12 or day > 31:
                return None
            return parts["year"] + (f"-{month:02}" if month else "") + (f"-{day:02}" if day else "")
    return None


def number_value(normalized: str) -> str | None:
    """The number that begins a name, and what is counted: "1 million people" → "1000000 people"; None for no number.

    Takes a name as :func:`~kg_docre.names.normalize_name` leaves it: thousands stand apart, as in "1 000 000".
    """
    words = normalized.replace("-", " ").split()
    total = part = 0.0
    read = 0
    for word in words:
        if _DIGITS.fullmatch(word):
            if read and not (_is_group(word) and _DIGITS.fullmatch(words[read - 1])):
                break
            part = part * 1000 + float(word) if read else float(word)
        elif word in _UNITS or word in _TENS:
            if read and _DIGITS.fullmatch(words[read - 1]):
                break
            part += _UNITS.get(word, 0) or _TENS.get(word, 0)
        elif word == "hundred" and read:
            part *= 100
        elif word in _SCALES and read:
            total, part = total + part * _SCALES[word], 0.0
        elif word == "and" and read and words[read - 1] in _SCALES:
            pass
        else:
            break
        read += 1
    if not read:
        return None
    value = total + part
    return " ".join([str(int(value)) if value == int(value) else repr(value), *words[read:]])


def _is_group(word: str) -> bool:
    return len(word) == 3 and word.isdigit()
