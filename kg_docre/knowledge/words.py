"""Words around names."""

from __future__ import annotations

from collections.abc import Container

from kg_docre.annotations import Document

__all__ = ["beginnings", "behind_brackets", "share_a_word"]

_FAR = 28  # words that brackets behind a name may have


def behind_brackets(words: tuple[str, ...], place: int) -> int:
    """The place, or what follows the brackets that begin there."""
    if words[place : place + 1] == ("(",) and ")" in words[place : place + _FAR]:
        return words.index(")", place) + 1
    return place


def beginnings(document: Document, types: Container[str]) -> dict[int, tuple[int, int]]:
    """Of every word that a mention of these types begins with, the entity's number and the word behind the mention."""
    return {
        mention.start: (number, mention.end)
        for number, entity in enumerate(document.entities)
        if entity.type in types
        for mention in entity.mentions
    }


def share_a_word(document: Document, first: int, second: int) -> bool:
    """Whether two entities have a word of three letters in common, and may well be one thing."""
    return not _words(document, first).isdisjoint(_words(document, second))


def _words(document: Document, number: int) -> set[str]:
    names = (mention.name for mention in document.entities[number].mentions)
    return {word for name in names for word in name.casefold().replace("-", " ").split() if len(word) > 2}
