"""The closed vocabulary: 96 Wikidata properties with their names (DocRED's ``rel_info.json``)."""

from __future__ import annotations

import json
from pathlib import Path

from kg_docre.data.errors import DataError

__all__ = ["docred_relations", "read_relations"]


def docred_relations() -> dict[str, str]:
    """Property id → name, for instance ``P57`` → ``director``."""
    return read_relations(Path(__file__).with_suffix(".json"))


def read_relations(path: str | Path) -> dict[str, str]:
    """A JSON object of names by id. Raises :exc:`DataError` for anything else."""
    try:
        relations = json.loads(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: {error}") from error
    if not (isinstance(relations, dict) and relations and all(isinstance(n, str) and n for n in relations.values())):
        raise DataError(f"{path}: expected an object of relation names by id")
    return relations
