import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_docre.names import normalize_name
from kg_docre.resolution.forms import name_form
from kg_docre.resolution.values import date_value, number_value

SAME = [
    ("United States", "the U.S.", "LOC"),
    ("United States", "USA", "LOC"),
    ("United States", "American", "LOC"),
    ("Poland", "Polish", "LOC"),
    ("Côte d'Ivoire", "Ivory Coast", "LOC"),
    ("Dr. Jane Goodall", "Jane Goodall", "PER"),
    ("Acme Corp.", "Acme", "ORG"),
    ("Acme Co., Ltd.", "acme", "ORG"),
    ("March 31, 1866", "31 March 1866", "TIME"),
    ("March 31, 1866", "1866-03-31", "TIME"),
    ("the 31st of March 1866", "Mar. 31, 1866", "TIME"),
    ("the 1970s", "1970s", "TIME"),
    ("one million", "1,000,000", "NUM"),
    ("1.5 million", "1,500,000", "NUM"),
    ("twenty-five people", "25 people", "NUM"),
    ("two hundred and five", "205", "NUM"),
]
DIFFERENT = [
    ("American", "United States", "MISC"),  # a language, say
    ("Americans", "United States", "LOC"),
    ("England", "United Kingdom", "LOC"),
    ("King John", "John", "PER"),
    ("Boston College", "Boston University", "ORG"),
    ("March 1866", "March 31, 1866", "TIME"),
    ("the 1970s", "1970", "TIME"),
    ("1.5 million", "15 million", "NUM"),
    ("25 people", "25 dogs", "NUM"),
    ("ten", "tenth", "NUM"),
]


@pytest.mark.parametrize(("one", "other", "type"), SAME)
def test_one_thing_has_one_form(one, other, type):
    assert name_form(one, type) == name_form(other, type)


@pytest.mark.parametrize(("one", "other", "type"), DIFFERENT)
def test_two_things_have_two(one, other, type):
    assert name_form(one, type) != name_form(other, type)


@given(st.dates())
def test_every_way_to_write_a_date_is_that_date(date):
    if date.year < 1000:
        return
    for pattern in ("%B %d, %Y", "%d %B %Y", "%b. %d, %Y", "%Y-%m-%d"):
        assert date_value(normalize_name(date.strftime(pattern))) == (date.isoformat() if date.year < 3000 else None)


@given(st.integers(0, 10**12))
def test_thousands_separators_do_not_change_a_number(number):
    assert number_value(normalize_name(f"{number:,}")) == str(number)


@given(st.text(min_size=1), st.sampled_from(["PER", "ORG", "LOC", "TIME", "NUM", "MISC", "OTHER"]))
def test_every_name_has_a_form(name, type):
    assert name_form(name, type)
