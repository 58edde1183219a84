"""The one error that readers raise."""

__all__ = ["DataError"]


class DataError(ValueError):
    """Input that can't be read; the message names the file or document, the field, and what is wrong."""
