"""What is a company, by its legal form, its trade or what is said of it, whatever a detector takes it for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kg_docre.names import LEGAL_FORMS, normalize_name, strip_endings
from kg_docre.resolution.gazetteer import countries_of

__all__ = ["as_companies"]

Mention = tuple[int, int, str]  # first word, last (exclusive), type
Name = tuple[str, ...]

_ENGLISH = frozenset("Inc Corp Corporation Incorporated Limited Ltd LLC".split())  # may stand behind a comma
_FORMS = _ENGLISH | frozenset("LLP plc Plc PLC GmbH AG ASA Oyj SpA AS AB BV NV SA".split())
_TITLES = frozenset("Inc Corp Corporation Incorporated Limited".split())  # in titles of works, too: "Monsters, Inc."
_STATES = frozenset("AB NV SA".split())  # stand behind a town, too
_AKTIESELSKAB = ("A", "/", "S")
# what neither surnames nor titles of works end in
_TRADES = frozenset(
    """aerospace airlines airways biosciences breweries chemicals ferries hotels industries laboratories logistics
    motors pharmaceuticals robotics semiconductors technologies telecom therapeutics ventures""".split()
)
_WORKS = frozenset("album book episode film game magazine movie novel play series show song story".split())
_FOUNDED = frozenset("founded headquartered".split())
_IS = frozenset("is was were".split())
_FOUNDERS = frozenset("founder founders cofounder co-founder".split())
_FIRM = frozenset("company firm".split())
_BEHIND_FIRM = frozenset("that which founded based in of with , .".split())
_MOVED = frozenset(
    """are climbed closed dropped ended fell gained had have jumped lost opened plunged rose sank slid slipped soared
    surged traded tumbled were""".split()
)
_SMALL = frozenset(
    "after and as at before but by following for from in of on since to when where while who with".split()
)
_FAR = 4  # words that "founded" may lie before what was
_QUOTES = frozenset('"“‘')
_OWN = ("'s", "’s")


def as_companies(words: Sequence[str], mentions: Sequence[Mention], breaks: Iterable[int] = ()) -> list[Mention]:
    """Mentions, a company's with the legal form behind its name, and of type ORG: what ends in such a form or in a
    trade, "Fjordline Ferries"; the same name without the form, unless it is a person's, or a place's that says what is
    there ("Toronto Coach Terminal", a terminal); and single names of what was founded, or has shares. Known places stay
    places, "Monsters, Inc." and "the film Blue Airways" works. None goes over ``breaks``, the words at which a
    paragraph begins."""
    starts, whole, companies = set(breaks), list[Mention](), set[Name]()
    for start, end, kind in mentions:
        if whole and start < whole[-1][1]:  # the "S" of "A/S"
            continue
        last = _end_of_form(words, start, end, kind)
        if last and starts.isdisjoint(range(start + 1, last)):
            end, kind = last, "ORG"
            companies.add(_core(words[start:end]))
        whole.append((start, end, kind))
    return [(a, b, "ORG" if _is_company(words, a, b, kind, companies) else kind) for a, b, kind in whole]


def _end_of_form(words: Sequence[str], start: int, end: int, kind: str) -> int:
    """Where the legal form ends that a company's name ends in, or that stands behind it; 0 if there is none. In a line
    in capitals "AS" is any word."""
    if kind not in ("PER", "ORG", "LOC", "MISC"):
        return 0
    for place in range(start + 1, min(end + 1, len(words))):
        before = words[place - 1]
        if before.endswith(".") and before.rstrip(".").lower() not in LEGAL_FORMS:  # of a sentence
            continue
        comma = words[place] == "," and "".join(words[place + 1 : place + 2]).rstrip(".") in _ENGLISH
        is_danish = tuple(word.rstrip(".") for word in words[place : place + 3]) == _AKTIESELSKAB
        last = place + (3 if is_danish else 1 + comma)
        form = words[last - 1].rstrip(".")
        is_state = form in _STATES and (kind == "LOC" or countries_of(" ".join(words[start:place])))
        is_title = form in _TITLES and kind == "MISC"
        shouted = form.isupper() and "".join(words[last : last + 1]).isupper() and before.isupper()
        if last >= end and (is_danish or form in _FORMS) and not (is_state or is_title or shouted):
            return last
    return 0


def _core(words: Sequence[str]) -> Name:
    return tuple(strip_endings(normalize_name(" ".join(words)).split(), LEGAL_FORMS))


def _is_company(words: Sequence[str], start: int, end: int, kind: str, companies: set[Name]) -> bool:
    if kind == "PER" and start + 1 in (end, end - (words[end - 1] in _OWN)):
        return _is_said_of(words, start)
    if kind not in ("PER", "LOC", "MISC") or end - start == 1 or countries_of(" ".join(words[start:end])):
        return False
    last = words[end - 1]
    if last.istitle() and last.lower() in _TRADES:
        first = start - (words[max(0, start - 1)] in _QUOTES)
        return kind != "MISC" or _WORKS.isdisjoint(words[max(0, first - 1) : first])
    is_what_it_says = kind == "LOC" and last.lower() in words
    return kind != "PER" and not is_what_it_says and _core(words[start:end]) in companies


def _is_said_of(words: Sequence[str], start: int) -> bool:
    """Whether what is said around a single name is said of a company and not of a person: "Calder was founded", "Calder
    shares rose", "Calder's founder", "Calder, the company that", "she founded the toolmaker Calder"."""
    first, second, third, fourth = [*words[start + 1 : start + 5], *[""] * 4][:4]
    if first in _IS and second in _FOUNDED:
        return True
    if (second if first in _OWN else first) in _FOUNDERS or (first in ("shares", "stock") and second in _MOVED):
        return True
    if first == "," and second in ("the", "a") and third in _FIRM and fourth in _BEHIND_FIRM:
        return True
    for place in range(start - 1, max(-1, start - 1 - _FAR), -1):
        if words[place] == "founded":
            return words[max(0, place - 1)] not in _IS
        if not words[place].islower() or words[place] in _SMALL:
            return False
    return False
