"""Files that are no store, or no whole one; stores that can't be written to; full disks; several writers."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from kg_docre.cli import app
from kg_docre.resolution.resolve import resolve
from kg_docre.store import FactStore, StoreError
from tests.permissions import obey_permissions
from tests.resolution.test_resolve import NAMES, add, document

READING = (
    ["facts", "kg.sqlite"],
    ["documents", "kg.sqlite"],
    ["export", "kg.sqlite", "--to", "kg.ttl"],
    ["resolve", "kg.sqlite", "--explain", "Belgium"],
)
WRITING = (["resolve", "kg.sqlite"], ["forget", "kg.sqlite", "document 1"])


def _documents(name, number):
    for n in range(number):
        yield document(f"{name} {n}", ("ORG", f"{name} {n}"), ("LOC", "Belgium"), facts=((0, "P17", 1, 0.9),))


@pytest.fixture
def whole(tmp_path, monkeypatch):
    """The path of a store of a hundred documents; it is the folder's only file, and the folder the current one."""
    monkeypatch.chdir(tmp_path)
    with FactStore("kg.sqlite") as store:
        add(store, *_documents("document", 100))
    return tmp_path / "kg.sqlite"


def _random(path):
    path.write_bytes(bytes(range(7, 256)) * 100)


def _newer(path):
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()


def _folder(path):
    path.unlink()
    path.mkdir()


def _overwrite(path, first, last):
    data = bytearray(path.read_bytes())
    data[first:last] = b"\xa7" * (last - first)
    path.write_bytes(data)


BAD = {
    "text": lambda path: path.write_text("not a store"),
    "long text": lambda path: path.write_text("not a store " * 1000),
    "random bytes": _random,
    "empty": lambda path: path.write_bytes(b""),
    "a folder": _folder,
    "newer": _newer,
    "cut off in the header": lambda path: os.truncate(path, 50),
    "cut off": lambda path: os.truncate(path, 20_000),
    "damaged at the start": lambda path: _overwrite(path, 100, 4096),
    "damaged everywhere": lambda path: _overwrite(path, 4096, 10**9),
}


@pytest.mark.parametrize("damage", BAD.values(), ids=BAD.keys())
def test_what_is_no_whole_store_is_one_line_and_left_as_it_is(damage, whole):
    damage(whole)
    before = whole.read_bytes() if whole.is_file() else None
    for command in (*READING, *WRITING):
        done = CliRunner().invoke(app, command)
        assert done.exit_code == 1, (command, done.output)
        assert isinstance(done.exception, SystemExit), command
        assert done.stderr.startswith("Error: kg.sqlite: ")
        assert len(done.stderr.splitlines()) == 1
        assert (whole.read_bytes() if whole.is_file() else None) == before
        assert [path.name for path in whole.parent.iterdir()] == ["kg.sqlite"]


def test_damage_that_is_met_while_rows_are_read_is_named(whole):
    """The pages of a table's end are read long after the query began."""
    with FactStore(whole) as store:
        add(store, *_documents("more", 300))
    with sqlite3.connect(whole) as db:
        leaves = "SELECT pageno FROM dbstat WHERE name = 'sentence' AND pagetype = 'leaf' ORDER BY path DESC"
        last = db.execute(leaves).fetchone()[0]
    db.close()
    _overwrite(whole, (last - 1) * 4096, last * 4096)
    with FactStore(whole) as store:
        rows = store.read("SELECT text FROM sentence")
        assert rows.fetchone()
        with pytest.raises(StoreError, match=r"kg\.sqlite: .*malformed"):
            list(rows)


def test_a_store_that_was_being_made_is_made_whole(tmp_path):
    """Killed before the first table was there."""
    path = tmp_path / "kg.sqlite"
    path.touch()
    with pytest.raises(StoreError, match="empty"):
        FactStore(path, create=False)
    with FactStore(path) as store:
        add(store, *_documents("document", 1))
        assert store.counts()["documents"] == 1


