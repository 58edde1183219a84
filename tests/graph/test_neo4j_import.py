"""Files for ``neo4j-admin database import``.

They are imported for real where NEO4J_ADMIN names a neo4j-admin that works in the folder NEO4J_HOME, and NEO4J_SERVER
a program that runs the command it is given while a server has the folder NEO4J_TEST_HOME, NEO4J_URI and so on set.
"""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kg_docre.annotations import Document, Entity, Mention, Relation
from kg_docre.graph import KnowledgeGraph
from kg_docre.graph.errors import ExportError
from kg_docre.graph.neo4j import Neo4jTarget
from kg_docre.graph.provenance import Provenance
from kg_docre.graph.targets import open_target
from kg_docre.resolution.forms import form_id
from kg_docre.store import FactStore
from tests.graph.neo4j_contents import contents, in_order

HOSTILE = [
    'quote " and \' and ""',
    "line\nline\r\nline\rline\u2028line\x85line",
    "comma, semicolon; bar | tab\t U+001F \x1f and \x1e",
    "NUL \x00 and \x01\x7f",
    "4 bytes 😀𝒳 and \u202eright to left\u202c ‏שלום‎",
    "`]->() DETACH DELETE (n) //",
    "\\",
    'ends with \\"',
    " spaced\t",
    "\ufeffmarked \ufffe \uffff",
    "N" * 100_000,
    "null",
    "1.0",
    "=1+1",
]
_VALUES = {"": str, "string": str, "long": int, "double": float, "boolean": {"true": True, "false": False}.__getitem__}


def _write(graph, path, provenance=None):
    open_target(str(path), lambda: pytest.fail("no file asks for credentials"), provenance)(graph)
    return path


@pytest.fixture
def hostile(tmp_path):
    """Names, aliases, sentences and addresses that files and queries might trip over."""
    with FactStore(tmp_path / "hostile.sqlite") as store:
        for document, other in (("plain", "x"), ('a;b\x1f,"c"\n', "y")):
            words = (*HOSTILE, other)
            entities = tuple(
                Entity(
                    name,
                    "PER" if at % 2 else "a:b`c",
                    (Mention(at, at + 1, 0, name), Mention(at, at + 1, 0, f"{name}2")),
                )
                for at, name in enumerate(HOSTILE)
            )
            last = len(HOSTILE) - 1
            relations = tuple(
                Relation(at, last - at, f"X{at}", 0.1 + at / 70, (0,) if at % 3 else ()) for at in range(last + 1)
            )
            made = Document(document, words, (0,), entities, relations, title=HOSTILE[0])
            store.add(made, model="m", names={f"X{at}": name[:60] for at, name in enumerate(HOSTILE)}, resolve=form_id)
        yield store


def _read(folder):
    """What is in the files, in the form of :func:`contents`."""
    csv.field_size_limit(1 << 30)
    arguments = dict(line.split("=", 1) for line in (folder / "import.args").read_text().split())
    delimiter = chr(int(arguments["--array-delimiter"].removeprefix("U+"), 16))
    files = [line.split("=", 1)[1] for line in (folder / "import.args").read_text().split() if line.endswith(".csv")]
    nodes, relationships = [], []
    for name in files:
        with (folder / name).open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        for row in rows:
            properties, special = {}, {}
            for column, text in zip(header, row, strict=True):
                key, type = column.rsplit(":", 1) if ":" in column else (column, "")
                if type.isupper() or type[:2] in ("ST", "EN"):
                    special[type.partition("(")[0]] = text
                    continue
                value = _VALUES["" if type.startswith("ID") else type.removesuffix("[]")]
                many = [value(one) for one in text.split(delimiter)] if text else []
                properties[key] = many if type.endswith("[]") else value(text)
            if "LABEL" in special:
                nodes.append([sorted(special["LABEL"].split(delimiter)), properties])
            else:
                ends = special["START_ID"], special["TYPE"], special["END_ID"]
                relationships.append([*ends, properties])
    return in_order(nodes, relationships)


def test_the_files_say_what_an_export_to_a_server_says(graph, hostile, tmp_path, bolt, database):
    uri, user, password, name = bolt
    for number, one in enumerate((graph, KnowledgeGraph(hostile))):
        written = _read(_write(one, tmp_path / f"{number}.neo4j"))
        database("MATCH (n) DETACH DELETE n")
        with Neo4jTarget(uri, user=user, password=password, database=name) as target:
            target.write(one)
        nodes, relationships = contents(database)
        assert len(nodes) >= 30
        assert len(relationships) >= 30
        assert written == [nodes, relationships]


def test_lists_are_kept_apart_by_what_no_text_has(hostile, tmp_path):
    nodes, relationships = _read(_write(KnowledgeGraph(hostile), tmp_path / "kg.neo4j"))
    aliases = {alias for _, properties in nodes for alias in properties.get("aliases", ())}
    assert {f"{name}2" for name in HOSTILE} <= aliases
    uris = {uri for *_, properties in relationships for uri in properties.get("documents", ())}
    assert uris == {"plain", 'a;b\x1f,"c"\n'}


def test_provenance_can_be_left_out(graph, tmp_path):
    folder = _write(graph, tmp_path / "kg.neo4j", Provenance.NONE)
    assert sorted(path.name for path in folder.iterdir()) == [
        "after-import.cypher",
        "entities.csv",
        "import.args",
        "relationships.csv",
    ]
    nodes, relationships = _read(folder)
    assert len(nodes) == len(list(graph.nodes()))
    assert len(relationships) == len(list(graph.facts()))


def test_another_folder_is_not_replaced(graph, tmp_path):
    folder = _write(graph, tmp_path / "kg.neo4j")
    before = _read(folder)
    (folder / "entities.csv").write_text("")
    assert _read(_write(graph, folder)) == before
    other = tmp_path / "photos.neo4j"
    other.mkdir()
    (other / "mine.txt").write_text("mine")
    with pytest.raises(ExportError, match=r"photos\.neo4j: something else than files for neo4j-admin"):
        _write(graph, other)
    assert [path.name for path in other.iterdir()] == ["mine.txt"]


@pytest.mark.skipif(not {"NEO4J_ADMIN", "NEO4J_SERVER"} <= os.environ.keys(), reason="needs Neo4j's own tools")
@pytest.mark.parametrize("which", ["sample", "hostile", "empty"])
def test_an_import_is_what_an_export_to_the_server_is(which, request, tmp_path):
    if which == "empty":
        with FactStore(tmp_path / "empty.sqlite") as store:
            _imported(store, tmp_path)
        return
    found = _imported(request.getfixturevalue("store" if which == "sample" else "hostile"), tmp_path)
    nodes, relationships = found["imported"]
    assert len(nodes) >= 30
    assert len(relationships) >= 30
    if which == "hostile":
        names = {properties["name"] for labels, properties in nodes if "Entity" in labels}
        assert names == set(HOSTILE)


def _imported(store, tmp_path):
    folder, home = _write(KnowledgeGraph(store), tmp_path / "kg.neo4j"), tmp_path / "home"
    command = [os.environ["NEO4J_ADMIN"], "database", "import", "full", "neo4j", "@import.args"]
    environment = os.environ | {"NEO4J_HOME": str(home)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    command = [os.environ["NEO4J_SERVER"], sys.executable, "-m", "tests.graph.neo4j_contents", store.path, folder]
    environment = os.environ | {"NEO4J_TEST_HOME": str(home)}
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["imported"] == found["exported"] == found["clean"]
    assert {"kg_entity_id", "kg_document_id", "kg_fact_id"} <= set(found["constraints"])
    return found
