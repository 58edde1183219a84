import json

import pytest

from kg_docre.annotations import Document
from kg_docre.corpus.missing import meant_by, missing, moved
from kg_docre.corpus.reader import read_corpus
from kg_docre.corpus.records import Problem
from kg_docre.resolution.forms import form_id
from kg_docre.store import FactStore
from tests.command_line import run

KNOWN = [
    "texts/a.txt",
    "texts/sub/b.txt",
    "texts2/c.txt",
    "lines.jsonl#1",
    "lines.jsonl#x/../y",
    "../out/d.txt",
    "q#e.txt",
]


@pytest.mark.parametrize(
    ("sources", "gone"),
    [
        (["texts"], ["texts/a.txt", "texts/sub/b.txt"]),
        (["texts/sub/"], ["texts/sub/b.txt"]),
        (["texts/a.txt", "lines.jsonl"], ["texts/a.txt", "lines.jsonl#1", "lines.jsonl#x/../y"]),
        (["../out"], ["../out/d.txt"]),
        (["q#e.txt"], ["q#e.txt"]),
        (["."], [uri for uri in KNOWN if uri != "../out/d.txt"]),
        ([".."], KNOWN),
    ],
)
def test_what_lies_in_the_sources_and_was_not_met_is_missing(sources, gone, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other.txt").touch()
    assert missing(KNOWN, set(), [], sources) == gone
    assert missing(KNOWN, set(gone[1:]), [], sources) == gone[:1]
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert missing(KNOWN, set(), [], [tmp_path / source for source in sources], base="..") == gone


def test_what_is_there_but_was_not_read_is_not_missing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").touch()  # by way of a linked folder, say
    (tmp_path / "mount").mkdir()  # whose disk is away
    (tmp_path / "lines.jsonl").touch()
    known = ["texts/a.txt", "texts/b.txt", "mount/c.txt", "lines.jsonl#1", "lines.jsonl#2"]
    assert missing(known, set(), [], ["."]) == ["texts/b.txt"]
    assert missing(known, {"lines.jsonl#1"}, [], ["."]) == ["texts/b.txt", "lines.jsonl#2"]


def test_what_has_an_address_was_never_a_file(tmp_path):
    (tmp_path / "a.txt").touch()
    known = ["https://x.org/1", "s3://texts/b.txt#3", "stdin#c", "d.jsonl#https://x.org/4"]
    assert missing(known, {"a.txt"}, [], [tmp_path], base=tmp_path) == known[3:]


def test_nothing_is_missing_where_not_everything_could_be_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other.txt").touch()
    problems = [Problem("texts/sub", "Permission denied"), Problem("lines.jsonl#7", "malformed JSON")]
    assert missing(KNOWN, set(), problems, ["."]) == ["texts/a.txt", "texts2/c.txt", "q#e.txt"]
    assert missing(KNOWN, set(), [Problem("texts", "an empty folder")], ["texts"]) == []


def test_what_a_name_means(tmp_path, monkeypatch):
    with FactStore(tmp_path / "kg.sqlite") as store:
        run_number = store.begin_run(version="1", config={})
        for number, uri in enumerate(("a/b.txt", "a/c.jsonl#1", "a/c.jsonl#1/2", "../d.txt", "stdin#x")):
            empty = Document(id=uri, words=(f"w{number}",), spaces=(False,), sentence_starts=(0,), entities=())
            store.add(empty, model="m", names={}, resolve=form_id)
        for uri in ("a/c.jsonl", "a/e.txt"):
            store.note_failure(uri, "not UTF-8", run=run_number)
        file = {"a/c.jsonl", "a/c.jsonl#1", "a/c.jsonl#1/2"}
        for name, uris in {
            "a/b.txt": {"a/b.txt"},
            "a/c.jsonl": file,
            "a/c.jsonl#1": {"a/c.jsonl#1"},
            "a/e.txt": {"a/e.txt"},
            "a": {"a/b.txt", "a/e.txt", *file},
            ".": {"a/b.txt", "a/e.txt", *file},
            "stdin#x": {"stdin#x"},
            "stdin#*": {"stdin#x"},
            "a/*.txt": {"a/b.txt", "a/e.txt"},
            "a/c.jsonl#*": {"a/c.jsonl#1", "a/c.jsonl#1/2"},
            "a/b.tx?": set(),
            "[a]/b.txt": set(),
            "*.csv": set(),
            "nothing": set(),
        }.items():
            place = name if "#" in name else tmp_path / name
            assert meant_by(store, [str(place)], base=tmp_path)[str(place)] == uris, name
        monkeypatch.chdir(tmp_path)
        assert meant_by(store, [""], base=tmp_path) == {"": set()}


def test_of_a_file_with_documents_that_cannot_be_read_the_others_can_be_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lines.jsonl").touch()
    known = [f"lines.jsonl#{name}" for name in ("gone", "empty", "long", "read")]
    problems = [
        Problem("lines.jsonl#empty", "empty", nothing=True, part=True),
        Problem("lines.jsonl#long", "too long", part=True),
    ]
    assert missing(known, {"lines.jsonl#read"}, problems, ["."]) == ["lines.jsonl#gone"]
    assert missing(known, set(), [Problem("lines.jsonl", "empty", nothing=True)], ["."]) == known
    assert missing(known, set(), [*problems, Problem("lines.jsonl#4", "malformed JSON")], ["."]) == []


@pytest.mark.parametrize(
    ("row", "gone"),
    [
        ({"uid": "a", "body": "Rome"}, []),
        ({"text": 7}, []),
        ({"text": "Rome " * 30}, []),
        ({"id": "a", "text": 7}, ["x.jsonl#c"]),
        ({"text": ""}, ["x.jsonl#a", "x.jsonl#c"]),
    ],
)
def test_a_row_that_cannot_be_read_and_has_no_id_may_be_any_document_of_its_file(row, gone, tmp_path):
    (tmp_path / "x.jsonl").write_text("\n".join(map(json.dumps, ({"id": "b", "text": "Oslo"}, row))))
    found = list(read_corpus([tmp_path], base=tmp_path, max_characters=100))
    met = {one.uri for one in found if not isinstance(one, Problem)}
    problems = [one for one in found if isinstance(one, Problem)]
    known = ["x.jsonl#a", "x.jsonl#b", "x.jsonl#c"]
    assert missing(known, met, problems, [tmp_path], base=tmp_path) == gone


@pytest.mark.parametrize(
    ("old", "new", "begin"),
    [
        ("texts/a.txt", "../texts/a.txt", ("", "../")),
        ("../texts/a.txt", "texts/a.txt", ("../", "")),
        ("a.txt", "../here/a.txt", ("", "../here/")),
        ("here/texts/a.jsonl#x/y", "texts/a.jsonl#x/y", ("here/", "")),
        ("../../b/a.txt", "../b/a.txt", ("../../", "../")),
    ],
)
def test_what_is_met_elsewhere_since_the_store_was_moved_is_known(old, new, begin, tmp_path):
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "there.txt").touch()
    before, now = begin
    with FactStore(tmp_path / "store" / "kg.sqlite") as store:
        changed, other = f"{before}changed.txt", f"{before}other.txt"
        same = {old: "a", new: "a", "there.txt": "b", f"{now}there.txt": "b", "x/c.txt": "c", "y/c.txt": "c"}
        for uri, text in {**same, changed: "d", f"{now}changed.txt": "e", other: "f"}.items():
            document = Document(id=uri, words=(text,), spaces=(False,), sentence_starts=(0,), entities=())
            store.add(document, model="m", names={}, resolve=form_id)
        met = {new, f"{now}there.txt", f"{now}changed.txt", "y/c.txt"}
        assert moved(store, met, base=tmp_path / "store") == {old: new, changed: f"{now}changed.txt"}
        assert moved(store, {*met} - {new}, base=tmp_path / "store") == {}


