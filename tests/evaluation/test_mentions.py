from dataclasses import asdict, replace

import pytest

from kg_docre.annotations import Document, Entity, Mention, Relation
from kg_docre.evaluation.mentions import mention_f1, score_raw_text
from kg_docre.evaluation.report import report

WORDS = tuple("The Beatles met Elvis Presley ; Elvis liked the Beatles in Memphis".split())


def _document(clusters, facts=()):
    entities = tuple(
        Entity(name="", type="MISC", mentions=tuple(Mention(start=a, end=b, sentence=0, name="") for a, b in spans))
        for spans in clusters
    )
    relations = tuple(Relation(head=h, tail=t, label=label) for h, label, t in facts)
    return Document(id="d", words=WORDS, sentence_starts=(0,), entities=entities, relations=relations)


BEATLES, ELVIS, MEMPHIS = [(0, 2), (9, 10)], [(3, 5), (6, 7)], [(11, 12)]
GOLD = _document([BEATLES, ELVIS, MEMPHIS], [(0, "P1", 1), (1, "P19", 2)])


def test_what_is_all_right_scores_one_and_articles_do_not_count():
    without_articles = _document([MEMPHIS, [(1, 2), (8, 10)], ELVIS], [(1, "P1", 2), (2, "P19", 0)])
    scores = asdict(score_raw_text([GOLD], [without_articles]))
    assert scores.pop("ece_marked") == 0.0
    assert scores == dict.fromkeys(scores, 1.0)


def test_an_incomplete_cluster_counts_for_any_mention_only():
    # Elvis lacks a mention, and a wrong one is found: mentions 4 of 5 right, of 5 gold; clusters 2 of 4, of 3
    found = _document([BEATLES, [(3, 5)], MEMPHIS, [(2, 3)]], [(0, "P1", 1), (1, "P19", 2), (1, "P20", 2)])
    scores = score_raw_text([GOLD], [found])
    assert (scores.mention_precision, scores.mention_recall) == (pytest.approx(4 / 5), pytest.approx(4 / 5))
    assert scores.cluster_f1 == pytest.approx(2 * 2 / (4 + 3))
    assert scores.relation_f1 == 0
    assert scores.relation_f1_any_mention == pytest.approx(2 * (2 / 3) * 1 / (2 / 3 + 1))


def test_a_cluster_split_in_two_reaches_a_fact_once():
    split = _document([BEATLES, [(3, 5)], [(6, 7)], MEMPHIS], [(0, "P1", 1), (0, "P1", 2)])
    scores = score_raw_text([GOLD], [split])
    # both statements are right, one of two gold facts is found
    assert scores.relation_f1_any_mention == pytest.approx(2 * 1 * 0.5 / 1.5)


def test_facts_about_what_nobody_marked_are_told_from_wrong_ones():
    found = _document([BEATLES, [(3, 5)], MEMPHIS, [(2, 3)]], [(0, "P1", 1), (1, "P20", 2), (1, "P20", 3)])
    right, wrong, unmarked = found.relations
    relations = (replace(right, score=0.9), replace(wrong, score=0.6), replace(unmarked, score=0.8))
    scores = score_raw_text([GOLD], [replace(found, relations=relations)])
    assert scores.relation_precision_any_mention == pytest.approx(1 / 3)
    assert scores.relation_precision_marked == pytest.approx(1 / 2)
    assert scores.ece_marked == pytest.approx((0.1 + 0.6) / 2)


def test_types_do_not_matter_and_nothing_is_no_error():
    assert mention_f1([GOLD], [_document([])]) == (0, 0, 0)
    assert score_raw_text([GOLD], [_document([])]).relation_f1_any_mention == 0


def test_relations_are_unknown_where_none_is_marked():
    scores = asdict(score_raw_text([replace(GOLD, relations=())], [GOLD]))
    assert {name for name, score in scores.items() if score is None} == {
        "relation_f1",
        "relation_f1_any_mention",
        "relation_precision_any_mention",
        "relation_precision_marked",
        "ece_marked",
    }
    assert scores["mention_f1"] == scores["cluster_f1"] == 1


def test_predictions_of_pairs_nobody_judged_do_not_count():
    gold = replace(_document([BEATLES, ELVIS, MEMPHIS], [(0, "P1", 1)]), unjudged=((1, 2),))
    found = _document([BEATLES, ELVIS, MEMPHIS], [(0, "P1", 1), (1, "P19", 2), (2, "P19", 1)])
    scores = report([gold], [found])
    assert (scores["predicted"], scores["correct"], scores["precision"]) == (2, 1, 0.5)
