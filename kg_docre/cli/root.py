"""The command line's root."""

import typer

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Text to a knowledge graph people can trust: document-level relations with score, evidence and reasoning.",
)
