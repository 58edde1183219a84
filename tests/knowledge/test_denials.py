from dataclasses import replace

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
        (f"«LOC Norway » will never join the {_EU} .", "P463"),
        (f"«LOC Norway » is NOT a member of the {_EU} .", "P463"),
        (f"«LOC Norway » is probably not a member of the {_EU} .", "P463"),
        (f"«LOC Norway » is not , and never was , a member of the {_EU} .", "P463"),
        (f"«LOC Norway » is not a member of the {_EU} ( EU ) .", "P463"),
        ('The novel " «MISC Blue » " was not written by «PER Bo Lind » .', "P50"),
        ("«PER Ada Berg » did not direct the film “ «MISC Blue » ” .", "P57"),
        (f"«PER Ada Berg » was never married to {_BO} .", "P26"),
        (f"«PER Ada Berg » , who did not marry {_BO} , lives here .", "P26"),
        (f"«PER Ada Berg » wants to marry {_BO} .", "P26"),
        (f"«PER Ada Berg » and {_BO} never married , but lived together .", "P26"),
        (f"«PER Ada Berg » and {_BO} are not siblings .", "P3373"),
        (f"«PER Ada Berg » and {_BO} plan to marry in June .", "P26"),
        ("«PER Ada Berg » hopes to direct «MISC Blue » .", "P800"),
        # who it is about stands before an aside, or is one
        ("«PER Ada Berg » , the director , was not born in «LOC Oslo » .", "P19"),
        ("«PER Ada Berg » , who was the director , was not born in «LOC Oslo » .", "P19"),
        ("«PER Ada Berg » ( 1840 – 1902 ) , aged 40 , was not born in «LOC Oslo » .", "P19"),
        ("The museum 's director , «PER Ada Berg » , was not born in «LOC Oslo » .", "P19"),
        # something is said of the other one before it is named
        (f"«PER Ada Berg » is not , as some sites have it , the wife of the Danish actor {_BO} .", "P26"),
        (f"«PER Ada Berg » was never married to the «LOC Danish » actor {_BO} .", "P26"),
        # it is planned
        (f"«LOC Norway » announced plans to join the {_EU} .", "P463"),
        (f"«LOC Norway » has no plans to join the {_EU} .", "P463"),
        (f"«LOC Norway » made an unsuccessful attempt to join the {_EU} .", "P463"),
        (f"«LOC Norway » almost became a member of the {_EU} .", "P463"),
        ("«PER Ada Berg » hopes to join «ORG Acme » .", "P108"),
        # it is asked
        ("Ben : «PER Ada Berg » ? Eve : Was she born in «LOC Oslo » too ? Ben : No , no .", "P19"),
        (f"Did «PER Ada Berg » marry {_BO} ?", "P26"),
        (f"Did «PER Ada Berg » and {_BO} marry ?", "P26"),
        (f"Was «PER Ada Berg » the wife of {_BO} ? Nobody knows .", "P26"),
        (f"“ Is «PER Ada Berg » the wife of {_BO} ? ” asked the paper .", "P26"),
        ("“ Is «LOC Lyon » the capital of «LOC France » ? ”", "P36"),
        # it is doubted, wrong or a rumour, or would have been so
        ("It is unlikely that «PER Ada Berg » was born in «LOC Oslo » .", "P19"),
        ("Historians doubt that «PER Ada Berg » was born in «LOC Oslo » .", "P19"),
        ("There is no proof that «PER Ada Berg » was born in «LOC Oslo » .", "P19"),
        (f"Claims that «PER Ada Berg » was the sister of {_BO} are false .", "P3373"),
        (f"«PER Ada Berg » was wrongly believed to be the daughter of {_BO} .", "P22"),
        (f"«PER Ada Berg » falsely claimed to be the daughter of {_BO} .", "P22"),
        ("«LOC Lyon » is often wrongly called the capital of «LOC France » .", "P36"),
        ("«PER Ada Berg » was mistakenly listed as a member of «ORG Labour » .", "P102"),
        (f"«PER Ada Berg » is rumoured to have married {_BO} in Rome .", "P26"),
        (f"«PER Ada Berg » allegedly married {_BO} in Rome .", "P26"),
        (f"«PER Ada Berg » nearly married {_BO} .", "P26"),
        (f"If she had lived , «PER Ada Berg » would have married {_BO} .", "P26"),
        (f"«LOC Norway » and «LOC Iceland » hope to join the {_EU} .", "P463"),
        (f"«LOC Norway » is planning to join the {_EU} .", "P463"),
        (f"«LOC Norway » has applied to join the {_EU} .", "P463"),
        (f"«PER Ada Berg » denied being the daughter of {_BO} .", "P22"),
        (f"«PER Ada Berg » is here . «PER Cy » denied that «PER Ada Berg » is the child of {_BO} .", "P40"),
        ("«LOC Sydney » is big . It is not true that «LOC Sydney » is the capital of «LOC A » .", "P36"),
        ("«ORG Berg » was not founded by «PER Ada Holm » or «PER Bo Lind » but by others .", "P112"),
        ("«PER Ada Berg » is a singer . She did not record «MISC Blue » .", "P175"),
        ("«PER Ada Berg » is a singer . The song was not written by «PER Bo Lind » .", "P676"),
        ("«MISC Blue » was written by «PER Ada Berg » , not «PER Bo Lind » .", "P676"),
        (f"«LOC Norway » , unlike «LOC Sweden » , is not a member of the {_EU} .", "P463"),
        (f"«LOC Norway » , however , is not in the {_EU} .", "P463"),
        (f"Neither «LOC Norway » nor «LOC Iceland » is a member of the {_EU} .", "P463"),
        (f"«LOC Norway » and «LOC Iceland » are not members of the {_EU} .", "P463"),
        (f"It is false that «LOC Norway » is part of the {_EU} .", "P463"),
        (f"There is no evidence that «LOC Norway » joined the {_EU} .", "P463"),
        ("The capital of «LOC Turkey » is not «LOC Istanbul » but another town .", "P36"),
        ("The capital of «LOC Turkey » is «LOC Ankara » , not «LOC Istanbul » .", "P36"),
        ("«ORG Berg » was founded not by «PER Bo Lind » but by others .", "P112"),
        (f"«PER Ada Berg » is not {_BO} 's wife .", "P26"),
        (f"«PER Ada Berg » rejected claims that she was married to {_BO} .", "P26"),
        (f"«LOC Norway » is rich . Unlike «LOC Sweden » , it is not a member of the {_EU} .", "P463"),
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
        # it is not that which is asked, or it is answered
        (f"Was «PER Ada Berg » , the wife of {_BO} , a spy ?", "P26"),
        (f"When did «PER Ada Berg » marry {_BO} ?", "P26"),
        (f"Did «PER Ada Berg » marry {_BO} for money ?", "P26"),
        (f"Was «PER Ada Berg » the wife of {_BO} ? Yes .", "P26"),
        (f"Was «PER Ada Berg » the wife of {_BO} ? The letters show that she was .", "P26"),
        # an aside is about another one
        ("The sister of «PER Ada Berg » , a nurse , was not born in «LOC Oslo » .", "P19"),
        ("«PER Ada Berg » 's son , a nurse , was not born in «LOC Oslo » .", "P19"),
        ("«PER Cy » , who knew «PER Bo Lind » , a nurse , was not born in «LOC Oslo » .", "P19"),
        ("«PER Ada Berg » was there , the boy was not born in «LOC Oslo » .", "P19"),
        (
            "«PER Ada Berg » , so long away and ever so far from what there was in her land of old and of yore"
            " and more , was not born in «LOC Oslo » .",
            "P19",
        ),
        (f"«PER Ada Berg » is not the wife of the friend of {_BO} .", "P26"),
        (f"«PER Ada Berg » is not the wife of the tall and fair actor {_BO} .", "P26"),
        ("«PER Ada Berg » is not the wife of the «MISC Blue » actor «PER Bo Lind » .", "P26"),
        # what is planned is done
        (f"«LOC Norway » announced plans to join the {_EU} , and did .", "P463"),
        (f"«LOC Norway » carried out plans to join the {_EU} .", "P463"),
        # what is denied is when, where, why or with whom
        ("«PER Ada Berg » did not record «MISC Blue » in Oslo but in Bergen .", "P175"),
        ('«PER Ada Berg » did not record " «MISC Blue » " in Oslo but in Bergen .', "P175"),
        (f"«PER Ada Berg » did not marry {_BO} ( born 1900 ) in 1930 but in 1931 .", "P26"),
        ('The author of " «MISC Blue » " was not born in «LOC Oslo » .', "P19"),
        (f"«PER Ada Berg » did not marry {_BO} in 1990 but in 1992 .", "P26"),
        ("«PER Ada Berg » did not join «ORG Ajax » as a player but as a coach .", "P54"),
        ("«PER Ada Berg » did not work for «ORG Acme » after 1990 .", "P108"),
        ("«PER Ada Berg » never played for «ORG Ajax » again .", "P54"),
        (f"«LOC Norway » did not join the {_EU} before 1995 .", "P463"),
        (f"«LOC Norway » was not yet a member of the {_EU} in 1990 .", "P463"),
        ("«PER Ada Berg » did not win the «MISC Cup » in 1990 .", "P166"),
        ("«PER Ada Berg » hopes to win the «MISC Cup » for a third time .", "P166"),
        ("«PER Ada Berg » refuses to sing «MISC Blue » .", "P175"),
        ("«LOC Bergen » was not part of «LOC Norway » . In 1814 it was ceded .", "P17"),
        # the other thing is another to it
        ("«PER Bo Lind » was not the founder of «ORG Acme » but a co - founder .", "P112"),
        ("«PER Bo Lind » is not the president of «LOC Norway » but its king .", "P35"),
        ("«PER Bo Lind » was born in «LOC Lyon » and died in «LOC Bonn » , not «LOC Lyon » .", "P19"),
        ("«PER Bo Lind » did not found «ORG Acme » , but co - founded it .", "P112"),
        ("«PER Ada Berg » is not a brother of «PER Bo Lind » but a half - brother .", "P3373"),
        # a "dismissed" or "rejected" is no denial of what somebody was
        ("«ORG Acme » dismissed the chairman «PER Bo Lind » in May .", "P488"),
        ("«ORG Acme » rejected president «PER Bo Lind » , who left .", "P488"),
        # what is not done once
        ("«PER Ada Berg » did not sing «MISC Blue » , her greatest hit , that night .", "P175"),
        # it was so, and has ended
        (f"«PER Ada Berg » is not married to {_BO} , whom she divorced in 1990 .", "P26"),
        (f"«PER Ada Berg » is not married to {_BO} . The two divorced in 1990 .", "P26"),
        ("«PER Ada Berg » is not a member of «ORG Labour » , having left in 1990 .", "P102"),
        # it did so after all
        ("With the loan , «ORG Acme » could buy «ORG Globex » .", "P127"),
        (f"«PER Ada Berg » refused to marry {_BO} at first . They wed in 1902 .", "P26"),
        (f"{_BO} denied being the father of «PER Cy Lind » . The court ruled that he was .", "P40"),
        ("«ORG Acme » planned to buy «ORG Globex » and did so in 2011 .", "P127"),
        ("«ORG Acme » wanted to buy «ORG Globex » .", "P127"),
        ("«ORG Acme » failed to buy «ORG Globex » in 1999 . Two years later it had the firm .", "P127"),
        ("«ORG Acme » failed to buy «ORG Globex » in 1999 . In 2001 it acquired the firm .", "P127"),
        (f"«PER Ada Berg » denied being the daughter of {_BO} , but a test proved it .", "P22"),
        ("«ORG Acme » was planning to buy «ORG Globex » .", "P127"),
        ("«PER Ada Berg » nearly won the «MISC Cup » in 1990 .", "P166"),
        # somebody else is meant
        (f"«PER Ada Berg » and {_BO} never married others .", "P26"),
        (f"«PER Ada Berg » and {_BO} were not brothers but half - brothers .", "P3373"),
        (f"«PER Ada Berg » and {_BO} did not marry until 1990 .", "P26"),
        (f"The sister of «PER Ada Berg » was never married to {_BO} .", "P26"),
        (f"«PER Ada Berg » and {_BO} left . They came so that she could marry «PER Cy » .", "P26"),
        # it is doubted, supposed or doubly denied
        (f"Had «LOC Norway » not joined the {_EU} , it would be poor .", "P463"),
        (f"If «LOC Norway » were not a member of the {_EU} , it would be poor .", "P463"),
        (f"«LOC Norway » would not have joined the {_EU} without war .", "P463"),
        (f"«LOC Norway » may be a member of the {_EU} , but it is poor .", "P463"),
        (f"No one denies that «LOC Norway » is a member of the {_EU} .", "P463"),
        (f"«LOC Norway » denied that it was not a member of the {_EU} .", "P463"),
        (f"There is little doubt that «LOC Norway » is a member of the {_EU} .", "P463"),
        (f"It is not unlikely that «LOC Norway » is a member of the {_EU} .", "P463"),
        (f"Claims that «PER Ada Berg » was the sister of {_BO} are not false .", "P3373"),
        (f"Claims that «PER Ada Berg » was the sister of {_BO} were made .", "P3373"),
        (f"«PER Ada Berg » allegedly never married {_BO} .", "P26"),
        (f"«PER Ada Berg » allegedly hit her husband {_BO} .", "P26"),
        (f"«PER Ada Berg » would not have married {_BO} for money .", "P26"),
        (f"In 1990 «PER Ada Berg » would marry {_BO} .", "P26"),
        (f"«PER Ada Berg » is said to be the wife of {_BO} .", "P26"),
        (f"It is a myth that «LOC Norway » is not a member of the {_EU} .", "P463"),
    ],
)
def test_what_is_said_of_others_or_with_reserve_is_not_denied(text, label):
    document = marked(text)
    assert Denials(document).agree(Relation(0, len(document.entities) - 1, label, 0.9, ())) is None


