"""What a store was made from: every source, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kg_docre.metadata import Metadata, metadata_from_json
from kg_docre.store.store import FactStore

__all__ = ["Source", "count_described", "list_sources"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document was found, how many entities and relations it has, and who read it when (UTC, ISO 8601).

    ``failure`` is the reason why it could not be read last time; what was read of it before that stays. ``metadata`` is
    what else is known of it.
    """

    uri: str
    title: str
    entities: int
    relations: int
    model: str
    added: str
    failure: str
    metadata: Metadata


def list_sources(store: FactStore, *, failed: bool = False) -> Iterator[Source]:
    """Every source by its uri; only those that could not be read if ``failed``."""
    rows = store.read(
        """SELECT uri, coalesce(source.title, ''),
                  (SELECT count(*) FROM entity WHERE entity.document = d.id),
                  (SELECT count(*) FROM relation WHERE relation.document = d.id),
                  coalesce(d.model, ''), coalesce(d.added, started), coalesce(reason, ''),
                  coalesce(source.metadata, '{}')
           FROM (SELECT uri FROM source UNION SELECT uri FROM failure)
           LEFT JOIN source USING (uri) LEFT JOIN failure USING (uri)
           LEFT JOIN document d ON d.id = source.document LEFT JOIN run ON run.id = failure.run
           WHERE NOT :failed OR reason IS NOT NULL
           ORDER BY uri""",
        {"failed": failed},
    )
    for *said, metadata in rows:
        yield Source(*[*said, metadata_from_json(metadata)])


def count_described(store: FactStore) -> int:
    """How many documents have metadata: that of the first of their sources."""
    return int(store.read("SELECT count(*) FROM document WHERE metadata <> '{}'").fetchone()[0])
