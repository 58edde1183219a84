"""Text to a knowledge graph people can trust."""

__version__ = "0.1.0"
