import pytest

from kg_docre.annotations import Relation
from kg_docre.knowledge.offices import Offices
from tests.knowledge.marked import marked

_BO, _ADA, _SPAIN, _SPANISH = "«PER Bo Lind »", "«PER Ada Berg »", "«LOC Spain »", "«LOC Spanish »"


@pytest.mark.parametrize(
    ("text", "holders"),
    [
        (f"{_SPAIN} 's president {_ADA} met {_BO}", {"Ada Berg"}),
        (f"{_SPAIN} 's foreign minister , {_ADA} , met {_BO}", {"Ada Berg"}),
        (f"{_BO} and the then {_SPANISH} prime minister {_ADA}", {"Ada Berg"}),
        (f"{_BO} met the {_SPANISH} Prime Minister , {_ADA}", {"Ada Berg"}),
        (f"{_BO} met the president of {_SPAIN} , {_ADA}", {"Ada Berg"}),
        (f"{_BO} met {_ADA} , {_SPAIN} 's first president", {"Ada Berg"}),
        (f"{_BO} met {_ADA} ( 61 ) , the prime minister of {_SPAIN}", {"Ada Berg"}),
        (f"{_BO} saw that {_ADA} was the {_SPANISH} president", {"Ada Berg"}),
        (f"{_SPAIN} 's president {_ADA} . {_BO} , minister of {_SPAIN}", {"Ada Berg", "Bo Lind"}),
        (f"{_ADA} , the {_SPANISH} president {_BO}", {"Bo Lind"}),
        (f"{_ADA} , the {_SPANISH} president , {_BO}", set()),
        (f"{_ADA} and {_SPAIN} 's president", set()),
        (f"{_SPAIN} 's president 's sister {_ADA}", set()),
        (f"{_SPAIN} 's press and president {_ADA}", set()),
        (f"{_SPAIN} president {_ADA} met {_BO}", {"Ada Berg"}),
        (f"{_SPAIN} 's coach {_ADA}", set()),
        (f"{_SPANISH} queen {_ADA}", set()),
        (f"the governor of {_SPAIN} , {_ADA}", set()),
        (f"the president , in the north of {_SPAIN} , {_ADA}", set()),
        (f"the {_SPANISH} president of «ORG Berg » , {_ADA}", set()),
        (f"«LOC Oslo » 's president {_ADA}", set()),
        (f"{_SPAIN} 's", set()),
        (f"of {_SPAIN}", set()),
    ],
)
def test_whose_president_or_minister_somebody_is(text, holders):
    document = marked(f"{text} . {_SPAIN} «LOC Norway » «LOC Nowhere » {_ADA} {_BO}")
    numbers = {entity.name: number for number, entity in enumerate(document.entities)}
    offices = Offices(document)
    for person in ("Ada Berg", "Bo Lind"):
        for country, is_right in (("Spain", True), ("Norway", False), ("Nowhere", None)):
            head, tail = numbers[person], numbers[country]
            of_person = [offices.agree(Relation(head, tail, label, 0.9, ())) for label in ("P27", "P1001")]
            of_country = [offices.agree(Relation(tail, head, label, 0.9, ())) for label in ("P6", "P35")]
            assert of_person == of_country == [is_right if person in holders else None] * 2, (person, country)
            assert offices.agree(Relation(head, tail, "P19", 0.9, ())) is None


def test_who_held_an_office_of_one_country_may_become_another_ones_citizen():
    document = marked(
        f"{_SPAIN} 's president {_ADA} became a citizen of «LOC Norway » . She died on the way to «LOC France »"
    )
    said = {
        (document.entities[tail].name, label): Offices(document).agree(Relation(1, tail, label, 0.9, ()))
        for tail in (2, 3)
        for label in ("P27", "P1001")
    }
    assert said.pop(("Norway", "P27")) is None
    assert set(said.values()) == {False}
