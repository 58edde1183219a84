"""What is known of a document besides its text, by the names that its source has for it: its date, address, author."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

__all__ = ["NO_METADATA", "Metadata", "Scalar", "as_metadata", "metadata_from_json", "metadata_to_json", "values_of"]

Scalar = str | int | float | bool
Metadata = dict[str, Scalar | list[Scalar]]

NO_METADATA = "{}"


def as_metadata(given: Mapping[str, object]) -> Metadata:
    """The fields that say something: strings, numbers, truth values, and lists of them. What is None, NaN or blank says
    nothing, in a list too.

    Raises :exc:`ValueError` for any other value, with its field.
    """
    kept: Metadata = {}
    for name, value in given.items():
        if not isinstance(name, str) or not name.strip() or "\0" in name:
            raise ValueError(f"field {name!r}: no name for a field")
        many = isinstance(value, list | tuple)
        values = [_checked(one, name, many) for one in values_of(value) if not _is_blank(one)]
        if values:
            kept[name] = values if many else values[0]
    return kept


def values_of(value: object) -> list[Any]:
    """What a field says, be it one thing or several."""
    return [*value] if isinstance(value, list | tuple) else [value]


def metadata_to_json(metadata: Mapping[str, object] | None) -> str:
    """As a store keeps it. Raises :exc:`ValueError` as :func:`as_metadata` does."""
    return json.dumps(as_metadata(metadata), ensure_ascii=False) if metadata else NO_METADATA


def metadata_from_json(text: str) -> Metadata:
    """What :func:`metadata_to_json` was given."""
    kept: Metadata = {} if text == NO_METADATA else json.loads(text)
    return kept


def _is_blank(value: object) -> bool:
    if isinstance(value, float):
        return math.isnan(value)  # what pandas has in place of nothing
    return value is None or (isinstance(value, str) and not value.strip())


def _checked(value: object, name: str, many: bool) -> Scalar:
    if not isinstance(value, str | int | float):
        found = f"{'a list of ' if many else ''}{type(value).__name__}"
        raise ValueError(
            f"field {name!r}: expected a string, a number, true or false, or a list of these, found {found}"
        )
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"field {name!r}: {value} is no finite number")
    return value
