from dataclasses import replace

import pytest

from kg_docre.annotations import Relation
from kg_docre.knowledge.dates import BracketedDates, SaidDates
from tests.knowledge.marked import marked


@pytest.mark.parametrize(
    ("text", "label", "said"),
    [
        ("«PER Ada Berg » ( «TIME 1801 » - «TIME 1855 » ) , brother of «PER Bo Lind »", "P569", [True, False]),
        ("«PER Ada Berg » ( «TIME 1801 » ) and «PER Ada Berg » ; «PER Bo Lind »", "P570", [True, False]),
        ("«MISC Kushi » ( «TIME 2000 » ) , «MISC New » ( «TIME 2004 » )", "P577", [True, False]),
        ("«PER Ada Berg » ( «TIME 1801 » ) and «PER Berg »", "P569", [True, None]),
        ("«PER Ada Berg » ( «TIME 1801 » ) , «PER Bo Lind » in «TIME 1801 »", "P569", [None, None]),
        ("«PER Ada Berg » ( «TIME 1801 » ) , «PER Bo Lind »", "P27", [None, None]),
        ("«MISC Dune » is by «PER Bo Lind » ( «TIME 1965 » )", "P577", [None, None]),
        ("«MISC Yellow » and «MISC Clocks » ( «TIME 2002 » )", "P577", [None, None]),
        ("«MISC Yellow » , and «MISC Clocks » ( «TIME 2002 » )", "P577", [False, True]),
        ("«PER Ada Berg » ( 1 ) and «PER Bo Lind » ( «TIME 2002 » )", "P569", [False, True]),
        ("«PER Ada Berg » and «PER Bo Lind » ( both born «TIME 1950 » )", "P569", [None, None]),
        ("«MISC My Song » ( from «MISC Big Album » , «TIME 2004 » )", "P577", [None, None]),
        ("«LOC Oslo » ( «TIME 1801 » ) , «PER Bo Lind »", "P569", [None, None]),
        ("«PER Ada Berg » came ( «TIME 1801 » ) , «PER Bo Lind »", "P569", [None, None]),
        ("«PER Ada Berg » ( a poet ) in «TIME 1801 » , «PER Bo Lind »", "P569", [None, None]),
        (f"«PER Ada Berg » ( {'so ' * 20} «TIME 1801 » ) , «PER Bo Lind »", "P569", [None, None]),
    ],
)
def test_dates_in_brackets_are_those_of_the_name_before(text, label, said):
    document = marked(text)
    numbers = {entity.name: number for number, entity in enumerate(document.entities)}
    date = min(number for number, entity in enumerate(document.entities) if entity.type == "TIME")
    others = [number for name, number in numbers.items() if document.entities[number].type != "TIME"]
    dates = BracketedDates(document)
    assert [dates.agree(Relation(head, date, label, 0.9, ())) for head in others] == said


