import re
from pathlib import Path

import pytest
import spacy

import kg_docre
from kg_docre.corpus.build import build
from kg_docre.corpus.docs import add_docs
from kg_docre.corpus.pipeline import Pipeline
from kg_docre.corpus.records import SourceText
from kg_docre.data.errors import DataError
from kg_docre.graph import KnowledgeGraph
from kg_docre.store import FactStore
from tests.corpus.test_build import EPISODE, VIRGINIA


@pytest.fixture(scope="module")
def nlp():
    return kg_docre.load(device="cpu", precision="fp32")


def _facts(store):
    """Facts but for what has read them, and when."""
    return [
        fact._replace(evidence=tuple(e._replace(document=e.document.uri) for e in fact.evidence))
        for fact in KnowledgeGraph(store).facts()
    ]


def test_docs_say_in_a_store_what_their_texts_do(nlp, tmp_path):
    texts = [(EPISODE, "episode"), (VIRGINIA, "virginia")]
    with FactStore(tmp_path / "docs.sqlite") as docs, FactStore(tmp_path / "texts.sqlite") as built:
        assert add_docs(docs, nlp.pipe(texts, as_tuples=True), model="mine") == 2
        sources = [SourceText(uri, uri, text) for text, uri in texts]
        build(sources, Pipeline.from_pretrained(device="cpu", precision="fp32"), built)
        assert _facts(docs) == _facts(built)
        assert any(e.step and e.sentences for fact in KnowledgeGraph(docs).facts() for e in fact.evidence)
        assert {d.model for d in KnowledgeGraph(docs).documents()} == {"mine"}


def test_a_docs_context_may_have_a_title(nlp, tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        texts = [(EPISODE, {"uri": "x.org/1", "title": "Paper Hearts", "year": 1996}), (VIRGINIA, {"uri": "x.org/2"})]
        assert add_docs(store, nlp.pipe(texts, as_tuples=True), model="mine") == 2
        assert [(d.uri, d.title) for d in KnowledgeGraph(store).documents()] == [
            ("x.org/1", "Paper Hearts"),
            ("x.org/2", "x.org/2"),
        ]
        for context in ({"title": "no uri"}, 7, ""):
            with pytest.raises(DataError, match="a doc's uri is"):
                add_docs(store, [(nlp("Hello."), context)], model="mine")


def test_what_is_kept_of_a_docs_context_is_metadata(nlp, tmp_path):
    row = {"uri": "x.org/1", "title": "Paper Hearts", "year": 1996, "by": ("Ada", "Bo"), "raw": {"nested": {}}}
    with FactStore(tmp_path / "kg.sqlite") as store:
        texts = [(EPISODE, row), (VIRGINIA, "x.org/2")]
        assert add_docs(store, nlp.pipe(texts, as_tuples=True), model="mine", keep=("year", "by")) == 2
        shown = {document.uri: document.metadata for document in KnowledgeGraph(store).documents()}
        assert shown == {"x.org/1": {"year": 1996, "by": ["Ada", "Bo"]}, "x.org/2": {}}
        assert add_docs(store, [(nlp(EPISODE), row | {"year": 1997})], model="mine", keep=("year",)) == 0
        assert next(KnowledgeGraph(store).documents()).metadata == {"year": 1997}
        with pytest.raises(DataError, match=r"x\.org/1: field 'raw': expected a string, .* found dict"):
            add_docs(store, [(nlp(EPISODE), row)], model="mine", keep=("raw",))
        with pytest.warns(UserWarning, match="no doc's context has anything in 'Year' or 'date'"):
            add_docs(store, [(nlp(EPISODE), row)], model="mine", keep=("date", "year", "Year"))


def test_docs_are_added_once_and_replaced(nlp, tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        assert add_docs(store, [(nlp(EPISODE), "a")], model="mine") == 1
        assert add_docs(store, [(nlp(EPISODE), "a")], model="mine") == 0
        assert add_docs(store, [(nlp(VIRGINIA), "a")], model="mine") == 1
        assert [d.uri for d in KnowledgeGraph(store).documents()] == ["a"]
        assert add_docs(store, [(nlp(VIRGINIA), "a")], model="another") == 1
        assert store.counts()["documents"] == 1


def test_a_doc_that_nothing_has_read_is_named_and_what_came_before_is_kept(nlp, tmp_path):
    blank = spacy.blank("en")
    with FactStore(tmp_path / "kg.sqlite") as store:
        with pytest.raises(DataError, match="second: no component docre has looked for relations"):
            add_docs(store, [(nlp(EPISODE), "first"), (blank(VIRGINIA), "second")], model="mine")
        assert [d.uri for d in KnowledgeGraph(store).documents()] == ["first"]
        assert add_docs(store, [(nlp("Hello."), "silent")], model="mine") == 1, "nothing said is something read"


def test_the_page_on_spacy_shows_how(nlp, tmp_path, monkeypatch):
    page = Path(__file__).parents[2] / "examples/spacy.md"
    (code,) = re.findall(
        r"```python\n(from kg_docre\.corpus\.docs .*?)```", page.read_text(encoding="utf-8"), re.DOTALL
    )
    monkeypatch.chdir(tmp_path)
    exec(code, {"nlp": nlp, "texts": {"a.txt": EPISODE}})
    with FactStore(tmp_path / "kg.sqlite") as store:
        assert store.counts()["documents"] == 1


@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        (lambda doc, other: [(doc, "a"), (doc, "a"), (other, "a")], "a: another doc has this uri"),
        (lambda doc, other: [(doc, {"uri": "a", "title": 5})], "a: its title is 5: expected a string"),
        (lambda doc, other: [doc], "expected pairs of a doc and its uri or context, found Doc"),
        (lambda doc, other: [("a", doc)], "expected pairs of a doc"),
        (lambda doc, other: [(doc, ["a"])], r"uri is \['a'\]: expected a string"),
    ],
)
def test_docs_that_cannot_be_told_apart_or_called_are_named(pairs, reason, nlp, tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        with pytest.raises(DataError, match=reason):
            add_docs(store, pairs(nlp(EPISODE), nlp(VIRGINIA)), model="mine")
        assert store.counts()["documents"] == ("a: another" in reason)
        with pytest.raises(DataError, match="model is None: expected a name"):
            add_docs(store, [(nlp(EPISODE), "a")], model=None)


def test_one_name_to_keep_is_one_name(nlp, tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        add_docs(store, [(nlp(EPISODE), {"uri": "a", "date": "2020"})], model="mine", keep="date")
        assert [d.metadata for d in KnowledgeGraph(store).documents()] == [{"date": "2020"}]
