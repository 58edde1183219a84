from dataclasses import replace

import pytest

from kg_docre.annotations import Relation
from kg_docre.knowledge.whereabouts import Whereabouts
from tests.knowledge.marked import marked


@pytest.mark.parametrize(
    ("text", "norway", "chile"),
    [
        ("«LOC Oddvik » , «LOC Norway »", True, False),
        ("«ORG Sub » ( «LOC Norway » )", True, False),
        ("«ORG Sub » , «LOC Oddvik » , «LOC Norway »", True, False),
        ("«ORG Sub » «ORG Lab » , «LOC Norway »", None, None),
        ("«LOC Oddvik » , «LOC Nordland » , wrote", True, False),
        ("«LOC Oddvik » , «LOC Nordland » , «LOC Norway »", True, False),
        ("«ORG Sub » , «LOC Oddvik » , «LOC Nordland »", True, False),
        ("«LOC Oddvik » , «LOC Nordland » , «LOC Helsinki »", None, None),
        ("«LOC Oddvik » , «LOC Nordland » and «LOC Elv »", None, None),
        ("In «LOC Oddvik » , «LOC Nordland » won", None, None),
        ("«LOC Rogaland » , «LOC Nordland » .", None, None),
        ("«LOC Oddvik » , «LOC Trondheim » .", None, None),
        ("«LOC Oddvik » , «LOC Victoria » .", False, True),
        ("«LOC Elv » in «LOC Norway »", True, False),
        ("«LOC Elv » in the «LOC Norway »", True, False),
        ("«LOC Elv » in «LOC Oddvik » , «LOC Norway »", True, False),
        ("«LOC Elv » in «LOC Oddvik »", None, None),
        ("«LOC Elv » in «LOC Norway » and «LOC Chile »", None, None),
        ("«LOC Elv » in «LOC Norway » , «LOC Chile » and more", None, None),
        ("«LOC Elv » in «LOC Norway » ( now in Chile )", None, None),
        ("«LOC Elv » in «LOC Norway » ; «LOC Elv » in «LOC Chile »", None, None),
        ("«LOC Elv » in «LOC Norway » ; «LOC Elv » , «LOC Valparaíso »", None, None),
        ("«LOC Elv » , «LOC Valparaíso »", None, None),
        ("«LOC Elva » , known as «LOC Elvi » in «LOC Norway »", None, None),
        ("also known as «LOC Elv » in «LOC Norway »", None, None),
        ("«LOC Elv » in «ORG Norway »", None, None),
        ("«ORG Sub » in «LOC Norway »", None, None),
        ("«ORG Sub » , «LOC Oddvik » and «LOC Norway »", None, None),
        ("«LOC Oddvik » , «LOC Norway » , «LOC Sweden »", None, None),
        ("«LOC Oddvik » , «LOC Norway » and «LOC Sweden »", None, None),
        ("«LOC Oddvik » , «LOC Norway » - born", None, None),
        ("«LOC Oddvik » , «LOC Norway » , since 1900", True, False),
        ("«LOC Sweden » , «LOC Norway »", None, None),
        ("«PER Oddvik » , «LOC Norway »", None, None),
        ("«LOC Helsinki » , «LOC Norway »", None, None),
        ("at «ORG Sub » , «LOC Norway » grew", None, None),
        ("at «ORG Sub » , «LOC Norway » in May", True, False),
        ("at «ORG Sub » , «LOC Norway » 's Statoil", None, None),
        ("«LOC Oddvik » , «LOC Norway » ( now Kvernvik , Sweden )", None, None),
        ("«LOC Oddvik » ( «LOC Norway » / «LOC Sweden » )", None, None),
        ("«LOC Oddvik » , «LOC Norway » , and «LOC Sweden »", None, None),
    ],
)
def test_things_are_in_the_country_behind_their_names(text, norway, chile):
    document = marked(f"{text} . «LOC Norway » ; «LOC Chile » ; «LOC Smallville »")
    numbers = {entity.name: number for number, entity in enumerate(document.entities)}
    whereabouts = Whereabouts(document)
    for label in ("P17", "P131", "P159"):
        said = [whereabouts.agree(Relation(0, numbers[name], label, 0.9, ())) for name in ("Norway", "Chile")]
        assert said == [norway, chile]
        assert whereabouts.agree(Relation(0, numbers["Smallville"], label, 0.9, ())) is None
    assert whereabouts.agree(Relation(0, numbers["Norway"], "P27", 0.9, ())) is None


def test_columns_of_a_table_are_read_on():
    document = marked("«ORG Sub » @ «LOC Oddvik » , «LOC Norway » @ 100 % «LOC Chile »")
    words = tuple("\t" if word == "@" else word for word in document.words)
    assert Whereabouts(replace(document, words=words)).agree(Relation(0, 3, "P17", 0.9, ())) is False


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("«LOC Oslo » , «LOC Norway » ( «ORG AP » ) – It rains .", False),
        ("«LOC Oslo » , «LOC Norway » ( «ORG AP » ) – It rains , says «ORG AP » .", None),
        ("«LOC Oslo » , «LOC Norway » ( «ORG AP » ) has rain .", None),
        ("«LOC Oslo » , «LOC Norway » ( «PER AP » ) – It rains .", None),
    ],
)
def test_an_agency_is_not_where_its_report_is_from(text, said):
    document = marked(text)
    (agency,) = (number for number, entity in enumerate(document.entities) if entity.name == "AP")
    assert Whereabouts(document).agree(Relation(agency, 1, "P17", 0.9, ())) is said
