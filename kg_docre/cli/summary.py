"""What a build did, in a line for people or as one JSON object."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kg_docre.cli.options import counted, held

if TYPE_CHECKING:
    from kg_docre.corpus.build import BuildResult

__all__ = ["Summary"]


@dataclass(frozen=True, slots=True)
class Summary:
    """The ``result`` of a build, the uris ``forgotten`` (None: nobody asked), the ``targets`` written, and how much of
    each kind the ``store`` holds now."""

    result: BuildResult
    forgotten: Sequence[str] | None
    targets: Sequence[str]
    store: Path
    counts: Mapping[str, int]

    def __str__(self) -> str:
        result, copies = self.result, self.result.copies
        was = "it was" if result.read_again == 1 else "they were"
        again = f" ({result.read_again} read again, for {was} read in another way before)" if result.read_again else ""
        others = "1 copy of another" if copies == 1 else f"{copies} copies of others"
        did = [
            f"{counted(result.added, 'document')} added{again}",
            f"{result.already_there - copies} already there",
            *[others] * bool(copies),
            *([] if self.forgotten is None else [f"{len(self.forgotten)} forgotten"]),
        ]
        return "\n".join(
            [f"{', '.join(did)}; {self.store} holds {held(self.counts)}", *(f"wrote {name}" for name in self.targets)]
        )

    def as_json(self) -> str:
        """The same for programs, with every document forgotten, every one skipped and why, and those that do not
        seem to be in English."""
        result = self.result
        skipped = [{"uri": its.uri, "reason": its.reason, "error": not its.nothing} for its in result.problems]
        done = {
            "added": result.added,
            "read_again": result.read_again,
            "already_there": result.already_there - result.copies,
            "copies": result.copies,
            "forgotten": list(self.forgotten or ()),
            "skipped": skipped,
            "other_languages": result.other_languages,
            "wrote": [*self.targets],
            "store": str(self.store),
            **{name: self.counts[name] for name in ("documents", "nodes", "relations")},
        }
        return json.dumps(done)
