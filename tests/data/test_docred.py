import copy
import json

import pytest

from kg_docre.data.docred import parse_docred, read_docred, to_docred, write_docred
from kg_docre.data.docred_relations import docred_relations, read_relations
from kg_docre.data.errors import DataError
from tests.conftest import DATA

RECORD = {
    "title": "Paper Hearts",
    "sents": [["Paper", "Hearts", "is", "an", "episode", "."], ["Rob", "Bowman", "directed", "it", "."]],
    "vertexSet": [
        [{"name": "Paper Hearts", "sent_id": 0, "pos": [0, 2], "type": "MISC"}],
        [{"name": "Rob Bowman", "sent_id": 1, "pos": [0, 2], "type": "PER", "wikidata_qcode": "Q1373440"}],
    ],
    "labels": [{"h": 0, "t": 1, "r": "P57", "evidence": [1]}],
}


def test_a_record_becomes_a_document():
    document = parse_docred(RECORD)
    film, director = document.entities
    assert (film.name, director.name, director.type, director.kb_id) == (
        "Paper Hearts",
        "Rob Bowman",
        "PER",
        "Q1373440",
    )
    assert (director.mentions[0].start, director.mentions[0].end, director.mentions[0].sentence) == (6, 8, 1)
    (relation,) = document.relations
    assert (relation.head, relation.label, relation.tail, relation.evidence) == (0, "P57", 1, (1,))
    assert document.text == "Paper Hearts is an episode . Rob Bowman directed it . "
    assert document.text[slice(*document.characters(6, 8))] == "Rob Bowman"


def test_written_and_read_again_it_is_the_same(tmp_path, documents):
    write_docred(documents, tmp_path / "again.json")
    assert read_docred(tmp_path / "again.json") == documents
    assert to_docred(parse_docred(RECORD))["vertexSet"] == RECORD["vertexSet"]


def test_real_files_are_read_whole(documents):
    raw = json.loads((DATA / "redocred_sample.json").read_text(encoding="utf-8"))
    assert [d.title for d in documents] == [r["title"] for r in raw]
    assert [len(d.relations) for d in documents] == [len(r["labels"]) for r in raw]


def test_repeated_titles_stay_apart(tmp_path):
    (tmp_path / "twice.json").write_text(json.dumps([RECORD, RECORD]))
    assert [d.id for d in read_docred(tmp_path / "twice.json")] == ["Paper Hearts", "Paper Hearts (2)"]
    titles = ["A", "A", "A (2)", "A", "A (2)"]
    (tmp_path / "twice.json").write_text(json.dumps([{**RECORD, "title": title} for title in titles]))
    assert [d.id for d in read_docred(tmp_path / "twice.json")] == ["A", "A (3)", "A (2)", "A (4)", "A (2) (2)"]


def _broken(*path, value):
    record = copy.deepcopy(RECORD)
    target = record
    for step in path[:-1]:
        target = target[step]
    if value is KeyError:
        del target[path[-1]]
    else:
        target[path[-1]] = value
    return record


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (_broken("title", value=KeyError), r"document 1: no field 'title'"),
        (_broken("sents", value="text"), r"'Paper Hearts'\)\.sents: expected list"),
        (_broken("sents", 0, value=["a", 7]), r"sents\[0\]"),
        (_broken("vertexSet", 1, value=[]), r"vertexSet\[1\]: expected a non-empty list"),
        (_broken("vertexSet", 1, 0, value="x"), r"vertexSet\[1\]\[0\]: expected an object"),
        (_broken("vertexSet", 0, 0, "pos", value=[5, 9]), r"vertexSet\[0\]\[0\]\.pos: \[5, 9\] is not a span"),
        (_broken("vertexSet", 0, 0, "pos", value=[2, 2]), r"vertexSet\[0\]\[0\]\.pos"),
        (_broken("vertexSet", 0, 0, "pos", value=["0", 2]), r"vertexSet\[0\]\[0\]\.pos: expected two integers"),
        (_broken("vertexSet", 0, 0, "sent_id", value=2), r"vertexSet\[0\]\[0\]\.sent_id: 2"),
        (_broken("vertexSet", 0, 0, "sent_id", value=True), r"vertexSet\[0\]\[0\]\.sent_id"),
        (_broken("vertexSet", 0, 0, "type", value=None), r"vertexSet\[0\]\[0\]\.type: expected str"),
        (_broken("labels", 0, "h", value=2), r"labels\[0\]\.h: 2 is not one of the 2 entities"),
        (_broken("labels", 0, "t", value=-1), r"labels\[0\]\.t"),
        (_broken("labels", 0, "r", value=KeyError), r"labels\[0\]: no field 'r'"),
        (_broken("labels", 0, "evidence", value=[2]), r"labels\[0\]\.evidence: 2 is not one of the 2 sentences"),
        (_broken("sents", 0, 1, value="a\ud800b"), r"document 1 \('Paper Hearts'\): sents\[0\]: unpaired surrogates"),
        (_broken("vertexSet", 0, 0, "name", value="\ud800"), r"vertexSet\[0\]\[0\]\.name: unpaired surrogates"),
        (_broken("title", value="a\ud800b"), r"document 1\.title: unpaired surrogates"),
        (["not", "an", "object"], r"document 1: expected an object"),
    ],
)
def test_broken_records_name_document_and_field(record, field, tmp_path):
    path = tmp_path / "broken.json"
    path.write_text(json.dumps([RECORD, record]))
    with pytest.raises(DataError, match=field) as caught:
        read_docred(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"[{", "not JSON"), (b"\xff\xfe", "not UTF-8"), (b"{}", "expected a list"), (None, "No such file")],
)
def test_unreadable_files_say_why(content, reason, tmp_path):
    path = tmp_path / "file.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=reason):
        read_docred(path)


def test_the_vocabulary_has_96_named_properties(tmp_path):
    relations = docred_relations()
    assert len(relations) == 96
    assert relations["P57"] == "director"
    (tmp_path / "same.json").write_text('{"P57": "director", "P162": "director"}')
    assert list(read_relations(tmp_path / "same.json")) == ["P57", "P162"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('["P57"]', "expected an object"),
        ("{}", "expected an object"),
        ('{"P57": "director", "P57": "maker"}', "'P57' is there twice"),
        ('{"": "director"}', "'': expected an object of relation names by id, found 'director'"),
        ('{"P57": " "}', "'P57': expected"),
        ('{"P57": 1}', "'P57': expected"),
        ('{"P57": "\\ud800"}', "unpaired surrogates"),
    ],
)
def test_a_broken_vocabulary_is_named(text, message, tmp_path):
    (tmp_path / "bad.json").write_text(text)
    with pytest.raises(DataError, match=rf"bad\.json: {message}"):
        read_relations(tmp_path / "bad.json")
