"""Dates and numbers by what they say: "March 31, 1866" is "31 March 1866", "one million" is "1,000,000"."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, localcontext

from kg_docre.names import normalize_name

__all__ = ["date_value", "dates_agree", "has_no_year", "is_no_date", "iso_date", "number_value"]

_MONTHS = {
    month: number
    for number, names in enumerate(
        """january jan;february feb;march mar;april apr;may;june jun;july jul;august aug;september sep sept;
        october oct;november nov;december dec""".split(";"),
        1,
    )
    for month in names.split()
}
_BESIDE = frozenset("of on last next early mid late this morning afternoon evening night".split())
_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + ")"
_MONTH_NUMBER = r"(?P<month_number>0?[1-9]|1[0-2])"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>[12]\d{3})"
_WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_ABOUT = re.compile(rf"(?:(?:{'|'.join(sorted(_WEEKDAYS))}) |(?:c|ca|circa) (?=[12]\d{{3}}$))")
_DATES = [
    re.compile(pattern)
    for pattern in (
        rf"{_MONTH} {_DAY} {_YEAR}",
        rf"{_DAY}(?: of)? {_MONTH} {_YEAR}",
        rf"{_YEAR} {_MONTH_NUMBER} {_DAY}",
        rf"(?P<day>1[3-9]|2\d|3[01])[ .]{_MONTH_NUMBER}[ .]{_YEAR}",  # which is the day can be told
        rf"{_MONTH_NUMBER}[ .](?P<day>1[3-9]|2\d|3[01])[ .]{_YEAR}",
        rf"{_MONTH}(?: of)? {_YEAR}",
        rf"(?:year )?{_YEAR}",
    )
]
_DECADE = re.compile(r"(?P<decade>[12]\d{2}0) ?s")
_CLOCK = re.compile(r"\d{1,2}(?::\d\d){1,2}(?: ?[ap]\.? ?m\.?)?|\d{1,2} ?[ap]\.? ?m\.?", re.IGNORECASE)
_COUNT = re.compile(
    r"\d{1,2}|(?:[\d.]+|several|few|many) (?:(?:second|minute|hour|day|week|month|year)s?|decades)(?: old| of age)?"
)
_BEFORE_COUNTS = frozenset("about over nearly almost more than first last past next for aged age".split())

_UNITS = dict(
    zip(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen""".split(),
        range(20),
        strict=True,
    )
)
_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_LONGEST = 100  # digits
_DIGITS = re.compile(rf"[0-9]{{1,{_LONGEST}}}(?:\.[0-9]{{1,{_LONGEST}}})?")
_THOUSANDS = re.compile(r"(?<=\d)[,\s](?=\d{3}(?!\d))")
_RANGE = re.compile(r"(?<=\d)\s*[-–—]\s*(?=\d)")
_MINUS = re.compile(r"^\s*[-−](?=\d)")


def date_value(normalized: str) -> str | None:
    """ISO 8601 of a date, as exactly as it is given, "1970s" of a decade; None for what is neither.

    Takes a name as :func:`~kg_docre.names.normalize_name` leaves it.
    """
    normalized = _ABOUT.sub("", normalized, count=1)
    if found := _DECADE.fullmatch(normalized):
        return f"{found['decade']}s"
    for pattern in _DATES:
        if found := pattern.fullmatch(normalized):
            parts = found.groupdict()
            month = _MONTHS[parts["month"]] if parts.get("month") else int(parts.get("month_number") or 0)
            day = int(parts.get("day") or 0)
            if day > 31:
                return None
            return parts["year"] + (f"-{month:02}" if month else "") + (f"-{day:02}" if day else "")
    return None


def dates_agree(first: str, second: str) -> bool:
    """Whether of two values of dates one says no more than the other: "1955" and "1955-03", "1950s" and "1955"."""
    first, second = (value[:-2] if value.endswith("0s") else value for value in (first, second))
    return first.startswith(second) or second.startswith(first)


def iso_date(name: str) -> str:
    """The day, month or year that a name stands for: "June 3, 1937" → "1937-06-03"; empty if it is none, or one that
    no calendar has."""
    value = date_value(normalize_name(name)) or ""
    try:
        date.fromisoformat(value + "-01-01"[len(value) - 4 :])
    except ValueError:
        return ""
    return value


def has_no_year(normalized: str) -> bool:
    """Whether this is a day of a week, of a month or of any year alone: "Monday", "4 May", "next March"."""
    words = [word for word in normalized.split() if word not in _BESIDE]
    return (
        bool(words)
        and all(
            word in _WEEKDAYS or word in _MONTHS or re.fullmatch(r"[0-3]?\d(?:st|nd|rd|th)?", word) for word in words
        )
        and not all(word.isdigit() for word in words)
    )


def is_no_date(name: str) -> bool:
    """Whether this is the time of a clock, a number below a hundred, or how old something is or how long it lasts:
    "10:03", "eleven", "91 years old", "the past two years". But "'91" is a year."""
    words = normalize_name(name).split()
    while words[:1] and words[0] in _BEFORE_COUNTS:
        words = words[1:]
    count = number_value(" ".join(words)) or " ".join(words)
    counted = _COUNT.fullmatch(count) and not name.lstrip().startswith(("'", "’", "‘"))
    return bool(counted or _CLOCK.fullmatch(name.strip()))


def number_value(name: str) -> str | None:
    """The number that begins a name, and what is counted: "1 million people" → "1000000 people"; None for no number.

    Takes a name as it is written: what stands between digits tells "1,000" from "1-000".
    """
    name = _RANGE.sub(" to ", _THOUSANDS.sub("", _MINUS.sub("minus ", name)))
    words = normalize_name(name).replace("-", " ").split()
    negative = words[:1] == ["minus"]
    words = words[negative:]
    read, last = 0, ""  # words of the number, and what the last of them was
    total = part = Decimal(0)
    with localcontext(prec=4 * _LONGEST):
        for word in words:
            kind = _kind(word)
            if kind not in _MAY_FOLLOW[last]:
                if kind in _WORDS and last in _WORDS:
                    return None  # "nine eleven" is no number
                break
            if kind == "digits":
                part = Decimal(word)
            elif kind in _WORDS:
                part += _UNITS.get(word, 0) or _TENS.get(word, 0)
            elif kind == "hundred":
                part *= 100
            elif kind == "scale":
                total, part = total + part * _SCALES[word], Decimal(0)
            read, last = read + 1, kind
        read -= last == "and"
        value = (total + part).normalize()
    return " ".join([f"{'-' * negative}{value:f}", *words[read:]]) if read else None


def _kind(word: str) -> str:
    if _DIGITS.fullmatch(word):
        return "digits"
    if word in _UNITS:
        return "unit" if _UNITS[word] < 10 else "teen"
    if word in ("hundred", "and"):
        return word
    return "ten" if word in _TENS else "scale" if word in _SCALES else "other"


# what may come next: "twenty-five", "two hundred and five", "1 million", "one million two hundred thousand"
_WORDS = frozenset({"unit", "teen", "ten"})
_MAY_FOLLOW = {
    "": _WORDS | {"digits"},
    "digits": {"hundred", "scale"},
    "unit": {"hundred", "scale"},
    "teen": {"hundred", "scale"},
    "ten": {"unit", "scale"},
    "hundred": _WORDS | {"scale", "and"},
    "scale": _WORDS | {"digits", "and"},
    "and": _WORDS | {"digits"},
}
