"""R-MSA factorized against materialized: time, peak of the largest tensor, and the largest difference.

    python -m benchmarks.r_msa [--width 768] [--entities 20 42 64] [--repeats 5]

Both run the unit of DocRE-SD eq 3-5 with the same weights in one process, in turns; times are medians.
"""

import argparse
import statistics
import time

import torch

from benchmarks.straightforward import materialized
from kg_docre.modeling.reasoning import ReasoningAttention


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--width", type=int, default=768)
    parser.add_argument("--entities", type=int, nargs="+", default=[20, 42, 64])
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    unit = ReasoningAttention(width=arguments.width).eval()
    print(f"R-MSA, width {arguments.width}, {torch.get_num_threads()} threads, median of {arguments.repeats}")
    print(f"{'N':>4} {'materialized s':>15} {'factorized s':>13} {'ratio':>7} {'largest difference':>19}")
    for n in arguments.entities:
        matrix, mask = torch.randn(n, n, arguments.width), torch.ones(1, n, dtype=torch.bool)
        times: dict[str, list[float]] = {"slow": [], "fast": []}
        with torch.inference_mode():
            for turn in range(arguments.repeats + 1):
                start = time.perf_counter()
                slow = materialized(unit, matrix)
                middle = time.perf_counter()
                fast = unit(matrix[None], mask)[0][0]
                end = time.perf_counter()
                if turn:  # the first is a warm-up
                    times["slow"].append(middle - start)
                    times["fast"].append(end - middle)
        slow_time, fast_time = (statistics.median(times[kind]) for kind in ("slow", "fast"))
        difference = (slow - fast).abs().max().item()
        print(f"{n:>4} {slow_time:>15.4f} {fast_time:>13.4f} {slow_time / fast_time:>6.1f}x {difference:>19.1e}")


if __name__ == "__main__":
    main()