@pytest.mark.parametrize(
    ("text", "label", "said"),
    [
        ("«PER Ada » , whose father «PER Bo Lind » died in Rome in «TIME 1871 »", "P570", [False, True]),
        ("«PER Ada » lost «PER Bo Lind » ( 30 ) , who had died on «TIME 4 May 1871 »", "P570", [False, True]),
        ("«PER Ada » and «PER Bo Lind » 's death in «TIME 1871 »", "P570", [False, True]),
        ("«PER Ada » after the death of «PER Bo Lind » in «TIME 1871 »", "P570", [False, True]),
        ("«PER Ada » , sister of «PER Bo Lind » , born in «TIME 1871 »", "P569", [False, True]),
        ("«PER Ada » and the birth of «PER Bo Lind » on «TIME 4 May 1871 »", "P569", [False, True]),
        ("«PER Lind » , whose father «PER Bo Lind Senior » died in «TIME 1871 »", "P570", [None, True]),
        ("«PER Ada » and «PER Bo Lind » died in «TIME 1871 » ; in «TIME 1871 »", "P570", [None, None]),
        ("«PER Ada » and «PER Bo Lind » died in «TIME 1871 »", "P569", [None, None]),
        ("«PER Ada » and «PER Bo Lind » 's house in «TIME 1871 »", "P570", [None, None]),
        ("«PER Ada » and «PER Bo Lind » died and in «TIME 1871 »", "P570", [None, None]),
        ("«PER Bo Lind » died before «PER Ada » in «TIME 1871 »", "P570", [None, None]),
        (f"«PER Ada » and «PER Bo Lind » died {'so ' * 20} «TIME 1871 »", "P570", [None, None]),
        (
            "«ORG Berg » bought «ORG Lind Ltd » , which was founded in Rome , Italy in «TIME 1871 »",
            "P571",
            [False, True],
        ),
        ("«ORG Berg » founded «ORG Lind Ltd » in «TIME 1871 »", "P571", [None, None]),
        ("«ORG Berg » ; «PER Bo Lind » was established in «TIME 1871 »", "P571", [None, None]),
        ("«PER Ada » and «ORG Lind Ltd » died in «TIME 1871 »", "P571", [None, None]),
        ("«PER Ada » , «PER Bo Lind »", "P570", []),
        ("«PER Bo Berg » , the brother of «PER Carl Moe » , died in «TIME 1901 »", "P570", [True, False]),
        ("«PER Bo Berg » , brother of the boxer «PER Carl Moe » , died in «TIME 1901 »", "P570", [True, False]),
        ("«PER Ada » and the boxer «PER Bo Lind » , her son , died in «TIME 1901 »", "P570", [None, None]),
        ("«PER Bo Berg » , whose wife was «PER Eva Moe » , died in «TIME 1901 »", "P570", [True, False]),
        ("«PER Bo Berg » , whose wife was the painter «PER Eva Moe » , died in «TIME 1901 »", "P570", [True, False]),
        ("«PER Bo Berg » , whose wife was «PER Eva Moe » , who died in «TIME 1901 »", "P570", [False, True]),
        # of a relative, behind an aside
        ("«PER Ada » sings . His brother «PER Bo Lind » , the boxer , died in «TIME 1901 »", "P570", [False, True]),
        (
            "«PER Ada » sings ; her son «PER Bo Lind » ( 30 ) , who was ill , had died in «TIME 1901 »",
            "P570",
            [False, True],
        ),
        ("«PER Ada » sings . Her son «PER Bo Lind » , her joy , was born in «TIME 1901 »", "P569", [False, True]),
        ("«PER Ada » sings . Her son «PER Bo Lind » , her joy , was hurt in «TIME 1901 »", "P569", [None, None]),
        ("«PER Ada » met her son «PER Bo Lind » , her joy , died in «TIME 1901 »", "P570", [None, None]),
        ("«PER Ada » , «PER Bo Lind » , all doctors , died in «TIME 1901 »", "P570", [None, None]),
        ("«PER Ada Lind » sings . Her brother «PER Bo Lind » died in «TIME 1901 »", "P570", [False, True]),
        ("«PER B. Lind » sings . Her brother «PER Bo Lind » died in «TIME 1901 »", "P570", [None, True]),
        ("«PER Ada Lind » sings . «PER Bo Lind » died in «TIME 1901 »", "P570", [None, True]),
        # of a relative behind a comma
        (
            "«PER Ada Lund » sings . Her husband , «PER Bo Lund » , died in Rome in «TIME 1901 »",
            "P570",
            [False, True],
        ),
        ("«PER Ada » sings . Her brother , the late painter «PER Bo » , died in «TIME 1901 »", "P570", [False, True]),
        ("«PER Ada » sings . Her mother , «PER Eva » , was born in «TIME 1901 »", "P569", [False, True]),
        ("«PER Ada » sings . Her half - brother , Captain «PER Bo » , died in «TIME 1901 »", "P570", [False, True]),
        ("«PER Ada » sings . Her brother - in - law , «PER Bo » , died in «TIME 1901 »", "P570", [False, True]),
        ("«PER Ada » sings . Her teacher , «PER Bo » , died in «TIME 1901 »", "P570", [False, True]),
        ("«PER Ada » sings . Another son , «PER Bo » , died in «TIME 1901 »", "P570", [False, True]),
        ("«PER Ada » sings ; her son , «PER Bo » , died in «TIME 1901 »", "P570", [False, True]),
        ("«PER Ada » 's husband , «PER Bo » , died in «TIME 1901 »", "P570", [False, True]),
        (
            "«PER Ada » met «PER Ole » , whose father , «PER Bo » , had died in «TIME 1901 »",
            "P570",
            [False] * 2 + [True],
        ),
        ("«PER Ada » and her husband , «PER Bo » , died in «TIME 1901 »", "P570", [None, None]),
        ("«PER Ada » , after a fight with her son , «PER Bo » , died in «TIME 1901 »", "P570", [None, None]),
        ("«PER Ada Lund » 's son met «PER Nils Lund » , who died in «TIME 1901 »", "P570", [None, True]),
        ("In Rome , «PER Bo » , died in «TIME 1901 » . «PER Ada »", "P570", [None, None]),
        # a relative of the same last name
        ("«PER Ada Lund » came with her son «PER Nils Lund » , who died in «TIME 1901 »", "P570", [False, True]),
        ("«PER Ada Lund » , a daughter of «PER Nils Lund » , who died in «TIME 1901 »", "P570", [False, True]),
        ("«PER Ada Lund » . «PER Nils Lund » , her son , died in «TIME 1901 »", "P570", [False, True]),
        ("«PER Ada Lund » came with «PER Nils Lund » , who died in «TIME 1901 »", "P570", [None, True]),
        ("«PER Ada Lund » , her friend . «PER Nils Lund » , who died in «TIME 1901 »", "P570", [None, True]),
        # clauses behind asides, and in brackets
        ("«PER Ada » married Lord «PER Bo » , a politician , who died in «TIME 1901 »", "P570", [False, True]),
        ("«PER Ada » met «PER Bo » , minister of Ski , who died in «TIME 1901 » , it is said", "P570", [False, True]),
        ("«PER Ada » met «PER Bo » , a son of «PER Ole » , who died in «TIME 1901 »", "P570", [False, False, True]),
        ("«PER Ada » met «PER Bo » , a man with a friend , who died in «TIME 1901 »", "P570", [None, None]),
        ("«PER Ada » met «PER Bo » , sang , who died in «TIME 1901 »", "P570", [None, None]),
        ("«PER Ada » met «PER Bo » ( who had been killed in «TIME 1901 » )", "P570", [False, True]),
        (f"Her son «PER Bo » , {'very ' * 11} ill , died in «TIME 1901 » ; «PER Ada »", "P570", [True, False]),
        (f"Her son «PER Bo » , {'very ' * 12} ill , died in «TIME 1901 » ; «PER Ada »", "P570", [None, None]),
        ("«PER Bo » , whose father , «PER Ole » , was a smith , died in «TIME 1901 »", "P570", [True, False]),
        # what else happened to a sentence's subject
        ("«PER Ada » . Her son , «PER Bo » , sang for Rome and died in «TIME 1901 »", "P570", [False, True]),
        (
            "«PER Ada » . Her son «PER Bo » was born in «TIME 1871 » and died in «TIME 1901 »",
            "P570",
            [None, None, False, True],
        ),
        ("«PER Ada » . Her son , «PER Bo » , knew a man who sang and died in «TIME 1901 »", "P570", [None, None]),
        ("«PER Bo » met «PER Ada » and died in «TIME 1901 »", "P570", [None, None]),
        # of a spouse
        ("«PER Ole » sang ; he married «PER Ada » ; she died in «TIME 1901 »", "P570", [False, True]),
        ("«PER Ole Lind » sang . In 1900 he married «PER Ada Lind » ; she died in «TIME 1901 »", "P570", [False, True]),
        ("«PER Ole » sang . His second wife was «PER Ada » , and she was born in «TIME 1901 »", "P569", [False, True]),
        ("«PER Ada » sang . She married «PER Ole » ; he died in «TIME 1901 »", "P570", [False, True]),
        ("«PER Ada » sang . She married «PER Ole » ; she died in «TIME 1901 »", "P570", [None, None]),
        ("«PER Ada » sang . She married «PER Ole » ; their son died and he died in «TIME 1901 »", "P570", [None, None]),
        ("«PER Ada » sang . She met «PER Ole » ; he died in «TIME 1901 »", "P570", [None, None]),
        (
            "«PER Ada » sang . She came with «PER Eva » and married «PER Ole » ; he died in «TIME 1901 »",
            "P570",
            [None] * 3,
        ),
        # by force
        ("«PER Ada » and «PER Bo Lind » ( killed at «LOC Ypres » in «TIME 1901 » )", "P570", [False, True, False]),
        ("«PER Ada » and «PER Bo Lind » ( both killed in «TIME 1901 » )", "P570", [None, None]),
        ("«PER Ada » and «PER Bo Lind » ( born «TIME 1901 » )", "P569", [None, None]),
        ("«PER Ada » and «PER Bo Lind » , who was killed in «TIME 1901 »", "P570", [False, True]),
        ("«PER Ada » and «PER Bo Lind » killed in «TIME 1901 »", "P570", [None, None]),
        ("«PER Ada » , «PER Bo Lind » , who killed him in «TIME 1901 »", "P570", [None, None]),
        ("«PER Bo Berg » and «PER Carl Moe » were born in «TIME 1901 »", "P569", [None, None]),
        ("The widow of «PER Bo Berg » died in «TIME 1901 » ; «PER Ada »", "P570", [None, None]),
        ("«PER Ada » and her husband «PER Bo Lind » died in «TIME 1950 »", "P570", [None, None]),
        ("«ORG Acme » in «LOC Oslo » was founded in «TIME 1901 »", "P571", [None, None]),
        ("«ORG Acme » , a part of the «ORG Zeta » , was founded in «TIME 1901 »", "P571", [None, None]),
        ("«ORG Acme » from «LOC Oslo » , «LOC Norway » , formed in «TIME 1901 »", "P571", [None, None, None]),
        ("«LOC Oslo » , founded in «TIME 1048 » , is north of «LOC Ski »", "P571", [True, False]),
        ("«PER Ada » , of «ORG Zeta » , founded the «ORG Acme » in «TIME 1901 »", "P571", [None, None, None]),
        ("«ORG Zeta » , which was founded a year later , in «TIME 1901 » ; «ORG Acme »", "P571", [True, False]),
        (
            "«PER Bo Lind » , also known as Dr. «PER Skald » , was born in «TIME 1901 » ; «PER Ada »",
            "P569",
            [True, True, False],
        ),
        ("«PER Bo Lind » met «PER Skald » , born in «TIME 1901 »", "P569", [False, True]),
        ("«ORG Acme » , founded in «TIME 1901 » as the «ORG Lind Ltd » ; «ORG Zeta »", "P571", [True, True, False]),
        ("«ORG Acme » , founded as «ORG Lind Ltd » in «TIME 1901 » ; «ORG Zeta »", "P571", [True, True, False]),
    ],
)
def test_dates_that_are_said_of_one_are_of_no_other(text, label, said):
    document = marked(text)
    dates = [number for number, entity in enumerate(document.entities) if entity.type == "TIME"]
    others = [number for number, entity in enumerate(document.entities) if entity.type != "TIME"]
    told = SaidDates(document)
    assert [told.agree(Relation(head, date, label, 0.9, ())) for date in dates for head in others] == said


