"""The closed vocabulary: 96 Wikidata properties with their names (DocRED's ``rel_info.json``)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kg_docre.data.errors import DataError

__all__ = ["docred_relations", "read_relations"]


def docred_relations() -> dict[str, str]:
    """Property id → name, for instance ``P57`` → ``director``."""
    return read_relations(Path(__file__).with_suffix(".json"))


def read_relations(path: str | Path) -> dict[str, str]:
    """A JSON object of names by id. Raises :exc:`DataError` for anything else, and for an id that is there twice."""
    try:
        relations = json.loads(Path(path).read_bytes(), object_pairs_hook=_each_once)
        json.dumps(relations, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise DataError(f"{path}: unpaired surrogates, not valid text") from error
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: {error}") from error
    if not isinstance(relations, dict) or not relations:
        raise DataError(f"{path}: expected an object of relation names by id")
    for label, name in relations.items():
        if not isinstance(name, str) or not label.strip() or not name.strip():
            raise DataError(f"{path}: {label!r}: expected an object of relation names by id, found {name!r:.60}")
    return relations


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Raises :exc:`ValueError` for a key that is there twice."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{key!r} is there twice")
        found[key] = value
    return found
