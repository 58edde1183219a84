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
    assert seats.agree(Relation(thing, numbers["Chile"], "P131", 0.9, ())) is None
    assert seats.agree(Relation(thing, numbers["Espoo"], "P17", 0.9, ())) is None
