"""Shares that users give."""

from __future__ import annotations

from typing import Any

__all__ = ["check_share"]


def check_share(name: str, value: Any) -> None:
    """Raises :exc:`ValueError` naming an option whose value is no number from 0 to 1; None is none that was given."""
    if value is None:
        return
    if isinstance(value, bool | str) or not hasattr(value, "__float__") or not 0 <= float(value) <= 1:
        raise ValueError(f"{name}: a share from 0 to 1, not {value!r}")
