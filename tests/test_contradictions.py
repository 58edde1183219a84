from dataclasses import replace

import pytest

from kg_docre.annotations import Relation
from kg_docre.contradictions import Knowledge, weighed
from kg_docre.predictor import Predictor
from tests.knowledge.marked import marked


def test_what_is_contradicted_has_a_twentieth_of_its_odds_and_goes_where_that_is_too_little():
    document = marked("«LOC Helsinki » «LOC Sweden » «LOC Finland »")
    relations = tuple(Relation(0, tail, "P17", score, (0,)) for tail, score in ((1, 0.75), (2, 0.75), (1, 1.0)))
    document = replace(document, relations=relations)
    low, right, sure = weighed(document, {"P17": 0.1})
    assert low.score == pytest.approx(0.15 / 1.15)
    assert right == relations[1]
    assert 0.9 < sure.score <= 1.0
    assert [relation.tail for relation in weighed(document, {"P17": 0.5})] == [2, 1]


def test_all_that_is_known_is_weighed():
    document = marked(
        "the Swedish poet «PER Ada Berg » ( «TIME 1801 » ) and «PER Bo Lind » of «LOC Norway » and «LOC Oslo »"
    )
    people = {entity.name: number for number, entity in enumerate(document.entities)}
    ada, bo, norway, date = (people[name] for name in ("Ada Berg", "Bo Lind", "Norway", "1801"))
    facts = [(ada, "P569", date), (bo, "P569", date), (ada, "P27", norway), (bo, "P27", norway)]
    relations = tuple(Relation(head, tail, label, 0.5, ()) for head, label, tail in facts)
    found = weighed(replace(document, relations=relations), {"P569": 0.0, "P27": 0.0})
    assert [relation.score < 0.1 for relation in found] == [False, True, True, False]


def test_what_is_denied_goes_however_sure_the_model_is():
    document = marked("«LOC Norway » is not a member of the «ORG European Union » , but of «ORG NATO » .")
    relations = tuple(Relation(0, tail, "P463", 0.999, (0,)) for tail in (1, 2))
    assert weighed(replace(document, relations=relations), {"P463": 0.0}) == relations[1:]


def test_a_date_that_is_told_of_a_relative_goes_however_sure_the_model_is():
    document = marked("«PER Ada » . Her husband , «PER Bo » , died in «TIME 1999 » .")
    relations = tuple(Relation(head, 2, "P570", 0.999, (0,)) for head in (0, 1))
    assert weighed(replace(document, relations=relations), {"P570": 0.0}) == relations[1:]


def test_what_is_contradicted_excludes_nothing():
    document = marked("«PER Ada » met «PER Bo » , who died in «TIME 1999 » , and died in «TIME 2001 » .")
    relations = tuple(Relation(0, date, "P570", score, (0,)) for date, score in ((2, 0.9), (3, 0.8)))
    assert weighed(replace(document, relations=relations), {"P570": 0.5}) == relations[1:]
    document = marked("«PER Ada » «PER Bo » «TIME 1999 » «TIME 2001 »")
    assert weighed(replace(document, relations=relations), {"P570": 0.5}) == relations[:1]
    document = marked("«PER Ada » married «PER Bo » . «PER Bo » 's father , «PER Karl » , came .")
    couples = [((0, 1), 0.7), ((1, 2), 0.9), ((0, 2), 0.8)]
    relations = tuple(Relation(*couple, "P26", score, (0,)) for couple, score in couples)
    assert weighed(replace(document, relations=relations), {"P26": 0.5}) == relations[:1]


def test_what_dates_something_is_a_date_however_sure_the_model_is():
    document = marked("«PER Ada » , «TIME 10:03 » : hello ; «TIME 1950 »")
    relations = tuple(Relation(0, tail, "P569", 0.999, (0,)) for tail in (1, 2))
    assert weighed(replace(document, relations=relations), {"P569": 0.0}) == relations[1:]


def test_a_predictor_minds_it_unless_it_is_not_to(checkpoint):
    document = marked("«LOC Helsinki » is in «LOC Sweden » .")
    found = {}
    for checks in (True, False):
        predictor = Predictor.from_pretrained(checkpoint, device="cpu", checks=checks)
        (read,) = predictor.pipe([document], threshold=0.0)
        found[checks] = {(r.head, r.label, r.tail): r.score for r in read.relations}
    changed = {key for key, score in found[True].items() if score != found[False][key]}
    within, holds = ("P17", "P131", "P1376", "P30", "P403"), ("P150", "P36")
    assert changed <= {*((h, label, 1 - h) for label in within + holds for h in (0, 1))}
    assert (0, "P17", 1) in changed
    odds = [score / (1 - score) for score in (found[flag][0, "P17", 1] for flag in (True, False))]
    assert odds[0] == pytest.approx(odds[1] / 20, rel=1e-3)


def test_what_anything_speaks_against_is_contradicted():
    """Glasgow may be in Montana, too, but not here."""
    document = marked("«LOC Glasgow » , «LOC United Kingdom » ; «LOC Portland » , «LOC United States » .")
    knowledge = Knowledge(document)
    glasgow, kingdom, _, states = range(4)
    assert knowledge.agrees(Relation(glasgow, kingdom, "P17", 0.9, ())) is True
    assert knowledge.agrees(Relation(glasgow, states, "P17", 0.9, ())) is False
    assert knowledge.agrees(Relation(glasgow, states, "P19", 0.9, ())) is None