@pytest.mark.parametrize(
    ("text", "fact", "said"),
    [
        # brother of the other one as a fact says, though the text calls nobody a relative
        ("«PER Ada Lund » . «PER Nils Lund » died in «TIME 1901 »", "P3373", (False, True)),
        ("«PER Ada Lund » . «PER Nils Lund » died in «TIME 1901 »", "P108", (None, False)),
        ("«PER Bob Lund » . «PER Bill Lund » died in «TIME 1901 »", "P3373", (False, True)),
        ("«PER Bo Lund » . «PER B. Lund » died in «TIME 1901 »", "P3373", (None, False)),
        ("«PER Lund » . «PER Nils Lund » died in «TIME 1901 »", "P22", (None, False)),
        ("«PER Ada Lund » . «PER Ada Lund Jr. » died in «TIME 1901 »", "P40", (None, False)),
        ("«PER Henry IV » . «PER Henry V » died in «TIME 1901 »", "P40", (False, True)),
        ("«PER Henry IV » . «PER Henry V » died in «TIME 1901 »", "P108", (None, False)),
        ("«PER Ada Lund » . «PER Bo Moe » died in «TIME 1901 »", "P26", (False, True)),
        ("«PER Ada Lund » . «PER Bo Moe » died in «TIME 1901 »", "P108", (False, False)),
    ],
)
def test_relatives_of_one_name_are_told_apart_as_facts_say_that_they_are(text, fact, said):
    document = marked(text)
    told = SaidDates(replace(document, relations=(Relation(0, 1, fact, 0.9, ()),)))
    dated = Relation(0, 2, "P570", 0.8, ())
    assert (told.agree(dated), told.is_a_relatives(dated)) == said


