"""What a user can mend is one line, and nothing is lost by it."""

import pytest

import kg_docre
from tests.command_line import python_run, run
from tests.conftest import DATA


def test_neither_the_store_nor_a_text_is_overwritten(tmp_path):
    texts = tmp_path / "docs.json"
    texts.write_text('[{"text": "Oslo is in Norway."}]')
    for arguments in (("build", "docs.json", "--to", "docs.json"), ("build", "docs.json", "--to", "./kg.sqlite")):
        done = run(*arguments, cwd=tmp_path)
        assert done.returncode == 1
        assert "name another file" in done.stderr
    assert texts.read_text() == '[{"text": "Oslo is in Norway."}]'
    assert run("build", "docs.json", "--store", "kg.json", cwd=tmp_path).returncode == 0
    before = (tmp_path / "kg.json").read_bytes()
    assert "that is the store" in run("export", "kg.json", "--to", "kg.json", cwd=tmp_path).stderr
    assert (tmp_path / "kg.json").read_bytes() == before


@pytest.mark.parametrize(
    ("uri", "environment", "reason"),
    [
        (
            "bolt://127.0.0.1:1",
            {"NEO4J_USER": "neo4j", "NEO4J_PASSWORD": "s3cret-word"},
            "no Neo4j server answers there",
        ),
        ("bolt://neo4j:s3cret", {}, "not a Neo4j address"),
        ("bolt://127.0.0.1:1", {}, "set NEO4J_USER and NEO4J_PASSWORD"),
    ],
)
def test_an_unreachable_neo4j_is_one_line_before_any_work(uri, environment, reason, corpus, tmp_path, monkeypatch):
    for name in ("NEO4J_USER", "NEO4J_PASSWORD", "NEO4J_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    done = run("build", corpus, "--to", "kg.ttl", "--to", uri, cwd=tmp_path, **environment)
    assert done.returncode == 1
    assert reason in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "s3cret" not in done.stderr + done.stdout
    assert sorted(p.name for p in tmp_path.iterdir()) == ["corpus"]


def test_a_refused_password_is_one_line(corpus, tmp_path, bolt):
    uri, user, _, name = bolt
    login = {"NEO4J_USER": user, "NEO4J_PASSWORD": "wr0ng-password", "NEO4J_DATABASE": name or ""}
    done = run("build", corpus, "--to", uri, cwd=tmp_path, **login)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines() == [f"Error: {uri}: user or password refused"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["build", "corpus", "--model", "nonsense"], "no checkpoint 'nonsense'"),
        (["build", "corpus", "--device", "abacus"], "device 'abacus'"),
        (["build", "corpus", "--spacy-model", "no_such_pipeline"], "no_such_pipeline"),
        (["build", "corpus", "--to", "kg.xlsx"], "unknown ending"),
        (["build", "corpus", "--to", "kg.csv"], "kg.csv: a table, not a graph; kg-docre facts --csv"),
        (["build", "corpus", "--to", "kg.tsv.gz"], "kg-docre facts --csv"),
        (["build", "", "--forget-missing"], "a source without a name"),
        (["build", "corpus", "--store", "no/such/kg.sqlite"], "kg.sqlite"),
        (["export", "missing.sqlite", "--to", "kg.ttl"], "no such store"),
        (["facts", "missing.sqlite"], "no such store"),
        (["facts", "corpus"], "Error: corpus: a folder, not a fact store\n"),
        (["facts", "corpus/gilligan.txt"], "Error: corpus/gilligan.txt: not a fact store\n"),
        (["build", "corpus", "--store", "corpus"], "Error: corpus: a folder, not a fact store\n"),
        (["query", "missing.ttl", "ASK {}"], "Error: missing.ttl: No such file or directory\n"),
        (["evaluate", "default", "missing.json"], "missing.json"),
        (["train", "missing.toml"], "missing.toml"),
    ],
)
def test_mistakes_are_one_line(arguments, reason, corpus, tmp_path):
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert reason in done.stderr


def test_a_store_in_no_folder_is_refused_before_anything_is_read(corpus, tmp_path):
    done = run("build", corpus, "--store", "out/kg.sqlite", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == "Error: out/kg.sqlite: its folder does not exist\n"


def test_a_checkpoint_is_not_compressed_into_itself(checkpoint, tmp_path):
    done = run("compress", checkpoint, checkpoint, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.endswith(": the checkpoint itself; name another folder\n")


def test_the_version_and_that_a_hierarchy_is_for_pubtator(tmp_path):
    shown = python_run("--version", cwd=tmp_path)
    assert (shown.stdout, shown.stderr) == (f"kg-docre {kg_docre.__version__}\n", "")
    wrong = run("evaluate", "default", DATA / "redocred_sample.json", "--hierarchy", "tree.tsv", cwd=tmp_path)
    assert wrong.returncode == 1
    assert "a hierarchy is for the ids of PubTator files" in wrong.stderr
