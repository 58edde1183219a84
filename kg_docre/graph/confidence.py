"""How sure several documents together make a fact."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from math import prod

from kg_docre.graph.records import DIGITS
from kg_docre.store import FactStore

__all__ = ["joint_confidence", "read_confidence"]

_WORDS = re.compile(r"\w+")
_FEWEST = 5  # words of a sentence that is told by them: headings and bylines stand above many a text


def joint_confidence(stated: Iterable[tuple[float, Collection[str]]]) -> float:
    r"""The chance that one of the documents at least is right, :math:`1 - \prod_d (1 - s_d)` (noisy-or), from the score
    of each and the sentences it rests on.

    That is so if they err independently, which documents that repeat a sentence do not (a boilerplate, what a letter
    quotes): the surest counts, and in turn whoever rests on no sentence of those that count. Sentences are the same
    if their words are.
    """
    stated = sorted((-score, sorted(filter(None, map(_form, texts)))) for score, texts in stated)
    seen: set[str] = set()
    apart = []
    for loss, forms in stated:
        if seen.isdisjoint(forms):
            apart.append(1.0 + loss)
            seen.update(forms)
    return round(1.0 - prod(apart), DIGITS)


def read_confidence(store: FactStore, stated: Sequence[tuple[float, int]]) -> float:
    """As :func:`joint_confidence`, from the score and the number of one relation of each document of a store."""
    if len(stated) == 1:
        return round(stated[0][0], DIGITS)
    texts: dict[int, list[str]] = {relation: [] for _, relation in stated}
    rows = store.read(
        """SELECT e.relation, s.text
           FROM json_each(?) asked JOIN relation r ON r.id = asked.value JOIN evidence e ON e.relation = r.id
           JOIN sentence s ON s.document = r.document AND s.number = e.sentence""",
        (json.dumps([*texts]),),
    )
    for relation, text in rows:
        texts[relation].append(text)
    return joint_confidence((score, texts[relation]) for score, relation in stated)


def _form(sentence: str) -> str:
    words = _WORDS.findall(sentence.casefold())
    return " ".join(words) if len(words) >= _FEWEST else ""
