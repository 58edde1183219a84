from dataclasses import replace

from kg_docre.annotations import Relation
from kg_docre.knowledge.rivals import Rivals
from tests.knowledge.marked import marked


def _said(*facts, text="«PER Ada » «PER Bo » «PER Carl » «PER Dora »"):
    document = marked(text)
    relations = tuple(Relation(head, tail, label, score, ()) for head, label, tail, score in facts)
    rivals = Rivals(replace(document, relations=relations))
    return [rivals.agree(relation) for relation in relations]


def test_of_three_spouses_the_least_likely_are_none():
    ada, bo, carl, dora = range(4)
    said = _said(
        (ada, "P26", bo, 0.9),
        (bo, "P26", carl, 0.8),
        (carl, "P26", ada, 0.4),
        (ada, "P26", carl, 0.6),
        (carl, "P26", dora, 0.1),
        (carl, "P40", ada, 0.4),
        (ada, "P26", ada, 0.4),
    )
    assert said == [None, None, False, False, None, None, None]


def test_rivers_end_in_one_another_one_way_alone():
    ada, bo, carl, _ = range(4)
    said = _said((ada, "P403", bo, 0.9), (bo, "P403", ada, 0.8), (bo, "P403", carl, 0.2), (bo, "P4552", ada, 0.1))
    assert said == [None, False, None, None]


def test_nobody_is_born_or_dies_twice():
    ada, day, year, other, may, bo, decade, doubt = range(8)
    said = _said(
        (ada, "P569", day, 0.8),
        (ada, "P569", year, 0.7),
        (ada, "P569", other, 0.75),
        (ada, "P569", may, 0.1),
        (ada, "P570", other, 0.5),
        (bo, "P569", other, 0.3),
        (ada, "P571", other, 0.1),
        (ada, "P569", decade, 0.2),
        (ada, "P569", doubt, 0.2),
        text="«PER Ada » «TIME 4 May 1950 » «TIME 1950 » «TIME 1951 » «TIME May 6 » «PER Bo » «TIME 1950s » "
        "«TIME 1951 or 1952 »",
    )
    assert said == [None, False, False, None, None, None, None, None, None]
