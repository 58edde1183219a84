from dataclasses import replace
from itertools import permutations, product
from shutil import copyfile

import pytest
from typer.testing import CliRunner

from kg_docre.annotations import PATTERNS, ReasoningStep, premises
from kg_docre.cli import app
from kg_docre.data.docred_relations import docred_relations
from kg_docre.graph import KnowledgeGraph
from kg_docre.resolution.forms import form_id
from kg_docre.resolution.lookup import find_node
from kg_docre.resolution.resolve import resolve
from kg_docre.store import FactStore, StoreError, list_sources
from kg_docre.store import merge as module
from kg_docre.store.merge import merge
from tests.resolution.test_resolve import add, document, nodes

NATO = "North Atlantic Treaty Organization"


def _with_steps(document):
    """The document whose relations have a step each that its relations explain, where there is one."""
    related = {(r.head, r.tail) for r in document.relations}
    relations = []
    for r in document.relations:
        ways = [
            ReasoningStep(pattern, via, pairs, 0.5)
            for pattern, via in product(PATTERNS, range(len(document.entities)))
            if via not in (r.head, r.tail) and set(pairs := premises(pattern, r.head, via, r.tail)) <= related
        ]
        relations.append(replace(r, reasoning=tuple(ways[:1])))
    return replace(document, relations=tuple(relations))


def _fill(path, documents, *, model="m", failures=()):
    with FactStore(path) as store:
        run = store.begin_run(version="1", config={"model": model})
        for document in map(_with_steps, documents):
            store.add(document, model=model, names=docred_relations(), resolve=form_id, run=run)
        for uri in failures:
            store.note_failure(uri, f"unreadable by {model}", run=run)
        resolve(store)
    return path


def _said(path):
    """All that graphs have of a store."""
    with FactStore(path, create=False) as store:
        graph = KnowledgeGraph(store)
        names = {node.id: (node.name, node.type, node.aliases) for node in graph.nodes()}
        facts = {
            (
                names[fact.head],
                fact.label,
                names[fact.tail],
                fact.confidence,
                frozenset(
                    (e.document.id, e.score, e.sentences, e.step and (*e.step[:2], names[e.step.via]))
                    for e in fact.evidence
                ),
            )
            for fact in graph.facts()
        }
        assert any(step for *_, evidence in facts for *_, step in evidence)
        documents = {(d.id, d.uri, d.title, d.model) for d in graph.documents()}
        return set(names.values()), facts, documents, [*graph.evidence_sentences()], store.counts()


def _run(*arguments):
    result = CliRunner().invoke(app, list(map(str, arguments)))
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def parts(tmp_path, documents):
    return [_fill(tmp_path / "a.sqlite", documents[:6]), _fill(tmp_path / "b.sqlite", documents[4:])]


def test_stores_of_parts_merged_are_a_store_of_the_whole(tmp_path, documents, parts, monkeypatch):
    monkeypatch.setattr(module, "_BATCH", 3)
    before = [_said(part) for part in parts]
    whole, merged = _said(_fill(tmp_path / "whole.sqlite", documents)), tmp_path / "merged.sqlite"
    code, printed, _ = _run("merge", merged, *parts)
    assert code == 0
    assert printed.startswith(
        f"10 documents added, 2 already there; {merged} holds 10 documents, {whole[-1]['nodes']} nodes"
    )
    *said, sentences, counts = _said(merged)
    assert said == [*whole[:3]]
    assert sorted(sentences) == sorted(whole[3])
    assert counts == whole[4]
    assert "0 documents added, 12 already there" in _run("merge", merged, *parts)[1]
    assert _said(merged)[:3] == tuple(said)
    assert [_said(part) for part in parts] == before


def test_a_build_goes_on_where_its_parts_stopped(tmp_path, documents, parts):
    with FactStore(tmp_path / "merged.sqlite") as store:
        for part in parts:
            with FactStore(part) as other:
                merge(store, other)
        add = {"model": "m", "names": docred_relations(), "resolve": form_id}
        assert not any(store.add(document, **add) for document in documents)
        runs = {document.run for document in KnowledgeGraph(store).documents()}
        assert [run.config for run in KnowledgeGraph(store).runs()] == ['{"model": "m"}'] * 2
        assert runs == {run.id for run in KnowledgeGraph(store).runs()}
        store.forget(*(document.id for document in documents))
        assert set(store.counts().values()) == {0}


def test_a_text_of_both_stays_as_it_is_and_has_the_sources_of_both(tmp_path, documents):
    here = _fill(tmp_path / "a.sqlite", documents[:1], model="here")
    there = _fill(tmp_path / "b.sqlite", [replace(documents[0], id="copy"), documents[1]], model="there")
    with FactStore(here) as store, FactStore(there) as other:
        assert merge(store, other) == (1, 1, 0)
        sources = {source.uri: source.model for source in list_sources(store)}
    assert sources == {documents[0].id: "here", "copy": "here", documents[1].id: "there"}


