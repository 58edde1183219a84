import pytest

from kg_docre.annotations import Relation
from kg_docre.knowledge.kin import Kin
from tests.knowledge.marked import marked

_FATHER, _MOTHER, _SPOUSE, _SIBLING, _CHILD = "P22", "P25", "P26", "P3373", "P40"
_BOTH = {("Ada", _SIBLING, "Bo"), ("Bo", _SIBLING, "Ada")}
_BORN = {("Ada", "P22", "Bo"), ("Ada", "P25", "Bo"), ("Bo", "P40", "Ada")}
_FATHERED = _BORN - {("Ada", "P25", "Bo")}
_WED = {("Ada", _SPOUSE, "Bo"), ("Bo", _SPOUSE, "Ada")}


def _told(text, *names):
    """Facts about two people that are agreed with; None where nothing is known but who is a man or a woman."""
    document = marked(text)
    numbers = {entity.name: number for number, entity in enumerate(document.entities)}
    kin, found, known = Kin(document), set(), False
    for head, tail in (names, names[::-1]):
        for label in (_FATHER, _MOTHER, _SPOUSE, _SIBLING, _CHILD):
            said = kin.agree(Relation(numbers[head], numbers[tail], label, 0.9, ()))
            found |= {(head, label, tail)} if said else set()
            known |= said is not None and label == _SPOUSE
    return found if known else None


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("«PER Ada » 's elder brother , the painter «PER Bo »", _BOTH),
        ("«PER Ada » , a sister of «PER Bo » , came", _BOTH),
        ("«PER Ada » was the younger sister of «PER Bo »", _BOTH),
        ("«PER Ada » lived with her brother «PER Bo »", _BOTH),
        ("«PER Ada » , whose half - brother «PER Bo » came", _BOTH),
        ("«PER Ada » , widow of King «PER Bo »", _WED),
        ("«PER Ada » and her husband «PER Bo »", _WED),
        ("«PER Ada » 's son «PER Bo »", {("Bo", _FATHER, "Ada"), ("Bo", _MOTHER, "Ada"), ("Ada", _CHILD, "Bo")}),
        (
            "«PER Ada » is survived by a daughter , «PER Bo »",
            {("Bo", _FATHER, "Ada"), ("Bo", _MOTHER, "Ada"), ("Ada", _CHILD, "Bo")},
        ),
        ("«PER Ada » is survived by two dogs and a brother , «PER Bo »", _BOTH),
        ("«PER Ada » left by a daughter , «PER Bo »", None),
        ("«PER Ada » 's father «PER Bo »", {("Ada", _FATHER, "Bo"), ("Bo", _CHILD, "Ada")}),
        ("«PER Ada » 's mother «PER Bo »", {("Ada", _MOTHER, "Bo"), ("Bo", _CHILD, "Ada")}),
        ("«PER Ada » 's uncle «PER Bo »", set()),
        ("«PER Ada » 's mother - in - law «PER Bo »", set()),
        ("«PER Ada » , niece to «PER Bo »", set()),
        ("«PER Ada » married her cousin «PER Bo »", None),
        ("«PER Ada » adopted her nephew «PER Bo »", None),
        ("«PER Ada » 's old and ill uncle «PER Bo »", None),
        ("«PER Ada » and the uncle «PER Bo »", None),
        ("«PER Ada » 's uncle said that «PER Bo » came", None),
        ("«PER Ada » 's uncle Xy «PER Bo »", None),
        ("«PER Ada » met an uncle of «PER Bo »", None),
        ("Uncle «PER Ada » of «PER Bo »", None),
        ("«PER Carl » , the son of «PER Ada » , brother of «PER Bo »", None),
        ("«PER Ada » and their mother «PER Bo »", None),
        ("«PER Ada » alone", None),
    ],
)
def test_nouns_say_who_is_whose_relative(text, facts):
    assert _told(f"{text} . «PER Ada » and «PER Bo » came .", "Ada", "Bo") == facts


def test_relatives_may_marry_in_another_sentence():
    text = "«PER Ada » is a cousin of «PER Bo » ."
    assert _told(text, "Ada", "Bo") == set()
    assert _told(f"{text} «PER Bo » wed «PER Ada » .", "Ada", "Bo") is None


def test_her_is_of_no_man():
    text = (
        "King «PER Ada » . The daughter of King «PER Ada » lives with her mother «PER Eva » and his mother «PER Cy » ."
    )
    assert _told(text, "Ada", "Eva") is None
    assert _told(text, "Ada", "Cy") == {("Ada", _MOTHER, "Cy"), ("Cy", _CHILD, "Ada")}


