import pytest

from kg_docre.annotations import Relation
from kg_docre.knowledge.origins import Origins
from tests.knowledge.marked import marked


@pytest.mark.parametrize(
    ("text", "sweden"),
    [
        ("the Swedish construction company «ORG Berg »", True),
        ("the Norwegian bank «ORG Berg »", False),
        ("«ORG Berg » is a Swedish bank", True),
        ("«ORG Berg » ( founded 1801 ) was a large Norwegian mining company", False),
        ("«ORG Berg » , a Norwegian brand of skis", False),
        ("«MISC Berg » , a Norwegian brand of skis", None),
        ("the Norwegian singer 's label «ORG Berg »", None),
        ("«ORG Berg » is a Norwegian and Danish company", None),
        ("«ORG Berg » is a Norwegian football club", None),
        ("«ORG Berg » is an old and then still quite small Norwegian bank", None),
        ("«ORG Berg » is a Norwegian institute in «LOC Sweden »", None),
        ("«ORG Berg » is a Norwegian institute in «LOC Malmö » , «LOC Sweden »", None),
        ("the Norwegian minister met «ORG Berg »", None),
        ("the Norwegian «ORG Berg »", None),
        ("the Norwegian bank and «ORG Berg »", None),
        ("the Norwegian company acquired «ORG Berg »", None),
        ("«ORG Berg » is a Norwegian - owned bank", None),
        ("«ORG Berg » is a Norwegian American club", None),
        ("the Norwegian newspaper «ORG Berg »", None),
        ("«ORG Berg » is a bank", None),
        ("«PER Berg » is a Norwegian publisher and company builder", None),
    ],
)
def test_of_which_country_a_text_says_that_something_is(text, sweden):
    document = marked(f"{text} . «LOC Sweden » «LOC Malmö »")
    numbers = {entity.name: number for number, entity in enumerate(document.entities)}
    origins = Origins(document)
    for label in ("P17", "P131", "P495"):
        assert origins.agree(Relation(0, numbers["Sweden"], label, 0.9, ())) is sweden
    assert origins.agree(Relation(0, numbers["Malmö"], "P131", 0.9, ())) is None, "which says less than a country does"
    assert origins.agree(Relation(0, numbers["Sweden"], "P27", 0.9, ())) is None
