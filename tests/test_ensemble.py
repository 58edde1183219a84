"""Models that judge together."""

import json
import math
import re
import shutil

import pytest
import spacy
import torch

from kg_docre.annotations import Document
from kg_docre.modeling.tables import compress_tables
from kg_docre.predictor import Predictor
from kg_docre.pretrained import checkpoint_fingerprint, checkpoint_path
from kg_docre.training.teacher import Teacher
from tests.command_line import run
from tests.conftest import DATA


@pytest.fixture
def own(tmp_path, tiny_model):
    """A checkpoint that could judge together with a shipped one; its relations stand in another order."""

    def make(ensemble=None, **fields):
        model, featurizer = tiny_model(**fields)
        model.config = model.config.model_copy(
            update={"relations": dict(sorted(model.config.relations.items(), reverse=True))}
        )
        model.save_pretrained(tmp_path)
        featurizer.tokenizer.save(str(tmp_path / "tokenizer.json"))
        if ensemble is not None:
            (tmp_path / "ensemble.json").write_text(json.dumps(ensemble), encoding="utf-8")
        return tmp_path

    return make


def log_odds(predictor, documents: list[Document]):
    """Of every pair and relation, from the scores alone."""
    scores = {
        (document.id, r.head, r.tail, r.label): r.score
        for document in predictor.pipe(documents, threshold=0.0)
        for r in document.relations
    }
    values = torch.tensor(list(scores.values()), dtype=torch.float64).clamp(1e-9, 1 - 1e-9)
    return dict(zip(scores, values.logit().tolist(), strict=True))


def test_the_average_of_log_odds_decides(own, documents):
    documents = documents[:3]
    exact = {"device": "cpu", "precision": "fp32", "calibration": None, "checks": False}
    together = log_odds(Predictor.from_pretrained(own({"small": 0.3}), **exact), documents)
    alone = log_odds(Predictor.from_pretrained(own(), others=(), **exact), documents)
    other = log_odds(Predictor.from_pretrained("small", **exact), documents)
    assert together.keys() == alone.keys() == other.keys()
    sure = {key for key in alone if abs(other[key]) < 10}  # what float32 probabilities can tell apart
    assert len(sure) > 1000
    for key in sure:
        assert together[key] == pytest.approx(0.7 * alone[key] + 0.3 * other[key], abs=0.01)


def test_a_failing_batch_is_read_one_by_one(own, documents, monkeypatch):
    predictor = Predictor.from_pretrained(own({"small": 0.5}), device="cpu", precision="fp32", batch_tokens=99_999)
    expected = [predictor(document) for document in documents[:3]]
    second = predictor.members[1].model
    encoder = second.encoder.forward

    def only_one(batch):
        if len(batch.token_mask) > 1:
            raise RuntimeError("not enough memory")
        return encoder(batch)

    monkeypatch.setattr(second.encoder, "forward", only_one)
    found = list(predictor.pipe(documents[:3]))
    assert [[(r.head, r.label, r.tail) for r in d.relations] for d in found] == [
        [(r.head, r.label, r.tail) for r in d.relations] for d in expected
    ]


def test_evidence_and_reasoning_are_the_first_models(own, documents):
    folder = own({"small": 0.9})
    together = Predictor.from_pretrained(folder, device="cpu", precision="fp32")
    alone = Predictor.from_pretrained(folder, device="cpu", precision="fp32", others=())
    found = {(r.head, r.label, r.tail): r for r in together(documents[0]).relations}
    own_facts = next(alone.pipe(documents[:1], threshold=0.0)).relations
    shared = [(r, found[r.head, r.label, r.tail]) for r in own_facts if (r.head, r.label, r.tail) in found]
    assert shared
    for mine, both in shared:
        assert mine.evidence == both.evidence
        assert [(s.pattern, s.via) for s in mine.reasoning] == [(s.pattern, s.via) for s in both.reasoning]


