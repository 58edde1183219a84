"""A progress bar on a terminal, plain lines in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Protocol

__all__ = ["Advance", "progress"]


class Advance(Protocol):
    """Reports ``steps`` more steps done, with an optional note on how it goes."""

    def __call__(self, steps: int = 1, note: str = "") -> None: ...


@contextmanager
def progress(task: str, total: int | None, *, every: float = 30.0, silent: bool = False) -> Iterator[Advance]:
    """Show how far ``task`` is on stderr: a bar if it is a terminal, else a line every ``every`` seconds,
    with the time that is left at the rate since the last one, and at the end; or, ``silent``, nothing."""
    if silent:
        yield lambda steps=1, note="": None
        return
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}", style="dim"),
        )
        with Progress(*columns, console=Console(stderr=True)) as bar:
            number = bar.add_task(task, total=total, note="")

            def advance_bar(steps: int = 1, note: str = "") -> None:
                bar.update(number, advance=steps)
                if note:
                    bar.update(number, note=note)

            yield advance_bar
        return

    done, shown, last = 0, 0, time.monotonic()
    size = "" if total is None else f"/{total}"

    def advance_log(steps: int = 1, note: str = "") -> None:
        nonlocal done, shown, last
        done += steps
        now = time.monotonic()
        if now - last >= every or done == total:
            said = [f"{task}: {done}{size}"]
            if total is not None and shown < done < total:
                seconds = (total - done) * (now - last) / (done - shown)
                said.append(f"{timedelta(seconds=round(seconds))} left")
            shown, last = done, now
            print(*said, *[note] * bool(note), sep=" · ", file=sys.stderr, flush=True)

    yield advance_log
    if shown != done:  # nobody knew the total, or it was another
        print(f"{task}: {done}", file=sys.stderr, flush=True)
