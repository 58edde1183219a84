"""Components that make one token of several, as spaCy's own ``merge_entities`` does, before ``docre`` and behind it."""

import pickle

import pytest
from spacy.pipeline import merge_entities
from spacy.tokens import Doc, DocBin

import kg_docre

TEXT = "Ada Vance founded Zentara Labs in Berlin. Vance was born in Hamburg, Germany."


@pytest.fixture(scope="module")
def nlp():
    return kg_docre.load(precision="fp32")


@pytest.fixture(scope="module")
def merging():
    nlp = kg_docre.load(precision="fp32")
    nlp.add_pipe("merge_entities")
    return nlp


def _names(doc):
    return [[mention.text for mention in entity.mentions] for entity in doc._.entities]


def _facts(doc):
    return [(r.head.name, r.name, r.tail.name, [span.text for span in r.evidence]) for r in doc._.relations]


def test_entities_merged_before_relations_are_read(nlp):
    merged = kg_docre.load(precision="fp32")
    merged.add_pipe("merge_entities", before="docre")
    doc = merged(TEXT)
    assert "Ada Vance" in {token.text for token in doc}
    assert _names(doc) == _names(nlp(TEXT))
    assert ["Ada Vance", "Vance"] in _names(doc)
    assert ("Ada Vance", "place of birth", "Hamburg") in {fact[:3] for fact in _facts(doc)}


@pytest.mark.parametrize(
    "kept",
    [
        lambda doc: doc,
        lambda doc: doc.copy(),
        lambda doc: Doc(doc.vocab).from_bytes(doc.to_bytes()),
        lambda doc: next(DocBin(store_user_data=True, docs=[doc]).get_docs(doc.vocab)),
        lambda doc: pickle.loads(pickle.dumps(doc)),
    ],
    ids=["itself", "copy", "bytes", "docbin", "pickle"],
)
def test_docs_whose_entities_are_merged_can_be_kept_and_read_again(nlp, merging, kept):
    doc, facts = merging(TEXT), _facts(nlp(TEXT))
    again = kept(doc)
    assert len(again) < len(nlp.make_doc(TEXT))
    assert _facts(again) == facts
    assert _names(merging.get_pipe("docre")(again)) == _names(nlp(TEXT))


def test_docs_whose_entities_are_merged_come_back_from_processes(nlp, merging):
    for doc in merging.pipe([TEXT] * 2, n_process=2, batch_size=1):
        assert _facts(doc) == _facts(nlp(TEXT))


def test_clusters_of_another_component_are_read_though_tokens_were_merged(nlp):
    doc = nlp.get_pipe("mentions")(nlp.make_doc("Ada Vance met Big Blue in Berlin. IBM paid."))
    place, other = doc.ents[-2], doc.ents[-1]
    assert [place.text, other.text] == ["Berlin", "IBM"]
    doc.spans["coref_clusters_1"] = [place, other]
    docre = nlp.get_pipe("docre")
    assert ["Berlin", "IBM"] in _names(docre(merge_entities(doc)))
