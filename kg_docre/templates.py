"""HTML from templates: what is put into them is text, whatever it looks like."""

from __future__ import annotations

import re
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

__all__ = ["readable", "templates"]

_NOT_HTML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def templates(package: str) -> Environment:
    """The templates that lie in a package."""
    return Environment(
        loader=PackageLoader(package, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=readable,
    )


def readable(value: Any) -> Any:
    """What HTML has no way to say becomes U+FFFD."""
    return _NOT_HTML.sub("\ufffd", value) if type(value) is str else value
