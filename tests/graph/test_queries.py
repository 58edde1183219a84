"""The questions of examples/queries.md, asked of both kinds of graph, and the command that asks them."""

import gzip
import re
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import perf_counter

import pytest

from kg_docre.graph.answer import print_answer
from kg_docre.graph.bolt import in_one_line
from kg_docre.graph.errors import ExportError
from kg_docre.graph.neo4j import Neo4jTarget
from kg_docre.graph.query import ask
from kg_docre.graph.targets import open_target
from tests.graph.exported import no_credentials, write

PAGE = Path(__file__).parents[2] / "examples/queries.md"
QUESTIONS = [
    (title, *(re.search(rf"```{language}\n(.*?)```", part, re.DOTALL)[1] for language in ("cypher", "sparql")))
    for part in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]
    for title in [part.partition("\n")[0]]
]
PARAMETERS = {"name": "Australia", "first": "ABBA", "second": "The Hives"}
NAMED = {
    "What is known about a thing?": "Crupet",
    "Which sentences say so, and in which document?": "Crupet",
    "By way of what was it read?": "Crupet",
    "How else is it called?": "Sweden",
}


def _rounded(rows):
    return [tuple(round(value, 4) if isinstance(value, float) else value for value in row) for row in rows]


def _rows(target, query, parameters=None):
    answer = ask(target, query, no_credentials, parameters)
    return answer.columns, _rounded(answer.rows)


@pytest.fixture
def server(bolt, graph, database):
    """A function that asks a server which has the graph, and its credentials."""
    uri, user, password, name = bolt
    with Neo4jTarget(uri, user=user, password=password, database=name) as target:
        target.write(graph)
    return lambda query, parameters: ask(uri, query, lambda: (user, password, name), parameters)


def test_dates_and_durations_are_written_as_iso_8601(server):
    (row,) = server("RETURN date('2020-01-31') AS day, [duration('P1M')] AS months", {}).rows
    assert row == ("2020-01-31", ["P1M"])


def test_questions_have_the_same_answers_in_cypher_and_sparql(graph, server, tmp_path):
    store = str(write(graph, tmp_path / "kg.oxigraph"))
    assert len(QUESTIONS) == 12
    for title, cypher, sparql in QUESTIONS:
        parameters = PARAMETERS | {"name": NAMED.get(title, PARAMETERS["name"])}
        columns, expected = _rows(store, sparql, {k: v for k, v in parameters.items() if f"?{k}" in sparql})
        assert expected, title
        answer = server(cypher, parameters)
        assert answer.columns == columns, title
        assert sorted(_rounded(answer.rows)) == sorted(expected), title


def test_no_thing_is_what_has_something_in_common_with_it(graph, server, tmp_path):
    store = str(write(graph, tmp_path / "kg.oxigraph"))
    ((cypher, sparql),) = (queries for title, *queries in QUESTIONS if title == "What have two things in common?")
    itself = {"first": "ABBA", "second": "ABBA"}
    assert _rows(store, sparql, itself)[1] == list(server(cypher, itself).rows) == []


@pytest.mark.parametrize("ending", [".ttl", ".nt.gz", ".trig"])
def test_rdf_files_are_asked_like_a_store(ending, graph, tmp_path):
    """With several named graphs a fact is found in each, so the answers are compared as sets."""
    store, file = str(write(graph, tmp_path / "kg.oxigraph")), str(write(graph, tmp_path / f"kg{ending}"))
    for title, _, sparql in QUESTIONS[:6]:
        expected, found = (set(_rows(target, sparql)[1]) for target in (store, file))
        assert found == expected, title


