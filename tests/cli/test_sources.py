"""Files of any kind, fields of any name, and what cannot be read."""

import json
import os

from tests.cli.conftest import TEXT
from tests.command_line import run


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


def test_sources_that_are_not_there_leave_no_store(corpus, tmp_path):
    done = run("build", "corpsu", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "Error: no such file or folder: corpsu\n")
    assert not (tmp_path / "kg.sqlite").exists()
    partly = run("build", "corpsu", corpus, cwd=tmp_path)
    assert "1 document added" in partly.stdout
    assert "skipped corpsu: " in partly.stderr
