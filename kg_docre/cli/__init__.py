"""The command line: every command is one call of the library. Heavy imports wait for their command."""

from kg_docre.cli import graphs, models
from kg_docre.cli.root import app

__all__ = ["app", "graphs", "models"]
