import pytest

from kg_docre.annotations import Relation
from kg_docre.knowledge.birthplaces import Birthplaces
from tests.knowledge.marked import marked

_ADA, _BO, _CARL, _UMEA = "«PER Ada Berg »", "«PER Bo Lind »", "«PER Carl Holm »", "«LOC Umeå »"


@pytest.mark.parametrize(
    ("text", "born", "died"),
    [
        (f"{_ADA} was born in {_UMEA}", {"Ada Berg"}, set()),
        (f"{_ADA} ( 1801 - 1855 ) , born in nearby {_UMEA} ,", {"Ada Berg"}, set()),
        (f"{_ADA} ( born 3 May 1801 in {_UMEA} )", {"Ada Berg"}, set()),
        (f"with {_ADA} , who was born in 1801 in «LOC Ersboda » , {_UMEA}", {"Ada Berg"}, set()),
        (f"{_ADA} died at {_UMEA}", set(), {"Ada Berg"}),
        (f"{_ADA} was born in {_UMEA} . {_BO} , too , was born in {_UMEA}", set(), set()),
        (f"{_ADA} was born in {_UMEA} . {_UMEA} is a town", set(), set()),
        (f"{_ADA} , sister of {_BO} , born in {_UMEA}", set(), set()),
        (f"{_ADA} and {_BO} were born in {_UMEA}", set(), set()),
        (f"{_ADA} and her brother {_BO} was born in {_UMEA}", set(), set()),
        (f"{_ADA} was born on the day that {_BO} was in {_UMEA}", set(), set()),
        (f"{_ADA} was born in 1801 and lived in {_UMEA}", set(), set()),
        (f"{_ADA} was born to a family from {_UMEA}", set(), set()),
        (f"{_ADA} , who was in {_UMEA} ,", set(), set()),
        (f"{_ADA}", set(), set()),
    ],
)
def test_where_a_text_says_that_somebody_was_born_or_died_nobody_else_did(text, born, died):
    document = marked(f"{text} . {_ADA} {_BO} {_CARL} «PER Vera Berg »" + (f" {_UMEA}" * (_UMEA not in text)))
    numbers = {entity.name: number for number, entity in enumerate(document.entities)}
    birthplaces = Birthplaces(document)
    for label, people in (("P19", born), ("P20", died)):
        for person in ("Ada Berg", "Bo Lind", "Carl Holm"):
            said = birthplaces.agree(Relation(numbers[person], numbers["Umeå"], label, 0.9, ()))
            assert said is (person in people if people else None), (label, person)
        namesake = birthplaces.agree(Relation(numbers["Vera Berg"], numbers["Umeå"], label, 0.9, ()))
        assert namesake is None  # it may be Ada's other name
    assert birthplaces.agree(Relation(numbers["Bo Lind"], numbers["Umeå"], "P551", 0.9, ())) is None
