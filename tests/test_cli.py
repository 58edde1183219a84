"""The command line through the command line: what a user types, sees on stderr, and finds afterwards."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

import networkx
import pytest
from rdflib import Graph

import kg_docre
from kg_docre.store import FactStore, StoreError
from tests.conftest import DATA

TEXT = "Vince Gilligan was born in Richmond, Virginia, in the United States. He wrote Paper Hearts for The X-Files.\n"
GERMAN = (
    "Ada Berg wurde am 3. Juni 1937 in Köln geboren und war eine deutsche Dichterin. Sie studierte in Paris, wo sie "
    "den Maler Bo Lind kennenlernte, den sie 1961 heiratete. Ihre Gedichte erschienen zuerst in einer Zeitschrift, "
    "später in drei Bänden, von denen der letzte nach ihrem Tod herauskam. Von 1970 bis 1982 war sie Lektorin eines "
    "Verlags in Frankfurt, und danach lebte sie in einem Dorf an der Mosel, wo man ihr ein kleines Museum eingerichtet "
    "hat.\n"
)


def run(*arguments, cwd, stdin="", **environment):
    command = [sys.executable, "-m", "kg_docre.cli", *map(str, arguments)]
    env = {**os.environ, "COLUMNS": "160", **environment}
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, input=stdin, check=False)


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "gilligan.txt").write_text(TEXT)
    return folder


def test_build_export_and_facts(corpus, tmp_path):
    done = run("build", corpus, "--to", "kg.ttl", "--to", "kg.graphml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "documents: 1/1" in done.stderr
    assert "place of birth" in done.stdout
    assert "born in Richmond" in done.stdout
    assert "1 document added" in done.stdout
    triples = Graph().parse(tmp_path / "kg.ttl")
    edges = networkx.read_graphml(tmp_path / "kg.graphml").number_of_edges()
    assert len(triples) > 50
    assert edges > 3

    again = run("build", corpus, "--to", "kg.nt", cwd=tmp_path)
    assert "0 documents added, 1 already there" in again.stdout
    assert "place of birth" not in again.stdout, "nothing new to show"
    assert len(Graph().parse(tmp_path / "kg.nt")) == len(triples)

    exported = run("export", "kg.sqlite", "--to", "kg.json", cwd=tmp_path)
    assert exported.returncode == 0, exported.stderr
    facts = len(json.loads((tmp_path / "kg.json").read_text())["edges"])
    assert facts == edges

    completed = run("export", "kg.sqlite", "--to", "inverses.json", "--inverses", "--strict", cwd=tmp_path)
    assert completed.returncode == 0, completed.stderr
    edges = json.loads((tmp_path / "inverses.json").read_text())["edges"]
    assert not any(edge["conflicts"] for edge in edges)

    unheard = run("facts", "kg.sqlite", "--entity", "Vince Giligan [/x]", cwd=tmp_path)
    assert unheard.returncode == 1
    assert unheard.stderr == "Error: nothing is called 'Vince Giligan [/x]'; names like it: Vince Gilligan\n"

    about = run("facts", "kg.sqlite", "--entity", "richmond", cwd=tmp_path)
    assert "Vince Gilligan" in about.stdout
    assert "place of birth" in about.stdout
    assert "looked at: Richmond —" in about.stdout, "what a place lies in, by way of another"

    lines = run("facts", "kg.sqlite", "--limit", "0", "--json", cwd=tmp_path).stdout.splitlines()
    rows = [json.loads(line) for line in lines]
    assert len(rows) == facts
    born = next(row for row in rows if row["relation"] == "place of birth")
    assert (born["head"], born["property"], born["tail"]) == ("Vince Gilligan", "P19", "Richmond")
    assert born["evidence"][0]["uri"] == "corpus/gilligan.txt"
    assert "born in Richmond" in born["evidence"][0]["sentences"][0]
    steps = [evidence["reasoning"] for row in rows for evidence in row["evidence"] if evidence["reasoning"]]
    assert all(step["via"] in {end for head, _, tail in step["looked_at"] for end in (head, tail)} for step in steps)
    assert steps
    table = list(csv.DictReader(io.StringIO(run("facts", "kg.sqlite", "--limit", "3", "--csv", cwd=tmp_path).stdout)))
    assert [row["head"] for row in table] == [row["head"] for row in rows[:3]]
    for cells, row in zip(table, rows, strict=False):
        surest = row["evidence"][0]
        assert (cells["uri"], cells["title"]) == (surest["uri"], surest["title"])
        assert cells["sentences"] == " … ".join(surest["sentences"])
        assert (cells["conflicts"], cells["confidence"]) == ("; ".join(row["conflicts"]), str(row["confidence"]))

    forgotten = run("forget", "kg.sqlite", "corpus/gilligan.txt", cwd=tmp_path)
    assert "holds 0 documents, 0 nodes, 0 relations" in forgotten.stdout, forgotten.stderr
    unknown = run("forget", "kg.sqlite", "corpus/gilligan.txt", cwd=tmp_path)
    assert unknown.returncode == 1
    assert "has no document 'corpus/gilligan.txt'" in unknown.stderr
    (tmp_path / "elsewhere").mkdir()
    assert run("build", corpus, cwd=tmp_path).returncode == 0
    typed = run("forget", "../kg.sqlite", "../corpus/gilligan.txt", cwd=tmp_path / "elsewhere")
    assert "1 forgotten" in typed.stdout, typed.stderr


def test_documents_come_through_a_pipe(tmp_path):
    line = json.dumps({"id": "https://x.org/gilligan", "text": TEXT})
    done = run("build", "-", cwd=tmp_path, stdin=f"{line}\n")
    assert done.returncode == 0, done.stderr
    assert "1 document added" in done.stdout
    again = run("build", "-", cwd=tmp_path, stdin=f"{line}\n")
    assert "0 documents added, 1 already there" in again.stdout
    refused = run("build", "-", "--forget-missing", cwd=tmp_path, stdin=f"{line}\n")
    assert refused.returncode == 1
    assert "standard input" in refused.stderr
    assert "1 forgotten" in run("forget", "kg.sqlite", "stdin#https://x.org/gilligan", cwd=tmp_path).stdout


def test_a_build_that_finds_no_facts_shows_no_table(tmp_path):
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("Good morning.")
    result = run("build", "texts", "--store", "kg.sqlite", cwd=tmp_path)
    assert result.stdout == "1 document added, 0 already there; kg.sqlite holds 1 document, 0 nodes, 0 relations\n"


def test_a_build_does_not_read_its_own_files(corpus, tmp_path):
    for _ in range(2):
        done = run("build", ".", "--to", "kg.ttl", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    assert "holds 1 document" in done.stdout


def test_two_folders_with_the_same_file_names_are_kept_apart(tmp_path):
    for folder, text in (("a", TEXT), ("b", "The Danube flows through Vienna.")):
        (tmp_path / folder / "texts").mkdir(parents=True)
        (tmp_path / folder / "texts" / "1.txt").write_text(text)
        done = run("build", "texts", "--store", "../kg.sqlite", cwd=tmp_path / folder)
    assert "holds 2 documents" in done.stdout


def test_a_file_that_two_sources_have_is_read_once(corpus, tmp_path):
    done = run("build", corpus, corpus / "gilligan.txt", "--store", "kg.sqlite", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1 document added, 0 already there; kg.sqlite holds 1 document" in done.stdout


def test_copies_in_a_folder_are_called_so(corpus, tmp_path):
    (corpus / "a copy.txt").write_text(TEXT)
    done = run("build", corpus, cwd=tmp_path)
    assert "1 document added, 0 already there, 1 copy of another; kg.sqlite holds 1 document" in done.stdout
    (corpus / "another.txt").write_text(TEXT)
    done = run("build", corpus, cwd=tmp_path)
    assert "0 documents added, 1 already there, 2 copies of others; kg.sqlite holds 1 document" in done.stdout


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


def test_only_facts_that_are_sure_and_of_one_relation(corpus, tmp_path):
    assert run("build", corpus, cwd=tmp_path).returncode == 0

    def facts(*options):
        return [
            json.loads(line) for line in run("facts", "kg.sqlite", "--json", *options, cwd=tmp_path).stdout.splitlines()
        ]

    every = facts()
    least = every[len(every) // 2]["confidence"]
    sure = [row for row in every if row["confidence"] >= least]
    assert facts("--min-confidence", least) == sure
    assert len(sure) < len(every)
    born = [row for row in every if row["relation"] == "place of birth"]
    assert facts("--relation", "Place of birth") == facts("--relation", "p19") == born != []
    assert facts("--relation", "P19", "--entity", "Virginia") == [
        r for r in born if "Virginia" in (r["head"], r["tail"])
    ]
    unheard = run("facts", "kg.sqlite", "--relation", "place of brith", cwd=tmp_path)
    near = "relations like it: place of birth, place of death"
    assert unheard.stderr.startswith(f"Error: no relation is called 'place of brith'; {near}")
    others = (
        "--entity",
        "Virginia",
        "--entity",
        "The X-Files",
        "--relation",
        "P19",
        "--relation",
        "country of citizenship",
    )
    assert facts(*others) == [
        row
        for row in every
        if row["property"] in ("P19", "P27") and {"Virginia", "The X-Files"} & {row["head"], row["tail"]}
    ]
    none = run("facts", "kg.sqlite", "--relation", "P19", "--min-confidence", "1", cwd=tmp_path)
    assert none.stderr == "Error: kg.sqlite: no facts of 'P19' of confidence 1 or more\n"

    def graph(*options):
        assert run("export", "kg.sqlite", "--to", "kg.json", *options, cwd=tmp_path).returncode == 0
        return networkx.node_link_graph(json.loads((tmp_path / "kg.json").read_text()), edges="edges")

    whole, few = graph(), graph("--min-confidence", least, "--connected")
    assert whole.number_of_edges() == len(every)
    assert few.number_of_edges() == len(sure)
    assert graph("--min-confidence", least).number_of_nodes() == whole.number_of_nodes()
    alone = graph("--min-confidence", 1, "--connected")
    assert alone.number_of_nodes() == 0
    read_by_way_of = {e["via"] for *_, data in few.edges(data=True) for e in data["evidence"]} - {""}
    assert set(few) == {end for edge in few.edges() for end in edge} | read_by_way_of


def test_what_is_read_again_for_its_options_is_said(corpus, tmp_path):
    assert "again" not in run("build", corpus, cwd=tmp_path).stdout
    (corpus / "rome.txt").write_text("Rome is the capital of Italy.")
    done = run("build", corpus, "--threshold", "0.9", cwd=tmp_path)
    assert "2 documents added (1 read again, for it was read in another way before), 0 already there" in done.stdout


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
        while not (tmp_path / "kg.sqlite").exists() or not _documents(tmp_path / "kg.sqlite"):
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
    with suppress(StoreError), FactStore(path, create=False) as store:  # of one that is just being made
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


def test_bad_input_is_named_and_the_rest_goes_on(corpus, tmp_path):
    (corpus / "empty.txt").write_text("")
    (corpus / "binary.txt").write_bytes(os.urandom(2000) + b"\0")
    (corpus / "latin.txt").write_bytes("Zürich".encode("latin-1"))
    (corpus / "page.html").write_text("<p>Rome is in Italy.</p>")
    (corpus / "line.txt").write_text("word " * 210_000)
    (corpus / "tool.py").write_text("# Rome is in Italy.")
    (corpus / "map.SVG").write_text("<svg>Rome</svg>")
    (corpus / "lines.jsonl").write_text('{"text": "Rome is in Italy."}\n{"text": \n')
    done = run("build", corpus, "--to", "kg.ttl", cwd=tmp_path)
    assert done.returncode == 3
    assert "2 documents added" in done.stdout
    assert (tmp_path / "kg.ttl").exists()
    assert "Traceback" not in done.stderr
    assert "8 skipped (3 with nothing to read); kg-docre documents kg.sqlite --failed lists them" in done.stderr
    listed = run("documents", "kg.sqlite", "--failed", cwd=tmp_path).stdout
    for name in ("lines.jsonl#line 2", *"empty.txt binary.txt latin.txt line.txt page.html tool.py map.SVG".split()):
        assert done.stderr.count(f"skipped corpus/{name}: ") == 1
        assert name in listed


def test_what_is_no_text_or_empty_is_named_and_no_error(corpus, tmp_path):
    (corpus / "empty.txt").write_text("\n")
    (corpus / "tool.py").write_text("# Rome is in Italy.")
    (corpus / "rows.jsonl").write_text('{"id": 1, "text": null}')
    done = run("build", corpus, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("skipped corpus/") == 3
    listed = run("documents", "kg.sqlite", "--failed", cwd=tmp_path).stdout
    assert ("rows.jsonl#1" in listed, listed.count("not read: empty")) == (True, 2)
    assert run("build", corpus / "tool.py", cwd=tmp_path).returncode == 1, "it was asked for by name"


def test_advice_is_given_once_a_file(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").write_text('{"id": 1, "body": "Rome"}\n{"id": 2, "body": "Oslo"}\n')
    done = run("build", "a.jsonl", "b.jsonl", cwd=tmp_path)
    reason, advice = "no field 'text'", "; --text-field names another one: 'id', 'body'"
    assert [line for line in done.stderr.splitlines() if line.startswith("skipped")] == [
        f"skipped a.jsonl#1: {reason}{advice}",
        f"skipped a.jsonl#2: {reason}",
        f"skipped b.jsonl#1: {reason}{advice}",
        f"skipped b.jsonl#2: {reason}",
    ]
    assert "\n4 skipped; kg-docre documents kg.sqlite --failed lists them\n" in done.stderr
    listed = run("documents", "kg.sqlite", "--failed", "--json", cwd=tmp_path).stdout.splitlines()
    assert [json.loads(line)["failure"] for line in listed] == [reason + advice] * 4


def test_all_that_a_folder_or_a_file_had_is_forgotten(tmp_path):
    (tmp_path / "texts/old").mkdir(parents=True)
    for number, place in enumerate(("texts/a.txt", "texts/old/b.txt", "texts/old/c.txt", "texts/older.txt")):
        (tmp_path / place).write_text(f"Number {number}: Rome is in Italy.")
    (tmp_path / "d.jsonl").write_text("\n".join(json.dumps({"text": f"{n} is in Oslo."}) for n in ("Ada", "Bo")))
    run("build", "texts", "d.jsonl", cwd=tmp_path)
    assert "2 forgotten; kg.sqlite holds 4 documents" in run("forget", "kg.sqlite", "texts/old/", cwd=tmp_path).stdout
    done = run("forget", "kg.sqlite", "d.jsonl", "texts/old", cwd=tmp_path)
    assert "2 forgotten; kg.sqlite holds 2 documents" in done.stdout
    assert "no document 'texts/old'" in done.stderr


def test_an_export_of_ones_own_is_read_by_the_names_of_its_fields(corpus, tmp_path):
    (text,) = corpus.iterdir()
    record = {"url": "https://x.org/1", "headline": "Gilligan", "body": text.read_text()}
    (tmp_path / "a.csv").write_text(f"{','.join(record)}\n" + ",".join(f'"{cell}"' for cell in record.values()))
    (tmp_path / "b.jsonl").write_text(json.dumps({**record, "body": "Rome is in Italy."}))
    named = ("--text-field", "body", "--id-field", "url", "--title-field", "headline")
    done = run("build", "a.csv", "b.jsonl", *named, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "2 documents added" in done.stdout
    assert "Vince Gilligan" in done.stdout
    rows = map(json.loads, run("documents", "kg.sqlite", "--json", cwd=tmp_path).stdout.splitlines())
    assert {(row["uri"], row["title"]) for row in rows} == {
        ("a.csv#https://x.org/1", "Gilligan"),
        ("b.jsonl#https://x.org/1", "Gilligan"),
    }
    (tmp_path / "c.jsonl").write_text('{"text": "Lima is in Peru."}')
    done = run("build", "b.jsonl", "c.jsonl", "--text-field", "text", "--text-field", "body", cwd=tmp_path)
    assert "1 document added, 1 already there" in done.stdout
    done = run("build", "b.jsonl", cwd=tmp_path)
    assert "no field 'text'; --text-field names another one: 'url', 'headline', 'body'" in done.stderr


def test_where_facts_are_from_is_kept_and_asked_for(tmp_path):
    rows = [
        {"id": 1, "text": TEXT, "date": "2024-03-01", "url": "https://x.org/1", "author": ["Ada", "Bo"]},
        {"id": 2, "text": "Lima is the capital of Peru.", "date": "2021-03-01", "url": "https://x.org/2"},
        {"id": 3, "text": "Rome is in Italy.", "date": {"day": 1}},
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    keep = [part for name in ("date", "url", "author", "Date") for part in ("--keep-field", name)]
    done = run("build", "rows.jsonl", *keep, "--to", "kg.ttl", cwd=tmp_path)
    assert done.returncode == 3
    assert "2 documents added" in done.stdout
    assert "skipped rows.jsonl#3: field 'date': expected a string, a number, true or false" in done.stderr
    assert "no document has anything in a field 'Date'; --keep-field names another one: 'id', 'text'," in done.stderr
    facts = map(json.loads, run("facts", "kg.sqlite", "--json", "--limit", "0", cwd=tmp_path).stdout.splitlines())
    found = {e["uri"]: e["metadata"] for fact in facts for e in fact["evidence"]}
    assert found == {
        "rows.jsonl#1": {"date": "2024-03-01", "url": "https://x.org/1", "author": ["Ada", "Bo"]},
        "rows.jsonl#2": {"date": "2021-03-01", "url": "https://x.org/2"},
    }
    listed = map(json.loads, run("documents", "kg.sqlite", "--json", cwd=tmp_path).stdout.splitlines())
    assert {row["uri"]: row["metadata"] for row in listed} == {**found, "rows.jsonl#3": {}}
    query = """SELECT DISTINCT ?url { ?fact kg:evidence/kg:document ?document .
               ?document dcterms:date ?date ; kg:field:url ?url FILTER(?date > "2023-12-31"^^xsd:date) }"""
    done = run("query", "kg.ttl", query, "--csv", cwd=tmp_path)
    assert done.stdout.split() == ["url", "https://x.org/1"], done.stderr

    again = run("build", "rows.jsonl", "--keep-field", "date", cwd=tmp_path)
    assert "0 documents added, 2 already there" in again.stdout
    again = run("build", "rows.jsonl", cwd=tmp_path)
    assert "1 document added, 2 already there" in again.stdout
    assert "2 documents now without metadata, for there is no --keep-field" in again.stderr
    assert "metadata" not in run("build", "rows.jsonl", cwd=tmp_path).stderr
    done = run("build", "rows.jsonl", "--keep-field", " ", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "Error: field ' ': no name for a field\n")


def test_builds_into_neo4j_and_queries_find_it(corpus, tmp_path, bolt, database):
    uri, user, password, name = bolt
    login = {"NEO4J_USER": user, "NEO4J_PASSWORD": password, "NEO4J_DATABASE": name or ""}
    done = run("build", corpus, "--to", uri, cwd=tmp_path, **login)
    assert done.returncode == 0, done.stderr
    rows = database(
        "MATCH (p:Person)-[r:PLACE_OF_BIRTH]->(c:Location) RETURN p.name AS p, c.name AS c, r.property AS id"
    )
    assert {"p": "Vince Gilligan", "c": "Richmond", "id": "P19"} in rows


@pytest.mark.parametrize(
    ("uri", "environment", "reason"),
    [
        (
            "bolt://127.0.0.1:1",
            {"NEO4J_USER": "neo4j", "NEO4J_PASSWORD": "s3cret-word"},
            "no Neo4j server answers there",
        ),
        ("bolt://neo4j:s3cret", {}, "not a Neo4j address"),
        ("bolt://127.0.0.1:1", {}, "set NEO4J_USER and NEO4J_PASSWORD"),
    ],
)
def test_an_unreachable_neo4j_is_one_line_before_any_work(uri, environment, reason, corpus, tmp_path, monkeypatch):
    for name in ("NEO4J_USER", "NEO4J_PASSWORD", "NEO4J_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    done = run("build", corpus, "--to", "kg.ttl", "--to", uri, cwd=tmp_path, **environment)
    assert done.returncode == 1
    assert reason in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "s3cret" not in done.stderr + done.stdout
    assert sorted(p.name for p in tmp_path.iterdir()) == ["corpus"]


def test_a_refused_password_is_one_line(corpus, tmp_path, bolt):
    uri, user, _, name = bolt
    login = {"NEO4J_USER": user, "NEO4J_PASSWORD": "wr0ng-password", "NEO4J_DATABASE": name or ""}
    done = run("build", corpus, "--to", uri, cwd=tmp_path, **login)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines() == [f"Error: {uri}: user or password refused"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["build", "corpus", "--model", "nonsense"], "no checkpoint 'nonsense'"),
        (["build", "corpus", "--device", "abacus"], "device 'abacus'"),
        (["build", "corpus", "--spacy-model", "no_such_pipeline"], "no_such_pipeline"),
        (["build", "corpus", "--to", "kg.xlsx"], "unknown ending"),
        (["build", "corpus", "--to", "kg.csv"], "kg.csv: a table, not a graph; kg-docre facts --csv"),
        (["build", "corpus", "--to", "kg.tsv.gz"], "kg-docre facts --csv"),
        (["build", "", "--forget-missing"], "a source without a name"),
        (["build", "corpus", "--store", "no/such/kg.sqlite"], "kg.sqlite"),
        (["export", "missing.sqlite", "--to", "kg.ttl"], "no such store"),
        (["facts", "missing.sqlite"], "no such store"),
        (["evaluate", "default", "missing.json"], "missing.json"),
        (["train", "missing.toml"], "missing.toml"),
    ],
)
def test_mistakes_are_one_line(arguments, reason, corpus, tmp_path):
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert reason in done.stderr


def test_evaluate_prints_one_object_of_fractions(tmp_path):
    done = run("evaluate", "default", DATA / "redocred_sample.json", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    scores = json.loads(done.stdout)
    assert scores["documents"] == 10
    assert 0.5 < scores["f1"] <= 1
    assert scores["f1"] == pytest.approx(2 / (1 / scores["precision"] + 1 / scores["recall"]))
    assert scores["ign_f1"] <= scores["f1"]
    assert "Warning" not in done.stderr
    table = run("evaluate", "small", DATA / "redocred_sample.json", cwd=tmp_path)
    assert f"{scores['f1']:.4f}" in table.stdout


def test_evaluate_tells_of_relations_that_the_model_does_not_know(tmp_path):
    documents = json.loads((DATA / "redocred_sample.json").read_text())[:2]
    facts = sum(len(document["labels"]) for document in documents)
    documents[0]["labels"][0]["r"] = documents[1]["labels"][0]["r"] = "P9999"
    (tmp_path / "odd.json").write_text(json.dumps(documents))
    done = run("evaluate", "default", "odd.json", "--json", cwd=tmp_path)
    assert json.loads(done.stdout)["facts"] == facts
    warning = f"Warning: 2 of {facts} facts count as missed, for default does not know their relations: P9999\n"
    assert warning in done.stderr


def test_predictions_are_what_docreds_leaderboard_takes(tmp_path):
    documents = json.loads((DATA / "redocred_sample.json").read_text())[:2]
    documents.append({**documents[0], "labels": []})  # of the same title
    (tmp_path / "dev.json").write_text(json.dumps(documents))
    unlabelled = [{name: value for name, value in document.items() if name != "labels"} for document in documents]
    (tmp_path / "test.json").write_text(json.dumps(unlabelled))
    done = run("evaluate", "default", "dev.json", "--predictions", "dev.out", "--json", cwd=tmp_path)
    facts = json.loads((tmp_path / "dev.out").read_text())
    assert len(facts) == json.loads(done.stdout)["predicted"]
    assert {tuple(fact) for fact in facts} == {("title", "h_idx", "t_idx", "r", "evidence")}
    labels = {(d["title"], n["h"], n["t"], n["r"]) for d in documents for n in d["labels"]}
    right = [fact for fact in facts if (fact["title"], fact["h_idx"], fact["t_idx"], fact["r"]) in labels]
    assert len(right) > len(facts) / 2
    assert any(fact["evidence"] for fact in facts)
    done = run("evaluate", "default", "test.json", "--predictions", "test.out", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "scores: unknown, for test.json has no labels\n")
    assert (tmp_path / "test.out").read_bytes() == (tmp_path / "dev.out").read_bytes()
    for refused in (("test.json",), ("x.json", "--raw")):
        assert run("evaluate", "default", "test.json", "--predictions", *refused, cwd=tmp_path).returncode == 1
    assert json.loads((tmp_path / "test.json").read_text()) == unlabelled


def test_train_from_the_command_line(training_file, tmp_path):
    done = run("train", training_file(epochs=1), "--output", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "best: out/best (epoch 1, F1 " in done.stdout
    assert (tmp_path / "out" / "best" / "model.safetensors").exists()


def test_models_lists_what_ships():
    done = run("models", cwd=".")
    assert {line.split()[0] for line in done.stdout.splitlines()} >= {"default", "small"}


def test_a_graph_is_asked_without_a_server(corpus, tmp_path):
    built = run("build", corpus, "--to", "kg.oxigraph", "--to", "kg.ttl", "--provenance", "reifiers", cwd=tmp_path)
    assert built.returncode == 0, built.stderr
    question = "SELECT ?name ?type ?n { ?x rdfs:label ?name ; a ?type . BIND(0.5 AS ?n) }"
    for target in ("kg.oxigraph", "kg.ttl"):
        table = run("query", target, question, "-p", "name=Vince Gilligan", cwd=tmp_path)
        assert table.returncode == 0, table.stderr
        assert "kg:PER" in table.stdout, "IRIs are short"
        rows = run("query", target, "-", "-p", "name=Vince Gilligan", "--json", cwd=tmp_path, stdin=question).stdout
        expected = {"name": "Vince Gilligan", "type": "urn:kg-docre:vocabulary:PER", "n": 0.5}
        assert [json.loads(row) for row in rows.splitlines()] == [expected]
    lines = run("query", "kg.ttl", question, "-p", "name=Vince Gilligan", "--csv", cwd=tmp_path).stdout
    assert lines == "name,type,n\nVince Gilligan,urn:kg-docre:vocabulary:PER,0.5\n"
    for wrong in (("SELECT nothing",), (question, "-p", "name"), (question, "-p", "=x")):
        answer = run("query", "kg.ttl", *wrong, cwd=tmp_path)
        assert answer.returncode == 1
        assert answer.stderr.startswith("Error: ")
        assert len(answer.stderr.splitlines()) == 1
    again = run("export", "kg.sqlite", "--to", "kg.oxigraph", "--to", "kg.gexf", "--provenance", "none", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    answer = run("query", "kg.oxigraph", "ASK { ?s kg:confidence ?c }", "--csv", cwd=tmp_path).stdout
    assert answer == "answer\nfalse\n"


def test_texts_in_another_encoding_are_read_where_it_is_named(tmp_path):
    (tmp_path / "a.csv").write_bytes("id,text\n1,Anna Müller was born in Zürich.\n".encode("cp1252"))
    assert run("build", "a.csv", cwd=tmp_path).returncode == 1
    unknown = run("build", "a.csv", "--encoding", "cp9", cwd=tmp_path)
    assert (unknown.returncode, "no encoding 'cp9'" in unknown.stderr) == (1, True)
    assert run("build", "a.csv", "--encoding", "cp1252", cwd=tmp_path).returncode == 0
    assert "Anna Müller" in run("facts", "kg.sqlite", cwd=tmp_path).stdout


def test_documents_are_listed_with_what_became_of_them(corpus, tmp_path):
    (corpus / "broken.txt").write_bytes(b"\xff")
    assert run("build", corpus, cwd=tmp_path).returncode == 3
    assert run("build", corpus, cwd=tmp_path).returncode == 3, "as long as it cannot be read"
    assert run("build", corpus / "broken.txt", cwd=tmp_path).returncode == 1, "nothing else was there to be read"
    listed = run("documents", "kg.sqlite", cwd=tmp_path).stdout
    assert "corpus/gilligan.txt" in listed
    assert "byte 0xff" in listed
    failed = run("documents", "kg.sqlite", "--failed", cwd=tmp_path).stdout
    assert "gilligan" not in failed
    assert "broken.txt" in failed
    (corpus / "broken.txt").write_text("Vince Gilligan was born in Virginia.\n")
    assert run("build", corpus, cwd=tmp_path).returncode == 0
    assert "broken.txt" not in run("documents", "kg.sqlite", "--failed", cwd=tmp_path).stdout
    listed = map(json.loads, run("documents", "kg.sqlite", "--json", cwd=tmp_path).stdout.splitlines())
    assert {row["uri"]: row["failure"] for row in listed} == {"corpus/broken.txt": "", "corpus/gilligan.txt": ""}


def test_raw_text_may_hold_more_than_was_annotated(tmp_path):
    documents = json.loads((DATA / "redocred_sample.json").read_text())[:2]
    for document in documents:
        document["vertexSet"], document["labels"] = document["vertexSet"][:2], []
    (tmp_path / "few.json").write_text(json.dumps(documents))
    done = run("evaluate", "default", "few.json", "--raw", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    unlabelled = run("evaluate", "default", "few.json", "--json", cwd=tmp_path)
    assert unlabelled.returncode == 1
    assert unlabelled.stderr.splitlines()[-1].startswith("Error: no fact is labelled")


def test_what_is_printed_is_utf_8_wherever_it_goes(corpus, tmp_path):
    assert run("build", corpus, cwd=tmp_path).returncode == 0
    shown = run("facts", "kg.sqlite", "--entity", "richmond", cwd=tmp_path, PYTHONIOENCODING="cp1252")
    assert shown.returncode == 0, shown.stderr
    assert "→" in shown.stdout


def test_sources_that_are_not_there_leave_no_store(corpus, tmp_path):
    done = run("build", "corpsu", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "Error: no such file or folder: corpsu\n")
    assert not (tmp_path / "kg.sqlite").exists()
    partly = run("build", "corpsu", corpus, cwd=tmp_path)
    assert "1 document added" in partly.stdout
    assert "skipped corpsu: " in partly.stderr


def test_a_store_in_no_folder_is_refused_before_anything_is_read(corpus, tmp_path):
    done = run("build", corpus, "--store", "out/kg.sqlite", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == "Error: out/kg.sqlite: its folder does not exist\n"


def test_a_checkpoint_is_not_compressed_into_itself(checkpoint, tmp_path):
    done = run("compress", checkpoint, checkpoint, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.endswith(": the checkpoint itself; name another folder\n")


def test_the_version_and_that_a_hierarchy_is_for_pubtator(tmp_path):
    assert run("--version", cwd=tmp_path).stdout == f"kg-docre {kg_docre.__version__}\n"
    wrong = run("evaluate", "default", DATA / "redocred_sample.json", "--hierarchy", "tree.tsv", cwd=tmp_path)
    assert wrong.returncode == 1
    assert "a hierarchy is for the ids of PubTator files" in wrong.stderr


def test_documents_of_any_length_and_number_of_entities_are_read(tmp_path):
    towns = [f"{name}{end}" for name in ("Lind", "Berg", "Holm", "Sund", "Kirch") for end in ("burg", "heim", "ville")]
    names = " ".join(
        f"{town} is a town in Norway. Its mayor, Anna {town}, was born in 19{n}0." for n, town in enumerate(towns)
    )
    (tmp_path / "long.txt").write_text(names + " Nobody said a word." * 10_000)
    refused = run("build", "long.txt", "--max-characters", "200000", cwd=tmp_path)
    assert refused.returncode == 1
    assert "more than the limit of 200,000" in refused.stderr
    done = run("build", "long.txt", "--max-entities", "10", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    facts = json.loads(
        f"[{','.join(run('facts', 'kg.sqlite', '--limit', '0', '--json', cwd=tmp_path).stdout.splitlines())}]"
    )
    inside = {fact["head"] for fact in facts if (fact["relation"], fact["tail"]) == ("country", "Norway")}
    assert len(inside & {*towns}) > len(towns) / 2, "of all passages"


def test_neither_the_store_nor_a_text_is_overwritten(tmp_path):
    texts = tmp_path / "docs.json"
    texts.write_text('[{"text": "Oslo is in Norway."}]')
    for arguments in (("build", "docs.json", "--to", "docs.json"), ("build", "docs.json", "--to", "./kg.sqlite")):
        done = run(*arguments, cwd=tmp_path)
        assert done.returncode == 1
        assert "name another file" in done.stderr
    assert texts.read_text() == '[{"text": "Oslo is in Norway."}]'
    assert run("build", "docs.json", "--store", "kg.json", cwd=tmp_path).returncode == 0
    before = (tmp_path / "kg.json").read_bytes()
    assert "that is the store" in run("export", "kg.json", "--to", "kg.json", cwd=tmp_path).stderr
    assert (tmp_path / "kg.json").read_bytes() == before


def test_what_a_build_did_is_one_json_object(corpus, tmp_path):
    (corpus / "a copy.txt").write_text(TEXT)
    (corpus / "broken.jsonl").write_text('{"id": "a"\n')
    (corpus / "empty.txt").write_text("")
    done = run("build", "corpus", "--to", "kg.nt", "--json", cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    told = json.loads(done.stdout)
    reasons = {skipped["uri"]: skipped for skipped in told.pop("skipped")}
    assert told.pop("nodes") > 3
    assert told.pop("relations") > 3
    assert told == {
        **{"added": 1, "read_again": 0, "already_there": 0, "copies": 1, "forgotten": [], "wrote": ["kg.nt"]},
        **{"store": "kg.sqlite", "documents": 1, "other_languages": {}},
    }
    assert reasons["corpus/empty.txt"] == {"uri": "corpus/empty.txt", "reason": "empty", "error": False}
    (broken,) = (its for uri, its in reasons.items() if uri.startswith("corpus/broken.jsonl"))
    assert broken["error"]
    assert "JSON" in broken["reason"]

    for name in ("a copy.txt", "broken.jsonl", "empty.txt", "gilligan.txt"):
        (corpus / name).unlink()
    (corpus / "other.txt").write_text("Good morning.")
    done = run("build", "corpus", "--forget-missing", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert {"corpus/a copy.txt", "corpus/gilligan.txt"} < {*told["forgotten"]}, "besides, what could not be read"
    assert (told["added"], told["skipped"], told["documents"], told["relations"]) == (1, [], 1, 0)


def test_documents_in_another_language_are_named(corpus, tmp_path):
    """Named, though read, where a shipped model reads them; short texts say too little to tell."""
    (corpus / "berg.txt").write_text(GERMAN)
    (corpus / "kurz.txt").write_text("Ada Berg war Dichterin.")
    done = run("build", "corpus", "--json", cwd=tmp_path)
    assert (done.returncode, json.loads(done.stdout)["other_languages"]) == (0, {"corpus/berg.txt": "de"}), done.stderr
    assert "1 document seems not to be in English" in done.stderr
    assert "corpus/berg.txt (de 1)" in done.stderr


def test_a_quiet_build_says_only_what_is_wrong(corpus, tmp_path):
    done = run("build", corpus, "--to", "kg.nt", "--quiet", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "kg.nt").stat().st_size
    (corpus / "broken.jsonl").write_text('{"id": "a"\n')
    done = run("build", corpus, "-q", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert "skipped corpus/broken.jsonl" in done.stderr
    assert "documents:" not in done.stderr
