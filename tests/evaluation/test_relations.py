import json
from dataclasses import replace

import pytest

from kg_docre.annotations import Document, Entity, Mention, Relation
from kg_docre.data.errors import DataError
from kg_docre.evaluation.relations import KnownFacts, best_threshold, score_relations


def _document(names, facts):
    entities = tuple(Entity(aliases[0], "MISC", tuple(Mention(0, 1, 0, name) for name in aliases)) for aliases in names)
    return Document("d", ("w",), (0,), entities, tuple(Relation(h, t, r) for h, r, t in facts))


NAMES = [["Rome", "Roma"], ["Italy"], ["Europe"]]


def test_scores_by_hand():
    """Two documents, 4 gold facts, 5 predictions, 3 right, of which 1 is known from training.

    P = 3/5, R = 3/4, F1 = 2/3; without the known one P = 2/4, so Ign F1 = 2 · 0.5 · 0.75 / 1.25 = 0.6.
    """
    gold = [_document(NAMES, [(0, "P17", 1), (1, "P30", 2), (1, "P36", 0)]), _document(NAMES, [(0, "P17", 1)])]
    predicted = [
        _document(NAMES, [(0, "P17", 1), (1, "P30", 2), (0, "P36", 1)]),
        _document(NAMES, [(0, "P17", 1), (2, "P17", 1)]),
    ]
    known = KnownFacts.from_documents([_document([["Italy", "Italia"], ["Europe"]], [(0, "P30", 1)])])
    scores = score_relations(gold, predicted, known)
    assert (scores.facts, scores.predicted, scores.correct, scores.documents) == (4, 5, 3, 2)
    assert scores.precision == pytest.approx(3 / 5)
    assert scores.recall == pytest.approx(3 / 4)
    assert scores.f1 == pytest.approx(2 / 3)
    assert scores.ign_f1 == pytest.approx(0.6)


def test_any_pair_of_mention_names_makes_a_fact_known():
    known = KnownFacts.from_documents([_document([["Roma"], ["Italy"]], [(0, "P17", 1)])])
    document = _document(NAMES, [])
    assert known.contain(document, 0, 1, "P17")
    assert not known.contain(document, 0, 1, "P36")
    assert not known.contain(document, 1, 0, "P17")


def test_the_best_threshold_by_hand():
    """Right, wrong, right, wrong of 3 facts: F1 2/4, 2/5, 4/6, 4/7; the best is behind the third guess."""
    gold = _document(NAMES, [(0, "P17", 1), (1, "P36", 0), (0, "P1", 1)])
    guesses = [(0, "P17", 1, 0.9), (1, "P17", 0, 0.8), (1, "P36", 0, 0.4), (0, "P5", 1, 0.2)]
    relations = tuple(Relation(head, tail, label, score) for head, label, tail, score in guesses)
    assert best_threshold([gold], [replace(gold, relations=relations)]) == pytest.approx(0.3)
    assert best_threshold([gold], [replace(gold, relations=())]) == 0.5
    for score in (0.9, 0.0201, 1.0):  # what scores lower was not looked at
        lowest = best_threshold([gold], [replace(gold, relations=(Relation(0, 1, "P17", score),))])
        assert lowest == pytest.approx(score, rel=1e-6)
        assert lowest < score


def test_nothing_predicted_is_zero_not_an_error():
    scores = score_relations([_document(NAMES, [(0, "P17", 1)])], [_document(NAMES, [])], KnownFacts())
    assert (scores.precision, scores.recall, scores.f1, scores.ign_f1) == (0, 0, 0, 0)
    assert score_relations([], []).ign_f1 is None  # what training has seen is not known


def test_known_facts_survive_saving_and_read_docreds_own_format(tmp_path):
    (tmp_path / "train.fact").write_text(json.dumps([["Rome", "Italy", "P17"], ["Ἀθῆναι", "Greece", "P17"]]))
    known = KnownFacts.from_json(tmp_path / "train.fact")
    known.save(tmp_path / "known.safetensors")
    again = KnownFacts.load(tmp_path / "known.safetensors")
    assert len(again) == 2
    assert again.contain(_document(NAMES, []), 0, 1, "P17")
    for bad in ('[["Rome", "Italy"]]', '["abc"]', '{"abc": 1}', '[["Rome", "Italy", 17]]', "null"):
        (tmp_path / "bad.fact").write_text(bad)
        with pytest.raises(DataError, match=r"bad\.fact: expected .*: found "):
            KnownFacts.from_json(tmp_path / "bad.fact")
