"""How often a model's facts are right whose types their relation does not join, and how often the others.

    python -m benchmarks.conflicts small redocred/train.json --held-out 100

``--held-out`` takes only as many documents as a training run holds out of that file.
"""

import argparse
from collections import Counter
from pathlib import Path

from kg_docre.graph.properties import known_properties
from kg_docre.predictor import Predictor
from kg_docre.training.dataset import read_split


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint")
    parser.add_argument("data", type=Path)
    parser.add_argument("--held-out", type=int, default=0)
    options = parser.parse_args()
    everything, held_out = read_split([options.data], None, options.held_out)
    documents = held_out or everything
    known, counts = known_properties(), Counter[tuple[bool, bool]]()
    for document, found in zip(documents, Predictor.from_pretrained(options.checkpoint).pipe(documents), strict=True):
        gold = {(r.head, r.label, r.tail) for r in document.relations}
        for r in found.relations:
            types = document.entities[r.head].type, document.entities[r.tail].type
            counts[known[r.label].misfits(*types), (r.head, r.label, r.tail) in gold] += 1
    for misfit, name in ((True, "unfitting types"), (False, "others")):
        right, wrong = counts[misfit, True], counts[misfit, False]
        print(f"{name}: {right} of {right + wrong} right ({right / max(1, right + wrong):.0%})")


if __name__ == "__main__":
    main()