@pytest.mark.parametrize("link", ["and", "and of", "by"])
def test_a_wife_who_is_named_behind_a_father_is_his(link):
    text = f"«PER Ada » was a daughter of «PER Bo » {link} his wife «PER Eva » . «PER Ada » came ."
    assert _told(text, "Ada", "Eva") is None
    assert _told(text, "Bo", "Eva") == {("Bo", _SPOUSE, "Eva"), ("Eva", _SPOUSE, "Bo")}


def test_his_is_of_the_first_who_is_nobodys_relative_or_of_whom_the_text_is_about():
    text = "«PER Ada » . «PER Ada » . His father «PER Bo » and his brother «PER Eva » came with his uncle «PER Cy » ."
    assert _told(text, "Bo", "Eva") is None
    assert _told(text, "Ada", "Cy") == set()
    assert _told("«PER Ada » met their uncles «PER Bo » and «PER Cy »", "Ada", "Bo") == set()


@pytest.mark.parametrize(
    ("text", "father", "mother"),
    [
        ("Countess «PER Ada »", False, None),
        ("his wife , the «PER Ada »", False, None),
        ("«PER Queen Ada »", False, None),
        ("King «PER Ada »", None, False),
        ("«PER Duke » «PER King »", None, None),
        ("After the death of her husband , «PER Ada » came", None, None),
        ("her husband , «PER Ada » , came", None, False),
        ("King «PER Ada » and Queen «PER Ada »", None, None),
        ("«PER Ada »", None, None),
        ("«PER Ole » 's mother , the poet «PER Ada »", False, None),
        ("«PER Ole » 's sister - in - law «PER Ada »", False, None),
        ("«PER Ole » 's grandson «PER Ada »", None, False),
        ("«PER Ole » 's cousin «PER Ada »", None, None),
        ("«PER Ole » 's mother «PER Ada » and his son «PER Ada »", None, None),
        ("«PER Ada » sings . She came", False, None),
        ("«PER Ada » sings . His house burned", None, False),
        ("«PER Ada » sings . She came . «PER Ada » sings . He came", None, None),
        ("«PER Ada » met «PER Ole » . She came", None, None),
        ("«PER Ada » had a niece . She came", None, None),
        ("Of «PER Ada » all sing . She came", None, None),
        ("«PER Ada » sings . They came", None, None),
    ],
)
def test_women_are_no_fathers_and_men_no_mothers(text, father, mother):
    document = marked(f"{text} ; «PER Xy »")
    xy, ada = len(document.entities) - 1, next(n for n, entity in enumerate(document.entities) if entity.name != "Ole")
    kin = Kin(document)
    assert [kin.agree(Relation(xy, ada, label, 0.9, ())) for label in (_FATHER, _MOTHER, _SPOUSE)] == [
        father,
        mother,
        None,
    ]


@pytest.mark.parametrize(
    ("text", "label", "said"),
    [
        ("They met «PER Sister Mary » and «PER Bo »", _SIBLING, False),
        ("They met Brother «PER Mark Berg » and «PER Bo »", _SIBLING, False),
        ("They met «PER Sister Mary » and «PER Bo »", _CHILD, None),
        ("They met «PER Father Paul » and «PER Bo »", _CHILD, False),
        ("They met «PER Father Paul » and «PER Bo »", _SIBLING, None),
        ("They met «PER Mother Anne » and «PER Bo »", _CHILD, False),
        ("They met her Sister «PER Mary Berg » and «PER Bo »", _SIBLING, None),
        ("The Founding Father «PER John Adams » and «PER Bo »", _CHILD, None),
        ("«PER Father Paul » and «PER Bo »", _CHILD, None),
        ("They met Sister «PER Mary » and «PER Bo »", _SIBLING, False),
    ],
)
def test_a_title_with_a_capital_makes_nobody_a_relative(text, label, said):
    kin = Kin(marked(text))
    assert kin.agree(Relation(0, 1, label, 0.9, ())) is said
    assert kin.agree(Relation(0, 1, _SPOUSE, 0.9, ())) is None


@pytest.mark.parametrize(
    ("text", "pair", "facts"),
    [
        # a wife who is named before her father is no wife of his
        ("«PER Ole » . His wife «PER Ada » , the daughter of the smith «PER Bo » , came", ("Ada", "Bo"), _BORN),
        ("«PER Ole » 's wife «PER Ada » , a daughter of «PER Bo » , came", ("Ada", "Bo"), _BORN),
        ("«PER Ole » , husband of «PER Ada » , a daughter of «PER Bo » , came", ("Ada", "Bo"), None),
        # what somebody's father is, is who he is
        ("«PER Ole » met «PER Ada » , whose father was the smith «PER Bo » .", ("Ada", "Bo"), _FATHERED),
        ("«PER Ole » met «PER Ada » , whose father was «PER Bo » 's friend .", ("Ada", "Bo"), None),
        ("«PER Ole » met «PER Ada » , whose father was", ("Ada", "Ole"), None),
        ("«PER Ole » , whose mother is the poet «PER Ada » , is a son of «PER Bo » .", ("Ada", "Bo"), None),
        ("«PER Ole » 's wife , «PER Ada » , was a daughter of «PER Bo » .", ("Ada", "Bo"), _BORN),
    ],
)
def test_a_name_may_be_told_to_be_two_peoples_relative(text, pair, facts):
    assert _told(text, *pair) == facts