def test_merged_again_nothing_is_written(tmp_path, parts):
    with FactStore(tmp_path / "merged.sqlite") as store, FactStore(parts[0]) as other:
        merge(store, other)
        written = store.read("SELECT total_changes()").fetchall()
        merge(store, other)
        assert store.read("SELECT total_changes()").fetchall() == written


def test_of_two_texts_at_one_place_what_is_not_kept_is_not_copied(tmp_path, documents):
    paths = [
        _fill(tmp_path / f"{added}.sqlite", [replace(documents[number], id="one")])
        for number, added in enumerate(("2020", "2029", "2029b"))
    ]
    for path in paths:
        with FactStore(path) as store, store.transaction() as db:
            db.execute("UPDATE document SET added = ?", (f"{path.stem[:4]}-01-01T00:00:00+00:00",))
    merged = tmp_path / "merged.sqlite"
    assert _run("merge", merged, *paths)[1].startswith("2 documents added, 0 already there")
    with FactStore(merged) as store:
        (kept,) = store.read("SELECT content_hash FROM document").fetchall()
        written = store.read("SELECT total_changes()").fetchall()
        for path in paths:
            with FactStore(path) as other:
                assert merge(store, other)[::2] == (0, int(path != paths[1]))
        assert store.read("SELECT total_changes()").fetchall() == written
        assert store.read("SELECT content_hash FROM document").fetchall() == [kept]
        assert len(store.read("SELECT * FROM run").fetchall()) == 2


@pytest.mark.parametrize(("earlier", "found"), [("a", "there"), ("b", "here")])
def test_of_a_source_that_has_changed_the_later_text_is_taken(earlier, found, tmp_path, documents):
    here = _fill(tmp_path / "a.sqlite", [replace(documents[0], id="one")], model="here")
    there = _fill(tmp_path / "b.sqlite", [replace(documents[1], id="one")], model="there")
    with FactStore(tmp_path / f"{earlier}.sqlite") as store, store.transaction() as db:
        db.execute("UPDATE document SET added = '2020-01-01T00:00:00+00:00'")
    code, _, told = _run("merge", here, there)
    assert (code, "1 source had two texts" in told) == (0, True)
    with FactStore(here) as store:
        assert [source.model for source in list_sources(store)] == [found]
        assert store.counts()["documents"] == 1


def test_files_are_called_by_their_paths_from_the_store_that_has_them_now(tmp_path, documents):
    names = ["texts/a.txt", "texts/b.jsonl#1", "gone/c.txt", "https://example.org/a.txt"]
    (tmp_path / "part" / "texts").mkdir(parents=True)
    for name in ("a.txt", "b.jsonl"):
        (tmp_path / "part" / "texts" / name).touch()
    part = _fill(
        tmp_path / "part" / "kg.sqlite",
        [replace(document, id=name) for document, name in zip(documents, names, strict=False)],
        failures=["texts/a.txt#x"],
    )
    (tmp_path / "all").mkdir()
    assert _run("merge", tmp_path / "all" / "kg.sqlite", part)[0] == 0
    with FactStore(tmp_path / "all" / "kg.sqlite") as store:
        assert [source.uri for source in list_sources(store)] == [
            "../part/texts/a.txt",
            "../part/texts/a.txt#x",
            "../part/texts/b.jsonl#1",
            "gone/c.txt",
            "https://example.org/a.txt",
        ]


@pytest.mark.parametrize("there", [True, False])
def test_merged_again_a_source_is_called_as_before_whether_or_not_its_text_is_still_there(there, tmp_path, documents):
    texts, part, merged = (tmp_path / name for name in ("part/texts", "part/kg.sqlite", "all/kg.sqlite"))
    away = tmp_path / "away"
    for folder in (texts, merged.parent):
        folder.mkdir(parents=True)
    for name in ("a.txt", "b.jsonl"):
        (texts / name).touch()
    names = ["texts/a.txt", "texts/b.jsonl#https://x.org/1"]
    _fill(part, [replace(documents[n], id=name) for n, name in enumerate(names)], failures=["texts/b.jsonl#x"])
    if not there:
        texts.rename(away)
    assert _run("merge", merged, part)[0] == 0
    with FactStore(merged) as store:
        before = [*list_sources(store)]
    assert all(source.uri.startswith("../part/") == there for source in before)
    texts.rename(away) if there else away.rename(texts)
    assert "0 documents added, 2 already there" in _run("merge", merged, part)[1]
    with FactStore(merged) as store:
        assert [*list_sources(store)] == before


