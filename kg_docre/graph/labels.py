"""What relations are called, in a store and beforehand."""

from __future__ import annotations

from difflib import get_close_matches

from kg_docre.data.docred_relations import docred_relations
from kg_docre.store import FactStore

__all__ = ["labels_called", "stored_labels"]


def stored_labels(store: FactStore) -> dict[str, str]:
    """Names of the relations that documents of a store state facts of, by label."""
    return dict(store.read("SELECT id, name FROM label ORDER BY id"))


def labels_called(store: FactStore, name: str) -> set[str]:
    """Labels of relations with this name or, like "P57", this label; in any case; the store need not have any facts
    of those that are known beforehand.

    Raises :exc:`ValueError` if there are none, with those that are nearly called so."""
    called: dict[str, set[str]] = {}
    for known in (docred_relations(), stored_labels(store)):
        for label, its in known.items():
            called.setdefault(label, {label.lower()}).add(its.lower())
    if found := {label for label, names in called.items() if name == label or name.strip().lower() in names}:
        return found
    near = ", ".join(get_close_matches(name.lower(), set().union(*called.values()), 3))
    likely = f"; relations like it: {near}" if near else ""
    raise ValueError(f"no relation is called {name!r}{likely}; kg-docre relations lists them")
