"""Texts in another language than English, which the shipped models read as if it were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

__all__ = ["other_language", "told_of_languages"]

_SHORTEST, _READ = 400, 2000  # characters: of fewer there is no telling, and more are not needed
_ENGLISH = frozenset({"en", "pcm", "sco"})  # and what programmes and lists are taken for: Pidgin, Scots
_NAMED = 3  # documents


def other_language(text: str) -> str:
    """The ISO 639-1 code of the language that a text seems to be in; nothing for English, and for short texts."""
    if len(text) < _SHORTEST:
        return ""
    import py3langid  # which takes a second, and is not wanted where entities are given

    code, _ = py3langid.classify(text[:_READ])
    return "" if code in _ENGLISH else str(code)


def told_of_languages(found: Mapping[str, str]) -> str:
    """What to say of documents, by uri, that were read though they seem to be in such a language."""
    counts = Counter(found.values()).most_common()
    languages = ", ".join(f"{code} {number}" for code, number in counts)
    named = ", ".join([*found][:_NAMED]) + (" and others" if len(found) > _NAMED else "")
    seem = "1 document seems" if len(found) == 1 else f"{len(found)} documents seem"
    return f"{seem} not to be in English, which alone this model was trained on: {named} ({languages})"
