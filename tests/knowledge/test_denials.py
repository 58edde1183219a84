import pytest

from kg_docre.annotations import Relation
from kg_docre.knowledge.denials import Denials
from tests.knowledge.marked import marked

_EU = "«ORG European Union »"
_BO = "«PER Bo Lind »"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (f"«LOC Norway » is n't part of the {_EU} .", "P463"),
        (f"«LOC Norway » is not yet a member of the {_EU} , but of others .", "P463"),
        (f"«LOC Norway » has never joined {_EU} .", "P463"),
        (f"«LOC Norway » voted not to join the {_EU} .", "P463"),
        (f"«LOC Norway » refused to join the {_EU} in 1994 .", "P463"),
        (f"«LOC Norway » ( Norge in Norwegian ) may join the {_EU} .", "P463"),
        (f"«LOC Norway » is neither part of «ORG NATO » nor of the {_EU} .", "P463"),
        (f"«PER Ada Berg » was never married to {_BO} .", "P26"),
        (f"«PER Ada Berg » , who did not marry {_BO} , lives here .", "P26"),
        (f"«PER Ada Berg » wants to marry {_BO} .", "P26"),
        (f"«PER Ada Berg » denied being the daughter of {_BO} .", "P22"),
        (f"«PER Ada Berg » is here . «PER Cy » denied that «PER Ada Berg » is the child of {_BO} .", "P40"),
        ("«LOC Sydney » is big . It is not true that «LOC Sydney » is the capital of «LOC A » .", "P36"),
        ("«ORG Berg » was not founded by «PER Ada Holm » or «PER Bo Lind » but by others .", "P112"),
        ("«PER Ada Berg » is a singer . She did not record «MISC Blue » .", "P175"),
        ("«PER Ada Berg » is a singer . The song was not written by «PER Bo Lind » .", "P676"),
        ("«MISC Blue » was written by «PER Ada Berg » , not «PER Bo Lind » .", "P676"),
    ],
)
def test_what_is_denied_of_the_first_and_the_last_is_no_fact(text, label):
    document = marked(text)
    last = len(document.entities) - 1
    denials = Denials(document)
    assert denials.agree(Relation(0, last, label, 0.9, ())) is False
    assert denials.agree(Relation(last, 0, label, 0.9, ())) is False
    assert denials.agree(Relation(0, last, "P1336", 0.9, ())) is None


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (f"«LOC Norway » is not only a member of the {_EU} .", "P463"),
        (f"«LOC Norway » did not join the {_EU} until 1994 .", "P463"),
        (f"«LOC Norway » is not alone in being a member of the {_EU} .", "P463"),
        (f"«LOC Norway » , not «LOC Denmark » , is part of the {_EU} .", "P463"),
        (f"«LOC Norway » is not part of the {_EU} 's bodies .", "P463"),
        (f"«LOC Norway » is no member of the {_EU} . «LOC Norway » joined the {_EU} .", "P463"),
        (f"«LOC Norway » is not a member of the {_EU} . «LOC Norway » and the {_EU} agreed .", "P463"),
        ("«PER Ada Berg » never worked for «LOC American » companies .", "P108"),
        ("«PER Ada Berg » is not well . Her brother «PER Bo Lind » is .", "P3373"),
        ("«PER Ada Berg » was not there . Her brother was not born in «LOC Oslo » .", "P19"),
        ("«PER Ada Berg » paints . «PER Cy Dahl » was not born in «LOC Oslo » .", "P19"),
        ("«PER Ada Berg » paints . This is so . It was late . He was not born in «LOC Oslo » .", "P19"),
        ("«PER Ada Berg » may have been born in «LOC Oslo » .", "P19"),
        ("«PER Ada Berg » set «MISC Blue » .", "P175"),
        ("Is «PER Ada Berg » not the author of «MISC Blue » ?", "P50"),
    ],
)
def test_what_is_said_of_others_or_with_reserve_is_not_denied(text, label):
    document = marked(text)
    assert Denials(document).agree(Relation(0, len(document.entities) - 1, label, 0.9, ())) is None


def test_what_is_no_capital_may_be_in_the_country():
    document = marked("«LOC Sydney » is not the capital of «LOC Australia » .")
    assert Denials(document).agree(Relation(0, 1, "P17", 0.9, ())) is None
