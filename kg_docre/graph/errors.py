"""The one error that exporters raise."""

__all__ = ["ExportError"]


class ExportError(Exception):
    """An export that can't be done; the message names the target and the reason, never a password."""
