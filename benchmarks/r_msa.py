"""R-MSA factorized against materialized: time, peak memory of tensors, and the largest difference.

    python -m benchmarks.r_msa [--width 768] [--entities 20 42 64] [--repeats 5]

Both run the unit of DocRE-SD eq 3-5 with the same weights in one process, in turns; times are medians.
"""

import argparse
import statistics
import time

import torch

from benchmarks.memory import peak_bytes
from benchmarks.straightforward import materialized
from kg_docre.modeling.reasoning import ReasoningAttention


@torch.inference_mode()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--width", type=int, default=768)
    parser.add_argument("--entities", type=int, nargs="+", default=[20, 42, 64])
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    unit = ReasoningAttention(width=arguments.width).eval()
    print(f"R-MSA, width {arguments.width}, {torch.get_num_threads()} threads, median of {arguments.repeats}")
    print(f"{'':>4} {'materialized':>19} {'factorized':>19} {'ratio':>15} {'largest':>11}")
    print(f"{'N':>4} {'ms':>10} {'MB':>8} {'ms':>10} {'MB':>8} {'time':>7} {'memory':>7} {'difference':>11}")
    for n in arguments.entities:
        matrix, mask = torch.randn(n, n, arguments.width), torch.ones(1, n, dtype=torch.bool)
        contenders = (
            lambda matrix=matrix: materialized(unit, matrix),
            lambda matrix=matrix, mask=mask: unit(matrix[None], mask)[0][0],
        )
        difference = (contenders[0]() - contenders[1]()).abs().max().item()  # and a warm-up
        times: list[list[float]] = [[], []]
        for _ in range(arguments.repeats):
            for run, spent in zip(contenders, times, strict=True):
                start = time.perf_counter()
                run()
                spent.append(time.perf_counter() - start)
        slow, fast = (statistics.median(spent) * 1e3 for spent in times)
        much, little = (peak_bytes(run) / 1e6 for run in contenders)
        print(
            f"{n:>4} {slow:>10.1f} {much:>8.0f} {fast:>10.1f} {little:>8.0f} "
            f"{slow / fast:>6.1f}x {much / little:>6.1f}x {difference:>11.1e}"
        )


if __name__ == "__main__":
    main()