def test_a_copy_of_a_text_that_is_there_is_a_further_source(tmp_path, documents):
    for place in ("part", "all"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "a.txt").touch()
        _fill(tmp_path / place / "kg.sqlite", [replace(documents[0], id="a.txt")])
    for _ in range(2):
        assert _run("merge", tmp_path / "all" / "kg.sqlite", tmp_path / "part" / "kg.sqlite")[0] == 0
        with FactStore(tmp_path / "all" / "kg.sqlite") as store:
            assert [source.uri for source in list_sources(store)] == ["../part/a.txt", "a.txt"]


def test_what_could_not_be_read_is_kept_unless_it_could_be_elsewhere(tmp_path, documents):
    here = _fill(tmp_path / "a.sqlite", documents[:1], model="here", failures=["x", "y"])
    there = _fill(tmp_path / "b.sqlite", documents[1:2], model="there", failures=["y", "z", documents[0].id])
    read = _fill(tmp_path / "c.sqlite", [replace(documents[2], id="x")])
    for part in (there, read):
        assert _run("merge", here, part)[0] == 0
    with FactStore(here) as store:
        failed = {source.uri: source.failure for source in list_sources(store, failed=True)}
    assert failed == {"y": "unreadable by here", "z": "unreadable by there"}


def test_what_could_be_read_once_and_not_again_is_told_of_there_too(tmp_path, documents):
    part = _fill(tmp_path / "a.sqlite", documents[:1], failures=[documents[0].id])
    merged, again = tmp_path / "merged.sqlite", tmp_path / "again.sqlite"
    for path in (merged, again, again):
        assert _run("merge", path, merged if path == again else part)[0] == 0
        with FactStore(path) as store:
            assert [(source.uri, source.failure) for source in list_sources(store)] == [
                (documents[0].id, "unreadable by m")
            ]
    with FactStore(again) as store:
        store.clear_failures([documents[0].id])
    assert _run("merge", merged, again)[0] == 0
    with FactStore(merged) as store:
        assert not [*list_sources(store, failed=True)], "somebody could read it"


def test_metadata_goes_with_its_source(tmp_path, documents):
    here, there = tmp_path / "a.sqlite", tmp_path / "b.sqlite"
    for path, uri in ((here, "b"), (there, "a")):
        with FactStore(path) as store:
            document = replace(documents[0], id=uri)
            names = docred_relations()
            store.add(document, model="m", names=names, resolve=form_id, metadata={"from": uri, "pages": [1, 2]})
    assert _run("merge", here, there)[0] == 0
    with FactStore(here) as store:
        assert {source.uri: source.metadata["from"] for source in list_sources(store)} == {"a": "a", "b": "b"}
        (document,) = KnowledgeGraph(store).documents()
        assert document.metadata == {"from": "a", "pages": [1, 2]}


def test_what_people_decided_holds_in_the_merged_store(tmp_path, parts, monkeypatch):
    with FactStore(parts[0]) as store:
        first, second = [node.name for node in KnowledgeGraph(store).nodes() if node.type == "PER"][:2]
        fact = next(KnowledgeGraph(store).facts())
    assert _run("resolve", parts[0], "--merge", first, second)[0] == 0
    assert _run("reject", parts[0], fact.head, fact.name, fact.tail)[0] == 0
    merged, place, resolved = tmp_path / "merged.sqlite", FactStore.place, []
    monkeypatch.setattr(FactStore, "place", lambda *given, **more: resolved.append(1) or place(*given, **more))
    assert _run("merge", merged, *reversed(parts))[::2] == (0, "documents: 12/12\n")
    assert len(resolved) == 1
    with FactStore(merged) as store:
        assert find_node(store, first) == find_node(store, second)
        assert fact.id not in {its.id for its in KnowledgeGraph(store).facts()}


def test_what_is_decided_by_a_merge_is_told_also_where_it_was_taken_back(tmp_path, parts):
    with FactStore(parts[0]) as store:
        names = {node.id: node.name for node in KnowledgeGraph(store).nodes()}
        fact = next(fact for fact in KnowledgeGraph(store).facts() if fact.label == "P27")
    wrong, merged = (names[fact.head], fact.name, names[fact.tail]), tmp_path / "merged.sqlite"
    assert "copied" not in _run("merge", merged, *parts)[1]
    assert _run("reject", parts[0], *wrong)[0] == 0
    for _ in range(2):
        assert "\ndecisions copied: 1 reject; " in _run("merge", merged, *parts)[1]
        assert "copied" not in _run("merge", merged, *parts)[1]
        assert len(_run("resolve", merged, "--decided")[1].splitlines()) == 1
        assert _run("reject", merged, *wrong, "--take-back")[0] == 0
    assert _run("reject", parts[0], *wrong, "--take-back")[0] == 0
    assert "copied" not in _run("merge", merged, *parts)[1]


