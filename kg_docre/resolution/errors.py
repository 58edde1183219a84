"""What can be wrong with a decision about nodes."""

__all__ = ["ResolutionError"]


class ResolutionError(Exception):
    """No node is called so, or several are; the message names them."""
