import json

import pytest
from typer.testing import CliRunner

from kg_docre.cli import app
from kg_docre.resolution.decisions import merge, split
from kg_docre.resolution.resolve import resolve
from kg_docre.store import FactStore
from tests.resolution.test_resolve import add, document, nodes

ALLIANCE = document("a", ("ORG", "the Alliance"), ("LOC", "Springfield"), ("PER", "Ann Lee"))
NATO = document("b", ("ORG", "NATO"), ("LOC", "Springfield"), ("PER", "Ann Lee"))
BOTH = document("c", ("ORG", "NATO"), ("ORG", "the Warsaw Pact"))


def run(*arguments, **options):
    return CliRunner().invoke(app, ["resolve", *map(str, arguments)], **options)


@pytest.fixture
def path(tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        add(store, ALLIANCE, NATO, BOTH)
    return tmp_path / "kg.sqlite"


def test_what_was_decided_goes_to_another_store(path, tmp_path):
    """One that has some of the documents later than the decisions."""
    with FactStore(path) as store:
        merge(store, "the Alliance", "NATO")
        split(store, "Springfield")
    printed = run(path, "--decided")
    assert printed.exit_code == 0
    lines = [json.loads(line) for line in printed.output.splitlines()]
    assert [(line["kind"], line["names"]) for line in lines] == [
        ("by document", ["Springfield (LOC)"]),
        ("same", ["the Alliance (ORG)", "NATO (ORG)"]),
    ]
    file = tmp_path / "decisions.jsonl"
    file.write_text(printed.output, encoding="utf-8")
    with FactStore(tmp_path / "other.sqlite") as other:
        add(other, BOTH)
    for _ in range(2):  # twice is as once
        taken = run(tmp_path / "other.sqlite", "--decisions", file)
        assert taken.exit_code == 0, taken.output
    with FactStore(tmp_path / "other.sqlite") as other:
        add(other, NATO, ALLIANCE)
        resolve(other)
        assert nodes(other, "the Alliance")["a"] == nodes(other, "NATO")["b"] == nodes(other, "NATO")["c"]
        assert len({*nodes(other, "Springfield").values()}) == 2
        assert len({*nodes(other, "Ann Lee").values()}) == 1
    assert run(tmp_path / "other.sqlite", "--decided").output == printed.output


def test_many_decisions_by_name_and_one_that_cannot_be(path):
    lines = """{"merge": ["the Alliance", "NATO"]}

{"merge": ["NATO", "Atlantis"]}
{"split": "Ann Lee"}
not JSON
{"split": ["Springfield"]}
{"kind": "same", "forms": ["x"]}"""
    done = run(path, "--decisions", "-", input=lines)
    assert done.exit_code == 1
    assert "line 3: no node is called 'Atlantis'" in done.output
    assert "line 5: no JSON" in done.output
    assert 'line 6: a decision is {"merge"' in done.output
    assert "line 7: a decision is" in done.output
    with FactStore(path) as store:
        assert nodes(store, "the Alliance")["a"] == nodes(store, "NATO")["b"]
        assert len({*nodes(store, "Ann Lee").values()}) == 2
        assert len({*nodes(store, "Springfield").values()}) == 1


def test_a_file_that_is_followed_again_changes_nothing_and_has_no_problem(path, tmp_path):
    with FactStore(path) as store:
        add(store, document("d", ("ORG", "Acme Corp"), ("PER", "Bo Marsh"), ("PER", "Bo"), ("PER", "Ann Lee")))
        add(store, document("e", ("ORG", "Zed"), ("PER", "Bo Marsh"), ("LOC", "Springfield")))
        resolve(store)
        ids = [nodes(store, name)[document] for name, document in (("Acme Corp", "d"), ("Zed", "e"), ("Ann Lee", "a"))]
    decided = [{"merge": ["the Alliance", "NATO"]}, {"merge": ids[:2]}]
    decided += [{"split": "Springfield"}, {"split": "Bo Marsh"}, {"split": ids[2]}]
    (tmp_path / "all.jsonl").write_text("\n".join(map(json.dumps, decided)))
    done = run(path, "--decisions", tmp_path / "all.jsonl")
    assert (done.exit_code, done.output.splitlines()[0]) == (0, "2 merges, 3 splits"), done.output

    def placed():
        with FactStore(path) as store:
            return store.read("SELECT name, document, node FROM entity ORDER BY id").fetchall()

    before = placed()
    for _ in range(2):
        done = run(path, "--decisions", tmp_path / "all.jsonl")
        assert (done.exit_code, done.output.splitlines()[0]) == (0, "5 already so"), done.output
        assert placed() == before
    (tmp_path / "more.jsonl").write_text('{"split": "Ann Lee"}\n{"merge": ["NATO", "the Warsaw Pact"]}')
    assert run(path, "--decisions", tmp_path / "more.jsonl").output.splitlines()[0] == "1 merge, 1 already so"


def test_a_first_name_that_was_split_from_a_whole_one_is_already_so(tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        friends = ("PER", "Ed Marsh"), ("ORG", "Quarry Band")
        add(store, document("first", ("PER", "Ada"), *friends), document("whole", ("PER", "Ada Lund"), *friends))
        resolve(store)
        assert nodes(store, "Ada")["first"] == nodes(store, "Ada Lund")["whole"]
    for told in ("1 split", "1 already so"):
        done = run(tmp_path / "kg.sqlite", "--decisions", "-", input='{"split": "Ada"}')
        assert (done.exit_code, done.output.splitlines()[0]) == (0, told), done.output


def test_what_is_not_there_is_not_already_so(path):
    done = run(path, "--decisions", "-", input='{"merge": ["Atlantis", "Atlantis"]}\n{"split": "Atlantis"}')
    assert done.exit_code == 1
    assert done.output.count("no node is called 'Atlantis'") == 2
    assert done.output.startswith("nothing decided\n")


def test_what_is_decided_in_the_words_of_the_store_is_counted_alike(path, tmp_path):
    with FactStore(path) as store:
        merge(store, "the Alliance", "NATO")
        merge(store, "the Alliance", "the Warsaw Pact")
        split(store, "Springfield")
    printed = run(path, "--decided").output
    assert run(path, "--decisions", "-", input=printed).output.startswith("2 already so\n")
    with FactStore(tmp_path / "other.sqlite") as other:
        add(other, BOTH)
    assert run(other.path, "--decisions", "-", input=printed).output.startswith("1 merge, 1 split\n")


def test_a_file_that_is_no_text_is_named_and_nothing_of_it_decided(path, tmp_path):
    (tmp_path / "latin.jsonl").write_bytes('{"split": "Ann Lee"}\n{"split": "Café"}\n'.encode("latin-1"))
    done = run(path, "--decisions", tmp_path / "latin.jsonl")
    assert done.exit_code == 1
    assert f"Error: {tmp_path / 'latin.jsonl'}: not in UTF-8: " in done.output
    assert run(path, "--decided").output == ""


def test_nothing_decided_is_nothing_printed(path):
    assert run(path, "--decided").output == ""