@pytest.mark.parametrize(
    ("text", "label", "said"),
    [
        ("«PER Ole » married «PER Ada » , a daughter of «PER Bo » .", _SPOUSE, False),
        ("«PER Ole » weds «PER Ada » to his son , «PER Bo » . «PER Ole » wed .", _SPOUSE, None),
        ("«PER Ole » married «PER Ada » , an aunt of «PER Bo » .", _SPOUSE, None),
    ],
)
def test_nobody_marries_a_father_but_another_one_in_that_sentence(text, label, said):
    document = marked(text)
    numbers = {entity.name: number for number, entity in enumerate(document.entities)}
    kin = Kin(document)
    assert kin.agree(Relation(numbers["Ada"], numbers["Bo"], label, 0.9, ())) is said
    assert kin.agree(Relation(numbers["Bo"], numbers["Ada"], label, 0.9, ())) is said


@pytest.mark.parametrize(
    ("text", "label", "said"),
    [
        # those who are married to somebody's child
        ("«PER Ole » . His wife «PER Ada » , the daughter of the smith «PER Bo » , came", _FATHER, False),
        ("«PER Ole » . His wife «PER Ada » was the daughter of the smith «PER Bo » .", _FATHER, False),
        ("«PER Ole » . His wife «PER Ada » was the sister of the smith «PER Bo » .", _SIBLING, False),
        ("«PER Ole » . His wife «PER Ada » , whose father was «PER Bo » .", _FATHER, False),
        ("«PER Ole » came . He married «PER Ada » , the daughter of «PER Bo » .", _FATHER, False),
        ("«PER Ole » was married to «PER Ada » , the daughter of «PER Bo » .", _FATHER, False),
        ("«PER Ole » was married to «PER Ada » , the daughter of «PER Bo » .", _SPOUSE, False),
        ("«PER Ole » was married to «PER Ada » , the mother of «PER Bo » .", _FATHER, None),
        ("«PER Ole » came . They married «PER Ada » , the daughter of «PER Bo » .", _FATHER, None),
        ("«PER Ole » came to «PER Ada » , the daughter of «PER Bo » .", _FATHER, None),
        (
            "«PER Ole » married «PER Ada » , the daughter of «PER Bo » . «PER Ole » is here with «PER Bo » .",
            _FATHER,
            None,
        ),
        ("«PER Ole » . His sister «PER Ada » was the daughter of the smith «PER Bo » .", _FATHER, None),
        ("«PER Ole » , the son of «PER Bo » . His wife «PER Ada » was the daughter of «PER Bo » .", _FATHER, True),
        # those who are named beside whose father somebody is
        ("«PER Ole » met «PER Ada » , whose father was «PER Bo » .", _FATHER, False),
        ("«PER Ole » met «PER Ada » , whose father was «PER Bo » .", _SIBLING, None),
        ("«PER Ole » met «PER Ada » , whose wife was «PER Bo » .", _SPOUSE, False),
        ("«PER Ole » met «PER Ada » , whose wife was «PER Bo » .", _CHILD, None),
        ("«PER Ole » , a friend of «PER Ada » , whose father was «PER Bo » .", _FATHER, False),
        ("«PER Ole » and the tall «PER Ada » , whose father was «PER Bo » .", _FATHER, None),
        ("«PER Ole » is a brother of «PER Ada » , whose father was «PER Bo » .", _FATHER, None),
        ("«PER Ada » , whose father was «PER Bo » , met «PER Ole »", _FATHER, False),
        ("«PER Ole Berg » met «PER Ada » , whose father was «PER Bo Berg » .", _FATHER, None),
    ],
)
def test_relatives_by_marriage_and_those_who_are_named_beside_are_none(text, label, said):
    document = marked(text)
    numbers = {entity.name.split()[0]: number for number, entity in enumerate(document.entities)}
    assert Kin(document).agree(Relation(numbers["Ole"], numbers["Bo"], label, 0.9, ())) is said


@pytest.mark.parametrize(("noun", "said"), [("friend", False), ("father", True), ("hand", None)])
def test_a_friend_whose_father_is_named_is_no_father(noun, said):
    beside = "of" if noun != "hand" else "by"
    text = f"«PER Ole » , a {noun} {beside} «PER Ada » , whose father was «PER Bo » ."
    assert Kin(marked(text)).agree(Relation(1, 0, _FATHER, 0.9, ())) is said
