"""Every example runs as its own text says."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"


def run(script, *arguments):
    command = [sys.executable, str(EXAMPLES / script), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    for name in ("time-on-earth.txt", "coley-wallace.txt"):
        (folder / name).write_text((EXAMPLES / "corpus" / name).read_text(encoding="utf-8"), encoding="utf-8")
    return folder


def test_relations_of_a_text():
    result = run("relations_of_a_text.py")
    assert result.returncode == 0, result.stderr
    assert "→" in result.stdout
    assert "evidence:" in result.stdout
    assert "looked at:" in result.stdout


def test_build_a_graph(corpus):
    result = run("build_a_graph.py", corpus)
    assert result.returncode == 0, result.stderr
    documents, nodes, facts = (int(part.split()[0]) for part in result.stdout.splitlines()[0].split(", "))
    assert documents == 2
    assert nodes > 10
    assert facts > 5


def test_draw_a_graph(tmp_path):
    graph = nx.MultiDiGraph()
    graph.add_node("a", name="Crowded <House>", type="ORG")
    graph.add_node("b", name="Australia", type="LOC")
    graph.add_node("c", name="far away", type="LOC")
    graph.add_edge("a", "b", key="P17", name="country", confidence=0.9)
    graph.add_edge("a", "b", key="P131", name="located in", confidence=0.5)
    nx.write_graphml(graph, tmp_path / "kg.graphml")
    result = run("draw_a_graph.py", tmp_path / "kg.graphml", "Crowded <House>", tmp_path / "graph.svg")
    assert result.returncode == 0, result.stderr
    texts = {
        element.text for element in ElementTree.parse(tmp_path / "graph.svg").iter() if element.tag.endswith("text")
    }
    assert {"Crowded <House>", "Australia", "country"} <= texts
    assert not {"far away", "located in"} & texts
    assert "no node is called" in run("draw_a_graph.py", tmp_path / "kg.graphml", "Nobody", tmp_path / "x.svg").stderr


def test_the_recipes_of_the_models_are_training_files():
    from kg_docre.training.config import TrainingConfig

    page = (EXAMPLES / "training.md").read_text(encoding="utf-8")
    blocks = [tomllib.loads(block) for block in re.findall("```toml\n(.*?)```", page, re.DOTALL)]
    recipes = [block for block in blocks if "objective" in block and "encoder" not in block]
    for recipe in recipes:
        TrainingConfig.model_validate({"encoder": "any", "train": ["train.json"], **recipe})
    assert [recipe["model"]["reasoning"] for recipe in recipes] == ["r-msa", "u-net", "none"]


@pytest.mark.parametrize(("file", "checkpoint"), [("training.toml", "base"), ("second.toml", "small")])
def test_the_docred_recipes_go_on_from_the_shipped_models(file, checkpoint):
    from kg_docre.training.config import TrainingConfig

    recipe = TrainingConfig.from_toml(EXAMPLES / "docred" / file)
    assert (recipe.checkpoint, recipe.evidence_weight > 0) == (checkpoint, True)


@pytest.mark.parametrize("file", ["training.toml", "all.toml"])
def test_the_cdr_recipes_train_and_score_chemicals_and_diseases(file, tmp_path, encoder_folder, monkeypatch):
    from kg_docre.training.config import TrainingConfig
    from kg_docre.training.trainer import train
    from tests.data.test_pubtator import TEXT

    documents = [re.sub("^1(?=[12])", str(number), TEXT, flags=re.MULTILINE) for number in (3, 4, 5)]
    (tmp_path / "tiny.PubTator.txt").write_text("\n".join(documents), encoding="utf-8")
    (tmp_path / "relations.json").write_bytes((EXAMPLES / "cdr" / "relations.json").read_bytes())
    monkeypatch.chdir(tmp_path)
    recipe = EXAMPLES / "cdr" / file
    tiny = {"encoder": str(encoder_folder), "train": ["tiny.PubTator.txt"], "development_size": 0, "epochs": 1}
    tiny |= {"frozen_layers": 1, "tune_threshold": False}  # of two layers, on no development documents
    result = train(TrainingConfig.from_toml(recipe, **tiny), tmp_path / "run")
    from kg_docre.predictor import Predictor

    predictor = Predictor.from_pretrained(result.folder)
    assert predictor.model.config.pair_types == (("Chemical", "Disease"),)
    assert list(predictor.model.config.relations) == ["CID"]