@pytest.mark.parametrize(
    ("here", "there", "told"),
    [
        (["--split", "Springfield"], ["--merge", "Springfield", "Brussels"], "Springfield is now split"),
        (["--split", "NATO"], ["--merge", "NATO", "the Alliance"], f"NATO is now merged, {NATO} is now merged"),
        (["--split", "NATO"], ["--merge", "the Alliance", "Brussels"], ""),
    ],
)
def test_what_one_store_has_split_and_another_one_merged_is_told(here, there, told, tmp_path):
    parts = {tmp_path / f"{letter}.sqlite": decided for letter, decided in (("a", here), ("b", there))}
    for part, decided in parts.items():
        with FactStore(part) as store:
            add(
                store,
                document(f"1{part.stem}", ("ORG", NATO, "NATO"), ("LOC", "Brussels")),
                document(f"2{part.stem}", ("ORG", "NATO"), ("LOC", "Springfield")),
                document(f"3{part.stem}", ("ORG", "the Alliance"), ("LOC", "Springfield")),
            )
        assert _run("resolve", part, *decided)[0] == 0
    for number, order in enumerate((parts, reversed(parts))):
        merged = tmp_path / f"{number}.sqlite"
        said = _run("merge", merged, *order)[2]
        advice = f"; kg-docre resolve {merged} --merge and --split decide anew\n"
        told_now = f"split in one store and merged in another: {told}{advice}" if told else ""
        assert said == f"documents: 6/6\n{told_now}"
        assert _run("merge", merged, *parts)[2] == "documents: 6/6\n", "who has both has been told"
        with FactStore(merged) as store:
            assert len({*nodes(store, "Springfield").values()}) == (4 if "split" in told else 1)
            assert len({*nodes(store, "NATO").values(), *nodes(store, NATO).values()}) == 1 + (told == "")


def test_of_what_copies_of_one_store_have_decided_differently_is_told(tmp_path):
    parts = {
        tmp_path / "a.sqlite": ["--split", "Springfield"],
        tmp_path / "b.sqlite": ["--merge", "Springfield", "Rome"],
    }
    for part, decided in parts.items():
        with FactStore(part) as store:
            add(store, *(document(name, ("LOC", "Springfield"), ("LOC", "Rome")) for name in "xy"))
        assert _run("resolve", part, *decided)[0] == 0
    for into, part in permutations(parts):
        merged = tmp_path / f"into {into.name}"
        copyfile(into, merged)
        assert "another: Springfield is now split" in _run("merge", merged, part)[2]


def test_killed_in_between_it_is_whole_and_goes_on(tmp_path, documents, parts, monkeypatch):
    monkeypatch.setattr(module, "_BATCH", 1)
    merged = tmp_path / "merged.sqlite"

    batches = iter(range(2))

    def stop_at_the_second(_):
        if next(batches):
            raise KeyboardInterrupt

    with FactStore(merged) as store, FactStore(parts[0]) as other, pytest.raises(KeyboardInterrupt):
        merge(store, other, advance=stop_at_the_second)
    with FactStore(merged) as store:
        assert store.counts()["documents"] == 2
    assert _run("merge", merged, *parts)[1].startswith("8 documents added, 4 already there")
    assert _said(merged)[1] == _said(_fill(tmp_path / "whole.sqlite", documents))[1]


def test_a_store_that_is_none_or_the_same_is_named_and_nothing_is_made(tmp_path, parts):
    merged = tmp_path / "merged.sqlite"
    code, _, error = _run("merge", merged, parts[0], tmp_path / "none.sqlite")
    assert (code, error) == (1, f"Error: {tmp_path / 'none.sqlite'}: no such store\n")
    assert not merged.exists()
    nowhere = tmp_path / "none" / "merged.sqlite"
    code, _, error = _run("merge", nowhere, *parts)
    assert (code, error) == (1, f"Error: {nowhere}: its folder does not exist\n")
    before = _said(parts[0])
    code, _, error = _run("merge", parts[0], parts[1], parts[0])
    assert (code, "itself" in error) == (1, True)
    assert _said(parts[0]) == before
    with FactStore(merged) as store, pytest.raises(StoreError, match="no such store"):
        merge(store, FactStore(tmp_path / "none.sqlite", create=False))


def test_stores_in_memory_are_merged(tmp_path, documents):
    whole = _said(_fill(tmp_path / "whole.sqlite", documents))
    with FactStore(tmp_path / "whole.sqlite") as store, FactStore(":memory:") as memory, FactStore(":memory:") as other:
        assert merge(memory, store).added == merge(other, memory).added == len(documents)
        assert other.counts() == store.counts()
        with pytest.raises(ValueError, match="itself"):
            merge(memory, memory)
    assert _said(tmp_path / "whole.sqlite") == whole
