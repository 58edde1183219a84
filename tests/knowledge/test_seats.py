import pytest

from kg_docre.annotations import Relation
from kg_docre.knowledge.seats import Seats
from tests.knowledge.marked import marked


@pytest.mark.parametrize(
    ("text", "finland", "chile"),
    [
        ("«ORG Berg » of «LOC Helsinki »", True, False),
        ("Ada joined «ORG Berg » in «LOC Helsinki »", None, None),
        ("«ORG Berg » , based in «LOC Helsinki » , said", True, False),
        ("«ORG Berg » is headquartered in «LOC Helsinki »", True, False),
        ("«ORG Berg » is not based in «LOC Helsinki »", None, None),
        ("«LOC Helsinki » - based «ORG Berg »", True, False),
        ("«LOC Helsinki » - born «ORG Berg »", None, None),
        ("«ORG Bank of Helsinki »", True, False),
        ("«ORG Bank of Helsinki and Turku »", None, None),
        ("«ORG Berg » of «LOC Helsinki » ; «ORG Berg » of «LOC Valparaíso »", True, True),
        ("«ORG Berg » of «LOC Helsinki » ; «ORG Berg » of «LOC Nether Wallop »", None, None),
        ("«ORG Berg » of «LOC Nether Wallop »", None, None),
        ("«ORG Berg » of «LOC Finland »", None, None),
        ("«ORG Berg » of «MISC Helsinki »", None, None),
        ("«PER Berg » of «LOC Helsinki »", None, None),
        ("«ORG of Helsinki »", None, None),
    ],
)
def test_organizations_are_in_the_country_of_their_town(text, finland, chile):
    document = marked(f"{text} . «LOC Finland » ; «LOC Chile » ; «LOC Espoo »")
    numbers = {entity.name: number for number, entity in enumerate(document.entities)}
    seats = Seats(document)
    thing = next(number for number, entity in enumerate(document.entities) if entity.type in ("ORG", "PER"))
    said = [seats.agree(Relation(thing, numbers[name], "P17", 0.9, ())) for name in ("Finland", "Chile")]
    assert said == [finland, chile]
    assert seats.agree(Relation(thing, numbers["Chile"], "P131", 0.9, ())) is chile
    assert seats.agree(Relation(thing, numbers["Chile"], "P27", 0.9, ())) is None
    assert seats.agree(Relation(thing, numbers["Espoo"], "P17", 0.9, ())) is None


@pytest.mark.parametrize(
    ("text", "finland", "chile"),
    [
        ("«ORG Berg Museum » in «LOC Helsinki »", True, False),
        ("«LOC Berg Museum » in «LOC Helsinki »", True, False),
        ("«ORG Scuola Berg » in «LOC Helsinki »", True, False),
        ("«LOC Berg » in «LOC Helsinki »", None, None),
        ("«PER Berg Museum » in «LOC Helsinki »", None, None),
        ("«LOC Bergmuseum » , «LOC Helsinki »", True, False),
        ("«ORG Museum of Fine Arts » , «LOC Helsinki »", True, False),
        ("«ORG Museum of Helsinki » , «LOC Valparaíso »", True, True),
        ("«ORG Museum of Fine Arts »", None, None),
        ("«ORG Berg Museum » at «LOC Helsinki »", None, None),
        ("«ORG Berg Museum » , «LOC Helsinki » and «LOC Turku »", None, None),
        ("«ORG Berg Museum » , «LOC Helsinki » , «LOC Turku »", None, None),
        ("«ORG Berg Museum » in «LOC Helsinki » , «LOC Valparaíso » wrote", True, False),
        ("«ORG Berg Museum » , «LOC Kotka » , «LOC Finland »", True, False),
        ("«ORG Berg Museum » , «LOC Toledo » , «LOC Ohio »", False, False),
        ("«ORG Berg Museum » in «LOC Finland »", None, None),
        ("«ORG Berg Museum » in «LOC Nether Wallop »", None, None),
        ("«LOC Viña del Mar Art Museum »", False, True),
        ("«LOC The Hague Museum »", None, None),
        ("«LOC Helsinki Museum »", None, None),
        ("«ORG Viña del Mar University Helsinki »", True, True),
    ],
)
def test_museums_are_where_the_town_behind_their_name_is(text, finland, chile):
    document = marked(f"{text} . «LOC Finland » ; «LOC Chile »")
    numbers = {entity.name: number for number, entity in enumerate(document.entities)}
    seats = Seats(document)
    for label in ("P17", "P131"):
        said = [seats.agree(Relation(0, numbers[name], label, 0.9, ())) for name in ("Finland", "Chile")]
        assert said == [finland, chile]


def test_a_museum_is_in_no_foreign_town_or_region():
    document = marked("«ORG Berg Museum » in «LOC Salem » , «LOC Massachusetts » . «LOC Nova Scotia » «ORG Oslo »")
    numbers = {entity.name: number for number, entity in enumerate(document.entities)}
    seats = Seats(document)
    assert seats.agree(Relation(0, numbers["Nova Scotia"], "P131", 0.9, ())) is False
    assert seats.agree(Relation(0, numbers["Nova Scotia"], "P17", 0.9, ())) is None
    assert seats.agree(Relation(0, numbers["Massachusetts"], "P131", 0.9, ())) is True
    assert seats.agree(Relation(0, numbers["Oslo"], "P131", 0.9, ())) is None
