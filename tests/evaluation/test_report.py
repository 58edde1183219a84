"""Every score by hand on two small documents."""

from dataclasses import replace

import pytest

from kg_docre.annotations import Document, Entity, Mention, ReasoningStep, Relation
from kg_docre.evaluation.calibration import calibration_error
from kg_docre.evaluation.reasoning import covered_pairs, pattern_coverage, score_reasoning, score_steps
from kg_docre.evaluation.relations import by_relation
from kg_docre.evaluation.report import print_report, report
from kg_docre.evaluation.sentences import score_sentences


def _document(sentences, facts):
    """Entities by the sentences their mentions are in; facts as (head, label, tail[, evidence])."""
    entities = tuple(
        Entity(name=str(n), type="MISC", mentions=tuple(Mention(4 * s + n, 4 * s + n + 1, s, str(n)) for s in where))
        for n, where in enumerate(sentences)
    )
    relations = tuple(Relation(head=f[0], label=f[1], tail=f[2], evidence=f[3] if len(f) > 3 else ()) for f in facts)
    return Document("d", tuple("w" * 12), (0, 4, 8), entities, relations)


# 0 and 1 share sentence 0; 2 is in sentence 1; 3 in sentences 1 and 2
PLACES = [(0,), (0,), (1,), (1, 2)]
GOLD = _document(PLACES, [(0, "a", 1, (0,)), (1, "b", 2, (0, 1)), (0, "c", 2, (1,)), (3, "a", 2, (1,))])
FOUND = _document(PLACES, [(0, "a", 1, (0,)), (1, "b", 2, (0, 2)), (2, "c", 0, (1,)), (3, "a", 2, (1, 2))])


def test_intra_and_inter():
    scores = score_sentences([GOLD], [FOUND])
    # within: (0, 1) and (3, 2), all right; between: (1, 2) right, (0, 2) missed, (2, 0) wrong
    assert scores.intra_f1 == 1.0
    assert scores.inter_f1 == pytest.approx(0.5)


def test_evidence():
    # gold tells 1 + 2 + 1 + 1 sentences, predictions 1 + 2 + 1 + 2; one is right of the 1st, 2nd and 4th each
    assert score_sentences([GOLD], [FOUND]).evidence_f1 == pytest.approx(2 * 3 / (5 + 6))
    bare = replace(GOLD, relations=tuple(replace(r, evidence=()) for r in GOLD.relations))
    scores = score_sentences([bare], [FOUND])
    assert (scores.evidence_f1, scores.sentence_precision, scores.sentence_recall) == (None, None, None)


def test_sentences_of_right_facts():
    # the three facts that are right have 1 + 2 + 1 gold sentences and 1 + 2 + 2 predicted ones, 3 of them the same
    scores = score_sentences([GOLD], [FOUND])
    assert (scores.sentence_precision, scores.sentence_recall) == pytest.approx((3 / 5, 3 / 4))
    unmarked = replace(GOLD, relations=(replace(GOLD.relations[0], evidence=()), *GOLD.relations[1:]))
    scores = score_sentences([unmarked], [FOUND])  # what is not marked says nothing of the sentences found for it
    assert (scores.sentence_precision, scores.sentence_recall) == pytest.approx((2 / 4, 2 / 3))
    wrong = replace(FOUND, relations=FOUND.relations[2:3])
    assert score_sentences([GOLD], [wrong]).sentence_precision is None
    assert score_sentences([GOLD], [wrong]).evidence_f1 == 0.0


def test_documents_without_labels_are_not_scored():
    with pytest.raises(ValueError, match="no fact is labelled"):
        report([replace(GOLD, relations=())], [FOUND])


def test_a_fact_of_a_thing_and_itself_is_no_chain():
    own = Relation(head=2, label="a", tail=2)
    with_own = replace(GOLD, relations=(*GOLD.relations, own))
    assert score_reasoning([GOLD], [with_own]).infer_precision == 1.0


def test_patterns_are_table_1():
    """Bob (0), Danny (1), Anna (2), Harry (3), as in the paper's examples."""
    for pattern, facts in {
        1: [(0, "father", 1), (1, "spouse", 2), (0, "mother", 2)],
        2: [(0, "brother", 3), (0, "father", 1), (3, "father", 1)],
        3: [(0, "father", 1), (3, "father", 1), (0, "brother", 3)],
        4: [(0, "mother", 2), (2, "spouse", 1), (1, "child", 0)],
    }.items():
        head, _, tail = facts[-1]
        premises = _document(PLACES, facts[:-1])
        fitting = [k for k, pairs in covered_pairs(premises).items() if pairs[head, tail]]
        assert pattern in fitting, pattern
        assert len(fitting) == 1 or pattern in (1, 4), "patterns 1 and 4 are each other's mirror"


