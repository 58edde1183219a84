"""What a person has to say about which entities are one thing."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from kg_docre.annotations import Entity
from kg_docre.names import document_form
from kg_docre.resolution.errors import ResolutionError
from kg_docre.resolution.forms import form_id
from kg_docre.resolution.lookup import Lookup, find_node, find_nodes
from kg_docre.resolution.resolve import resolve
from kg_docre.store import FactStore

__all__ = [
    "decide_merge",
    "decide_split",
    "forms_by_document",
    "is_split",
    "merge",
    "resolve_what_changed",
    "split",
]


def merge(store: FactStore, first: str, second: str) -> str:
    """Make two nodes, given by id or name, one: now, and whenever the store is resolved; the one's id. A name given
    twice makes all that are called so one, and takes back how they were split.

    Raises :exc:`ResolutionError` if a name is not one node's, or nodes have different knowledge-base ids.
    """
    resolve_what_changed(store)
    entity = decide_merge(store, first, second, Lookup(store, [first, second]))
    if entity is None:
        raise ResolutionError(f"{first!r} and {second!r} are one node already")
    resolve(store)
    return str(store.read("SELECT node FROM entity WHERE id = ?", (entity,)).fetchone()[0])


def decide_merge(store: FactStore, first: str, second: str, lookup: Lookup) -> int | None:
    """As :func:`merge`, for when the store will be resolved; the id of an entity of what will be one, none where it is
    one node already."""
    if first == second:
        nodes = list(find_nodes(store, first, lookup))
    else:
        nodes = [find_node(store, name, lookup) for name in (first, second)]
    if len(set(nodes)) < 2:
        return None
    chosen = (lookup.entities(nodes),)
    linked = store.read(
        """SELECT DISTINCT kb_id FROM (SELECT max(kb_id) AS kb_id FROM entity
                                       WHERE id IN (SELECT value FROM json_each(?)) GROUP BY node)
           WHERE kb_id <> '' ORDER BY kb_id""",
        chosen,
    ).fetchall()
    if len(linked) > 1:
        different = ", ".join(kb_id for (kb_id,) in linked)
        raise ResolutionError(f"{first!r} and {second!r} have different knowledge-base ids: {different}")
    place = {node: number for number, node in enumerate(nodes)}
    counted = store.read(
        """SELECT node, form, count(*), min(id) FROM entity WHERE id IN (SELECT value FROM json_each(?))
           GROUP BY node, form""",
        chosen,
    )
    found = sorted(counted, key=lambda row: (place[row[0]], -row[2], row[1]))
    forms = [form for _, form, *_ in found]
    dropped: set[str] = set()
    whole: set[str] = set()  # what was divided by documents and is to be one thing, whatever comes
    if first == second:
        named = [form_id(Entity(name=first, type=type, mentions=())) for type in ("PER", "TIME")]
        rows = store.read(
            """SELECT form FROM resolution WHERE form IN (?, ?) AND node = ''
               UNION SELECT first FROM rule WHERE kind = 'by document'""",
            named,
        )
        divided = [form for (form,) in rows]
        made = forms_by_document(store, divided)
        dropped = {*forms, *(made.get(form, form) for form in forms)}
        forms = [made.get(form, form) for form in forms]
        whole = dropped.intersection(divided)
    first_form, *further = dict.fromkeys(forms)
    store.decide(
        [*(("same", first_form, form) for form in further), *(("same", form, form) for form in sorted(whole))],
        instead_of=[(kind, form, "") for kind in ("by document", "alone") for form in dropped],
    )
    return int(min(entity for node, _, _, entity in found if node == nodes[0]))


def split(store: FactStore, name: str) -> bool:
    """Take a node, given by id or name, apart: now, and whenever the store is resolved; whether that took back a merge.

    What was merged is again what it was before, if that is not one node, too. Else every form becomes a node of its
    own; a node of a single form is another thing in every document.

    Raises :exc:`ResolutionError` if the name is not one node's, or one document's alone.
    """
    resolve_what_changed(store)
    lookup = Lookup(store, [name])
    entities = lookup.entities([find_node(store, name, lookup)])
    merged = decide_split(store, name, lookup)
    resolve(store)
    now = "SELECT DISTINCT node FROM entity WHERE id IN (SELECT value FROM json_each(?))"
    nodes = [node for (node,) in store.read(now, (entities,))]
    if not merged or len(nodes) > 1:
        return merged
    decide_split(store, nodes[0], Lookup(store, nodes))
    resolve(store)
    return False


def decide_split(store: FactStore, name: str, lookup: Lookup) -> bool:
    """As :func:`split`, for when the store will be resolved, where taking a merge back is all that is done to it."""
    rows = store.read(
        "SELECT form, document FROM entity WHERE id IN (SELECT value FROM json_each(?))",
        (lookup.entities([find_node(store, name, lookup)]),),
    ).fetchall()
    forms = {form for form, _ in rows}
    same = store.read("SELECT kind, first, second FROM rule WHERE kind = 'same'").fetchall()
    undone = [rule for rule in same if not forms.isdisjoint(rule[1:])]  # also with forms not in the store now
    if any(forms.issuperset(rule[1:]) for rule in undone):
        store.decide([], instead_of=undone)
        return True
    kind = "alone" if len(forms) > 1 else "by document"
    if kind == "by document" and len({document for _, document in rows}) < 2:
        raise ResolutionError(f"{name!r} is one name in one document; there is nothing to split")
    store.decide([(kind, form, "") for form in forms], instead_of=undone)
    return False


def is_split(store: FactStore, name: str, lookup: Lookup) -> bool:
    """Whether a person has split all that is called so, or the form with this id."""
    if _are_split(store, [name]):
        return True
    rows = store.read(
        """SELECT form, content_hash, name, type, kb_id FROM entity JOIN document d ON d.id = entity.document
           WHERE entity.id IN (SELECT value FROM json_each(?))""",
        (lookup.entities(find_nodes(store, name, lookup)),),
    )
    forms = []
    for form, digest, called, type, kb_id in rows:
        whole = form_id(Entity(name=called, type=type, mentions=(), kb_id=kb_id))
        forms.append({form, whole} if form == document_form(whole, digest) else {form})
    apart = _are_split(store, set().union(*forms))
    return not any(map(apart.isdisjoint, forms))


def _are_split(store: FactStore, forms: Collection[str]) -> set[str]:
    """Those of the forms that a person has split."""
    rows = store.read(
        """SELECT first FROM rule
           WHERE kind IN ('alone', 'by document') AND first IN (SELECT value FROM json_each(?))""",
        (json.dumps([*forms]),),
    )
    return {form for (form,) in rows}


def resolve_what_changed(store: FactStore) -> None:
    """What a person decides is of the nodes that there are once all is resolved."""
    if store.read("SELECT changed FROM resolved").fetchone()[0]:
        resolve(store)


def forms_by_document(store: FactStore, forms: Sequence[str]) -> dict[str, str]:
    """What these forms are called in each of the store's documents where they are split by document."""
    digests = [digest for (digest,) in store.read("SELECT content_hash FROM document")] if forms else []
    return {document_form(form, digest): form for form in forms for digest in digests}
