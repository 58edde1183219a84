"""Documents per second of `kg-docre build`, whole process and without start-up.

python -m benchmarks.build [CORPUS]        default: examples/corpus
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kg_docre.corpus.build import build
from kg_docre.corpus.pipeline import Pipeline
from kg_docre.corpus.reader import read_corpus
from kg_docre.store import FactStore


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", nargs="?", type=Path, default=Path(__file__).parent.parent / "examples" / "corpus")
    corpus = parser.parse_args().corpus
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        command = [sys.executable, "-m", "kg_docre.cli", "build", str(corpus), "--store", f"{folder}/kg.sqlite"]
        subprocess.run(command, check=True, capture_output=True)
        whole = time.perf_counter() - start
        pipeline = Pipeline.from_pretrained()
        _ = pipeline.language
        with FactStore(Path(folder) / "warm.sqlite") as store:
            start = time.perf_counter()
            documents = build(read_corpus([corpus]), pipeline, store).added
            warm = time.perf_counter() - start
    print(f"{documents} documents: {whole:.1f} s with start-up, {warm:.1f} s without ({documents / warm:.1f} a second)")


if __name__ == "__main__":
    main()
