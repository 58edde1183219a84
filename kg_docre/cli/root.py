"""The command line's root."""

from typing import Annotated

import typer

from kg_docre import __version__

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Text to a knowledge graph people can trust: document-level relations with score, evidence and reasoning. "
    "kg-docre build texts/ --to kg.html makes one of a folder.",
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"kg-docre {__version__}")
        raise typer.Exit


_Version = Annotated[
    bool, typer.Option("--version", help="Say which version this is.", callback=_version, is_eager=True)
]


@app.callback()
def root(version: _Version = False) -> None:
    pass
