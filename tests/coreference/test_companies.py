import pytest

from kg_docre.coreference.companies import as_companies
from tests.coreference.test_certain import marked


def _found(text, breaks=()):
    words, spans = marked(text)
    return [f"{kind} {' '.join(words[start:end])}" for start, end, kind in as_companies(words, spans, breaks)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("«LOC Nordlake Capital » A / S said", ["ORG Nordlake Capital A / S"]),
        ("sold by «LOC Nordlake Capital A » / «LOC S. » It", ["ORG Nordlake Capital A / S."]),
        ("«LOC Fjordline Ferries » AS sails", ["ORG Fjordline Ferries AS"]),
        ("«MISC Brandt & Söhne GmbH » of", ["ORG Brandt & Söhne GmbH"]),
        ("«PER Holt » , Inc. , said", ["ORG Holt , Inc."]),
        ("«ORG Movie Co. » Ltd. made", ["ORG Movie Co. Ltd."]),
        ("«PER Naomi van As » left", ["PER Naomi van As"]),
        ("«LOC Calgary » AB and «LOC Elko NV »", ["LOC Calgary", "LOC Elko NV"]),
        ("«LOC Leamington Spa » is", ["LOC Leamington Spa"]),
        ("«MISC Monsters , Inc. » is a film", ["MISC Monsters , Inc."]),
        ("«ORG NORRLAND STEEL » AS PRICES RISE", ["ORG NORRLAND STEEL"]),
        ("after «MISC World War I. » «ORG ASA » was", ["MISC World War I.", "ORG ASA"]),
        ("«TIME 1999 » AS", ["TIME 1999"]),
    ],
)
def test_a_company_has_its_legal_form(text, names):
    assert _found(text) == names


def test_no_name_goes_on_in_the_next_paragraph():
    assert _found("«ORG Holt » Limited supplies", breaks=[1]) == ["ORG Holt"]


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("«LOC Fjordline Ferries » and «PER Kestrel Robotics » and «MISC Arden Airlines »", "ORG ORG ORG"),
        (
            "«LOC Ferries » and «MISC Wooden ferries » and «LOC West Bank » and «MISC Hunger Games »",
            "LOC MISC LOC MISC",
        ),
        ("the book «MISC Little Ventures » , the film “ «MISC Arden Airlines » ”", "MISC MISC"),
        ("the film by «MISC Little Ventures » , “ «MISC Arden Airlines » ”", "ORG ORG"),
        ("«LOC Nordlake Capital » , or «ORG Nordlake Capital Ltd. »", "ORG ORG"),
        ("«PER Alfred Holt » of «ORG Alfred Holt Ltd. »", "PER ORG"),
        ("«LOC York Coach Terminal » , a terminal of «ORG York Coach Terminal Inc. »", "LOC ORG"),
        ("«MISC Standard Oil » and «ORG Standard Oil Company »", "MISC ORG"),
    ],
)
def test_a_company_is_known_by_its_name(text, types):
    assert [name.split()[0] for name in _found(text)] == types.split()


@pytest.mark.parametrize(
    "text",
    [
        "«PER Calder » was founded by Yusuf Calder",
        "«PER Calder » , the company that Yusuf Calder built",
        "He founded «PER Calder » in 1973",
        "who founded the toolmaker «PER Calder » in 1973",
        "«PER Calder » shares rose",
        "«PER Calder » stock fell",
        "«PER Calder » founder Yusuf Calder",
        "«PER Calder 's » founder",
        "«PER Calder » 's founder",
    ],
)
def test_what_is_founded_or_has_shares_is_no_person(text):
    assert _found(text)[0].startswith("ORG Calder")


@pytest.mark.parametrize(
    "text",
    [
        "«PER Calder » founded it",
        "«PER Calder » was found in Leeds",
        "«PER Calder » , the company founder , left",
        "«PER Calder » , the company 's founder",
        "it was founded by «PER Calder »",
        "they were founded following «PER Calder » 's talks",
        "she founded it with «PER Calder »",
        "«PER Calder » shares the view",
        "«PER Calder » 's shares rose",
        "«PER Yusuf Calder » was founded",
        "«PER Calder » was headmaster",
    ],
)
def test_who_founds_and_shares_is_a_person(text):
    assert _found(text)[0].startswith("PER")
