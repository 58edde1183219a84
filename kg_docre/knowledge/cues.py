"""Which words deny what is behind them."""

from __future__ import annotations

from itertools import pairwise

from kg_docre.knowledge import sayings

__all__ = ["is_denial"]


def is_denial(words: tuple[str, ...], place: int, first: int, end: int, later: int) -> bool:
    """Whether a word of a sentence, that goes from ``first`` to ``end``, denies what is behind it, asks for it, or says
    it to be no more than a plan or a rumour: nothing does behind "if", nor where it is so after all, by what is said
    until ``later``."""
    word, last, following = words[place], words[max(first, place - 1)], "".join(words[place + 1 : place + 2])
    before, behind = frozenset(words[first:place]), frozenset(words[place + 1 : end])
    if word in sayings.ASKS:
        begins = before <= sayings.QUOTES or last == ":"  # "Reporter: Was he born there?"
        asks = "?" in behind and begins and not behind & sayings.NOT
        return asks and not _is_affirmed(words[end:later]) and sayings.AFTER_ALL.isdisjoint(words[end:later])
    if behind & sayings.UNLESS or sayings.AFTER_ALL & {*words[place + 1 + (word in sayings.NEARLY) : later]}:
        return False
    if word == "would":  # also behind an "if"
        return following == "have" and not before & sayings.NOT
    if word in sayings.WRONGLY:
        return following in sayings.HELD and not before & sayings.NOT
    if not sayings.RESERVES.isdisjoint(words[first : place - (last == "no" and word in sayings.PLANS)]):
        return False
    if word == "no":
        return following in sayings.EVIDENCE
    if word in sayings.FALSE:
        return following == "that" and last not in ("little", "beyond")
    if word in sayings.CLAIMS:
        return following == "that" and bool(behind & sayings.REFUTED) and not behind & sayings.NOT
    if word in sayings.ALLEGEDLY | sayings.NEARLY:
        return True
    if word in sayings.DENIES:
        return behind.isdisjoint(("but", "although", "though", "despite", "however"))
    if word in sayings.MAY:
        is_so = following == "be" and words[place + 2 : place + 3] not in (("acquired",), ("bought",))
        return not (is_so or following == "have" or before & sayings.SO or behind & {"but", "yet"})
    if word not in {*sayings.NOT, "Neither"}:
        is_over = word in sayings.PLANNED and "but" not in behind and last not in ("is", "are", "has", "have")
        return following == "to" and not is_over
    return following not in ("have", "yet") or last not in ("would", "could", "was", "were", "had")


def _is_affirmed(answer: tuple[str, ...]) -> bool:
    """Whether a "yes" is in what follows a question, or a "he was"."""
    last = {word for word, following in pairwise(answer) if following in (".", ",", "!", ";")}
    return not sayings.YES.isdisjoint(answer) or not last.isdisjoint(sayings.BE | sayings.PLURAL | sayings.SINGULAR)
