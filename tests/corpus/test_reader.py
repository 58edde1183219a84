import csv
import gzip
import io
import json
import os
import subprocess
import sys
import time
import tracemalloc

import pytest

from kg_docre.corpus.fields import Fields
from kg_docre.corpus.missing import missing
from kg_docre.corpus.reader import count_documents, read_corpus
from kg_docre.corpus.records import BINARY, NO_TEXT, Problem, SourceText
from kg_docre.graph import KnowledgeGraph
from kg_docre.graph.page import write_page
from kg_docre.store import FactStore, content_hash
from tests.conftest import DATA
from tests.permissions import obey_permissions


def _read(*paths, **options):
    items = list(read_corpus(paths, **options))
    return [i for i in items if not isinstance(i, Problem)], [i for i in items if isinstance(i, Problem)]


def _gzip(data):
    return gzip.compress(data, mtime=0)  # the same bytes in every process, for they name the test


def _damaged(data):
    return data[:12] + bytes(255 - byte for byte in data[12:])


def test_a_folder_of_texts(tmp_path):
    (tmp_path / "b.txt").write_text("Rome is in Italy.\n", encoding="utf-8")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "c.md").write_bytes("\ufeffÅland".encode())
    (tmp_path / ".hidden").write_text("no")
    texts, problems = _read(tmp_path)
    assert [(t.title, t.text) for t in texts] == [("c", "Åland"), ("b", "Rome is in Italy.")]
    assert problems == []
    assert count_documents([tmp_path]) == 2


def test_character_references_are_read_as_what_they_stand_for(tmp_path):
    (tmp_path / "a.txt").write_text("AT&amp;T left Bogot&aacute; on 2&nbsp;June &#8211; &lt;b&gt; R&B; &copy &#0; AT&T")
    (tmp_path / "b.jsonl").write_text(json.dumps({"title": "Q&amp;A", "text": "the band&rsquo;s"}))
    texts, problems = _read(tmp_path)
    assert not problems
    assert [(t.title, t.text) for t in texts] == [
        ("a", "AT&T left Bogotá on 2 June – <b> R&B; &copy \N{REPLACEMENT CHARACTER} AT&T"),
        ("Q&A", "the band’s"),
    ]


def test_one_source_is_one_source(tmp_path):
    (tmp_path / "a.txt").write_text("Rome is in Italy.")
    for source in (tmp_path, str(tmp_path)):
        assert [read.text for read in read_corpus(source, base=tmp_path)] == ["Rome is in Italy."]
        assert count_documents(source) == 1


def test_lines_of_json(tmp_path):
    path = tmp_path / "corpus.jsonl"
    lines = [{"id": "x", "title": "X", "text": "one"}, {"text": "two"}]
    path.write_text("\n".join(map(json.dumps, lines)) + "\n\n{broken\n[1]\n" + json.dumps({"title": "t"}))
    texts, problems = _read(path, base=tmp_path)
    assert [(t.uri, t.title, t.text) for t in texts] == [
        ("corpus.jsonl#x", "X", "one"),
        ("corpus.jsonl#line 2", "", "two"),
    ]
    assert [p.uri for p in problems] == ["corpus.jsonl#line 4", "corpus.jsonl#line 5", "corpus.jsonl#line 6"]
    assert [p.reason.split(":")[0] for p in problems[:2]] == ["malformed JSON", "expected an object, found list"]
    assert problems[2].reason == "no field 'text'; --text-field names another one: 'title'"
    assert count_documents([path]) == 5


def test_copies_of_a_text_are_the_same_however_their_lines_end(tmp_path):
    for number, text in enumerate(
        ("Bo Hill\n\nwas born.", "Bo Hill\r\n\r\nwas born.\r\n", "Bo Hi\u00adll\r\rwas born.\n\n")
    ):
        (tmp_path / f"{number}.txt").write_bytes(text.encode())
    (tmp_path / "3.jsonl").write_text(json.dumps({"text": "Bo Hill\r\n\r\nwas born."}))
    sources = list(read_corpus([tmp_path]))
    assert {source.digest for source in sources} == {content_hash("Bo Hill\n\nwas born.")}
    assert sources[0].digest is sources[0].digest, "it is made once"


def test_fields_may_have_other_names(tmp_path):
    record = {"url": "x.org/1", "headline": "One", "body": "Oslo &amp; Rome", "text": "no"}
    nobody = {"url": None, "headline": None, "body": None}
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, (record, nobody))))
    (tmp_path / "b.json").write_text(json.dumps([record, {"text": "no"}]))
    texts, problems = _read(tmp_path, base=tmp_path, fields=Fields(text=("body",), id=("url",), title=("headline",)))
    assert [(t.uri, t.title, t.text) for t in texts] == [
        ("a.jsonl#x.org/1", "One", "Oslo & Rome"),
        ("b.json#x.org/1", "One", "Oslo & Rome"),
    ]
    assert [(p.uri, p.reason.partition(";")[0]) for p in problems] == [
        ("a.jsonl#line 2", "empty"),
        ("b.json#item 2", "no field 'body'"),
    ]


