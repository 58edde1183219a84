"""What bf16 does to accuracy, on any machine.

    python -m benchmarks.bf16 DATA [--model CHECKPOINT]

Runs the model twice over a labelled DocRED-format file, in fp32 and under bf16 autocast. Where the
processor has no bf16 arithmetic, its matrix products are emulated: operands and results are rounded to
bf16 and sums kept in fp32, as AMX and GPUs do it. Speed is not what this measures.
"""

import argparse
from pathlib import Path

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from kg_docre.data.docred import read_docred
from kg_docre.evaluation.relations import score_relations
from kg_docre.precision import has_bf16
from kg_docre.predictor import Predictor

_PRODUCTS = (torch.ops.aten.mm, torch.ops.aten.addmm, torch.ops.aten.bmm, torch.ops.aten.baddbmm)


class EmulatedProducts(TorchDispatchMode):
    """bf16 matrix products with fp32 sums, on processors where torch's own are slow."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        halves = any(isinstance(a, torch.Tensor) and a.dtype == torch.bfloat16 for a in args)
        if func.overloadpacket not in _PRODUCTS or not halves:
            return func(*args, **(kwargs or {}))
        args = [a.float() if isinstance(a, torch.Tensor) else a for a in args]
        return func(*args, **(kwargs or {})).bfloat16()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", default="default")
    options = parser.parse_args()
    documents = read_docred(options.data)
    facts = {}
    for precision in ("fp32", "bf16"):
        predictor = Predictor.from_pretrained(options.model, precision=precision)
        # in the main thread, batch by batch: the emulation is a mode of one thread
        if precision == "bf16" and not has_bf16(predictor.device):
            with EmulatedProducts():
                found = list(predictor.pipe(documents))
        else:
            found = list(predictor.pipe(documents))
        print(precision, f"F1 {score_relations(documents, found).f1:.4f}", flush=True)
        facts[precision] = {(d.id, r.head, r.label, r.tail) for d in found for r in d.relations}
    both, either = facts["fp32"] & facts["bf16"], facts["fp32"] | facts["bf16"]
    print(f"{len(either) - len(both)} of {len(either)} decisions differ")


if __name__ == "__main__":
    main()
