"""The fact store: one SQLite file that every graph is a projection of."""

from kg_docre.store.file import StoreError
from kg_docre.store.sources import Source, count_described, list_sources
from kg_docre.store.store import FactStore, content_hash

__all__ = ["FactStore", "Source", "StoreError", "content_hash", "count_described", "list_sources"]
