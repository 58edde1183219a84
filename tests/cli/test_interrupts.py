"""Commands that are stopped before their end."""

import json
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from kg_docre.store import FactStore, StoreError
from tests.cli.conftest import TEXT
from tests.command_line import run


def test_who_is_told_to_end_leaves_nothing_unfinished(tmp_path):
    code = """
import tempfile, time
from kg_docre.cli.options import one_line_errors
with one_line_errors(), tempfile.TemporaryDirectory(dir="."):
    print("ready", flush=True)
    time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"ready\n"
        assert list(tmp_path.iterdir())
        process.terminate()
        assert process.wait(timeout=30) == 128 + 15
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_build_says_what_it_keeps(ended_by, tmp_path):
    lines = "".join(json.dumps({"id": n, "text": f"{n} {TEXT * 3}"}) + "\n" for n in range(1000))
    (tmp_path / "many.jsonl").write_text(lines)
    code = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell starts in the background ignores it
runpy.run_module("kg_docre.cli", run_name="__main__")
"""
    command = [sys.executable, "-c", code, "build", "many.jsonl"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        while process.poll() is None and not _documents(tmp_path / "kg.sqlite"):
            time.sleep(0.1)
        process.send_signal(ended_by)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + ended_by
    kept = _documents(tmp_path / "kg.sqlite")
    held = f"{kept} document{'s' * (kept != 1)}"
    assert said.decode().endswith(f"stopped; kg.sqlite holds {held}, and the same command goes on from there\n")
    assert 0 < kept < 1000
    head = "".join(lines.splitlines(keepends=True)[: kept + 1])
    (tmp_path / "many.jsonl").write_text(head)
    assert f"1 document added, {kept} already there" in run("build", "many.jsonl", cwd=tmp_path).stdout


def _documents(path):
    with suppress(StoreError), FactStore(path, create=False) as store:  # of one that is just being made, or not yet
        return store.counts()["documents"]
    return 0


def test_an_interrupt_that_a_library_swallows_is_not_lost(tmp_path, monkeypatch):
    """As where it comes while an object is freed: Python says so, and goes on."""
    (tmp_path / "many.jsonl").write_text(
        "".join(json.dumps({"id": n, "text": f"{n} {TEXT}"}) + "\n" for n in range(200))
    )
    code = """
import runpy, signal
import kg_docre.store

signal.signal(signal.SIGINT, signal.default_int_handler)
add = kg_docre.store.FactStore.add

def interrupted(self, *arguments, **options):
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        pass
    return add(self, *arguments, **options)

kg_docre.store.FactStore.add = interrupted
runpy.run_module("kg_docre.cli", run_name="__main__")
"""
    command = [sys.executable, "-c", code, "build", "many.jsonl"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 128 + 2
    assert done.stderr.endswith("stopped; kg.sqlite holds 1 document, and the same command goes on from there\n")


def test_who_reads_no_further_ends_a_query_quietly(tmp_path):
    (tmp_path / "kg.nt").write_text("".join(f"<urn:{n}> <urn:p> <urn:{n}> .\n" for n in range(20_000)))
    command = f"{sys.executable} -m kg_docre.cli query kg.nt 'SELECT ?s ?p ?o {{ ?s ?p ?o }}' --csv | head -1"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("s,p,o\n", "")