def test_a_teacher_teaches_what_is_decided(own, documents):
    folder = own({"small": 0.3})
    predictor = Predictor.from_pretrained(folder, device="cpu", precision="fp32", calibration=None)
    teacher = Teacher(str(folder), documents[:1], predictor.model.config, device="cpu", precision="fp32")
    taught = teacher.scores([0]) >= 0
    assert int(taught.sum()) == len(predictor(documents[0]).relations) > 0


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"large": 0.3}, "no shipped checkpoint 'large', nor a checkpoint's folder in "),
        ({"../small": 0.3}, "no shipped checkpoint '../small'"),
        ({"small": 0.1, "default": 0.2}, "'small' and 'default' are one checkpoint"),
        ({"small": 1.0}, "their sum below 1"),
        ({"small": -0.1}, "above 0"),
        ({"small": math.nan}, "above 0"),
        ({"small": "much"}, "could not convert"),
        (["small"], "has no attribute"),
    ],
)
def test_what_makes_no_ensemble_is_named(own, said, reason):
    with pytest.raises(ValueError, match=rf"ensemble\.json: not what a checkpoint has: .*{reason}"):
        Predictor.from_pretrained(own(said))


def test_members_judge_the_same_things(own):
    folder = own({"small": 0.3}, entity_types=["PER", "LOC"])
    with pytest.raises(ValueError, match=rf"^{re.escape(str(folder))}.ensemble\.json: small has other entity_types$"):
        Predictor.from_pretrained(folder)


def test_names_tell_ensembles_apart(own):
    names = {Predictor.from_pretrained(own(said)).name for said in (None, {"small": 0.3}, {"small": 0.4})}
    assert len(names) == 3


def test_one_of_ones_own_lies_inside_and_is_kept_with_a_pipeline(own, documents, tmp_path_factory):
    folder = own({"second": 0.4})
    shutil.copytree(checkpoint_path("small"), folder / "second")
    together = Predictor.from_pretrained(folder, device="cpu", precision="fp32")
    nlp = spacy.blank("en")
    nlp.add_pipe("docre", config={"model": str(folder), "precision": "fp32"})
    kept = tmp_path_factory.mktemp("pipeline")
    nlp.to_disk(kept)
    again = spacy.load(kept).get_pipe("docre").predictor
    shutil.rmtree(folder)
    assert again(documents[0]) == together(documents[0])
    assert again.name.split("@")[1] == together.name.split("@")[1]
    alone = Predictor.from_pretrained("small", device="cpu", precision="fp32")
    assert again.members[1].model.config == alone.model.config


def test_one_of_ones_own_inside_is_compressed_along_and_tells_ensembles_apart(own, documents, tmp_path_factory):
    folder, small = own({"second": 0.4}), tmp_path_factory.mktemp("small")
    shutil.copytree(checkpoint_path("small"), folder / "second")
    compress_tables(folder, small)
    assert len(Predictor.from_pretrained(small)(documents[0]).relations)
    config = folder / "second" / "config.json"
    before = checkpoint_fingerprint(folder)
    config.write_text(json.dumps(json.loads(config.read_text()) | {"window": 64}))
    assert checkpoint_fingerprint(folder) != before


def test_it_is_calibrated_evaluated_and_kept_as_a_whole(own, tmp_path_factory):
    folder, data = own({"small": 0.9}), DATA / "redocred_sample.json"
    done = run("calibrate", folder, data, "--tune-threshold", cwd=folder)
    assert done.returncode == 0, done.stderr
    scores = json.loads(run("evaluate", folder, data, "--json", cwd=folder).stdout)
    assert scores["f1"] > 0.4, "small alone would have that; the other has learned nothing"
    nlp = spacy.blank("en")
    nlp.add_pipe("docre", config={"model": str(folder)})
    kept = tmp_path_factory.mktemp("pipeline")
    nlp.to_disk(kept)
    again = spacy.load(kept).get_pipe("docre").predictor
    assert again.name.split("@")[1] == Predictor.from_pretrained(folder).name.split("@")[1]
    assert len(again.members) == 2


def test_base_judges_together_with_small():
    said = json.loads((checkpoint_path("base") / "ensemble.json").read_text(encoding="utf-8"))
    assert said == {"small": 0.3}
