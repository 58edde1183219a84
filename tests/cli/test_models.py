"""Models are trained, evaluated and listed."""

import gzip
import json

import pytest

from tests.command_line import run
from tests.conftest import DATA

PUBTATOR = """1|t|Ada Marsh of Norway.
1|a|She is a Norwegian writer.
1\t0\t9\tAda Marsh\tPER\tQ1
1\t13\t19\tNorway\tLOC\tQ20
1\tP27\tQ1\tQ20

"""


def test_evaluate_prints_one_object_of_fractions(tmp_path):
    done = run("evaluate", "default", DATA / "redocred_sample.json", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    scores = json.loads(done.stdout)
    assert scores["documents"] == 10
    assert 0.5 < scores["f1"] <= 1
    assert scores["f1"] == pytest.approx(2 / (1 / scores["precision"] + 1 / scores["recall"]))
    assert scores["ign_f1"] <= scores["f1"]
    assert "Warning" not in done.stderr
    table = run("evaluate", "small", DATA / "redocred_sample.json", cwd=tmp_path)
    assert f"{scores['f1']:.4f}" in table.stdout


def test_training_and_evaluation_read_compressed_files(training_file, tmp_path):
    data = (DATA / "redocred_sample.json").read_bytes()
    (tmp_path / "some.json.gz").write_bytes(gzip.compress(data))
    done = run("evaluate", "default", "some.json.gz", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == run("evaluate", "default", DATA / "redocred_sample.json", "--json", cwd=tmp_path).stdout
    trained = run("train", training_file(train=["some.json.gz"], epochs=1), "--output", "out", cwd=tmp_path)
    assert trained.returncode == 0, trained.stderr
    (tmp_path / "cdr.PubTator.txt.gz").write_bytes(gzip.compress(PUBTATOR.encode()))
    done = run("evaluate", "default", "cdr.PubTator.txt.gz", "--json", cwd=tmp_path)
    assert (done.returncode, json.loads(done.stdout)["documents"]) == (0, 1), done.stderr
    for name, content, reason in (
        ("cut.json.gz", gzip.compress(data)[:-20], "Compressed file ended before the end-of-stream marker was reached"),
        ("not.json.gz", data, "Not a gzipped file"),
    ):
        (tmp_path / name).write_bytes(content)
        done = run("evaluate", "default", name, cwd=tmp_path)
        assert done.returncode == 1
        assert done.stderr.startswith(f"Error: {name}: {reason}")
        assert len(done.stderr.splitlines()) == 1


def test_evaluate_tells_of_relations_that_the_model_does_not_know(tmp_path):
    documents = json.loads((DATA / "redocred_sample.json").read_text())[:2]
    facts = sum(len(document["labels"]) for document in documents)
    documents[0]["labels"][0]["r"] = documents[1]["labels"][0]["r"] = "P9999"
    (tmp_path / "odd.json").write_text(json.dumps(documents))
    done = run("evaluate", "default", "odd.json", "--json", cwd=tmp_path)
    assert json.loads(done.stdout)["facts"] == facts
    warning = f"Warning: 2 of {facts} facts count as missed, for default does not know their relations: P9999\n"
    assert warning in done.stderr


def test_facts_that_no_pair_is_read_for_are_counted(training_file, tmp_path):
    documents = json.loads((DATA / "redocred_sample.json").read_text())
    documents[0]["labels"].append({"h": 0, "t": 0, "r": "P17"})
    (tmp_path / "odd.json").write_text(json.dumps(documents))
    types = [
        (d["vertexSet"][fact["h"]][0]["type"], d["vertexSet"][fact["t"]][0]["type"])
        for d in documents
        for fact in d["labels"]
    ]
    left_out = len(types) - 1 - types.count(("PER", "LOC"))
    assert left_out > 100
    file = training_file(
        train=["odd.json"], development_size=0, epochs=1, batch_size=10, model={"pair_types": [["PER", "LOC"]]}
    )
    trained = run("train", file, "--output", "out", cwd=tmp_path)
    tested = run("evaluate", "out/best", "odd.json", "--json", cwd=tmp_path)
    for done, about in ((trained, "training documents: "), (tested, "")):
        assert done.returncode == 0, done.stderr
        itself = f"Warning: {about}1 of {len(types)} facts are never found, for they relate a thing to itself\n"
        assert itself in done.stderr
        assert f"Warning: {about}{left_out} of {len(types)} facts are never found, for pair_types leav" in done.stderr
    assert json.loads(tested.stdout)["facts"] == len(types)


def test_predictions_are_what_docreds_leaderboard_takes(tmp_path):
    documents = json.loads((DATA / "redocred_sample.json").read_text())[:2]
    documents.append({**documents[0], "labels": []})  # of the same title
    (tmp_path / "dev.json").write_text(json.dumps(documents))
    unlabelled = [{name: value for name, value in document.items() if name != "labels"} for document in documents]
    (tmp_path / "test.json").write_text(json.dumps(unlabelled))
    done = run("evaluate", "default", "dev.json", "--predictions", "dev.out", "--json", cwd=tmp_path)
    facts = json.loads((tmp_path / "dev.out").read_text())
    assert len(facts) == json.loads(done.stdout)["predicted"]
    assert {tuple(fact) for fact in facts} == {("title", "h_idx", "t_idx", "r", "evidence")}
    labels = {(d["title"], n["h"], n["t"], n["r"]) for d in documents for n in d["labels"]}
    right = [fact for fact in facts if (fact["title"], fact["h_idx"], fact["t_idx"], fact["r"]) in labels]
    assert len(right) > len(facts) / 2
    assert any(fact["evidence"] for fact in facts)
    done = run("evaluate", "default", "test.json", "--predictions", "test.out", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "scores: unknown, for test.json has no labels\n")
    assert (tmp_path / "test.out").read_bytes() == (tmp_path / "dev.out").read_bytes()
    for refused in (("test.json",), ("x.json", "--raw")):
        assert run("evaluate", "default", "test.json", "--predictions", *refused, cwd=tmp_path).returncode == 1
    assert json.loads((tmp_path / "test.json").read_text()) == unlabelled


def test_predictions_of_pubtator_files_have_its_ids(training_file, tmp_path):
    names = ("Naloxone", "Clonidine")
    blocks = [
        f"{n}|t|{name} reverses hypertension\n{n}|a|\n{n}\t0\t{len(name)}\t{name}\tChemical\tD1\n"
        f"{n}\t{len(name) + 10}\t{len(name) + 22}\thypertension\tDisease\tD2\n{n}\tCID\tD1\tD2\n"
        for n, name in enumerate(names, 41)
    ]
    (tmp_path / "cdr.pubtator").write_text("\n".join(blocks))
    (tmp_path / "relations.json").write_text('{"CID": "induces"}')
    model = {"entity_types": ["Chemical", "Disease"], "pair_types": [["Chemical", "Disease"]]}
    fields = {"train": ["cdr.pubtator"], "relations": "relations.json", "development_size": 0, "epochs": 1}
    done = run("train", training_file(**fields, model=model), "--output", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    options = ("--threshold", "0", "--predictions", "found.json")
    done = run("evaluate", "out/best", "cdr.pubtator", *options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [fact["title"] for fact in json.loads((tmp_path / "found.json").read_text())] == ["41", "42"]
    (tmp_path / "mesh.tsv").write_text("MESH:D2\tC14\n")
    done = run("evaluate", "out/best", "cdr.pubtator", "--hierarchy", "mesh.tsv", cwd=tmp_path)
    assert done.stderr.startswith(
        "Warning: cdr.pubtator: none of its ids is in the hierarchy, which has no D1, but MESH"
    )
    assert "UserWarning" not in done.stderr


def test_raw_text_may_hold_more_than_was_annotated(tmp_path):
    documents = json.loads((DATA / "redocred_sample.json").read_text())[:2]
    for document in documents:
        document["vertexSet"], document["labels"] = document["vertexSet"][:2], []
    (tmp_path / "few.json").write_text(json.dumps(documents))
    done = run("evaluate", "default", "few.json", "--raw", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    scores = json.loads(done.stdout)
    assert scores["mention_recall"] > 0.5
    assert scores["relation_f1"] is scores["ece_marked"] is None
    for command in ("evaluate", "calibrate"):
        unlabelled = run(command, "default", "few.json", cwd=tmp_path)
        assert unlabelled.returncode == 1
        assert unlabelled.stderr == "Error: few.json: no fact is labelled: there is nothing to compare with\n"


def test_train_from_the_command_line(training_file, tmp_path):
    done = run("train", training_file(epochs=1), "--output", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "best: out/best (epoch 1, F1 " in done.stdout
    assert (tmp_path / "out" / "best" / "model.safetensors").exists()


def test_models_lists_what_ships():
    done = run("models", cwd=".")
    assert {line.split()[0] for line in done.stdout.splitlines()} >= {"default", "small"}
