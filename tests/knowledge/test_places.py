import pytest

from kg_docre.annotations import Relation
from kg_docre.knowledge.places import Places
from tests.knowledge.marked import marked


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("«LOC Umeå » grows .", False),
        ("«ORG Umeå » grows .", None),
        ("«ORG Umeå » grows . They live in «ORG Umeå » .", False),
        ("Mayor of «MISC Umeå »", False),
        ("They live in «ORG Umeå Energi »", None),
        ("They met in «TIME Umeå »", None),
    ],
)
def test_what_is_spoken_of_as_a_place_is_one(text, said):
    document = marked(f"{text} «LOC Finland » ; «LOC Sweden » ; «LOC Norrland »")
    numbers = {entity.name: number for number, entity in enumerate(document.entities)}
    places = Places(document)
    assert places.agree(Relation(0, numbers["Finland"], "P17", 0.9, ())) is said
    assert places.agree(Relation(0, numbers["Sweden"], "P17", 0.9, ())) is (None if said is None else True)
    assert places.agree(Relation(0, numbers["Finland"], "P495", 0.9, ())) is None
