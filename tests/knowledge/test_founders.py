import pytest

from kg_docre.annotations import Relation
from kg_docre.knowledge.founders import Founders
from tests.knowledge.marked import marked

_BERG = "«ORG Berg Works » was founded in Oslo by «PER Ada Berg » and «PER Carl Holm »"


@pytest.mark.parametrize(
    ("text", "bergs", "linds"),
    [
        (f"{_BERG} . «ORG Lind » was established by «PER Bo Lind » .", [True, True, False], [False, False, True]),
        (
            f"{_BERG} . «ORG Lind » ( LND ) , co - founded by «PER Bo Lind » .",
            [True, True, False],
            [False, False, True],
        ),
        (
            f"{_BERG} . «ORG Lind » was founded by «PER Bo Lind » . «PER Ada Berg » is a founder of «ORG Lind » .",
            [True, True, False],
            [None, False, True],
        ),
        (f"{_BERG} . «ORG Lind » is a shipyard of «PER Bo Lind » .", [True, True, None], [None, None, None]),
        (f"{_BERG} . «ORG Lind » founded a shipyard by «PER Bo Lind » .", [True, True, None], [None, None, None]),
        (f"{_BERG} . «ORG Berg » was founded by «PER Bo Lind » .", [True, True, None], [None, None, True]),
        (f"{_BERG} . «ORG Lind » was founded in 1900 . By «PER Bo Lind » .", [True, True, None], [None, None, None]),
    ],
)
def test_founders_of_one_thing_are_none_of_another(text, bergs, linds):
    document = marked(text)
    people = [number for number, entity in enumerate(document.entities) if entity.type == "PER"]
    things = [number for number, entity in enumerate(document.entities) if entity.type == "ORG"]
    founders = Founders(document)
    said = [[founders.agree(Relation(thing, person, "P112", 0.9, ())) for person in people] for thing in things]
    assert said == [bergs, linds]
    assert founders.agree(Relation(things[0], people[0], "P127", 0.9, ())) is None
