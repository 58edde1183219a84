from dataclasses import replace

import pytest

from kg_docre.annotations import Entity, Relation
from kg_docre.knowledge.nationalities import Nationalities
from tests.knowledge.marked import marked


def test_a_citizen_of_one_country_may_have_been_born_in_another():
    document = marked(
        "The German conductor «PER Ada Berg » became a citizen of the «LOC United States » , not «LOC Norway »"
    )
    nationalities = Nationalities(document)
    assert nationalities.agree(Relation(0, 1, "P27", 0.9, ())) is None
    assert nationalities.agree(Relation(0, 2, "P27", 0.9, ())) is False


def test_who_runs_for_a_country_may_be_its_citizen():
    document = marked("«PER Ada Berg » ( Slovenia ) ran for «LOC Jamaica » , fled «LOC Norway »")
    nationalities = Nationalities(document)
    assert nationalities.agree(Relation(0, 1, "P27", 0.9, ())) is None
    assert nationalities.agree(Relation(0, 2, "P27", 0.9, ())) is False


def test_a_name_alone_is_nobodys_country():
    document = marked("«PER Ada »")
    document = replace(document, entities=(*document.entities, Entity(name="Oslo", type="LOC", mentions=())))
    assert Nationalities(document).agree(Relation(0, 1, "P27", 0.9, ())) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("«PER Ada » will visit «LOC Kenya »", False),
        ("«PER Ada » flew to the «LOC Philippines »", False),
        ("«PER Ada » spent two years in «LOC Kenya » and came from a tour of «LOC Kenya »", False),
        ("a goal against «LOC Kenya » by «PER Ada »", False),
        ("«PER Ada » beat the «LOC Netherlands »", False),
        ("«PER Ada » will visit «LOC Kenya » where she was born . «LOC Kenya »", None),
        ("«PER Bo » visited «LOC Kenya » to meet «PER Ada »", None),
        ("a goal against «LOC Kenya » 's «PER Ada »", None),
        ("a visit to «PER Ada » in «LOC Kenya »", None),
        ("«PER Ada » will visit «LOC Kenya » , her homeland", None),
        ("«PER Ada » will visit «LOC Kenya » , which she left in her childhood", None),
        ("«PER Ada » beat «LOC Kenya » , their rivals", None),
        ("«PER Ada » visits «LOC Kenyan » family", None),
        ("«PER Ada » will visit «LOC Oddvik »", None),
    ],
)
def test_nobody_is_a_citizen_of_where_they_go_or_whom_they_beat(text, said):
    document = marked(f"{text} .")
    numbers = {entity.name: number for number, entity in enumerate(document.entities)}
    (place,) = (number for number, entity in enumerate(document.entities) if entity.type == "LOC")
    assert Nationalities(document).agree(Relation(numbers["Ada"], place, "P27", 0.9, ())) is said


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        ("the Swedish botanist «PER Ada Berg » came", {"Sweden"}),
        ("«PER Ada Berg » ( née Lind ; 1801 - 1855 ) was a Swedish botanist", {"Sweden"}),
        ("«PER Ada Berg » , is an early Swedish botanist", {"Sweden"}),
        ("«PER Ada Berg » is a French - Polish sculptor", {"France", "Poland"}),
        ("«PER Ada Berg » is a French-Polish sculptor", {"France", "Poland"}),
        ("the French - Polish sculptor «PER Ada Berg »", {"France", "Poland"}),
        ("«PER Ada Berg » was an English-language poet", set()),
        ("the German - born poet «PER Ada Berg »", set()),
        ("a Swedish botanist and «PER Ada Berg »", set()),
        ("the Swedish «PER Ada Berg »", {"Sweden"}),
        ("French - Polish «PER Ada Berg »", {"France", "Poland"}),
        ("«PER Ada Berg » of Sweden", {"Sweden"}),
        ("«PER Ada Berg » of the United States", {"United States"}),
        ("«PER Ada Berg » of Uppsala", set()),
        ("«PER Ada Berg » ( Sweden ) and Li ( Poland )", {"Sweden"}),
        ("«PER Ada Berg » ( French )", {"France"}),
        ("«PER Ada Berg » ( Uppsala , Sweden )", set()),
        ("«PER Ada Berg » , Sweden )", set()),
        ("The Swedish arrested «PER Ada Berg »", set()),
        ("the Swedish film with «PER Ada Berg »", set()),
        ("the Swedish label «PER Ada Berg »", set()),
        ("the Swedish Prime Minister «PER Ada Berg »", set()),
        ("«PER Ada Berg » was the Swedish queen", set()),
        ("«PER Ada Berg » was a", set()),
        ("«PER Ada Berg » (", set()),
    ],
)
def test_of_which_country_a_text_says_that_somebody_is(text, countries):
    document = marked(f"{text} . «LOC Sweden » «LOC French » «LOC Poland » «LOC Norway » «LOC Nowhere »")
    (person,) = (number for number, entity in enumerate(document.entities) if entity.type == "PER")
    nationalities = Nationalities(document)
    for number, entity in enumerate(document.entities):
        if entity.type == "LOC":
            said = nationalities.agree(Relation(person, number, "P27", 0.9, ()))
            known = {"French": "France"}.get(entity.name, entity.name) in countries
            assert said is (known if countries and entity.name != "Nowhere" else None), entity.name
            assert nationalities.agree(Relation(person, number, "P19", 0.9, ())) is None
