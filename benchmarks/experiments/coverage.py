"""The share of facts that each reasoning pattern can infer (DocRE-SD, Table 1).

    python -m benchmarks.experiments.coverage NAME=FILE[,FILE...] ...

A fact (s, r, o) counts for a pattern if facts of any relation join s and o to a third entity in the
pattern's directions. Writes ``benchmarks/results/coverage.json``.
"""

import argparse
import json

from benchmarks.experiments.experiment import RESULTS
from kg_docre.data.docred import read_docred
from kg_docre.evaluation.reasoning import pattern_coverage


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="+", metavar="NAME=FILE")
    found = {}
    for argument in parser.parse_args().data:
        name, _, files = argument.partition("=")
        documents = [document for file in files.split(",") for document in read_docred(file)]
        found[name] = {"documents": len(documents), "coverage": pattern_coverage(documents)}
    (RESULTS / "coverage.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