def test_answers_are_plain_values(graph, tmp_path):
    store = str(write(graph, tmp_path / "kg.oxigraph"))
    assert _rows(store, 'ASK { ?x rdfs:label "Crupet" }') == (("answer",), [(True,)])
    assert _rows(store, 'ASK { ?x rdfs:label "Atlantis" }') == (("answer",), [(False,)])
    columns, rows = _rows(store, 'DESCRIBE ?x { ?x rdfs:label "Crupet" }')
    assert columns == ("subject", "predicate", "object")
    assert "Crupet" in {row[2] for row in rows}
    hostile = 'x" . } INSERT DATA { <urn:a> <urn:b> <urn:c>'
    assert _rows(store, "SELECT ?name { ?x rdfs:label ?name }", {"name": hostile})[1] == []


def test_nodes_relationships_and_paths_of_an_answer_are_plain(server):
    query = "MATCH path = (head:Entity)-[fact]->(:Entity) RETURN head, fact, path ORDER BY fact.id LIMIT 1"
    ((head, fact, path),) = server(query, {}).rows
    assert set(head["labels"]) > {"Entity"}
    assert head["name"]
    assert fact["type"]
    assert fact["property"].startswith("P")
    assert path[:2] == [head, fact]
    assert len(path) == 3


def test_csv_keeps_every_digit(graph, tmp_path, capsys):
    store = str(write(graph, tmp_path / "kg.oxigraph"))
    query = "SELECT ?confidence { ?fact kg:confidence ?confidence } ORDER BY ?confidence LIMIT 20"
    print_answer(ask(store, query, no_credentials), "csv")
    header, *lines = capsys.readouterr().out.splitlines()
    assert header == "confidence"
    assert [float(line) for line in lines] == sorted(fact.confidence for fact in graph.facts())[:20]


def test_queries_write_nothing(graph, server, database, tmp_path):
    store = str(write(graph, tmp_path / "kg.oxigraph"))
    with pytest.raises(ExportError, match=r"kg\.oxigraph: "):
        ask(store, "INSERT DATA { <urn:a> <urn:b> <urn:c> }", no_credentials)
    before = database("MATCH (n) RETURN count(n) AS n")
    with suppress(ExportError):  # Neo4j refuses
        server("CREATE (n:Note) RETURN n.id AS id", {})
    assert database("MATCH (n) RETURN count(n) AS n") == before


@pytest.mark.parametrize(
    ("query", "place", "reason"),
    [
        ("SELECT ?x WHERE { ?x rdfs:label ?y FILTER(?y > 3 } LIMIT 3", (1, 50), "syntax error at '} LIMIT 3'"),
        ("SELECT ?x, ?y {\n ?x wdt:P26 ?y }", (1, 10), "syntax error at ', ?y { ?x wdt:P26 ?y }'"),
        ("SELECT ?x {\n ?x rdfs:label 'O'Brien' }", (2, 19), 'syntax error at "Brien\' }"'),
        ("SELECT ?x {\n\n", (3, 1), "the query ends too early"),
        ("SELECT ?x { ?x rdfs:label ?y } LIMT 3", (1, 32), "syntax error at 'LIMT 3'"),
        (
            "SELCT ?x { ?x rdfs:label ?y } LIMIT 30 OFFSET 3",
            (1, 1),
            "syntax error at 'SELCT ?x { ?x rdfs:label ?y } …'",
        ),
        ("SELECT ?x { ?x rdfs:label ?y . ?x ex:P1 ?y }", (1, 35), "unknown prefix 'ex'"),
        ("SELECT ?x (COUNT(?y) AS ?n) { ?x rdfs:label ?y }", (1, 49), "The SELECT contains a variable that is unbound"),
    ],
)
def test_what_is_wrong_with_a_query_is_told_in_a_line_with_its_place(query, place, reason, graph, tmp_path):
    store = str(write(graph, tmp_path / "kg.oxigraph"))
    with pytest.raises(ExportError) as caught:
        ask(store, query, no_credentials)
    line, column = place
    assert str(caught.value).startswith(f"{store}: line {line}, column {column}: {reason}")
    assert len(str(caught.value)) - len(store) < 150


