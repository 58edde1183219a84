import json
import math
import shutil
from dataclasses import replace

import numpy as np
import pytest

from kg_docre.annotations import Document, Entity, Mention, Relation
from kg_docre.calibration import UNCALIBRATED, Calibration
from kg_docre.data.docred import read_docred
from kg_docre.evaluation.calibration import calibration_error
from kg_docre.evaluation.relations import score_relations
from kg_docre.predictor import Predictor
from kg_docre.training.calibration import fit_calibration
from tests.command_line import run
from tests.conftest import DATA

ENTITIES = tuple(Entity(name=str(n), type="MISC", mentions=(Mention(n, n + 1, 0, str(n)),)) for n in range(40))


def _sigmoid(x):
    return 1 / (1 + math.exp(-x))


def _documents(count, *, slope, offsets, seed):
    """Documents whose facts hold with known probabilities, and overconfident predictions of them."""
    random = np.random.default_rng(seed)
    gold, predicted = [], []
    for number in range(count):
        facts, guesses = [], []
        for head in range(39):
            label = str(random.choice(list(offsets)))
            s = random.normal(0, 3)
            if random.random() < _sigmoid(slope * s + offsets[label]):
                facts.append(Relation(head=head, tail=head + 1, label=label))
            guesses.append(Relation(head=head, tail=head + 1, label=label, score=_sigmoid(s)))
        gold.append(Document(f"d{number}", tuple("w" * 40), (0,), ENTITIES, tuple(facts)))
        predicted.append(Document(f"d{number}", tuple("w" * 40), (0,), ENTITIES, tuple(guesses)))
    return gold, predicted


OFFSETS = {"easy": 1.0, "usual": 0.0, "hard": -1.0}


def _recalibrated(calibration, documents):
    for document in documents:
        relations = []
        for r in document.relations:
            s = math.log(r.score / (1 - r.score))
            score = _sigmoid(calibration.slope * s + calibration.intercept + calibration.offsets[r.label])
            relations.append(Relation(head=r.head, tail=r.tail, label=r.label, score=score))
        yield Document(document.id, document.words, (0,), ENTITIES, tuple(relations))


def test_it_finds_the_truth_and_holds_on_other_documents():
    calibration = fit_calibration(*_documents(60, slope=0.5, offsets=OFFSETS, seed=0))
    assert calibration.slope == pytest.approx(0.5, abs=0.05)
    easy, usual, hard = (calibration.intercept + calibration.offsets[name] for name in OFFSETS)
    assert (easy, usual, hard) == pytest.approx((1, 0, -1), abs=0.3)
    gold, predicted = _documents(60, slope=0.5, offsets=OFFSETS, seed=1)
    better = list(_recalibrated(calibration, predicted))
    assert calibration_error(gold, predicted) > 0.1
    assert calibration_error(gold, better) < 0.03
    cutoff = calibration.cutoff(0.9)
    kept = [(r, t) for t, d in zip(gold, better, strict=True) for r in d.relations if r.score >= cutoff]
    right = [(r.head, r.label, r.tail) in {(f.head, f.label, f.tail) for f in t.relations} for r, t in kept]
    assert 0.89 < sum(right) / len(right) < 0.97


def test_it_is_where_the_penalized_likelihood_is_highest():
    """Its slopes there, by hand: offsets have a normal prior of deviation 0.5, slope and intercept next to none."""
    gold, predicted = _documents(6, slope=0.5, offsets=OFFSETS, seed=2)
    calibration = fit_calibration(gold, predicted)
    slopes = {"slope": 1e-6 * (calibration.slope - 1), "intercept": 1e-6 * calibration.intercept}
    slopes |= {label: offset / 0.5**2 for label, offset in calibration.offsets.items()}
    for truth, before, after in zip(gold, predicted, _recalibrated(calibration, predicted), strict=True):
        facts = {(r.head, r.label, r.tail) for r in truth.relations}
        for raw, r in zip(before.relations, after.relations, strict=True):
            error = r.score - ((r.head, r.label, r.tail) in facts)
            slopes["slope"] += error * math.log(raw.score / (1 - raw.score))
            slopes["intercept"] += error
            slopes[r.label] += error
    assert slopes == pytest.approx(dict.fromkeys(slopes, 0.0), abs=1e-6)


