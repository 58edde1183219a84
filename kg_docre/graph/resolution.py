"""Which real thing an entity of a document is."""

from __future__ import annotations

import hashlib

from kg_docre.annotations import Entity
from kg_docre.names import normalize_name

__all__ = ["node_id", "short_hash"]


def short_hash(*parts: str) -> str:
    """Sixteen hex digits that stand for these strings, the same on every machine."""
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def node_id(entity: Entity) -> str:
    """Id of the node an entity belongs to.

    Entities with the same knowledge-base id are one node, which has that id; entities without one are
    the same node when type and normalized name agree.
    """
    return entity.kb_id or short_hash(entity.type, normalize_name(entity.name))
