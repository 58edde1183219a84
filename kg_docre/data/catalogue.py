"""What catalogues write and running text does not: a place with a year beside it, a surname before the given name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence, Set

from kg_docre.names import PARTICLES, TITLES
from kg_docre.resolution.gazetteer import countries_of

__all__ = ["catalogued"]

Mention = tuple[int, int, str]  # first word, last (exclusive), type

_YEAR = re.compile("(?:1[0-9]|20)[0-9]{2}")
_DATE = re.compile(rf"(?:[0-3]?[0-9] [A-Z][a-z]+ )?{_YEAR.pattern}")
# of one name with the year behind it
_TIMES = frozenset(
    """january february march april may june july august september october november december jan feb mar apr jun jul
    aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs
    fri sat sun spring summer autumn fall winter midsummer midwinter season term semester trimester quarter half fy
    fiscal year years day days eve night week month decade century era age period reign dynasty meiji taisho taishō
    showa shōwa heisei reiwa ad a.d. bc b.c. ce bce ah anno domini c c. ca ca. circa about around early mid late
    before after since until till by in on from between christmas easter lent advent epiphany pentecost whitsun
    michaelmas hilary trinity candlemas passover hanukkah purim ramadan eid diwali thanksgiving halloween carnival
    independence liberation victory session""".split()
)
_NUMBERED = frozenset("no no. number nr nr. highway route road room area zone sector lot unit building gate".split())
_LIVED = frozenset("* † born b. b died d. d".split())
_DASHES = frozenset("– - — −".split())
_SMALL = frozenset("of de la le du del di da am an der on upon in sur the".split())
_BEHIND_GIVEN = frozenset({"b.", "b", "born", "d.", "died"})
_FAR = 8  # words from a bracket behind a name to the year in it


def catalogued(words: Sequence[str], mentions: Iterable[Mention], breaks: Collection[int] = ()) -> list[Mention]:
    """Mentions in the order of the text, "London 1840" made a place and a year, whatever it was taken for ("Ester Segal
    1912" a person and a year), and of what begins a paragraph "ORLOVA, Tatiana" one person.

    "Easter 1916" stays a time, "Highway 1420" a place and all that is neither of the two, nor a person, what it is:
    "Expo 1967". Of what was taken for a time, the place is known or stands where lives are told: "(Chur 1868 – ".
    """
    parted = [part for mention in mentions for part in _parts(words, *mention)]
    starts, surnames = {0, *breaks}, _surnames(words, parted)
    begun = {start for start, _, kind in parted if kind == "PER"}
    kept: list[Mention] = []
    for start, end, kind in parted:
        if (
            kind == "PER"
            and kept
            and _begins(words, kept[-1][0], starts)
            and _is_given(words, kept[-1], start, end, starts, surnames)
            and _is_told_alone(words, end, begun)
        ):
            start = kept.pop()[0]
        kept.append((start, end, kind))
    return kept


def _parts(words: Sequence[str], start: int, end: int, kind: str) -> Iterable[Mention]:
    """A mention as it is, or what stands before a date and that date."""
    cut = next((place for place in range(start + 1, end) if words[place][:1].isdigit()), end)
    name = words[start:cut]
    if kind not in ("LOC", "TIME", "PER") or not _DATE.fullmatch(" ".join(words[cut:end])) or not _is_name(name):
        return [(start, end, kind)]
    known, lived = bool(countries_of(" ".join(name))), _is_of_a_life(words, start, end)
    if kind == "TIME" and not (known or lived):
        return [(start, end, kind)]
    return [
        (start, cut, "LOC" if kind == "TIME" or (lived and (known or cut - start == 1)) else kind),
        (cut, end, "TIME"),
    ]


def _is_of_a_life(words: Sequence[str], start: int, end: int) -> bool:
    """Whether it stands behind "born" or "died", or is the first or last of two in brackets."""
    before, behind = "".join(words[max(0, start - 1) : start]), "".join(words[end : end + 1])
    dashed = (before == "(" and behind in _DASHES) or (before in _DASHES and behind == ")")
    return before in _LIVED or dashed


def _is_name(words: Sequence[str]) -> bool:
    """Whether these are the words of a name, none of time and none that a number belongs to: "No. 1021", "NSW 2000"."""
    if any(word.isupper() and len(word) < 4 for word in words):
        return False
    if not all(word[:1].isupper() or word.lower() in _SMALL or word in ("'", "’", "-", ".") for word in words):
        return False
    return words[0][:1].isupper() and (_TIMES | _NUMBERED).isdisjoint(word.lower() for word in words)


def _begins(words: Sequence[str], start: int, starts: Set[int]) -> bool:
    """Whether a word is a paragraph's first one but for its number or mark."""
    place = start
    while place not in starts and start - place < 2 and not any(map(str.isalpha, words[place - 1])):
        place -= 1
    return place in starts


def _is_given(
    words: Sequence[str], before: Mention, start: int, end: int, starts: Set[int], surnames: Mapping[str, Set[int]]
) -> bool:
    """Whether a given name stands behind a surname and its comma: "HOVENDEN, Thomas", "Whitcombe, Rev. Josiah (1809–".
    It is nobody's surname, as in "Lennon, McCartney", and no order's initials, as in "Blashkevich, OSB"."""
    first, last, kind = before
    comma = [*words[last:start]]
    while len(comma) > 1 and comma[-1].rstrip(".").lower() in TITLES:
        comma.pop()
    if comma != [","] or kind != "PER" or not starts.isdisjoint(range(first + 1, end + 1)):
        return False
    if words[end - 1].isupper() and len(words[end - 1].rstrip(".")) > 1:
        return False
    surname = " ".join(words[first:last]).replace(" - ", "-").split()
    if all(word.isupper() for word in surname) and len(surname[0].rstrip(".")) > 1:
        return "".join(words[end : end + 1]) not in ("and", "&")
    if surnames.get(words[end - 1], set()) - {start}:
        return False
    return sum(word.lower() not in PARTICLES for word in surname) == 1 and _is_told(words, end, starts)


def _surnames(words: Sequence[str], mentions: Iterable[Mention]) -> dict[str, set[int]]:
    """Last words of people's full names, but for those behind a comma, and where these names begin."""
    found: dict[str, set[int]] = {}
    for start, end, kind in mentions:
        if kind == "PER" and end - start > 1 and not (start and words[start - 1] == ","):
            found.setdefault(words[end - 1], set()).add(start)
    return found


def _is_told_alone(words: Sequence[str], end: int, people: Set[int]) -> bool:
    """Whether no list goes on behind the brackets at the end of a name: "Simon, Garfunkel (born 1941) and Dylan"."""
    behind = [*words[end : end + _FAR]]
    place = end + behind.index(")") + 1 if behind[:1] == ["("] and ")" in behind else end
    return "".join(words[place : place + 1]) not in (",", "and", "&") or place + 1 not in people


def _is_told(words: Sequence[str], end: int, starts: Set[int]) -> bool:
    """Whether an entry goes on behind its name: with dates in brackets, "born" or a sentence."""
    mark, *behind = [*words[end : end + _FAR], "", ""]
    if mark == "(":
        inside = behind[: behind.index(")")] if ")" in behind else behind
        return any(_YEAR.fullmatch(word) or word in _BEHIND_GIVEN for word in inside)
    return (mark == "." and behind[0][:1].isupper() and end + 1 not in starts) or (
        mark == "," and behind[0] in _BEHIND_GIVEN
    )