def test_precision_is_reached_after_few_documents_too():
    kept, right = 0, 0
    for seed in range(20):
        calibration = fit_calibration(*_documents(15, slope=0.5, offsets=OFFSETS, seed=seed))
        gold, predicted = _documents(20, slope=0.5, offsets=OFFSETS, seed=100 + seed)
        for truth, document in zip(gold, _recalibrated(calibration, predicted), strict=True):
            facts = {(f.head, f.label, f.tail) for f in truth.relations}
            sure = [r for r in document.relations if r.score >= calibration.cutoff(0.9)]
            kept += len(sure)
            right += sum((r.head, r.label, r.tail) in facts for r in sure)
    assert 0.895 < right / kept < 0.925


@pytest.mark.parametrize("slope", [-0.5, 0.0005])
def test_where_scores_say_nothing_probabilities_are_the_share_that_is_right(slope):
    gold, predicted = _documents(20, slope=slope, offsets={"r": -2.0}, seed=4)
    predicted = [replace(d, relations=tuple(r for r in d.relations if r.score > 0.3)) for d in predicted]
    calibration = fit_calibration(gold, predicted)
    found = [r for document in _recalibrated(calibration, predicted) for r in document.relations]
    right = sum(
        (r.head, r.label, r.tail) in {(f.head, f.label, f.tail) for f in truth.relations}
        for truth, guess in zip(gold, predicted, strict=True)
        for r in guess.relations
    )
    assert calibration.slope >= 1e-3
    assert sum(r.score for r in found) == pytest.approx(right, rel=0.01)


def test_a_cutoff_is_a_precision_of_all_that_reach_it():
    """Of 200 that score the same the first 40 are right."""
    fact = (Relation(0, 1, "r", 0.6),)
    gold = [Document(str(n), tuple("w" * 40), (0,), ENTITIES, fact if n < 40 else ()) for n in range(200)]
    predicted = [replace(document, relations=fact) for document in gold]
    calibration = fit_calibration(gold, predicted)
    with pytest.raises(ValueError, match="never reached"):
        calibration.cutoff(0.8)


def test_a_tuned_threshold_is_where_f1_is_best():
    gold, predicted = _documents(30, slope=1.0, offsets={"r": 1.5, "q": 1.5}, seed=0)  # modest scores: half are too few
    plain, tuned = (fit_calibration(gold, predicted, tune_threshold=tuned) for tuned in (False, True))
    assert plain.decision == 0
    assert plain.slope == tuned.slope

    def f1(log_odds):
        least = _sigmoid(log_odds)
        kept = [replace(d, relations=tuple(r for r in d.relations if r.score >= least)) for d in predicted]
        return score_relations(gold, kept).f1

    assert f1(tuned.decision) > f1(0.0)
    assert f1(tuned.decision) >= max(f1(tuned.decision + step) for step in (-0.5, 0.5))


def test_what_was_never_reached_is_refused():
    gold, predicted = _documents(20, slope=0.1, offsets={"r": -1.0}, seed=0)
    with pytest.raises(ValueError, match="never reached"):
        fit_calibration(gold, predicted).cutoff(0.99)
    with pytest.raises(ValueError, match="between 0 and 1"):
        fit_calibration(gold, predicted).cutoff(90)
    with pytest.raises(ValueError, match="right and wrong"):
        fit_calibration(gold, gold)


