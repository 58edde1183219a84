"""Why a node is one node."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from kg_docre.names import normalize_name
from kg_docre.resolution.lookup import DOCUMENT_NAME
from kg_docre.store import FactStore

__all__ = ["Form", "explain"]

_SAME = {"LOC": "same country", "TIME": "same date", "NUM": "same number"}  # of names in other words


@dataclass(frozen=True, slots=True)
class Form:
    """One way a node is called: its names, the most frequent first, how many entities, in which documents.

    ``reasons`` with their weights, and ``score``, their sum, say why it was joined to the node; of the form that
    the node has its id from they say, without a weight, why its entities are one, if there are several.
    """

    id: str
    names: tuple[str, ...]
    type: str
    entities: int
    documents: tuple[str, ...]
    score: float
    reasons: dict[str, float]


def explain(store: FactStore, node: str) -> list[Form]:
    """The forms that a node is made of, the most frequent first."""
    names: dict[str, Counter[str]] = defaultdict(Counter)
    types: dict[str, Counter[str]] = defaultdict(Counter)
    documents: dict[str, set[str]] = defaultdict(set)
    linked = set[str]()
    for form, name, type, kb_id, title in store.read(
        f"""SELECT form, name, type, kb_id, {DOCUMENT_NAME}
           FROM entity JOIN document d ON d.id = entity.document WHERE node = ?""",
        (node,),
    ):
        names[form][name] += 1
        types[form][type] += 1
        documents[form].add(title)
        if kb_id:
            linked.add(form)
    why = {
        form: (score, json.loads(reasons))
        for form, score, reasons in store.read("SELECT form, score, reasons FROM resolution WHERE node = ?", (node,))
    }
    forms = []
    for form, called in names.items():
        type = types[form].most_common(1)[0][0]
        score, reasons = why.get(form, (0.0, {}))
        if not reasons and called.total() > 1:
            reasons = {"same id in a knowledge base" if form in linked else _alike(called, type): 0.0}
        forms.append(
            Form(
                id=form,
                names=tuple(name for name, _ in called.most_common()),
                type=type,
                entities=called.total(),
                documents=tuple(sorted(documents[form])),
                score=score,
                reasons=reasons,
            )
        )
    return sorted(forms, key=lambda form: (-form.entities, form.id))


def _alike(names: Iterable[str], type: str) -> str:
    """Why names have one form."""
    return "same name" if len({*map(normalize_name, names)}) == 1 else _SAME.get(type, "same name")
