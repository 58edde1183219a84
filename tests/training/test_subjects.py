import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from kg_docre.annotations import Document, Entity, Mention
from kg_docre.names import normalize_name
from kg_docre.predictor import Predictor
from kg_docre.pretrained import checkpoint_fingerprint
from kg_docre.training.subjects import fit_subjects, one_text
from tests.command_line import run
from tests.conftest import DATA


def test_documents_of_one_text_share_their_things(documents):
    first = documents[0]
    again = replace(first, entities=(*first.entities[1:], first.entities[0]), relations=())
    text, begins = one_text([first, again, documents[1]])
    count = len(first.sentence_starts)
    assert begins == [count, 2 * count]
    assert text.words == first.words * 2 + documents[1].words
    for entity in text.entities:
        assert [*entity.mentions] == sorted(entity.mentions, key=lambda m: m.start)
        assert all(
            normalize_name(m.name) == normalize_name(" ".join(text.words[m.start : m.end])) for m in entity.mentions
        )
    owners = {}
    for number, entity in enumerate(text.entities):
        for mention in entity.mentions:
            owners.setdefault((normalize_name(mention.name), entity.type), set()).add(number)
    assert all(len(numbers) == 1 for numbers in owners.values()), "what is called the same is one thing"

    def said(document):
        return {
            (normalize_name(document.entities[r.head].name), r.label, normalize_name(document.entities[r.tail].name))
            for r in document.relations
        }

    assert said(text) >= said(documents[1]) - {(a, label, a) for a, label, _ in said(documents[1])}


def test_it_learns_where_documents_begin(documents):
    network = fit_subjects(documents, seed=1)
    again = fit_subjects(documents, seed=1)
    text, begins = one_text(documents)
    assert np.array_equal(network(text), again(text))
    probabilities = network(text)
    first = np.isin(np.arange(1, len(text.sentence_starts)), begins)
    assert probabilities[first].mean() > 0.7 > 0.2 > probabilities[~first].mean()
    with pytest.raises(ValueError, match="two documents or more"):
        fit_subjects(documents[:1])
    short = Document("a", ("Oslo", "grew"), (0,), (Entity("Oslo", "LOC", (Mention(0, 1, 0, "Oslo"),)),))
    with pytest.raises(ValueError, match="documents of one sentence do not tell"):
        fit_subjects([short, replace(short, id="b")])


def test_a_checkpoint_learns_it_by_command(checkpoint, tmp_path):
    own = tmp_path / "own"
    shutil.copytree(checkpoint, own, ignore=shutil.ignore_patterns("subjects.*", "mentions.*"))
    assert Predictor.from_pretrained(own, device="cpu").subjects is None
    before = checkpoint_fingerprint(own)
    sample = DATA / "redocred_sample.json"
    number = len(json.loads(sample.read_text()))
    done = run("train-subjects", own, sample, sample, "--held-out", "3", cwd=tmp_path)
    assert f"learned from {number - 3} documents" in done.stdout, done.stderr
    assert checkpoint_fingerprint(own) != before
    assert Predictor.from_pretrained(own, device="cpu").subjects is not None
    assert Predictor.from_pretrained(own, device="cpu", split_subjects=False).subjects is None
    done = run("train-subjects", "small", sample, cwd=tmp_path)
    assert done.returncode == 1
    assert "small ships with the package; take a copy" in done.stderr