def test_a_build_says_that_its_store_was_moved_and_forgets_nothing_for_that(tmp_path):
    (tmp_path / "texts").mkdir()
    (tmp_path / "store").mkdir()
    for name in ("a", "b"):
        (tmp_path / "texts" / f"{name}.txt").write_text(f"The {name} town of Linz lies on the Danube in Austria.")
    run("build", "texts", cwd=tmp_path)
    (tmp_path / "kg.sqlite").rename(tmp_path / "store" / "kg.sqlite")
    build = ("build", "texts", "--store", "store/kg.sqlite")
    again = run(*build, cwd=tmp_path)
    assert "2 documents known twice, as texts/a.txt, where nothing is, and as ../texts/a.txt" in again.stderr
    assert "2 forgotten" in run("forget", "store/kg.sqlite", "store/texts", cwd=tmp_path).stdout
    assert "twice" not in run(*build, cwd=tmp_path).stderr
    (tmp_path / "store" / "kg.sqlite").rename(tmp_path / "kg.sqlite")
    again = run("build", "texts", "--forget-missing", cwd=tmp_path)
    assert "2 already there, 0 forgotten; kg.sqlite holds 2 documents" in again.stdout
    assert "twice" in again.stderr


def test_a_build_forgets_what_its_sources_have_no_more_if_asked_to(tmp_path):
    lines = tmp_path / "lines.jsonl"
    texts = {name: f"{name} was born in Vienna, the capital of Austria." for name in ("Anna Berg", "Carl Frank")}
    lines.write_text("".join(json.dumps({"id": name, "text": text}) + "\n" for name, text in texts.items()))
    (tmp_path / "texts").mkdir()
    for name in ("old", "kept"):
        (tmp_path / "texts" / f"{name}.txt").write_text(f"The {name} town of Linz lies on the Danube in Austria.")
    run("build", "lines.jsonl", "texts", cwd=tmp_path)
    lines.write_text(json.dumps({"id": "Carl Frank", "text": texts["Carl Frank"]}))
    (tmp_path / "texts" / "old.txt").unlink()
    assert "4 documents" in run("build", "lines.jsonl", "texts", cwd=tmp_path).stdout
    again = run("build", "texts", "--forget-missing", cwd=tmp_path)
    assert "0 documents added, 1 already there, 1 forgotten; kg.sqlite holds 3 documents" in again.stdout
    again = run("build", "lines.jsonl", "texts", "--forget-missing", cwd=tmp_path)
    assert "1 forgotten; kg.sqlite holds 2 documents" in again.stdout
    (tmp_path / "texts" / "kept.txt").unlink()
    emptied = run("build", "texts", "--forget-missing", cwd=tmp_path)
    assert emptied.returncode == 1
    assert "texts: an empty folder" in emptied.stderr
    assert "holds 2 documents" in emptied.stdout


