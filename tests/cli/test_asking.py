"""Facts and graphs are asked for."""

import json

import networkx

from tests.command_line import python_run, run


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


def test_in_a_narrow_terminal_sentences_stand_below_their_fact(corpus, tmp_path):
    assert run("build", corpus, cwd=tmp_path).returncode == 0
    asked = ("facts", "kg.sqlite", "--entity", "Vince Gilligan", "--relation", "place of birth")
    narrow, wide = (run(*asked, cwd=tmp_path, COLUMNS=columns).stdout for columns in ("60", "160"))
    assert max(map(len, narrow.splitlines())) == 60
    assert "│ Vince Gilligan —place of birth→ Richmond" in narrow
    assert "│ Vince Gilligan was born in Richmond, Virginia, in" in narrow
    assert "│ Vince Gilligan │ place of birth │ Richmond" in wide
    for nothing in ("", "0", "many"):
        assert run(*asked, cwd=tmp_path, COLUMNS=nothing).stdout == wide, nothing


def test_where_all_could_be_read_no_empty_table_is_shown(corpus, tmp_path):
    assert run("build", corpus, cwd=tmp_path).returncode == 0
    assert run("documents", "kg.sqlite", "--failed", cwd=tmp_path).stdout == "kg.sqlite: all documents could be read\n"
    assert run("documents", "kg.sqlite", "--failed", "--json", cwd=tmp_path).stdout == ""
    assert run("forget", "kg.sqlite", "corpus", cwd=tmp_path).returncode == 0
    assert run("documents", "kg.sqlite", cwd=tmp_path).stdout == "kg.sqlite: no documents\n"
    unknown = run("forget", "kg.sqlite", "notes.txt", cwd=tmp_path)
    assert "no document 'notes.txt'; kg-docre documents kg.sqlite lists them" in unknown.stderr


def test_the_help_begins_with_what_comes_first(tmp_path):
    shown = run("--help", cwd=tmp_path).stdout
    places = [shown.index(f"│ {name} ") for name in ("build", "facts", "export", "documents", "resolve", "train")]
    assert places == sorted(places)


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


def test_what_is_printed_is_utf_8_wherever_it_goes(corpus, tmp_path):
    assert run("build", corpus, cwd=tmp_path).returncode == 0
    shown = python_run("facts", "kg.sqlite", "--entity", "richmond", cwd=tmp_path, PYTHONIOENCODING="cp1252")
    assert shown.returncode == 0, shown.stderr
    assert "→" in shown.stdout
