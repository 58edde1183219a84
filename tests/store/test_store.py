import sqlite3
from dataclasses import replace

import pytest

from kg_docre.annotations import Document, Entity, Mention
from kg_docre.data.docred_relations import docred_relations
from kg_docre.graph import KnowledgeGraph
from kg_docre.resolution.decisions import merge
from kg_docre.resolution.explanations import explain
from kg_docre.resolution.forms import form_id
from kg_docre.resolution.resolve import resolve
from kg_docre.store import FactStore, StoreError, content_hash, count_described, list_sources
from kg_docre.store.schema import VERSION
from tests.conftest import DATA

NAMES = docred_relations()


def _add(store, document, model="m", **options):
    return store.add(document, model=model, names=NAMES, resolve=form_id, **options)


@pytest.fixture
def store(tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        yield store


def test_everything_said_of_a_document_is_kept(store, documents):
    document = documents[0]
    assert _add(store, document)
    assert store.counts()["documents"] == 1
    text = document.text
    for start, end, name in store.read('SELECT start, "end", name FROM mention'):
        assert text[start:end].replace(" ", "") == name.replace(" ", "")
    for start, sentence in store.read("SELECT start, text FROM sentence"):
        assert text[start : start + len(sentence)] == sentence
    rows = store.read(
        """SELECT h.name, r.label, t.name, r.score, group_concat(e.sentence) FROM relation r
           JOIN entity h ON h.id = r.head JOIN entity t ON t.id = r.tail
           LEFT JOIN evidence e ON e.relation = r.id GROUP BY r.id"""
    )
    expected = {
        (document.entities[r.head].name, r.label, document.entities[r.tail].name, r.score, tuple(sorted(r.evidence)))
        for r in document.relations
    }
    assert {(*row[:4], tuple(sorted(map(int, row[4].split(",")))) if row[4] else ()) for row in rows} == expected


def test_a_sentence_ends_where_its_words_do(store):
    words = ("Oslo", ".", "\n\n", "It", "is", "old", ".", "\n")
    _add(store, Document("d", words, (0, 3), (Entity("Oslo", "LOC", (Mention(0, 1, 0, "Oslo"),)),)))
    assert list(store.read("SELECT start, text FROM sentence")) == [(0, "Oslo ."), (10, "It is old .")]


def test_a_text_is_added_once(store, documents):
    assert _add(store, documents[0])
    before = list(store.read("SELECT * FROM relation"))
    assert not _add(store, documents[0])
    assert not _add(store, replace(documents[0], id="the same text elsewhere"))
    assert list(store.read("SELECT * FROM relation")) == before
    digest = content_hash(documents[0].text)
    assert store.link(documents[0].id, digest=digest, model="m")
    assert not store.link(documents[0].id, digest=digest, model="another model")
    assert store.counts()["documents"] == 1


def test_another_model_or_a_changed_text_replaces(store, documents):
    _add(store, documents[0])
    _add(store, documents[1])
    assert _add(store, replace(documents[0], relations=()), model="better")
    assert store.counts()["documents"] == 2
    assert store.counts()["relations"] == len(documents[1].relations)
    assert _add(store, replace(documents[2], id=documents[0].id), model="better")
    assert store.prune() == 1
    assert store.counts()["documents"] == 2
    assert list(store.read("SELECT count(*) FROM sentence WHERE document NOT IN (SELECT id FROM document)")) == [(0,)]


def test_a_text_stays_while_any_source_has_it(store, documents):
    _add(store, documents[0])
    _add(store, replace(documents[0], id="copy"))
    _add(store, replace(documents[1], id=documents[0].id))
    assert store.prune() == 0
    assert store.counts()["documents"] == 2
    _add(store, replace(documents[1], id="copy"))
    assert store.prune() == 1
    assert store.counts()["documents"] == 1


def test_a_snapshot_inside_another_one_is_that_one_and_nothing_is_written_in_it(store, documents):
    _add(store, documents[0])
    with store.snapshot():
        with store.snapshot():
            assert store.counts()["documents"] == 1
        with FactStore(store.path) as other:
            _add(other, documents[1])
        assert store.counts()["documents"] == 1
        with pytest.raises(StoreError, match=r"nothing can be written inside snapshot\(\)"):
            _add(store, documents[2])
    assert store.counts()["documents"] == 2


def test_a_snapshot_does_not_see_what_others_add(store, documents):
    _add(store, documents[0])
    with FactStore(store.path) as reader, reader.snapshot():
        before = reader.counts()
        _add(store, documents[1])
        assert reader.counts() == before
    assert store.counts()["documents"] == 2


def test_evidence_named_twice_counts_once(store, documents):
    relation = replace(documents[0].relations[0], evidence=(0, 0))
    assert _add(store, replace(documents[0], relations=(relation,)))


def test_a_failure_leaves_no_half_document(store, documents):
    _add(store, documents[0])
    before = store.counts()

    def fails(entity):
        if entity is documents[1].entities[-1]:
            raise RuntimeError("killed")
        return form_id(entity)

    with pytest.raises(RuntimeError, match="killed"):
        store.add(documents[1], model="m", names=NAMES, resolve=fails)
    assert store.counts() == before
    assert _add(store, documents[1])


def test_files_that_are_no_store_are_refused(tmp_path):
    (tmp_path / "text").write_text("not a database, but long enough to be looked at" * 50)
    with pytest.raises(StoreError, match="text: not a fact store"):
        FactStore(tmp_path / "text")
    with sqlite3.connect(tmp_path / "other.sqlite") as other:
        other.execute("CREATE TABLE t (x)")
    with pytest.raises(StoreError, match="not a fact store"):
        FactStore(tmp_path / "other.sqlite")
    FactStore(tmp_path / "new.sqlite").close()
    with sqlite3.connect(tmp_path / "new.sqlite") as newer:
        newer.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer version"):
        FactStore(tmp_path / "new.sqlite")
    with pytest.raises(StoreError, match="no such store"):
        FactStore(tmp_path / "missing.sqlite", create=False)
    with pytest.raises(StoreError, match="nowhere"):
        FactStore(tmp_path / "nowhere" / "kg.sqlite")


def test_a_store_of_the_first_version_is_read_and_goes_on(tmp_path, documents):
    """Nothing it held is lost, and it can be resolved and added to."""
    old = sqlite3.connect(tmp_path / "old.sqlite")
    old.executescript((DATA / "store_v1.sql").read_text())
    held = {
        table: old.execute(f"SELECT count(*) FROM {table}").fetchone() for table in ("entity", "mention", "relation")
    }
    old.close()
    with FactStore(tmp_path / "old.sqlite") as store:
        assert held == {table: store.read(f"SELECT count(*) FROM {table}").fetchone() for table in held}
        resolve(store)
        assert store.read("SELECT count(*) FROM entity WHERE form = ''").fetchone() == (0,)
        assert _add(store, documents[1])
        assert store.counts()["documents"] == 2
    with FactStore(tmp_path / "old.sqlite") as again:
        assert again.read("PRAGMA user_version").fetchone() == (VERSION,)


def test_a_store_of_the_third_version_keeps_what_was_resolved(store, documents):
    """Entities had an index by node then, and forms were the resolution's own order."""
    _add(store, documents[0])
    nodes = [node for (node,) in store.read("SELECT DISTINCT node FROM entity ORDER BY node")]
    merge(store, *nodes[:2])
    resolved = "SELECT * FROM resolution ORDER BY form", "SELECT id, form, node FROM entity"
    before = [store.read(query).fetchall() for query in resolved]
    assert before[0]
    with sqlite3.connect(store.path) as old:
        old.executescript(
            """DROP INDEX resolution_node;
               ALTER TABLE resolution RENAME TO resolution_now;
               CREATE TABLE resolution (form TEXT PRIMARY KEY, node TEXT NOT NULL, score REAL NOT NULL,
                                        reasons TEXT NOT NULL) WITHOUT ROWID;
               INSERT INTO resolution SELECT * FROM resolution_now;
               DROP TABLE resolution_now;
               CREATE INDEX resolution_node ON resolution (node);
               CREATE INDEX entity_node ON entity (node);
               DROP INDEX relation_pair;
               CREATE INDEX relation_head ON relation (head);
               DROP TRIGGER entity_came;
               DROP TRIGGER entity_went;
               DROP TRIGGER source_came;
               DROP TRIGGER source_went;
               DROP TABLE rejected;
               ALTER TABLE source DROP COLUMN title;
               ALTER TABLE source DROP COLUMN metadata;
               ALTER TABLE document DROP COLUMN metadata;
               ALTER TABLE resolved DROP COLUMN changed;
               ALTER TABLE resolved DROP COLUMN generation;
               PRAGMA user_version = 3;"""
        )
    old.close()
    with FactStore(store.path) as again:
        assert [again.read(query).fetchall() for query in resolved] == before
        assert sorted(len(explain(again, node)) for node in nodes[:2]) == [0, 2]
        assert again.read("SELECT changed FROM resolved").fetchone() == (0,)
        _add(again, documents[1])
        assert again.read("SELECT changed FROM resolved").fetchone() == (len(documents[1].entities),)
        with FactStore(store.path.with_name("new.sqlite")) as new:
            tables = "SELECT name FROM sqlite_master ORDER BY name"
            assert again.read(tables).fetchall() == new.read(tables).fetchall()


def test_a_store_of_the_eighth_version_takes_metadata(store, documents):
    _add(store, documents[0])
    _add(store, replace(documents[0], id="copy", title="as it is called there"))
    with sqlite3.connect(store.path) as old:
        old.executescript(
            """DROP TRIGGER source_came;
               DROP TRIGGER source_went;
               ALTER TABLE source DROP COLUMN metadata;
               ALTER TABLE document DROP COLUMN metadata;
               CREATE TRIGGER source_came AFTER INSERT ON source BEGIN
                   UPDATE document SET title = (SELECT title FROM source WHERE document = NEW.document
                                                ORDER BY uri LIMIT 1) WHERE id = NEW.document;
               END;
               CREATE TRIGGER source_went AFTER DELETE ON source BEGIN SELECT 1; END;
               PRAGMA user_version = 8;"""
        )
    old.close()
    with FactStore(store.path) as again, FactStore(store.path.with_name("new.sqlite")) as new:
        assert again.read("PRAGMA user_version").fetchone() == (VERSION,)
        assert {source.uri: source.metadata for source in list_sources(again)} == {documents[0].id: {}, "copy": {}}
        assert not _add(again, documents[0], metadata={"date": "2024-01-31"})
        assert [source.metadata for source in list_sources(again)] == [{"date": "2024-01-31"}, {}]
        made = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
        assert again.read(made).fetchall() == new.read(made).fetchall()


def _shown(store):
    return [(document.uri, document.title, document.metadata) for document in KnowledgeGraph(store).documents()]


def test_every_place_of_a_text_has_metadata_of_its_own_and_the_first_is_shown(store, documents):
    text = replace(documents[0], id="b", title="B")
    assert _add(store, text, metadata={"date": "2024-01-31", "tags": ["x", "y"]})
    assert not _add(store, replace(text, id="c", title="C"), metadata={"date": "2020-01-31"})
    assert _shown(store) == [("b", "B", {"date": "2024-01-31", "tags": ["x", "y"]})]
    assert not _add(store, replace(text, id="a", title="A"))
    assert _shown(store) == [("a", "A", {})]
    assert [source.metadata for source in list_sources(store)] == [
        {},
        {"date": "2024-01-31", "tags": ["x", "y"]},
        {"date": "2020-01-31"},
    ]
    assert count_described(store) == 0, "what graphs have"
    assert _add(store, replace(text, relations=()), model="better", metadata={"date": "2025-01-31"})
    assert [source.metadata for source in list_sources(store)] == [{}, {"date": "2025-01-31"}, {"date": "2020-01-31"}]
    store.forget("a")
    assert _shown(store) == [("b", "B", {"date": "2025-01-31"})]
    assert count_described(store) == 1
    store.forget("b")
    assert _shown(store) == [("c", "C", {"date": "2020-01-31"})]
    store.forget("c")
    assert not [*list_sources(store)]
    assert _add(store, replace(text, id="c", title="C"))
    assert _shown(store) == [("c", "C", {})]


def test_metadata_is_taken_as_it_is_and_replaced(store, documents):
    said = {
        "text": "Zoë 😀\n`x` \"y\" 'z' \u202e",
        "integer": 2**70,
        "real": 0.1,
        "true": True,
        "false": False,
        "mixed": ["a", 1, 2.5, True],
        "one of many": ["a"],
        " odd\n`name` ": "x" * 200_000,
    }
    assert _add(store, documents[0], metadata=said)
    assert _shown(store)[0][2] == said
    digest = content_hash(documents[0].text)
    blank = {"none": None, "blank": " \n", "empty": [], "nobody": [None, ""], "some": (None, "b", ""), "zero": 0}
    blank |= {"missing": float("nan"), "all missing": [float("nan")]}
    assert store.link(documents[0].id, digest=digest, model="m", metadata=blank)
    assert _shown(store)[0][2] == {"some": ["b"], "zero": 0}
    assert store.link(documents[0].id, digest=digest, model="m")
    assert _shown(store)[0][2] == {}


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ({"author": {"name": "Ada"}}, "field 'author': expected a string, a number, .*, found dict"),
        ({"authors": ["Ada", ["Bo"]]}, "field 'authors': expected a string, .*, found a list of list"),
        ({"n": float("inf")}, "field 'n': inf is no finite number"),
        ({"n": [float("-inf")]}, "field 'n': -inf is no finite number"),
        ({"": "x"}, "field '': no name for a field"),
        ({"a\0": "x"}, "no name for a field"),
        ({7: "x"}, "field 7: no name for a field"),
    ],
)
def test_other_values_are_no_metadata(metadata, reason, store, documents):
    with pytest.raises(ValueError, match=reason):
        _add(store, documents[0], metadata=metadata)
    assert not [*list_sources(store)]


def test_a_document_is_forgotten_with_what_only_it_said(store, documents):
    first, second = documents[:2]
    _add(store, first)
    _add(store, replace(first, id="copy"))
    _add(store, second)
    assert store.forget(first.id)
    assert store.counts()["documents"] == 2, "another source has the same text"
    assert store.forget("copy")
    assert store.counts()["documents"] == 1
    assert not store.forget("copy")
    for table in ("sentence", "entity", "relation"):
        assert store.read(f"SELECT count(DISTINCT document) FROM {table}").fetchone() == (1,)