def test_a_name_with_a_star_is_first_of_all_a_name(tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        for number, uri in enumerate(("5*", "50", "5*+")):
            empty = Document(id=uri, words=(f"w{number}",), spaces=(False,), sentence_starts=(0,), entities=())
            store.add(empty, model="m", names={}, resolve=form_id)
        assert meant_by(store, ["5*"], base=tmp_path) == {"5*": {"5*"}}
        assert meant_by(store, ["5*+"], base=tmp_path) == {"5*+": {"5*+"}}
        store.forget("5*")
        assert meant_by(store, ["5*"], base=tmp_path) == {"5*": {"50", "5*+"}}


def test_a_name_that_leads_elsewhere_from_here_than_in_the_store_is_refused(tmp_path, monkeypatch):
    uris = ("news/2019a.txt", "sub/news/2019a.txt", "sub/news/2019b.txt", "2020.txt", "sub/2021/c.txt")
    with FactStore(tmp_path / "kg.sqlite") as store:
        for number, uri in enumerate(uris):
            empty = Document(id=uri, words=(f"w{number}",), spaces=(False,), sentence_starts=(0,), entities=())
            store.add(empty, model="m", names={}, resolve=form_id)
        (tmp_path / "sub").mkdir()
        monkeypatch.chdir(tmp_path / "sub")
        for name in ("news/2019*", "news/2019a.txt", "*"):
            with pytest.raises(ValueError, match=r"may be .* or sub/.*, where it leads from here"):
                meant_by(store, [name], base="..")
        for name, meant in {
            "./news/2019*": uris[1:3],
            "./news/2019a.txt": uris[1:2],
            "news/2019b*": uris[2:3],
            "../news/2019*": uris[:1],
            "2020*": uris[3:4],
            "2021*": uris[4:],
        }.items():
            assert meant_by(store, [name], base="..")[name] == {*meant}, name
        monkeypatch.chdir(tmp_path)
        assert meant_by(store, ["news/2019*"], base=".") == {"news/2019*": {uris[0]}}
        assert meant_by(store, ["*"], base=".") == {"*": {*uris}}
