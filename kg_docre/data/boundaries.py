"""Where a found mention begins and ends: what no name has at its edges goes, and brackets come in pairs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence, Set

from kg_docre.data.headings import is_heading, is_label
from kg_docre.names import GENERATIONS, LEGAL_FORMS, keeps_possessive

__all__ = ["tidy"]

Mention = tuple[int, int, str]  # first word, last (exclusive), type

_MARKS = frozenset(", ; : / & - -- – — # < > | * • · = ~".split())
_SMALL = frozenset(
    "of the and or in on at by for from to with as that which who is was it are were has have had".split()
)
_PAIRS = {")": "(", "]": "["}
_NOT_FIRST = _MARKS | _PAIRS.keys() | {"of", "and", "or", "'s", "’s", "née", "nee", "né"}
_NOT_LAST = _MARKS | frozenset(_PAIRS.values()) | _SMALL
_WORDS = frozenset(
    "of the a an and or in on at by for from to with née nee né".split()
)  # none of which is a name by itself
_NO_NAME = _MARKS | _PAIRS.keys() | frozenset(_PAIRS.values()) | _WORDS
_POSSESSIVES = frozenset("my your his her its our their".split())
_PICTURES = frozenset(("So", "Sk", "Cf", "Mn"))  # Unicode categories of emoji and what they are made of
_OWN = ("'s", "’s")
_RIVERS = frozenset(
    "avon dee don exe hull humber medway mersey sea severn spey stour tees thames trent tweed tyne".split()
)
# what is above a part of a text, and no person: "Chapter 1", "IV.", "2."
_COUNT = r"(?:\d+|[ivxlc]+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_NUMBERED = re.compile(rf"(?:(?i:(?:chapter|part|section|book|act|scene) {_COUNT})|[IVXLC]+|[\W\d_]+)(?: ?\.)?")
# what stands before people's names and is none: "Ms."
_ADDRESSES = frozenset("mr mr. mrs mrs. ms ms. miss dr dr. prof prof. sir madam st. messrs messrs.".split())
_GREETINGS = frozenset({"Hi", "Hello", "Hey", "Dear"})
_QUESTIONS = frozenset("Who What Which When Where Why How".split())
_OFFICES = frozenset("CEO CFO COO CTO Q1 Q2 Q3 Q4 Board Team team We Our".split())
_PERSONS = frozenset("We He She They I Professor Senator Minister Governor Sergeant Lieutenant".split())
_NO_LETTERS = re.compile(r"[\W\d_]*")
_AFTER_BORN = frozenset("in into on at to near during of : as the c c. ca circa and".split())
_FAR = 8  # words that an opening bracket may lie before a mention with the closing one


def tidy(words: Sequence[str], mentions: Iterable[Mention], breaks: Iterable[int] = ()) -> list[Mention]:
    """Mentions without punctuation and small words (in small letters) at their ends: "Dolores ," and "House of".

    With a closing bracket that they do not open they go on from the mention before that bracket ("Alyth" and "Calgary )
    Yard": "Alyth ( Calgary ) Yard"), or end before it; an opening one is closed by the next word, or begins what is
    left out. Towns "upon" a river go on to its name, a person's to "Born" where no time or place follows, and auction
    houses to the "'s" of "Christie's". None goes over ``breaks``, the words at which a paragraph begins. In the order
    of the text, as they were found; none is lost but by growing together, or for being nothing but such words ("The",
    ",") or no name at all ("My sister", "Who"; of a person: "Chapter 1", "Ms.", "Professor"; of an organization: "CEO",
    "We", "2.1", but not "311"; of a place: "2.1"; above a paragraph, or before a colon: "Discography"; before what is
    asked or takes place: "Q.", "Tue:"). What goes over the end of a sentence is two: "Acme Corp." and "Acme".
    """
    kept: list[Mention] = []
    starts, mentions = set(breaks), list(mentions)
    called = _called(words, mentions)
    begun = {start: kind for start, _, kind in mentions}
    for start, end, kind in mentions:
        if kind == "PER":
            start, end = _greeted(words, start, end)
        start, end = _trimmed(words, start, end)
        bracket, opens = _unpaired(words, start, end)
        if bracket is None:
            pass
        elif opens:
            if end < len(words) and _PAIRS.get(words[end]) == words[bracket] and end not in starts:
                end += 1
            else:
                start, end = _trimmed(words, *_larger_part(words, start, bracket, end))
        else:
            before = _before_opening(words, bracket, start, kept)
            if before is not None and starts.isdisjoint(range(before[0] + 1, end)):
                while kept and kept[-1][0] >= before[0]:
                    kept.pop()
                start, kind = before[0], before[2]
            else:
                start, end = _trimmed(words, *_larger_part(words, start, bracket, end))
        if kind == "PER" and starts.isdisjoint((end, end + 1)) and _is_named_born(words, end, begun):
            end += 1
        own = start + 1
        if own not in starts and own >= end - 1 and _is_a_firm(words, start, called):
            end, kind = own + 1, "ORG"
        if kept and _is_on_a_river(words, kept[-1], start, kind) and starts.isdisjoint(range(kept[-1][0] + 1, end)):
            start = kept.pop()[0]
        if end - start > 2 and words[start + 1] == ":" and is_label(words, start, end, starts):
            start += 2
        cut = _sentence_end(words, start, end, kind)
        for part in ((start, cut), (cut, end)) if cut else ((start, end),):
            if _may_name(words[slice(*part)], kind) and not is_heading(words, *part, kind, starts):
                kept.append((*part, kind))
    return kept


def _greeted(words: Sequence[str], start: int, end: int) -> tuple[int, int]:
    """Without "Dear" before a person's name, and an address behind: "Tom Aasen <tom@aasen.example>"."""
    start += words[start] in _GREETINGS and end - start > 1
    return start, next((place for place in range(start + 1, end) if "@" in words[place]), end)


def _sentence_end(words: Sequence[str], start: int, end: int, kind: str) -> int:
    """Where a sentence ends within what was taken for one name, and the next one begins; 0 if none does: "Acme Corp.
    Acme", "John Smith Jr. Mary Brown"."""
    for place in range(start + 2, end):
        before = words[place - 1].rstrip(".").lower()
        again = before in LEGAL_FORMS and words[place] == words[start]
        if words[place - 1].endswith(".") and (again or (kind == "PER" and before in GENERATIONS and end - place > 1)):
            return place
    return 0


def _is_named_born(words: Sequence[str], end: int, begun: Mapping[int, str]) -> bool:
    """Whether "Born" behind a name belongs to it: neither begins a name of its own, nor says when or where."""
    if end + 1 >= len(words) or words[end] != "Born" or end in begun or begun.get(end + 1) in ("LOC", "TIME", "PER"):
        return False
    return words[end + 1].lower() not in _AFTER_BORN and not words[end + 1][0].isdigit()


def _is_a_firm(words: Sequence[str], start: int, called: Set[str]) -> bool:
    """Whether an organization's name goes on with a possessive: "Sotheby's", where the text has no person so called."""
    is_own = "".join(words[start + 1 : start + 2]) in _OWN
    return is_own and words[start] not in called and keeps_possessive(words[start], "ORG")


def _called(words: Sequence[str], mentions: Iterable[Mention]) -> set[str]:
    """Last words of names that are longer, or that no possessive stands behind: somebody may be called so."""
    last = ((words[end - 1], end - start > 1, "".join(words[end : end + 1])) for start, end, _ in mentions)
    return {word for word, is_longer, behind in last if is_longer or behind not in _OWN}


def _is_on_a_river(words: Sequence[str], before: Mention, start: int, kind: str) -> bool:
    """Whether a town's name goes on: "Kingston upon Hull", but not "Austria upon Serbia"."""
    beside = before[1] == start - 1 and words[start - 1].lower() == "upon" and kind == before[2] == "LOC"
    return beside and words[start].lower() in _RIVERS


def _may_name(words: Sequence[str], kind: str) -> bool:
    if kind in ("LOC", "ORG") and len(words) == 1 and _NO_LETTERS.fullmatch(words[0]):
        return kind == "ORG" and len(words[0]) > 2 and words[0].isdigit()  # bands are called "311"
    if kind == "PER" and (_NUMBERED.fullmatch(" ".join(words)) or _ADDRESSES.issuperset(map(str.lower, words))):
        return False
    if len(words) == 1:
        office = words[0] in {"ORG": _OFFICES, "PER": _PERSONS}.get(kind, ())
        return not (words[0].lower() in _NO_NAME or words[0] in _QUESTIONS or office or _is_picture(words[0]))
    return words[0].lower() not in _POSSESSIVES or any(not word.islower() for word in words[1:])


def _is_picture(word: str) -> bool:
    return not word.isascii() and word != "°" and all(unicodedata.category(c) in _PICTURES for c in word)


def _trimmed(words: Sequence[str], start: int, end: int) -> tuple[int, int]:
    while end - start > 1 and (words[end - 1] in _NOT_LAST or _is_picture(words[end - 1])):
        end -= 1
    while end - start > 1 and (words[start] in _NOT_FIRST or _is_picture(words[start])):
        start += 1
    return start, end


def _unpaired(words: Sequence[str], start: int, end: int) -> tuple[int | None, bool]:
    """The first closing bracket that nothing opens, or else the last opening one that nothing closes, and whether it
    opens."""
    opened: list[int] = []
    for i in range(start, end) if end - start > 1 else ():
        if words[i] in _PAIRS.values():
            opened.append(i)
        elif words[i] in _PAIRS:
            if not opened or words[opened[-1]] != _PAIRS[words[i]]:
                return i, False
            opened.pop()
    return (opened[-1], True) if opened else (None, False)


def _larger_part(words: Sequence[str], start: int, bracket: int, end: int) -> tuple[int, int]:
    """What lies before a bracket or after it, whichever has more words, if there is a name in it."""

    def size(part: tuple[int, int]) -> tuple[bool, int]:
        named = any(word not in _NOT_FIRST and word.lower() not in _NO_NAME for word in words[slice(*part)])
        return named, part[1] - part[0]

    return max((start, bracket), (bracket + 1, end), key=size)


def _before_opening(words: Sequence[str], closing: int, start: int, kept: Sequence[Mention]) -> Mention | None:
    """The mention that ends where the bracket opens that is closed there, if there is one."""
    for i in range(start - 1, max(-1, start - 1 - _FAR), -1):
        if words[i] in _PAIRS:
            return None
        if words[i] == _PAIRS[words[closing]]:
            return next((mention for mention in reversed(kept) if mention[1] == i), None)
    return None
