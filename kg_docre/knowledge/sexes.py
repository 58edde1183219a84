"""Who is a man and who is a woman, as nouns of kinship and pronouns say."""

from __future__ import annotations

from collections.abc import Mapping

from kg_docre.annotations import Document
from kg_docre.knowledge.relatives import FAR, HOLDS, WOMEN

__all__ = ["pronouns_of", "sex_of"]

_SHE = dict.fromkeys(("She", "Her"), "woman") | dict.fromkeys(("He", "His"), "man")
_WOMEN = ("daughter", "mother", "sister", "wife", "widow", "aunt", "niece")
_MEN = ("son", "father", "brother", "husband", "widower", "uncle", "nephew")


def sex_of(noun: str) -> str:
    """Of "half-sister" or "grandson", whether that is a man or a woman; empty where it is either."""
    parts = [noun.removeprefix(first) for first in ("", "grand", "step", "god", "half-", "great-", "great-grand")]
    for sex, nouns in (("woman", _WOMEN), ("man", _MEN)):
        if any(part.removesuffix("-in-law").removesuffix("s") in nouns for part in parts):
            return sex
    return ""


def pronouns_of(document: Document, people: Mapping[int, tuple[int, int]], number: int) -> set[str]:
    """Whether somebody is a woman or a man by what the sentences begin with that follow those which begin with a name,
    and name nobody else: "Ada sings. Her". ``people`` are the names' beginnings."""
    found, words = set[str](), document.words
    for mention in document.entities[number].mentions:
        start, end = document.sentences[mention.sentence]
        others = {people[place][0] for place in range(start, end) if place in people} - {number}
        nouns = (HOLDS.keys() | FAR | WOMEN).isdisjoint(words[start:end])
        if mention.start == start and not others and nouns and end < len(words) and words[end] in _SHE:
            found.add(_SHE[words[end]])
    return found
