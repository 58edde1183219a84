from dataclasses import replace

import pytest

from kg_docre.annotations import Relation
from kg_docre.knowledge.kin import Kin
from tests.knowledge.marked import marked

_FATHER, _MOTHER, _SPOUSE, _SIBLING, _CHILD = "P22", "P25", "P26", "P3373", "P40"


@pytest.mark.parametrize(
    ("text", "fact", "label", "said"),
    [
        # a grandparent
        ("«PER Ada » 's father «PER Bo »", ("Ole", _MOTHER, "Ada"), _FATHER, False),
        ("«PER Bo » 's son «PER Ada »", ("Ada", _CHILD, "Ole"), _FATHER, False),
        ("«PER Ada » 's father «PER Bo »", ("Ole", _MOTHER, "Ada"), _SPOUSE, None),
        # a grandchild
        ("«PER Ada » 's son «PER Bo »", ("Ada", _FATHER, "Ole"), _CHILD, False),
        # an uncle
        ("«PER Ada » 's brother «PER Bo »", ("Ole", _FATHER, "Ada"), _SIBLING, False),
        # by marriage
        ("«PER Ada » 's sister «PER Bo »", ("Ole", _SPOUSE, "Ada"), _SIBLING, False),
        ("«PER Ada » 's sister «PER Bo »", ("Ada", _SPOUSE, "Ole"), _SIBLING, False),
        ("«PER Ada » 's mother «PER Bo »", ("Ole", _SPOUSE, "Ada"), _MOTHER, False),
        # a child of both, a sibling of both, and what is no kin
        ("«PER Ada » 's son «PER Bo »", ("Ole", _SPOUSE, "Ada"), _CHILD, None),
        ("«PER Ada » 's brother «PER Bo »", ("Ole", _SIBLING, "Ada"), _SIBLING, None),
        ("«PER Ada » 's wife «PER Bo »", ("Ole", _FATHER, "Ada"), _MOTHER, None),
        ("«PER Ada » 's uncle «PER Bo »", ("Ole", _FATHER, "Ada"), _SIBLING, None),
        ("«PER Ada » 's brother «PER Bo »", ("Ole", "P108", "Ada"), _SIBLING, None),
        # as the text says, and as a fact says that the text says otherwise
        ("«PER Ada » 's brother «PER Bo » . «PER Ole » 's brother «PER Bo »", ("Ole", _FATHER, "Ada"), _SIBLING, True),
        ("«PER Ada » 's brother «PER Bo » . «PER Ada » 's son «PER Ole »", ("Ole", _SPOUSE, "Ada"), _SIBLING, None),
        # her brother may be Ada's, and Eva's, whom the text is about
        ("«PER Eva » . «PER Eva » . «PER Ada » and her brother «PER Bo »", ("Ole", _FATHER, "Ada"), _SIBLING, None),
    ],
)
def test_relatives_of_relatives_are_farther_ones(text, fact, label, said):
    document = marked(f"{text} . «PER Ole » came .")
    numbers = {entity.name: number for number, entity in enumerate(document.entities)}
    head, its, tail = fact
    relations = (Relation(numbers[head], numbers[tail], its, 0.9, ()),)
    kin = Kin(replace(document, relations=relations))
    assert kin.agree(Relation(numbers["Ole"], numbers["Bo"], label, 0.8, ())) is said
    if said is False:  # what is less likely says nothing
        assert kin.agree(Relation(numbers["Ole"], numbers["Bo"], label, 0.95, ())) is None
