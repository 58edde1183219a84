import json
import shutil
from dataclasses import replace

import pytest

from benchmarks.experiments import experiment as experiments
from benchmarks.experiments import run, tables
from benchmarks.experiments.experiment import HERE, Experiment, experiments_of, read_row
from benchmarks.experiments.masking import masked_f1
from kg_docre.annotations import Relation
from kg_docre.evaluation.relations import score_relations
from kg_docre.predictor import Predictor
from tests.conftest import DATA

PROTOCOLS = [file.stem for file in (HERE / "protocols").glob("*.toml")]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_run_of_a_protocol_has_a_valid_configuration(protocol):
    runs = experiments_of(protocol)
    assert runs
    assert len({(r.row, r.seed) for r in runs}) == len(runs)
    for experiment in runs:
        assert experiment.config().seed == experiment.seed


def test_rows_differ_from_the_protocol_in_what_their_name_says():
    atlop, plain = (Experiment(PROTOCOLS[0], row, 1).config() for row in ("atlop", "without-first-branch"))
    assert (atlop.model["reasoning"], plain.model.get("reasoning")) == ("none", None)
    assert read_row("knowledge-distillation").teacher == "without-first-branch"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["minilm"], r"no 'minilm' among the protocols: minilm-400, mpnet-400"),
        (["minilm-400", "--rows", "docre"], r"minilm-400 has no docre, but atlop, .*mask-0\.8$"),
        (["minilm-400", "--seeds", "4"], r"minilm-400 has no 4, but 1, 2, 3"),
        (["minilm-400"], r"redocred/train\.json: no such file; minilm-400 looks for its data in the working directory"),
    ],
)
def test_what_cannot_be_run_is_one_line(arguments, message, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(experiments, "RESULTS", tmp_path)
    monkeypatch.setattr("sys.argv", ["run", *arguments])
    with pytest.raises(SystemExit, match=message):
        run.main()


def test_a_clone_has_every_result_and_says_so(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["run", "mpnet-400"])
    run.main()
    assert "every run has its result; delete one in " in capsys.readouterr().out


def test_a_run_leaves_a_result_that_the_tables_show(monkeypatch, tmp_path, encoder_folder):
    sample = DATA / "redocred_sample.json"
    here = tmp_path / "experiments"
    (here / "protocols").mkdir(parents=True)
    (here / "rows").symlink_to(HERE / "rows")
    (here / "preface.md").write_text("# Tables\n")
    (here / "protocols" / "tiny.toml").write_text(
        f"""title = "tiny"
about = "a sample"
rows = ["docre-sd", "knowledge-distillation"]
seeds = [1]
test = {json.dumps(str(sample))}
[training]
encoder = {json.dumps(str(encoder_folder))}
train = [{json.dumps(str(sample))}]
development_size = 3
epochs = 1
learning_rate = 3e-3
precision = "fp32"
[training.model]
pair_width = 16
"""
    )
    (tmp_path / "results").mkdir()
    monkeypatch.chdir(tmp_path)
    for module in (experiments, tables):
        monkeypatch.setattr(module, "HERE", here)
        monkeypatch.setattr(module, "RESULTS", tmp_path / "results")
    monkeypatch.setattr("sys.argv", ["run", "tiny"])
    run.main()
    result = json.loads((tmp_path / "results" / "tiny" / "docre-sd.1.json").read_text())
    assert result["test"]["documents"] == 10
    assert set(result["masked_at_test"]) == {"0.2", "0.4", "0.6", "0.8"}
    assert (tmp_path / "results/tiny/without-first-branch.1.json").exists(), "the teacher was trained and scored first"
    teacher = tmp_path / "runs/experiments/tiny/without-first-branch/1/best"
    shutil.rmtree(teacher)  # as in a clone, which has the scores alone
    (tmp_path / "results/tiny/knowledge-distillation.1.json").unlink()
    run.main()
    assert teacher.exists(), "a teacher without its weights is trained again"
    monkeypatch.setattr(run, "train", lambda *a: pytest.fail("what has a result is not run again"))
    run.main()
    tables.main()
    page = (tmp_path / "results.md").read_text()
    line = next(line for line in page.splitlines() if line.startswith("| DocRE-SD ("))
    assert f"{100 * result['test']['f1']:.2f}" in line
    assert "62.81" in line
    assert "SD → KD" in page
    assert (tmp_path / "results" / "tiny-masked.svg").exists()


def test_what_is_masked_is_scored_as_in_reports(checkpoint, documents):
    predictor = Predictor.from_pretrained(checkpoint, device="cpu", precision="fp32", checks=False)
    first = replace(documents[0], relations=(*documents[0].relations, Relation(0, 0, "P17")))  # which is missed
    gold = [first, documents[1]]
    scores = score_relations(gold, list(predictor.pipe(gold)))
    assert masked_f1(predictor, gold, 0.0) == pytest.approx(scores.f1)
    assert masked_f1(predictor, gold, 1.0) < scores.f1