def test_a_list_of_strings_is_the_paragraphs_of_a_text(tmp_path):
    rows = [
        {"id": "a", "text": ["Oslo is in Norway.", " ", "Rome is in Italy."], "title": ["Cities"]},
        {"id": "b", "text": [], "body": "Bonn"},
        {"id": "c", "text": ["<p>Oslo</p>", "<p>Rome</p>"]},
        {"id": "d", "text": ["Oslo", 7]},
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    texts, problems = _read(tmp_path, base=tmp_path, fields=Fields(text=("text", "body")))
    assert [(t.uri, t.title, t.text) for t in texts] == [
        ("a.jsonl#a", "Cities", "Oslo is in Norway.\n\nRome is in Italy."),
        ("a.jsonl#b", "", "Bonn"),
        ("a.jsonl#c", "", "Oslo\n\nRome"),
    ]
    assert [str(problem) for problem in problems] == [
        "a.jsonl#d: field 'text': expected a string, found list",
    ]


def test_a_list_of_words_is_a_text(tmp_path):
    words = "Ada Berg was born in New_York , and lives in".split()
    rows = [
        {"id": "a", "text": [*words, "Oslo", "."]},
        {"id": "b", "text": [*words, "New York", "."]},
        {"id": "c", "text": ["Oslo", "."]},
        {"id": "d", "text": ["Career", "Ada sang.", "Notes", "Links", "Books"]},
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    texts, _ = _read(tmp_path, base=tmp_path)
    assert [text.text for text in texts] == [
        "Ada Berg was born in New_York , and lives in Oslo .",
        "Ada Berg was born in New_York , and lives in New York .",
        "Oslo .",
        "Career\n\nAda sang.\n\nNotes\n\nLinks\n\nBooks",
    ]


def test_of_several_fields_the_first_is_read_that_says_something(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"id": 0, "text": "Oslo", "body": "no"}\n{"id": "", "text": null, "body": 7}')
    (tmp_path / "b.csv").write_text("sku,body,text\nx,Rome,\ny,Bonn\nz\n")
    (tmp_path / "c.csv").write_text("sku,words\nx,Rome\n")
    texts, problems = _read(tmp_path, base=tmp_path, fields=Fields(text=("text", "body"), id=("id", "sku")))
    assert [(t.uri, t.text) for t in texts] == [
        ("a.jsonl#0", "Oslo"),
        ("b.csv#x", "Rome"),
        ("b.csv#y", "Bonn"),
    ]
    assert [(p.uri, p.reason.partition(";")[0]) for p in problems] == [
        ("a.jsonl#line 2", "field 'body': expected a string, found int"),
        ("b.csv#row 4", "1 cells where there are 3 columns"),
        ("c.csv", "no field 'text' or 'body'"),
    ]


def test_fields_that_are_kept_are_metadata(tmp_path):
    rows = [
        {"id": "all", "text": "Oslo", "date": "2024-01-31", "n": 3, "ok": False, "tags": ["a", None, "b"], "other": 1},
        {"id": "none", "text": "Rome", "date": None, "n": "", "tags": []},
        {"id": "page", "text": "<p>Bonn</p>", "date": "<b> &amp;"},
        {"id": "object", "text": "Lima", "date": {"day": 1}},
        {"id": "lists", "text": "Lima", "tags": [["a"]]},
        {"text": "Lima", "n": [{}]},
        {"id": "NUL", "text": "Lima", "tags": ["a\0"]},
        {"id": "half", "text": "Lima", "date": "\ud800"},
    ]
    lines = [*map(json.dumps, rows), '{"id": "infinite", "text": "Lima", "n": 1e999}']
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    (tmp_path / "b.csv").write_text('id,text,date,n\nx,Oslo,"2024-01-31",7\ny,Rome,,\nz,Bonn\n')
    (tmp_path / "c.txt").write_text("Kiel")
    given = json.loads((DATA / "redocred_sample.json").read_text())[0] | {"date": "2019-06-01"}
    (tmp_path / "d.json").write_text(json.dumps([given]))
    texts, problems = _read(tmp_path, base=tmp_path, fields=Fields(keep=("n", "date", "ok", "tags")))
    assert {text.uri: text.metadata for text in texts} == {
        "a.jsonl#all": {"n": 3, "date": "2024-01-31", "ok": False, "tags": ["a", "b"]},
        "a.jsonl#none": {},
        "a.jsonl#page": {"date": "<b> &amp;"},
        "b.csv#x": {"n": "7", "date": "2024-01-31"},
        "b.csv#y": {},
        "b.csv#z": {},
        "c.txt": {},
        "d.json#item 1": {"date": "2019-06-01"},
    }
    assert texts[0].digest == content_hash("Oslo"), "what is read is the text"
    expected = "expected a string, a number, true or false, or a list of these, found"
    assert [(p.uri, p.reason, p.part) for p in problems] == [
        ("a.jsonl#object", f"field 'date': {expected} dict", True),
        ("a.jsonl#lists", f"field 'tags': {expected} a list of list", True),
        ("a.jsonl#line 6", f"field 'n': {expected} a list of dict", False),
        ("a.jsonl#NUL", "field 'tags': binary, not text: it holds NUL characters", True),
        ("a.jsonl#half", "field 'date': unpaired surrogates, not valid text", True),
        ("a.jsonl#infinite", "field 'n': inf is no finite number", True),
    ]
    assert not any(text.metadata for text in _read(tmp_path, base=tmp_path)[0])


def test_tables_have_a_document_a_row(tmp_path):
    (tmp_path / "a.csv").write_bytes(
        b"\xef\xbb\xbfid,text,year\r\n"
        b'x,"Oslo, a city,\r\nis in ""Norway"".",1999\r\n'
        b"\r\n"
        b",Rome is in Italy.\r\n"
        b"y,,\r\n"
        b"z,Bonn,is,in Germany.\r\n"
        b"v,Z\xfcrich,\r\n"
        b"w,a\0b,\r\n"
        b"x,Lima is in Peru.,\r\n"
    )
    (tmp_path / "b.TSV").write_text('title\ttext\n"Oslo, or so"\tOslo; Norway\n')
    (tmp_path / "c.csv.gz").write_bytes(_gzip(b"id;text\n1;Oslo, Norway, Europe\n"))
    texts, problems = _read(tmp_path, base=tmp_path)
    assert [(t.uri, t.title, t.text) for t in texts] == [
        ("a.csv#x", "", 'Oslo, a city,\nis in "Norway".'),
        ("a.csv#row 4", "", "Rome is in Italy."),
        ("a.csv#x", "", "Lima is in Peru."),
        ("b.TSV#row 2", "Oslo, or so", "Oslo; Norway"),
        ("c.csv.gz#1", "", "Oslo, Norway, Europe"),
    ]
    assert [(p.uri, p.reason) for p in problems] == [
        ("a.csv#y", "empty"),
        ("a.csv#row 6", "4 cells where there are 3 columns"),
        ("a.csv#row 7", NO_TEXT),
        ("a.csv#row 8", BINARY),
    ]
    assert count_documents([tmp_path / "a.csv", tmp_path / "b.TSV"]) == 8


def test_rows_that_are_not_well_formed_are_named_and_the_others_read(tmp_path):
    rows = ["", "id,text", 'a,"Oslo" is', "b,Rome", "c", 'd,"He said "yes",', 'then, he left"', 'e,"Bonn', "f,Lima"]
    (tmp_path / "a.csv").write_text("\n".join(rows))
    texts, problems = _read(tmp_path, base=tmp_path)
    assert [(t.uri, t.text) for t in texts] == [("a.csv#b", "Rome"), ("a.csv#f", "Lima")]
    assert [(p.uri, p.reason.partition(":")[0]) for p in problems] == [
        ("a.csv#row 2", "malformed"),
        ("a.csv#row 4", "1 cells where there are 2 columns"),
        ("a.csv#row 5", "malformed"),
        ("a.csv#row 6", "malformed"),
    ]


def test_quotes_that_are_never_closed_take_no_other_row_and_no_time(tmp_path):
    (tmp_path / "a.csv").write_text('id,text\na,"Oslo" is "\n' + "".join(f"{n},Rome {n}\n" for n in range(20_000)))
    start = time.perf_counter()
    texts, problems = _read(tmp_path, base=tmp_path)
    assert len(texts) == 20_000
    assert [p.uri for p in problems] == ["a.csv#row 2"]
    assert time.perf_counter() - start < 10


def test_names_of_columns_may_take_several_lines_and_be_there_twice(tmp_path):
    (tmp_path / "a.csv").write_text('id,"text\n(body)",text,text\nx,no,yes,never\n')
    (tmp_path / "b.csv").write_text("sep=;\nid;text\ny;Oslo, Norway\n")
    texts, problems = _read(tmp_path, base=tmp_path)
    assert [(t.uri, t.text) for t in texts] == [("a.csv#x", "yes"), ("b.csv#y", "Oslo, Norway")]
    assert not problems


def test_a_table_without_texts_says_what_it_has(tmp_path):
    (tmp_path / "data.csv").write_text("name,population\nOslo,700000\nRome,2800000\n")
    (problem,) = read_corpus([tmp_path], base=tmp_path)
    assert str(problem) == "data.csv: no field 'text'; --text-field names another one: 'name', 'population'"


PAGE = """<!DOCTYPE html><html><head><meta charset="{}"><title>Acme buys Nimbus</title></head><body>
<nav><a href="/">Home</a> <a href="/sport">Sport</a></nav>
<article><h1>Acme buys Nimbus</h1>
<p>Acme, based in <b>Zürich</b>, said that it had bought Nimbus Robotics, a maker of robots from Oslo &amp; Bergen.</p>
<ul><li>Nimbus was founded by Ada Byron.</li></ul></article>
<footer>Subscribe to our newsletter</footer></body></html>"""


def test_of_web_pages_the_main_text_is_read(tmp_path):
    (tmp_path / "a.html").write_text(PAGE.format("utf-8"), encoding="utf-8")
    (tmp_path / "b").write_bytes(PAGE.format("iso-8859-1").encode("iso-8859-1"))
    (tmp_path / "c.htm.gz").write_bytes(_gzip(PAGE.replace("<title>Acme buys Nimbus</title>", "").encode()))
    (tmp_path / "d.html").write_text(PAGE.format("utf-16"), encoding="utf-16")
    texts, problems = _read(tmp_path, base=tmp_path)
    assert not problems
    assert [text.uri for text in texts] == ["a.html", "b", "c.htm.gz", "d.html"]
    for text in texts:
        assert text.title == "Acme buys Nimbus"
        paragraphs = [paragraph for paragraph in text.text.split("\n\n") if paragraph != "Acme buys Nimbus"]
        assert paragraphs == [
            "Acme, based in Zürich, said that it had bought Nimbus Robotics, a maker of robots from Oslo & Bergen.",
            "- Nimbus was founded by Ada Byron.",
        ]


def test_fields_may_have_html(tmp_path):
    letter = """<!-- wp:paragraph --><h2>Svea&nbsp;Bank</h2>
<p class="lead">Founded in 1894 by <b>Gustaf
Lindqvist</b>; <a href="/">AT&amp;T</a> &amp;lt; 3<br/>in Stockholm.</p><script>x</script>
<ul><li>one</li><li>two</li></ul><table><tr><td>1894</td><td>Sweden</td></tr></table>"""
    rows = [
        {"id": "whole", "title": "A & B", "text": PAGE.format("utf-8")},
        {"id": "short", "text": "<html><title>Rome</title><body><p>Rome is in Italy.</p></body></html>"},
        {"id": "part", "text": letter},
        {"id": "none", "text": "<p> </p>"},
        {"id": "plain", "text": "<5 people, <b>all</b> of Oslo"},
        {"id": "odd", "text": "<p>Ber&shy;lin\b and&#8;Oslo</p>"},
        {"id": "saved", "text": "<!-- saved --><html><title>T</title><body><p>Rome is in Italy.</p></body></html>"},
        {"id": "contents", "text": "<table of contents> Rome"},
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    texts, problems = _read(tmp_path, base=tmp_path)
    whole, *others = texts
    assert whole.title == "A & B"
    assert "Nimbus was founded by Ada Byron." in whole.text
    assert "newsletter" not in whole.text
    assert [text.text for text in others] == [
        "Rome is in Italy.",
        "Svea Bank\n\nFounded in 1894 by Gustaf Lindqvist; AT&T &lt; 3\nin Stockholm.\n\none\n\ntwo\n\n1894\n\nSweden",
        "<5 people, <b>all</b> of Oslo",
        "Berlin and Oslo",
        "Rome is in Italy.",
        "<table of contents> Rome",
    ]
    assert problems == [Problem("a.jsonl#none", "empty", nothing=True, part=True)]


def test_without_what_reads_web_pages_one_is_told_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    monkeypatch.setitem(sys.modules, "lxml", None)
    (tmp_path / "a.html").write_text(PAGE)
    (tmp_path / "b.csv").write_text("id,text\nx,<p>Rome is in Italy.</p>\n")
    page, field = read_corpus([tmp_path], base=tmp_path)
    assert str(page) == "a.html: HTML, which is read where trafilatura is: pip install trafilatura lxml_html_clean"
    assert field == Problem("b.csv#x", page.reason, part=True)


def test_the_page_of_a_graph_is_no_text_of_the_folder_it_was_written_to(tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        write_page(KnowledgeGraph(store), tmp_path / "graph.html")
    (tmp_path / "a.html").write_text(PAGE)
    texts, problems = _read(tmp_path, base=tmp_path)
    assert [text.uri for text in texts] == ["a.html"]
    assert problems == [Problem("graph.html", "a page that kg-docre has written", nothing=True)]


def test_texts_in_tables_may_be_long(tmp_path):
    (tmp_path / "a.csv").write_text(f"text\n{'Oslo ' * 30_000}\nRome\n")
    usual = csv.field_size_limit()
    first, second = read_corpus([tmp_path], base=tmp_path)
    assert (len(first.text), second.text) == (149_999, "Rome")
    assert csv.field_size_limit() == usual, "other tables of the process are read as they were"


def test_docred_documents_keep_their_entities(documents):
    texts, problems = _read(DATA / "redocred_sample.json")
    assert problems == []
    assert [t.document.entities for t in texts] == [d.entities for d in documents]


def test_what_names_do_not_say_to_be_something_else_is_text(tmp_path):
    names = ["a", "b.md", "c.v2", "d.story", "Mr. Smith", "e.TXT", "f.rst.gz", "g.eml", "The U.S.A", "about.me"]
    for name in names:
        (tmp_path / name).write_bytes(_gzip(b"Oslo") if name.endswith("gz") else b"Oslo")
    texts, problems = _read(tmp_path)
    assert problems == []
    assert {text.title for text in texts} == {"a", "b", "c", "d", "Mr. Smith", "e", "f", "g", "The U.S.A", "about"}


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.txt", b"", "empty"),
        ("blank.txt", b" \n\t ", "empty"),
        ("binary.txt", bytes(range(256)) * 4, "binary"),
        ("image", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
        ("image.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png by its name"),
        ("drawing.svg", b"<svg>Oslo</svg>", "image/svg+xml by its name"),
        ("tool.py.gz", _gzip(b"# Oslo"), "text/x-python by its name"),
        ("Page.HTM", b"<html><p></p>", "HTML without a main text"),
        ("empty.html", b" ", "empty"),
        ("binary.html", b"<html>\0", "binary"),
        ("latin.txt", "Zürich liegt in der Schweiz".encode("latin-1"), "byte 0xfc at offset 1: no text in UTF-8"),
        ("marked.txt", b"\xef\xbb\xbfZ\xfcrich", "byte 0xfc at offset 4: no text in UTF-8"),
        ("page", b"\n<!DOCTYPE html><p>", "HTML without a main text"),
        ("letter", rb"{\rtf1 Oslo}", "RTF by its beginning"),
        ("letter.rtf", rb"{\rtf1 Oslo}", "RTF by its name"),
        ("film.srt", b"1\n00:00:01,000 --> 00:00:02,000\nOslo", "subtitles by its name"),
        ("tests.ipynb", b'{"cells": []}', "a notebook by its name"),
        ("utf16.txt", "Zürich".encode("utf-16-le"), "UTF-16"),
        ("line.txt", b"word " * 210_000, "1,049,999 characters, more than the limit of 1,000,000 in a single line"),
        ("broken.json", b'[{"text": "a"}, {', "malformed JSON"),
        ("deep.json", b"[" * 100_000, "malformed JSON"),
        ("types.json", b'[{"text": 7}]', "field 'text': expected a string"),
        ("surrogate.json", b'[{"text": "\\ud800"}]', "text: unpaired surrogates"),
        ("nul.json", b'[{"text": "fine", "title": "\\u0000"}]', "title: binary"),
        ("nul.json", b'[{"text": "a\\u0000b"}]', "binary"),
        ("docred.json", b'[{"vertexSet": [], "sents": []}]', "no field 'title'"),
        ("utf16.jsonl", '{"text": "Oslo"}\n{"text": "Rome"}'.encode("utf-16-le"), "UTF-16"),
        ("blank.jsonl", b"\n \n", "empty"),
        ("blank.csv", b"\n", "empty"),
        ("header.csv", b"id,text\n\n", "empty"),
        ("header.tsv", b'"id"s\ttext\n', "malformed names of columns"),
        ("none.csv", b"", "empty"),
        ("latin.csv", b"text,Z\xfcrich\n", NO_TEXT),
        ("utf16.csv", "text\nOslo".encode("utf-16-le"), "UTF-16"),
        ("plain.txt.gz", b"not compressed at all", "Not a gzipped file"),
        ("short.txt.gz", _gzip(b"Oslo is in Norway. " * 50)[:-20], "end"),
        ("damaged.txt.gz", _damaged(_gzip(b"Oslo is in Norway. " * 50)), "decompressing"),
        ("photos.tar.gz", _gzip(b"a.png" + bytes(507)), "application/x-tar by its name"),
    ],
)
def test_what_cannot_be_read_is_named_and_the_rest_goes_on(name, content, reason, tmp_path):
    (tmp_path / name).write_bytes(content)
    (tmp_path / "zzz.txt").write_text("fine")
    texts, problems = _read(tmp_path)
    assert [t.text for t in texts] == ["fine"]
    (problem,) = problems
    assert name in problem.uri
    assert reason in problem.reason


def test_a_link_that_leads_nowhere_is_named(tmp_path):
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    (tmp_path / "round.txt").symlink_to(tmp_path / "round.txt")
    (tmp_path / "fine.txt").write_text("fine")
    texts, problems = _read(tmp_path)
    assert [text.text for text in texts] == ["fine"]
    assert [(problem.uri.rpartition("/")[2], problem.reason) for problem in problems] == [
        ("gone.txt", "No such file or directory"),
        ("round.txt", "Too many levels of symbolic links"),
    ]


def test_a_link_to_a_folder_is_named_if_what_is_in_it_is_not_read(tmp_path):
    for folder in ("real", "texts/old"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.txt").write_text(folder)
    (tmp_path / "texts" / "link").symlink_to(tmp_path / "real")
    (tmp_path / "texts" / "round").symlink_to(tmp_path / "texts")
    (tmp_path / "texts" / ".hidden").symlink_to(tmp_path / "real")
    (tmp_path / "texts" / ".v1").mkdir()
    texts, problems = _read(tmp_path / "texts", base=tmp_path)
    assert [text.text for text in texts] == ["texts/old"]
    assert list(map(str, problems)) == ["texts/link: a link to a folder, not followed; name it as a source of its own"]
    (tmp_path / "texts" / "now").symlink_to(tmp_path / "texts" / ".v1")
    _, problems = _read(tmp_path / "texts", base=tmp_path)
    assert {problem.uri for problem in problems} == {"texts/link", "texts/now"}
    (tmp_path / "texts" / "now").unlink()
    assert count_documents([tmp_path / "texts"]) == 2
    texts, problems = _read(tmp_path / "texts", tmp_path / "texts" / "link", base=tmp_path)
    assert [text.uri for text in texts] == ["texts/old/a.txt", "texts/link/a.txt"]
    assert not problems


def test_missing_files_and_empty_folders(tmp_path):
    _, problems = _read(tmp_path / "missing.txt", tmp_path)
    assert [p.reason for p in problems] == ["No such file or directory", "an empty folder"]
    assert count_documents([tmp_path / "missing.txt", tmp_path]) == 2
    (tmp_path / "empty.jsonl").touch()
    assert count_documents([tmp_path]) == len(list(read_corpus([tmp_path]))) == 1


def test_the_folder_of_an_earlier_export_is_no_source(tmp_path):
    (tmp_path / "kg.neo4j").mkdir()
    (tmp_path / "kg.neo4j/entities.csv").write_text("id,name\n")
    (tmp_path / "a.txt").write_text("Text.")
    found = read_corpus([tmp_path], max_characters=100, base=tmp_path, exclude=[tmp_path / "kg.neo4j"])
    assert [source.uri for source in found] == ["a.txt"]


def test_a_bad_line_leaves_the_others(tmp_path):
    lines = [b'{"text": "one"}', b'{"text": "\xff"}', b'{"text": "\0"}', b"", b'{"text": "two"}']
    (tmp_path / "a.jsonl").write_bytes(b"\xef\xbb\xbf" + b"\r\n".join(lines))
    texts, problems = _read(tmp_path / "a.jsonl", base=tmp_path)
    assert [(t.uri, t.text) for t in texts] == [("a.jsonl#line 1", "one"), ("a.jsonl#line 5", "two")]
    assert [p.uri for p in problems] == ["a.jsonl#line 2", "a.jsonl#line 3"]


def test_standard_input_has_documents_called_by_their_ids(monkeypatch, tmp_path):
    records = [
        {"id": "https://x.org/1", "text": "one"},
        {"text": "two"},
        {"id": 7, "text": "three"},
        [],
        {"id": 8},
        {"id": "", "text": "x"},
        {"id": True, "text": "x"},
        {"id": "a\0b", "text": "x"},
        {"id": "\ud800", "text": "x"},
        {"id": "9", "text": ""},
    ]
    lines = "\n\n".join(map(json.dumps, records)).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(lines))))
    (tmp_path / "a.txt").write_text("four")
    assert count_documents(["-", tmp_path]) is None
    texts, problems = _read("-", tmp_path, base=tmp_path)
    assert [(t.uri, t.text) for t in texts] == [
        ("stdin#https://x.org/1", "one"),
        ("stdin#7", "three"),
        ("a.txt", "four"),
    ]
    assert [p.uri for p in problems] == [
        *(f"standard input#line {2 * n - 1}" for n in (2, 4)),
        "stdin#8",
        *(f"standard input#line {2 * n - 1}" for n in (6, 7)),
        "stdin#a\0b",
        "stdin#?",
        "stdin#9",
    ]
    assert "no field 'id'" in problems[0].reason


def test_what_came_through_a_pipe_is_no_file_that_is_gone(tmp_path):
    (tmp_path / "a.txt").write_text("Text.")
    assert missing(["a.txt", "b.txt", "stdin#b"], {"a.txt"}, [], [tmp_path], base=tmp_path) == ["b.txt"]


def test_lines_are_read_one_by_one(tmp_path):
    path = tmp_path / "large.jsonl"
    with path.open("w") as stream:
        for number in range(2000):
            stream.write(json.dumps({"id": number, "text": "Oslo is in Norway. " * 500}) + "\n")
    tracemalloc.start()
    try:
        assert sum(isinstance(text, SourceText) for text in read_corpus([path])) == 2000
        assert tracemalloc.get_traced_memory()[1] < path.stat().st_size / 20
    finally:
        tracemalloc.stop()


def test_compressed_files_are_read_as_what_is_in_them(tmp_path):
    inside = {
        "a.txt.gz": b"Oslo is in Norway.",
        "b.jsonl.gz": b'{"id": "x", "text": "one"}\n{"text": "two"}',
        "c.JSON.GZ": b'[{"text": "three"}]',
        "d.gz": b"plain",
        "graph.ttl.gz": b"no text",
    }
    for name, data in inside.items():
        (tmp_path / name).write_bytes(gzip.compress(data))
    texts, problems = _read(tmp_path, base=tmp_path)
    assert not problems
    assert [(t.uri, t.title, t.text) for t in texts] == [
        ("a.txt.gz", "a", "Oslo is in Norway."),
        ("b.jsonl.gz#x", "", "one"),
        ("b.jsonl.gz#line 2", "", "two"),
        ("c.JSON.GZ#item 1", "", "three"),
        ("d.gz", "d", "plain"),
    ]
    assert count_documents([tmp_path]) == 5


def test_what_a_cut_off_file_still_has_is_read(tmp_path):
    lines = "".join(json.dumps({"text": f"{number} " + os.urandom(400).hex()}) + "\n" for number in range(500))
    data = gzip.compress(lines.encode())
    (tmp_path / "a.jsonl.gz").write_bytes(data[: len(data) // 2])
    texts, problems = _read(tmp_path, base=tmp_path)
    assert 100 < len(texts) < 400
    assert [p.uri for p in problems] == ["a.jsonl.gz"]


def test_lines_without_an_id_are_called_by_their_number(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"id": null, "text": "one"}\n{"id": null, "text": "two"}\n')
    texts, _ = _read(tmp_path / "a.jsonl")
    assert [t.uri.rpartition("/")[2] for t in texts] == ["a.jsonl#line 1", "a.jsonl#line 2"]


READ = """
from kg_docre.corpus.fields import Fields
from kg_docre.corpus.missing import missing
from kg_docre.corpus.reader import count_documents, read_corpus

print(count_documents(["."]))
for one in read_corpus(["."]):
    print(getattr(one, "text", one))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="root can't be bound elsewhere")
def test_closed_folders_are_named_and_the_rest_is_read(tmp_path):
    """One whose files can't be listed, and one whose files can't be looked at."""
    for name in ("closed", "listed", "open"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text("fine")
    (tmp_path / "closed").chmod(0o000)
    (tmp_path / "listed").chmod(0o444)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    try:
        done = subprocess.run(
            [sys.executable, "-c", READ],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            preexec_fn=obey_permissions,
        )
    finally:
        for name in ("closed", "listed"):
            (tmp_path / name).chmod(0o755)
    assert done.stdout.splitlines() == ["3", "closed: Permission denied", "listed/a.txt: Permission denied", "fine"]


def test_the_limit_can_be_raised(tmp_path):
    (tmp_path / "long.txt").write_text("x" * 300_000)
    assert len(_read(tmp_path, max_characters=300_000)[0]) == 1


def test_no_id_is_what_a_row_without_one_is_called_by(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"id": "2", "text": "a"}\n{"text": "b"}\n{"id": "line 2", "text": "c"}\n{')
    (tmp_path / "b.csv").write_text("id,text\n3,d\n,e\nrow 3,f\n")
    (tmp_path / "c.json").write_text('[{"id": 0, "text": "g"}, {"id": 1, "text": "h"}, {"text": "i"}]')
    assert [found.uri for found in read_corpus([tmp_path], base=tmp_path)] == [
        *("a.jsonl#2", "a.jsonl#line 2", "a.jsonl#line 3", "a.jsonl#line 4"),
        *("b.csv#3", "b.csv#row 3", "b.csv#row 4"),
        *("c.json#0", "c.json#1", "c.json#item 3"),
    ]


@pytest.mark.parametrize(
    ("said", "title"),
    [
        (None, ""),
        ([], ""),
        (["", None], ""),
        (["Norway"], "Norway"),
        (["Norway", "A&amp;B", ""], "Norway; A&B"),
        (1984, "1984"),
        ([1984, "Rome"], "1984; Rome"),
    ],
)
@pytest.mark.parametrize("text", ["Oslo is in Norway.", "<p>Oslo is in Norway.</p>"])
def test_a_title_may_be_a_number_or_several_strings_or_none(said, title, text, tmp_path):
    (tmp_path / "c.jsonl").write_text(json.dumps({"id": 7, "title": said, "text": text}))
    (source,) = read_corpus([tmp_path / "c.jsonl"], base=tmp_path)
    assert (source.uri, source.title, source.text) == ("c.jsonl#7", title, "Oslo is in Norway.")


def test_of_several_fields_the_first_is_the_title_that_says_something(tmp_path):
    rows = [{"title": [], "headline": 5}, {"title": "A", "headline": {}}, {"title": {"en": "A"}}, {"title": [["A"]]}]
    (tmp_path / "c.jsonl").write_text("\n".join(json.dumps(row | {"text": "Oslo"}) for row in rows))
    texts, problems = _read(tmp_path, base=tmp_path, fields=Fields(title=("title", "headline")))
    assert [text.title for text in texts] == ["5", "A"]
    expected = "field 'title': expected a string, a number, true or false, or a list of these, found"
    assert [problem.reason for problem in problems] == [f"{expected} dict", f"{expected} a list of list"]


def test_endings_may_be_in_capitals(tmp_path):
    (tmp_path / "A.JSONL").write_text('{"id": 7, "text": "Oslo is in Norway."}\n')
    (tmp_path / "B.JSON").write_text('[{"text": "Rome is in Italy."}, {"text": "Bonn is in Germany."}]')
    assert [text.uri for text in read_corpus([tmp_path], base=tmp_path)] == [
        "A.JSONL#7",
        "B.JSON#item 1",
        "B.JSON#item 2",
    ]
    assert count_documents([tmp_path / "A.JSONL"]) == 1
    assert count_documents([tmp_path]) == 3


def test_json_is_counted_unless_it_is_long_or_broken(tmp_path, monkeypatch):
    (tmp_path / "a.json").write_text('[{"text": "Rome is in Italy."}, {"text": "Bonn is in Germany."}]')
    for name, data in {
        "b.json": b"[]",
        "c.json": b"{",
        "d.json": b'{"text": ""}',
        "e.jsonl": b"",
        "f.gz": b"x",
    }.items():
        (tmp_path / name).write_bytes(data)
    assert count_documents([tmp_path]) == len(list(read_corpus([tmp_path]))) == 7
    monkeypatch.setattr("kg_docre.corpus.reader._COUNTED", 40)
    assert count_documents([tmp_path]) is None


def test_pubtator_files_bring_their_entities(tmp_path):
    file = tmp_path / "cdr.PubTator.txt"
    file.write_text("11|t|Lidocaine helps.\n11|a|\n11\t0\t9\tLidocaine\tChemical\tD008012\n")
    (source,) = read_corpus([file], base=tmp_path)
    assert (source.uri, [entity.name for entity in source.document.entities]) == ("cdr.PubTator.txt#11", ["Lidocaine"])
    file.write_text("no such thing\n\n11|t|Lidocaine helps.\n11|a|\n")
    problem, source = read_corpus([file], base=tmp_path)
    assert str(problem).startswith("cdr.PubTator.txt: ")
    assert source.uri == "cdr.PubTator.txt#11", "one bad document leaves the others"


def test_graphs_in_a_folder_are_no_texts(tmp_path):
    for name in ("kg.ttl", "kg.nt.gz", "KG.GraphML", "other.sqlite", "a.md"):
        (tmp_path / name).write_text("Oslo is in Norway.")
    (tmp_path / "kg.neo4j").mkdir()
    (tmp_path / "kg.neo4j" / "entities.csv").write_text("id,name")
    assert [text.uri for text in read_corpus([tmp_path], base=tmp_path)] == ["a.md"]
    assert count_documents([tmp_path]) == 1
    assert [text.uri for text in read_corpus([tmp_path / "kg.ttl"], base=tmp_path)] == ["kg.ttl"], "if it is named"


def test_a_list_of_nothing_is_named(tmp_path):
    (tmp_path / "a.json").write_text("[]")
    texts, (problem,) = _read(tmp_path, base=tmp_path)
    assert not texts
    assert (str(problem), problem.nothing) == ("a.json: empty", True)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8", "utf-32"])
@pytest.mark.parametrize("zipped", [False, True])
def test_files_are_read_in_the_encoding_that_is_named(encoding, zipped, tmp_path):
    name = "Zürich – “Limmat”"
    files = {
        "a.txt": name,
        "b.jsonl": f'{{"id": 1, "text": "{name}"}}\n\n{{"id": 2, "text": "{name * 5000}"}}',
        "c.csv": f"id,text\n1,{name}\n2,{name}\n",
        "d.json": f'[{{"id": 1, "text": "{name}"}}]',
    }
    for file, text in files.items():
        data = text.encode(encoding)
        (tmp_path / (f"{file}.gz" if zipped else file)).write_bytes(_gzip(data) if zipped else data)
    (tmp_path / "e.html").write_text(PAGE.format("utf-8"), encoding="utf-8")
    names = ("", "utf-16", "utf-8", "cp1252", "utf-16-be") if encoding == "utf-16" else (encoding,)
    for named in names:  # UTF-16 begins with what it is
        found = list(read_corpus([tmp_path], base=tmp_path, encoding=named))
        assert [source.text for source in found[:-1]] == [name, name, name * 5000, name, name, name]
        assert "Zürich" in found[-1].text
        assert count_documents([tmp_path], encoding=named) == len(found)


@pytest.mark.parametrize("zipped", [False, True])
def test_what_begins_as_utf_8_does_is_read_as_that(zipped, tmp_path):
    for name, text in {"a.txt": "Zürich", "b.csv": "id,text\n1,Zürich\n", "c.jsonl": '{"text": "Zürich"}'}.items():
        for encoding in ("utf-8-sig", "cp1252"):
            data = text.encode(encoding)
            path = tmp_path / f"{encoding}-{name}{'.gz' * zipped}"
            path.write_bytes(_gzip(data) if zipped else data)
    assert [source.text for source in read_corpus([tmp_path], base=tmp_path, encoding="cp1252")] == ["Zürich"] * 6


def test_what_an_encoding_does_not_have_is_named(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"Z\xfc\x81rich")
    (tmp_path / "b.csv").write_bytes(b"text\nZ\x81rich\nZ\xfcrich\n")
    bad, worse, good = read_corpus([tmp_path], base=tmp_path, encoding="cp1252")
    assert bad.reason == f"byte 0x81 at offset 2: {NO_TEXT}", "of the file"
    assert worse.reason == NO_TEXT
    assert good.text == "Zürich"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "idna", "punycode", "unicode_escape"])
def test_one_file_in_another_encoding_does_not_stop_the_others(encoding, tmp_path):
    text = "Rome is in Italy."
    for number, data in enumerate(
        [b"Rome", b"Romes", "Z\xfcrich".encode(), b"\xff\xfeA\0\0\xd8B\0", b"\xff\xfeA\0B", b"\\x"]
    ):
        for name in ("a.txt", "b.jsonl", "c.csv", "d.json"):
            (tmp_path / f"{number}{name}").write_bytes(data)
            (tmp_path / f"{number}{name}.gz").write_bytes(_gzip(data))
    (tmp_path / "last.txt").write_bytes(text.encode(encoding if encoding.startswith("utf") else "ascii"))
    *_, last = read_corpus([tmp_path], base=tmp_path, encoding=encoding)
    assert last.uri == "last.txt"
    assert isinstance(last, Problem) or last.text == text


def test_utf_16_without_a_byte_order_mark_is_told_and_read_where_it_is_named(tmp_path):
    (tmp_path / "a.csv").write_bytes("text\nRome\n".encode("utf-16-le"))
    (tmp_path / "b.txt").write_bytes("Rome".encode("utf-16-le"))
    found = [problem.reason for problem in read_corpus([tmp_path], base=tmp_path, encoding="utf-16")]
    assert found == [f"{NO_TEXT}: UTF-16 stream does not start with BOM"] * 2
    assert [text.text for text in read_corpus([tmp_path], base=tmp_path, encoding="utf-16-le")] == ["Rome"] * 2
    (tmp_path / "a.csv").write_bytes("text\nRome\n\ud800A\nOslo\n".encode("utf-16-le", "surrogatepass"))
    (tmp_path / "b.txt").write_bytes("Rome\ud800A".encode("utf-16", "surrogatepass"))
    rome, half, oslo, other = read_corpus([tmp_path], base=tmp_path, encoding="utf-16-le")
    assert (rome.text, half.reason, oslo.text) == ("Rome", NO_TEXT, "Oslo")
    assert other.reason == f"byte 0x00 at offset 10: {NO_TEXT}"
