"""What a document's title says: what a thing is called."""

from __future__ import annotations

import re
from dataclasses import replace

from kg_docre.annotations import Document

__all__ = ["called_by_title"]

_SENSE = re.compile(r" \([^()]*\)$")  # "Mercury (planet)"


def called_by_title(document: Document) -> Document:
    """The document with the thing that its title is a name of called so, whatever its text calls it first: "Solomon",
    not "Jedidiah"."""
    title = _SENSE.sub("", " ".join(document.title.split()))
    entities = tuple(
        replace(
            entity, name=next((m.name for m in entity.mentions if m.name.casefold() == title.casefold()), entity.name)
        )
        for entity in document.entities
    )
    return replace(document, entities=entities) if title and entities != document.entities else document