def test_what_is_less_likely_tells_nobody_apart():
    document = marked("«PER Ada Lund » . «PER Nils Lund » died in «TIME 1901 »")
    told = SaidDates(replace(document, relations=(Relation(0, 1, "P3373", 0.7, ()),)))
    assert told.agree(Relation(0, 2, "P570", 0.8, ())) is None


def test_a_date_that_is_told_of_a_relative_is_his_alone():
    told = SaidDates(marked("«PER Ada » . Her husband , «PER Bo » , died in «TIME 1901 » . «TIME 1901 »"))
    assert not told.is_a_relatives(Relation(0, 2, "P570", 0.9, ()))
    told = SaidDates(marked("«PER Ada » . Her husband , «PER Bo » , died in «TIME 1901 »"))
    assert told.is_a_relatives(Relation(0, 2, "P570", 0.9, ()))
    assert not told.is_a_relatives(Relation(1, 2, "P570", 0.9, ()))
    assert not told.is_a_relatives(Relation(0, 2, "P569", 0.9, ()))


@pytest.mark.parametrize(("noun", "said"), [("sister", False), ("twin sister", None), ("twin", None)])
def test_twins_are_born_at_one_time(noun, said):
    told = SaidDates(marked(f"«PER Eva » and her {noun} «PER Ida » , born in «TIME 1950 » , came"))
    assert told.agree(Relation(0, 2, "P569", 0.9, ())) is said