def test_a_predictor_reports_calibrated_scores(checkpoint, documents):
    predictor = Predictor.from_pretrained(checkpoint, device="cpu", precision="fp32")
    calibrated = list(predictor.pipe(documents))
    calibration = predictor.calibration
    predictor.calibration = UNCALIBRATED.model_copy(update={"decision": calibration.decision})
    plain = list(predictor.pipe(documents))
    pairs = [
        (a, b) for x, y in zip(plain, calibrated, strict=True) for a, b in zip(x.relations, y.relations, strict=True)
    ]
    assert pairs, "the model's own decisions are the same, in the same order"
    checked = 0
    for a, b in pairs:
        assert (a.head, a.label, a.tail) == (b.head, b.label, b.tail)
        if a.score < 0.9999:  # closer to 1 fp32 has too few digits for log-odds
            s, offset = math.log(a.score / (1 - a.score)), calibration.offsets.get(a.label, 0.0)
            assert b.score == pytest.approx(_sigmoid(calibration.slope * s + calibration.intercept + offset), abs=1e-3)
            checked += 1
    assert checked > len(pairs) / 2
    predictor.calibration = UNCALIBRATED
    with pytest.raises(ValueError, match="not calibrated"):
        predictor.threshold(0.9)


def test_precision_can_be_asked_for(checkpoint, documents):
    predictor = Predictor.from_pretrained(checkpoint, device="cpu", precision="fp32")
    all_facts, sure = (
        {(d.id, r.head, r.label, r.tail) for d in predictor.pipe(documents, threshold=t) for r in d.relations}
        for t in (None, predictor.threshold(0.95))
    )
    assert sure < all_facts
    assert predictor.threshold(0.95) > predictor.threshold(0.8)


def test_from_the_command_line(tmp_path):
    sample = DATA / "redocred_sample.json"
    sure = run("evaluate", "default", sample, "--min-precision", "0.95", "--json", cwd=tmp_path)
    usual = run("evaluate", "default", sample, "--json", cwd=tmp_path)
    sure, usual = json.loads(sure.stdout), json.loads(usual.stdout)
    assert sure["precision"] > usual["precision"]
    assert sure["predicted"] < usual["predicted"]
    both = run("build", sample, "--min-precision", "0.9", "--threshold", "0.5", cwd=tmp_path)
    assert both.returncode == 1
    assert "not both" in both.stderr


def test_a_finished_checkpoint_is_calibrated_anew(tmp_path, checkpoint):
    folder = shutil.copytree(checkpoint, tmp_path / "own")
    Calibration(slope=0.2, intercept=-1.0, offsets={}, cutoffs={}, decision=0.3).save(folder)  # far too careful
    gold = read_docred(DATA / "redocred_sample.json")
    before = calibration_error(gold, list(Predictor.from_pretrained(folder).pipe(gold)))
    result = run("calibrate", folder, DATA / "redocred_sample.json", cwd=tmp_path)
    assert result.stdout == f"calibrated {folder} on {len(gold)} documents\n"
    after = calibration_error(gold, list(Predictor.from_pretrained(folder).pipe(gold)))
    assert after < before / 2
    assert Calibration.load(folder).decision == 0.3, "scores are set right, what is reported is not another question"
    refused = run("calibrate", "default", DATA / "redocred_sample.json", cwd=tmp_path)
    assert (refused.returncode, "ships with the package" in refused.stderr) == (1, True)


def test_a_threshold_is_tuned_where_it_serves_best(tmp_path, checkpoint, documents):
    folder = shutil.copytree(checkpoint, tmp_path / "own")

    def f1(threshold=None, **options):
        predictor = Predictor.from_pretrained(folder, device="cpu", precision="fp32", **options)
        return score_relations(documents, list(predictor.pipe(documents, threshold=threshold))).f1

    usual = f1()
    assert run("calibrate", folder, DATA / "redocred_sample.json", "--tune-threshold", cwd=tmp_path).returncode == 0
    tuned = f1()
    assert tuned > usual
    assert tuned == pytest.approx(max(f1(n / 100, calibration=None) for n in range(2, 99, 4)), abs=0.02)
    assert f1(0.0001) < tuned, "a threshold that is asked for decides"


def test_a_calibration_survives_its_file(tmp_path):
    calibration = fit_calibration(*_documents(20, slope=0.7, offsets=OFFSETS, seed=3))
    calibration.save(tmp_path)
    assert Calibration.load(tmp_path) == calibration
    assert Calibration.load(tmp_path / "nowhere") is None
