"""The curves of results.md."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt

mpl.rcParams["svg.hashsalt"] = "kg-docre"  # the same figure, the same file

Results = Sequence[dict[str, Any]]  # one a seed


def draw_mask_rates(rows: dict[str, Results], path: Path) -> None:
    """F1 over the share of pairs masked while testing, a line a row."""
    figure, axes = plt.subplots(figsize=(6, 3.4))
    for title, results in rows.items():
        rates = list(results[0]["masked_at_test"])
        means = [100 * statistics.mean(r["masked_at_test"][rate] for r in results) for rate in rates]
        unmasked = 100 * statistics.mean(r["test"]["f1"] for r in results)
        rates, means = [0.0, *map(float, rates)], [unmasked, *means]
        axes.plot(rates, means, marker="o", label=title)
    axes.set(xlabel="share of pairs masked while testing", ylabel="F1")
    _finish(figure, axes, path)


def draw_entities(rows: dict[str, Results], path: Path) -> None:
    """F1 by number of entities in a document, a line a row."""
    figure, axes = plt.subplots(figsize=(6, 3.4))
    for title, results in rows.items():
        bins = list(results[0]["test"]["by_entities"])
        means = [100 * statistics.mean(r["test"]["by_entities"][name] for r in results) for name in bins]
        axes.plot(bins, means, marker="o", label=title)
    axes.set(xlabel="entities in the document", ylabel="F1")
    _finish(figure, axes, path)


def _finish(figure: Any, axes: Any, path: Path) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", alpha=0.3)
    axes.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
