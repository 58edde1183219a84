"""What is wrong with a query in SPARQL, and where."""

from __future__ import annotations

import re

from pyoxigraph import Store

__all__ = ["syntax_error"]

_EXPECTED = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_PUNCTUATION = re.compile(r'"|\[\W')  # quoted, or a range of characters
_REASON = re.compile(r"""(?:^|, )([^\s,'"\[]+(?: [^,'"]+)+)""")  # words, where else there are tokens
_PREFIX = re.compile(r"([\w.-]*):\S*$")
_SHOWN = 30  # characters of what is not understood


def syntax_error(query: str, error: str, prefixes: dict[str, str]) -> str | None:
    """One line for Oxigraph's ``error``, with the place and what stands there; None if it is about something else."""
    if not (found := _EXPECTED.match(error)):
        return None
    end, expected = _understood(query[: _offset(query, int(found[1]), int(found[2]))], prefixes)
    if "Prefix not found" in expected and (prefix := _PREFIX.search(query[:end])):
        known = ", ".join(prefixes)
        return f"{_place(query, prefix.start())}: unknown prefix {prefix[1]!r}; declare it with PREFIX, or use {known}"
    if reason := _REASON.search(found[3]):
        return f"line {found[1]}, column {found[2]}: {reason[1]}"
    if not (rest := " ".join(query[end:].split())):
        return f"{_place(query, end)}: the query ends too early"
    shown = rest if len(rest) <= _SHOWN else f"{rest[:_SHOWN]}…"
    return f"{_place(query, end)}: syntax error at {shown!r}"


def _understood(query: str, prefixes: dict[str, str]) -> tuple[int, str]:
    """How many can begin a right query of the characters of a wrong one that were looked at, and what could come then.

    Oxigraph tells of the last place that it has looked at, and it looks as far as the longest keyword goes that may
    stand somewhere. Of a query that is cut off where it is still right, that is the end, and there could be
    punctuation."""
    store = Store()
    for end in range(len(query), 0, -1):
        try:
            store.query(query[:end], prefixes=prefixes)
        except SyntaxError as error:
            found = _EXPECTED.match(str(error))
            at_end = found and _place(query, end) == f"line {found[1]}, column {found[2]}"
            if found and at_end and _PUNCTUATION.search(found[3]):
                return end, found[3]
        else:
            return end, ""
    return 0, ""


def _offset(query: str, line: int, column: int) -> int:
    return sum(len(text) + 1 for text in query.split("\n")[: line - 1]) + column - 1


def _place(query: str, end: int) -> str:
    line, column = query.count("\n", 0, end) + 1, end - query.rfind("\n", 0, end)
    return f"line {line}, column {column}"
