"""The fact store: one SQLite file that every graph is a projection of."""

from kg_docre.store.file import StoreError
from kg_docre.store.sources import Source, list_sources
from kg_docre.store.store import FactStore, content_hash

__all__ = ["FactStore", "Source", "StoreError", "content_hash", "list_sources"]