def test_what_is_wrong_amid_a_long_query_is_told_at_once(graph, tmp_path):
    store = str(write(graph, tmp_path / "kg.oxigraph"))
    names = [f"'name {number}'" for number in range(2000)]
    names[1000] = "'O'Brien'"
    start = perf_counter()
    with pytest.raises(ExportError, match=r"line 1002, column 9: syntax error at \"' 'name 1001' "):
        ask(store, "SELECT ?x { VALUES ?x {\n" + "\n".join(names) + " } }")
    assert perf_counter() - start < 2


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "Invalid input 'RETUR': expected a pattern, ',', 'CALL', 'WITH' or <EOF> (line 2, column 1 (offset: 9))"
            '\n"RETUR n"\n ^',
            "Invalid input 'RETUR' (line 2, column 1 (offset: 9))",
        ),
        ("Unexpected input 'n' at line 1, column 3\nRETUR n\n  ^", "Unexpected input 'n' at line 1, column 3"),
        ("Variable `m`\n not defined", "Variable `m` not defined"),
        ("Type mismatch: expected Map but was Integer", "Type mismatch: expected Map but was Integer"),
    ],
)
def test_what_a_server_says_of_a_query_is_told_without_the_query(said, told):
    assert in_one_line(said) == told


def test_what_is_wrong_with_a_query_in_cypher_is_told_in_a_line(server):
    with pytest.raises(ExportError) as caught:
        server("MATCH (n)\nRETUR n", {})
    assert "RETUR" in str(caught.value)
    assert "line 2" in str(caught.value)
    assert "MATCH" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("target", "query", "reason"),
    [
        ("kg.oxigraph", "SELECT", "line 1, column 7: the query ends too early"),
        ("kg.oxigraph", "ASK { ?x foaf:name ?y }", "line 1, column 10: unknown prefix .foaf.; .* or use kg, wd, "),
        ("kg.oxigraph", "SELECT ?x { ?x rdfs:label ?name }", r"must be among what is asked for: SELECT \?name"),
        ("kg.oxigraph", "# out\nPREFIX ex: <urn:x>\ndelete where { ?s ?p ?o }", "queries only read"),
        ("kg.oxigraph", "MATCH (n) RETURN n", "asked in SPARQL, and this is Cypher"),
        ("neo4j://127.0.0.1:1", " select ?x { ?x ?y ?z }", "asked in Cypher, and this is SPARQL"),
        ("missing.ttl", "ASK {}", "No such file"),
        ("missing.ttl", "MATCH (n) RETURN n", "No such file"),
        ("missing.oxigraph", "ASK {}", "no Oxigraph store"),
        ("kg.sqlite", "ASK {}", "a fact store; kg-docre export .* --to kg.oxigraph makes one"),
        ("broken.ttl", "ASK {}", "broken"),
        ("broken.nt.gz", "ASK {}", "end-of-stream"),
    ],
)
def test_what_cannot_be_asked_is_one_clear_line(target, query, reason, graph, tmp_path):
    write(graph, tmp_path / "kg.oxigraph")
    (tmp_path / "broken.ttl").write_text("<broken> .")
    (tmp_path / "broken.nt.gz").write_bytes(gzip.compress(b"<urn:a> <urn:b> <urn:c> .")[:-12])
    with pytest.raises(ExportError, match=reason) as caught:
        ask(target if "//" in target else str(tmp_path / target), query, no_credentials, {"name": "x"})
    assert target in str(caught.value)
    assert "\n" not in str(caught.value)


def test_only_a_server_needs_credentials(graph, tmp_path):
    open_target(tmp_path / "kg.nt")(graph)
    assert list(ask(tmp_path / "kg.nt", "ASK { ?s ?p ?o }").rows) == [(True,)]
    for attempt in (partial(ask, query="RETURN 1"), open_target):
        with pytest.raises(ExportError, match="credentials are needed"):
            attempt("neo4j://127.0.0.1:1")
