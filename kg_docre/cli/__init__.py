"""The command line: every command is one call of the library. Heavy imports wait for their command."""

import io
import sys
import warnings

from kg_docre.cli import build, answers, export, stores, models  # isort: skip (in the order that the help has)
from kg_docre.cli.root import app

__all__ = ["answers", "app", "build", "export", "main", "models", "stores"]


def main() -> None:
    """Run a command. What it prints has names of any script, whatever the system's own encoding; warnings are lines."""
    warnings.formatwarning = lambda message, *_, **__: f"Warning: {message}\n"
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    app()