def test_coverage_counts_facts():
    # of four: (0, 2) by pattern 1 through 1; (1, 2) by 2, as 0 leads to both; (0, 1) by 3, as both lead to 2
    assert pattern_coverage([GOLD]) == {1: 0.25, 2: 0.25, 3: 0.25, 4: 0.0}


def test_infer_scores():
    scores = score_reasoning([GOLD], [FOUND])
    # gold chain: 0 → 1 → 2 with 0 → 2. Predicted: 0 → 1, 1 → 2, 2 → 0 are a cycle, no chain
    assert scores.infer_f1 == 0.0
    assert scores.infer_acc == pytest.approx(2 / 3)  # (0, 1) and (1, 2) of the three
    assert scores.infer_acc_by_pattern == (0.0, 1.0, 1.0, None)
    assert score_reasoning([GOLD], [GOLD]).infer_f1 == 1.0
    extra = replace(GOLD, relations=(*GOLD.relations, Relation(head=0, label="z", tail=2)))
    assert score_reasoning([GOLD], [extra]).infer_precision == pytest.approx(3 / 4)


def test_what_no_gold_fact_can_tell_is_unknown(capsys):
    """As of CDR, whose facts lead from chemicals to diseases: no chain, and here none between sentences."""
    gold = _document(PLACES, [(0, "a", 1)])
    scores = report([gold], [FOUND])
    assert scores["intra_f1"] > 0
    names = ("inter_f1", "infer_precision", "infer_recall", "infer_f1", "infer_acc")
    assert {scores[name] for name in names} == {None}
    assert scores["by_pattern"] == dict.fromkeys("1234")
    print_report(scores, {})
    shown = capsys.readouterr().out
    assert "pattern: 1: unknown, 2: unknown" in shown
    assert "0.0000" not in shown.partition("infer_f1")[2].partition("step_accuracy")[0]


def test_names_of_relations_are_no_markup(capsys):
    odd = replace(GOLD, relations=(Relation(0, 1, "a[/b]"), Relation(1, 2, "c :cat:")))
    print_report(report([odd], [odd]), {"a[/b]": "is [of]"})
    shown = capsys.readouterr().out
    assert all(name in shown for name in ("a[/b]", "c :cat:", "is [of]"))


def test_steps_are_right_if_facts_relate_both_pairs():
    def told(*steps):  # (fact of GOLD, pattern, via, premises)
        relations = [
            replace(GOLD.relations[fact], reasoning=(ReasoningStep(pattern, via, premises, 0.5),))
            for fact, pattern, via, premises in steps
        ]
        return replace(GOLD, relations=tuple(relations))

    # 0 → 2 by 0 → 1 → 2; 3 → 2 fits no pattern; 1 → 2 by 0 → 1 and 0 → 2, of which the step reads one
    found = told((2, 1, 1, ((0, 1), (1, 2))), (3, 1, 0, ((3, 0), (0, 2))), (1, 2, 3, ((3, 1), (3, 2))))
    scores = score_steps([GOLD], [found])
    assert scores.accuracy == 0.5
    assert scores.chance == 0.5, "one of two third entities would do, both times"
    assert score_steps([GOLD], [GOLD]).accuracy is None


def test_calibration_error():
    scores = (0.95, 0.85, 0.62, 0.68)
    scored = replace(FOUND, relations=tuple(replace(r, score=s) for r, s in zip(FOUND.relations, scores, strict=True)))
    # bins of one: |1 - .95|, |1 - .85|; of two, one right: |.5 - .65| twice
    assert calibration_error([GOLD], [scored]) == pytest.approx((0.05 + 0.15 + 2 * 0.15) / 4)
    assert calibration_error([GOLD], [replace(GOLD, relations=())]) == 0.0


def test_by_relation_and_in_all():
    table = by_relation([GOLD], [FOUND])
    assert list(table) == ["a", "b", "c"]
    assert table["a"] == {"facts": 2, "precision": 1.0, "recall": 1.0, "f1": 1.0}
    assert table["c"] == {"facts": 1, "precision": 0.0, "recall": 0.0, "f1": 0.0}
    scores = report([GOLD], [FOUND])
    assert scores["f1"] == pytest.approx(0.75)
    assert scores["by_entities"] == {"1-10": pytest.approx(0.75)}
    assert scores["ign_f1"] is None
