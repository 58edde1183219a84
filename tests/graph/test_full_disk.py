"""Where no more can be written, a target is as it was before."""

import json
import os
import random
import subprocess
import sys

import pytest

from kg_docre.graph import KnowledgeGraph
from kg_docre.graph.endings import FILE_ENDINGS
from kg_docre.graph.targets import open_target
from kg_docre.store import FactStore
from tests.resolution.test_resolve import add, document

EXPORT = """
import json, resource, sys
from kg_docre.graph import KnowledgeGraph
from kg_docre.graph.errors import ExportError
from kg_docre.graph.targets import open_target
from kg_docre.store import FactStore

resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
with FactStore("kg.sqlite") as store:
    for target in sys.argv[1:]:
        try:
            open_target(target, None)(KnowledgeGraph(store))
            print(json.dumps(""))
        except ExportError as error:
            print(json.dumps(str(error)))
"""


@pytest.mark.skipif(os.name == "nt", reason="sizes of files are limited by POSIX's setrlimit")
def test_a_target_is_whole_or_as_before(tmp_path):
    """A limit on the size of files stands for the disk."""
    chance = random.Random(0)
    with FactStore(tmp_path / "kg.sqlite") as store:
        for number in range(40):
            name = "".join(chance.choices("abcdefghijklmnopqrstuvwxyz ", k=10_000))
            add(store, document(str(number), ("PER", name), ("LOC", "Lima"), facts=((0, "P17", 1, 0.9),)))
    targets = [f"{when}{ending}" for ending in FILE_ENDINGS for when in ("new", "old")]
    (tmp_path / "before.sqlite").touch()
    with FactStore(tmp_path / "before.sqlite") as before:
        for target in targets:
            if target.startswith("old"):
                open_target(str(tmp_path / target), lambda: None)(KnowledgeGraph(before))
    present = {path: path.read_bytes() for path in sorted(tmp_path.rglob("*")) if path.is_file()}
    done = subprocess.run(
        [sys.executable, "-c", EXPORT, *targets],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    for target, error in zip(targets, map(json.loads, done.stdout.splitlines()), strict=True):
        assert error.startswith(f"{target}: "), target
        assert "File too large" in error, error
    assert {path: path.read_bytes() for path in sorted(tmp_path.rglob("*")) if path.is_file()} == present
