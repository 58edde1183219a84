"""How time and memory grow with tokens, entities and batch size: a table, and with --plot a figure.

    python -m benchmarks.growth [--model CHECKPOINT | --encoder FOLDER] [--repeats 5] [--plot growth.svg]

Documents are made of the sample's own words, with as many entities as wanted spread over them. Times are
medians; memory is the peak of tensors beside the weights. The reasoning module is measured alone as well,
against the materialized form as far as that fits.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch

from benchmarks.memory import peak_bytes
from benchmarks.speed import SAMPLE, predictor_of
from benchmarks.straightforward import materialized
from kg_docre.annotations import Document, Entity, Mention
from kg_docre.chunks import prepare
from kg_docre.data.docred import read_docred
from kg_docre.modeling.reasoning import ReasoningModule
from kg_docre.predictor import Predictor

TOKENS = (64, 128, 256, 512, 1024, 2048)
ENTITIES = (5, 10, 20, 40, 60, 80, 120, 160, 200)
BATCHES = (1, 2, 4, 8, 16, 32)
REASONED = (20, 30, 42, 60, 80, 100, 120, 160, 200)
MATERIALIZED_UP_TO = 60  # more takes gigabytes

Rows = dict[int, tuple[float, float]]  # size → seconds, megabytes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="default")
    parser.add_argument("--encoder")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", default="fp32")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    predictor = predictor_of(options)
    words = [word for document in read_docred(SAMPLE) for word in document.words]
    tables = {
        "tokens, 20 entities, one document": _whole(
            predictor, [[_document(words, n, 20)] for n in TOKENS], TOKENS, options
        ),
        "entities, 600 words, one document": _whole(
            predictor, [[_document(words, 600, n)] for n in ENTITIES], ENTITIES, options
        ),
        "documents in a batch, 200 words, 20 entities": _whole(
            predictor, [[_document(words, 200, 20)] * n for n in BATCHES], BATCHES, options
        ),
    }
    width = predictor.model.config.pair_width
    tables[f"entities, reasoning module alone, width {width}"] = _reasoning(width, options)
    tables[f"entities, materialized, width {width}"] = _materialized(width, options)
    for title, rows in tables.items():
        _print(title, rows)
    if options.plot:
        _plot(tables, options.plot)


def _document(words: list[str], length: int, entities: int) -> Document:
    """A document of the first ``length`` words, its entities one word each, evenly spread."""
    taken = tuple((words * (length // len(words) + 1))[:length])
    entities = min(entities, length)
    found = [
        Entity(name=taken[at], type="MISC", mentions=(Mention(at, at + 1, at // 25, taken[at]),))
        for at in (n * length // entities for n in range(entities))
    ]
    return Document("grown", taken, tuple(range(0, length, 25)), tuple(found))


def _time(run: Callable[[], object], repeats: int) -> float:
    run()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def _whole(predictor: Predictor, batches: list[list[Document]], sizes: tuple[int, ...], options) -> Rows:
    rows = {}
    for size, documents in zip(sizes, batches, strict=True):
        (batch,) = prepare(documents, predictor.members, None, sys.maxsize, None).batches
        run = partial(predictor._predict, batch)
        rows[size] = (_time(run, options.repeats), peak_bytes(run) / 1e6)
    return rows


@torch.inference_mode()
def _reasoning(width: int, options) -> Rows:
    module = ReasoningModule(width=width, layers=1, dropout=0.0).eval()
    rows = {}
    for n in REASONED:
        pairs, mask = torch.randn(1, n, n, width), torch.ones(1, n, dtype=torch.bool)
        run = partial(module, pairs, mask)
        rows[n] = (_time(run, options.repeats), peak_bytes(run) / 1e6)
    return rows


@torch.inference_mode()
def _materialized(width: int, options) -> Rows:
    (layer,) = ReasoningModule(width=width, layers=1, dropout=0.0).eval().layers
    rows = {}
    for n in (n for n in REASONED if n <= MATERIALIZED_UP_TO):
        matrix = torch.randn(n, n, width)

        def run(matrix=matrix):
            reasoned = layer.attention_norm(matrix + materialized(layer.attention, matrix))
            return layer.feed_forward_norm(reasoned + layer.feed_forward(reasoned))

        rows[n] = (_time(run, max(1, options.repeats // 2)), peak_bytes(run) / 1e6)
    return rows


def _print(title: str, rows: Rows) -> None:
    first = next(iter(rows))
    print(f"{title}\n{'size':>6} {'ms':>9} {'times the first':>16} {'size grew':>10} {'MB':>8}")
    for size, (seconds, megabytes) in rows.items():
        grown = seconds / rows[first][0]
        print(f"{size:>6} {seconds * 1e3:>9.1f} {grown:>15.1f}x {size / first:>9.1f}x {megabytes:>8.0f}")
    print()


def _plot(tables: dict[str, Rows], path: Path) -> None:
    import matplotlib.pyplot as plt
    from matplotlib.ticker import NullFormatter

    plt.rcParams.update(
        {"font.size": 9, "svg.hashsalt": "growth", "axes.spines.top": False, "axes.spines.right": False}
    )
    figure, axes = plt.subplots(2, 4, figsize=(13, 5.5), sharex="col", layout="constrained")
    names = list(tables)
    for column, title in enumerate(names[:4]):
        for row, unit in enumerate(("milliseconds", "megabytes")):
            axis = axes[row, column]
            lines = [("factorized" if column == 3 else None, tables[title])]
            if column == 3:
                lines.append(("materialized", tables[names[4]]))
            for (label, rows), color in zip(lines, ("#2a6f97", "#bc4749"), strict=False):
                values = [cell[row] * (1e3 if row == 0 else 1) for cell in rows.values()]
                axis.plot(list(rows), values, "o-", label=label, color=color, markersize=4)
            axis.set(xscale="log", yscale="log", ylabel=unit if column == 0 else "")
            sizes = list(tables[title])
            axis.set_xticks(sizes[:: max(1, len(sizes) // 4)])
            for side in (axis.xaxis, axis.yaxis):
                side.set_major_formatter("{x:g}")
                side.set_minor_formatter(NullFormatter())
            axis.grid(alpha=0.25, which="both")
            if row == 0:
                axis.set_title(title.split(", width")[0], fontsize=9)
            else:
                axis.set_xlabel(title.split(",")[0])
            if column == 3 and row == 0:
                axis.legend(frameon=False)
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()