def test_a_name_that_is_told_again_in_brackets_is_one_thing():
    document = marked("«LOC Norway » is not a member of the «ORG European Union » ( «ORG EU » ) .")
    whole, short = document.entities[1:]
    union = replace(whole, mentions=(*whole.mentions, *short.mentions))
    document = replace(document, entities=(document.entities[0], union))
    assert Denials(document).agree(Relation(0, 1, "P463", 0.9, ())) is False


def test_what_is_no_capital_may_be_in_the_country():
    document = marked("«LOC Sydney » is not the capital of «LOC Australia » .")
    assert Denials(document).agree(Relation(0, 1, "P17", 0.9, ())) is None


def test_whom_another_is_unlike_is_not_denied_anything():
    document = marked("«LOC Norway » is rich . Unlike «LOC Sweden » , it is not a member of the «ORG EU » .")
    denials = Denials(document)
    assert denials.agree(Relation(0, 2, "P463", 0.9, ())) is False
    assert denials.agree(Relation(1, 2, "P463", 0.9, ())) is None


def test_what_is_said_of_what_a_denied_name_did_else_is_not_denied():
    document = marked(
        "«MISC Blue » was directed by «PER Ada Berg » , not «PER Bo Lind » , who directed «MISC Green » ."
    )
    denials = Denials(document)
    assert denials.agree(Relation(0, 2, "P57", 0.9, ())) is False
    assert denials.agree(Relation(3, 2, "P57", 0.9, ())) is None