COMMANDS = """
import json, sys
from typer.testing import CliRunner
from kg_docre.cli import app

for line in sys.stdin:
    done = CliRunner().invoke(app, json.loads(line))
    print(json.dumps([done.exit_code, done.stderr]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="root can't be bound elsewhere")
@pytest.mark.parametrize(("folder", "file"), [(0o555, 0o444), (0o555, 0o644), (0o755, 0o444)])
def test_a_store_that_cannot_be_written_to_is_read(folder, file, whole):
    place = whole.parent / "place"
    place.mkdir()
    shutil.copy(whole, place)
    (place / "kg.sqlite").chmod(file)
    place.chmod(folder)
    commands = [[word.replace("kg.ttl", "../kg.ttl") for word in command] for command in READING]
    commands += [*WRITING, ["export", "kg.sqlite", "--to", "kg.nt"]]
    try:
        done = subprocess.run(
            [sys.executable, "-c", COMMANDS],
            cwd=place,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            input="".join(json.dumps(command) + "\n" for command in commands),
            capture_output=True,
            text=True,
            check=True,
            preexec_fn=obey_permissions,
        )
    finally:
        place.chmod(0o755)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert results[:4] == [[0, ""]] * 4
    assert "Belgium" in (whole.parent / "kg.ttl").read_text()
    assert results[4:6] == [[1, "Error: kg.sqlite: attempt to write a readonly database\n"]] * 2
    assert results[6] == ([1, "Error: kg.nt: its folder can't be written to\n"] if folder == 0o555 else [0, ""])
    assert (place / "kg.sqlite").read_bytes() == whole.read_bytes()


def test_a_full_disk_keeps_what_was_there_and_the_build_goes_on_later(tmp_path):
    documents = list(_documents("document", 400))
    with FactStore(tmp_path / "kg.sqlite") as store:
        pages = store.read("PRAGMA page_count").fetchone()[0]
        store.read(f"PRAGMA max_page_count = {pages + 20}")
        with pytest.raises(StoreError, match=r"kg\.sqlite: database or disk is full"):
            add(store, *documents)
        held = store.counts()["documents"]
        assert 0 < held < 400
        with pytest.raises(StoreError, match="disk is full"):
            add(store, *documents)
        assert store.read("PRAGMA integrity_check").fetchone() == ("ok",)
        assert store.read("SELECT count(DISTINCT document) FROM entity").fetchone() == (held,)
    with FactStore(tmp_path / "kg.sqlite") as store:
        assert store.counts()["documents"] == held
        add(store, *documents)
        resolve(store)
        assert store.counts()["documents"] == 400


WRITER = """
import sys
from kg_docre.resolution.resolve import resolve
from kg_docre.store import FactStore
from tests.permissions import obey_permissions
from tests.resolution.test_resolve import add
from tests.store.test_bad_files import _documents

sys.stdin.readline()
with FactStore(sys.argv[1]) as store:
    add(store, *_documents(sys.argv[2], 100))
    store.prune()
    resolve(store)
"""


def test_several_writers_wait_for_each_other(tmp_path):
    """They make the store together, too."""
    path = tmp_path / "kg.sqlite"
    command = [sys.executable, "-c", WRITER, str(path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    writers = [
        subprocess.Popen([*command, name], env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for name in ("one", "two", "three")
    ]
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        _, errors = writer.communicate()
        assert writer.returncode == 0, errors
    with FactStore(path, create=False) as store:
        assert store.counts()["documents"] == 300
        assert store.read("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_document_that_can_be_read_again_is_no_failure(tmp_path):
    (first,) = _documents("document", 1)
    with FactStore(tmp_path / "kg.sqlite") as store:
        add(store, first)
        store.note_failure(first.id, "empty", run=store.begin_run(version="1", config={}))
        assert store.read("SELECT uri FROM failure").fetchall() == [(first.id,)]
        assert not store.add(first, model="m", names=NAMES, resolve=lambda entity: "", digest="")
        assert store.read("SELECT uri FROM failure").fetchall() == []


def test_half_a_character_is_refused_by_name(tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        with pytest.raises(StoreError, match=r"unpaired surrogate: 'half \\ud83d"):
            add(store, document("d", ("PER", "half \ud83d")))
        assert store.counts()["documents"] == 0
