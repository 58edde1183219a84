import pytest

from kg_docre.annotations import Relation
from kg_docre.knowledge.affiliations import Affiliations
from tests.knowledge.marked import marked


@pytest.mark.parametrize("label", ["P108", "P54", "P102"])
@pytest.mark.parametrize(
    ("text", "ada", "bo"),
    [
        ("«PER Ada » met «PER Bo » of the «ORG Works »", False, True),
        ("«PER Ada » met «PER Bo » ( born 1960 ) of «ORG Works »", False, True),
        ("«PER Ada » fell , said «PER Bo » , an analyst at «ORG Works »", False, True),
        ("«PER Ada » fell , said «PER Bo » ( 60 ) , a former analyst , now with «ORG Works »", False, True),
        ("«PER Ada » fell , said «PER Bo » of «ORG Works » . «ORG Works » rose", None, None),
        ("«PER Ada » fell , said «PER Bo » of «ORG Works » . «PER Ada » , chief of «ORG Works » , left", True, True),
        ("«PER Ada » fell , said «PER Bo » near «ORG Works »", None, None),
        ("«PER Ada » fell , said «PER Bo » about a share of «ORG Works »", None, None),
        ("«PER Ada » fell , said «PER Bo » , who for a long time had been at «ORG Works »", None, None),
        ("«PER Ada » fell , said «PER Bo » , Chief of «ORG Works »", None, None),
        ("«PER Ada » fell , said «PER Bo » . of «ORG Works »", None, None),
        ("«PER Ada » met «PER Bo » of «LOC Works »", None, None),
        ("of «ORG Works » «PER Ada » «PER Bo »", None, None),
        ("«ORG Works » «PER Ada » «PER Bo »", None, None),
        ("«PER Ada » met «ORG Works » chief analyst «PER Bo »", False, True),
        ("«PER Ada » met «ORG Works » analysts «PER Cy » ( 60 ) and «PER Bo »", False, True),
        ("«PER Ada » met «PER Cy » , «PER Bo » and «PER Di » of «ORG Works »", False, True),
        ("«PER Ada » met «PER Bo » and «PER Di » of «ORG Works »", False, True),
        ("«PER Ada » left «ORG Works » for the poet «PER Bo »", None, None),
        ("«PER Ada » left as «ORG Works » signed «PER Bo »", None, None),
        ("«PER Ada » fell , said «PER Bo » , and then at «ORG Works »", None, None),
        ("«PER Ada » saw that «PER Bo » plays for the «ORG Works »", False, True),
        ("«PER Ada » met «PER Bo » . «PER Bo » played for «ORG Oslo » , «ORG Berg » and «ORG Works »", False, True),
        ("of «PER Ada » . «PER Bo » is a keeper who has played for «ORG Works » .", False, True),
        ("«PER Ada » and her brother «PER Bo » played for «ORG Works »", None, None),
        ("«PER Ada » saw that the son of «PER Bo » played for «ORG Works »", None, None),
        ("«PER Ada » met «PER Bo » whose son played for «ORG Works »", None, None),
        ("«PER Ada » met «PER Bo » 's sister who played for «ORG Works »", None, None),
        ("«PER Ada » saw «PER Bo » . For years she played for «ORG Works »", None, None),
        ("«PER Ada » saw «PER Bo » play against «ORG Works » . «ORG Works » won", None, None),
        ("«PER Ada » saw that «PER Bo » wrote for «ORG Works »", None, None),
        ("for «ORG Works » «PER Ada » «PER Bo »", None, None),
        ("«PER Bo » of «ORG Works » and his colleague «PER Ada »", None, True),
        ("«PER Bo » of «ORG Works » fell . «PER Ada » still works there", None, True),
        ("«PER Bo » of «ORG Works » fell . «PER Ada » , its chief , rose", None, True),
        ("«PER Bo » of «ORG Works » fell . «PER Ada » left the firm", None, True),
        ("«PER Bo » of «ORG Works » fell . «PER Ada » left the firm . «ORG Oslo » rose", False, True),
        ("«PER Bo » of «ORG Works » fell . «PER Ada » left a firm", False, True),
    ],
)
def test_who_is_somewhere_by_the_words_behind_a_name(text, ada, bo, label):
    document = marked(f"{text} .")
    numbers = {entity.name: number for number, entity in enumerate(document.entities)}
    affiliations = Affiliations(document)
    said = [affiliations.agree(Relation(numbers[name], numbers["Works"], label, 0.9, ())) for name in ("Ada", "Bo")]
    assert said == [ada, bo]


def test_other_facts_about_an_organization_are_not_held_against_it():
    document = marked("«PER Ada » met «PER Bo » of «ORG Works » .")
    assert Affiliations(document).agree(Relation(0, 2, "P463", 0.9, ())) is None
    assert Affiliations(document).agree(Relation(0, 2, "P69", 0.9, ())) is None


def test_a_text_may_be_one_article():
    assert Affiliations(marked("«ORG the »")).agree(Relation(0, 0, "P108", 0.9, ())) is None


def test_who_has_a_word_of_a_members_name_may_be_that_member():
    document = marked("«PER Berg » met «PER Bo Berg » of «ORG Works » .")
    assert Affiliations(document).agree(Relation(0, 2, "P108", 0.9, ())) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("«PER Ada » scored as Brevik beat «ORG Works »", False),
        (
            "«PER Ada » scored against the «LOC Works » . They were beaten by Brevik , who defeat «LOC Works » often",
            False,
        ),
        ("«PER Ada » scored against «ORG Works » . «ORG Works » had sold her", None),
        ("scored against «ORG Works » captain «PER Ada »", True),
        ("scored against «ORG Works » 's «PER Ada »", None),
        ("«PER Ada » scored for «ORG Works »", None),
        ("«PER Ada » scored against «ORG Works » , her old team", None),
        ("«PER Ada » scored against «ORG Works » , a team", False),
    ],
)
def test_nobody_plays_for_a_team_that_others_only_play_against(text, said):
    document = marked(f"{text} .")
    numbers = {entity.name: number for number, entity in enumerate(document.entities)}
    affiliations = Affiliations(document)
    assert affiliations.agree(Relation(numbers["Ada"], numbers["Works"], "P54", 0.9, ())) is said
    assert affiliations.agree(Relation(numbers["Ada"], numbers["Works"], "P463", 0.9, ())) is (
        False if said is False else None
    )
    assert affiliations.agree(Relation(numbers["Ada"], numbers["Works"], "P102", 0.9, ())) is (True if said else None)