@pytest.mark.parametrize(
    "text", ["«PER Ada Berg » is not «PER Bo Lind » 's", "«PER Ada Berg » is not", "Neither «PER Ada »"]
)
def test_a_text_may_end_anywhere(text):
    document = marked(text)
    assert Denials(document).agree(Relation(0, len(document.entities) - 1, "P26", 0.9, ())) is None


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        (f"«LOC Sweden » joined the {_EU} ; «LOC Norway » has never been a member of the {_EU} .", [2]),
        (f"«LOC Norway » was in the {_EU} ; now «LOC Norway » is not a member of the {_EU} .", []),
        (f"«LOC Sweden » joined the {_EU} , but «LOC Norway » is not a member of the {_EU} .", []),
    ],
)
def test_what_is_denied_between_semicolons_may_be_said_of_another_one_in_the_sentence(text, denied):
    document = marked(text)
    union = next(i for i, entity in enumerate(document.entities) if entity.type == "ORG")
    others = [i for i in range(len(document.entities)) if i != union]
    denials = Denials(document)
    assert [i for i in others if denials.agree(Relation(i, union, "P463", 0.9, ())) is False] == denied


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("She was not born in «LOC Oslo » . «PER Ada Berg » came from Rome .", False),
        ("She was not born in «LOC Oslo » . Then «PER Ada Berg » came from Rome .", None),
        ("Was she born in «LOC Oslo » ? «PER Ada » : No .", None),
        ("Was she born in «LOC Oslo » ? No . «PER Ada » came from Rome .", False),
        ("Was she born in «LOC Oslo » ? Who knows . «PER Ada » came from Rome .", None),
        ("She was not born in «LOC Oslo » or at «PER Ada Berg » .", None),
    ],
)
def test_a_text_may_begin_with_a_pronoun_of_whom_is_named_next(text, said):
    assert Denials(marked(text)).agree(Relation(1, 0, "P19", 0.9, ())) is said


def test_who_is_asked_about_may_be_named_before_who_asks():
    document = marked("«PER Ada Berg » came . Eve : Was she born in «LOC Oslo » ? No .")
    document = replace(
        document,
        sentence_starts=(0, 4, 6, 12),
        entities=(
            document.entities[0],
            replace(
                document.entities[1],
                mentions=tuple(replace(mention, sentence=2) for mention in document.entities[1].mentions),
            ),
        ),
    )
    assert Denials(document).agree(Relation(0, 1, "P19", 0.9, ())) is False
