from dataclasses import replace

import pytest

from kg_docre.annotations import Relation
from kg_docre.knowledge.kin import Kin
from tests.knowledge.marked import marked

_SPOUSE = "P26"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        # Ole, or Bo, is said to be married to Ada
        ("«PER Ada » married the tall painter «PER Bo » .", False),
        ("In 1901 «PER Ada » was married to Dr. «PER Bo » .", False),
        ("«PER Ole » 's sister , «PER Ada » , born here , married «PER Bo » .", False),
        ("«PER Bo » came . She sang . «PER Ada » sang . She laughed . She later married «PER Bo » .", False),
        ("«PER Ada » 's second husband was the painter «PER Bo » .", False),
        ("«PER Bo » , husband of «PER Ada » , came .", False),
        ("«PER Ada » married «PER Bo » . They came on Wednesday .", False),
        # but perhaps to the other one as well
        ("«PER Ada » married «PER Bo » . He married again .", None),
        ("«PER Ada » married «PER Bo » . «PER Bo » and «PER Ole » came .", None),
        ("«PER Ole » sang . «PER Ada » married «PER Bo » . She married «PER Bo » then .", None),
        ("«PER Ada » married «PER Ole » and «PER Bo » .", None),
        # or to nobody there
        ("«PER Ada » 's sister married «PER Bo » .", None),
        ("«PER Ada » met a man who loved her and married «PER Bo » .", None),
        ("«PER Ada » married «PER Bo » 's brother .", None),
        ("«PER Ada » married «PER Bo » to his son .", None),
        ("«PER Ada » met «PER Eva » . She married «PER Bo » .", None),
        ("«PER Ada » and «PER Bo » sang .", None),
        # "she" is no man
        ("«PER Ada » 's brother «PER Ole » came . There she married «PER Bo » .", False),
        ("«PER Ada » 's sister «PER Ole » came . There she married «PER Bo » .", None),
        ("«PER Ada » 's brother «PER Ole » came . There she met whom he married , «PER Bo » .", None),
    ],
)
def test_whose_weddings_are_all_to_others_are_no_couple(text, said):
    document = marked(f"{text} «PER Ole » came .")
    numbers = {entity.name: number for number, entity in enumerate(document.entities)}
    kin = Kin(document)
    for head, tail in (("Ole", "Bo"), ("Bo", "Ole")):
        assert kin.agree(Relation(numbers[head], numbers[tail], _SPOUSE, 0.9, ())) is said


@pytest.mark.parametrize(("name", "said"), [("Ada", None), ("Ada Lund", None), ("Eva Lund", False)])
def test_a_short_name_may_be_that_of_the_spouse(name, said):
    document = marked(
        f"«PER {name} » came . «PER Lund » and «PER Ada Lund Moe » sang . «PER Ada Lund Moe » married «PER Bo » ."
    )
    bo = len(document.entities) - 1
    assert Kin(document).agree(Relation(0, bo, _SPOUSE, 0.9, ())) is said


def test_a_person_may_be_named_twice_by_one_word():
    document = marked("«PER Ada » married «PER Bo » . «PER Ole » came .")
    ada, *others = document.entities
    document = replace(document, entities=(replace(ada, mentions=ada.mentions * 2), *others))
    assert Kin(document).agree(Relation(2, 1, _SPOUSE, 0.9, ())) is False
