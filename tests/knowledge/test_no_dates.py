from dataclasses import replace

import pytest

from kg_docre.annotations import Entity, Relation
from kg_docre.knowledge.no_dates import NoDates
from tests.knowledge.marked import marked


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("«PER Ada » wrote at «TIME 10:03 »", False),
        ("«PER Ada » , «NUM 91 »", False),
        ("«PER Ada » ruled for «TIME two years »", False),
        ("«PER Ada » came in «TIME 1950 »", None),
        ("«PER Ada » came in ' «TIME 91 »", None),
        ("«PER Ada » came in «TIME 91 »", None),
        ("«PER Ada » came in «TIME eleven »", False),
        ("«PER Ada » came the «TIME same year »", None),
        ("«PER Ada » died in «LOC Boston »", False),
        ("«PER Ada » died in «MISC World War II »", None),
        ("«PER Ada » came in «LOC June 1990 »", None),
        ("«PER Ada » came in «PER May »", None),
        ("«PER Ada » came in «ORG nineteen ninety »", None),
    ],
)
def test_what_is_no_date_dates_nothing(text, said):
    no_dates = NoDates(marked(text))
    for label in ("P569", "P570", "P571", "P576", "P577", "P580", "P582", "P585"):
        assert no_dates.agree(Relation(0, 1, label, 0.9, ())) is said
    assert no_dates.agree(Relation(0, 1, "P1082", 0.9, ())) is None


def test_one_name_that_may_be_a_date_is_enough():
    document = marked("«PER Ada » «TIME 91 » «TIME 1991 »")
    mentions = (*document.entities[1].mentions, *document.entities[2].mentions)
    ada, date = document.entities[0], Entity(name="91", type="TIME", mentions=mentions)
    assert NoDates(replace(document, entities=(ada, date))).agree(Relation(0, 1, "P569", 0.9, ())) is None
