import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_docre.names import normalize_name
from kg_docre.resolution.forms import name_form
from kg_docre.resolution.values import date_value, has_no_year, is_no_date, iso_date, number_value

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
    ("one million two hundred thousand", "1 200 000", "NUM"),
    ("minus forty degrees", "-40 degrees", "NUM"),
    ("12345678901234567890", "12,345,678,901,234,567,890", "NUM"),
    ("the 1990's", "the 1990s", "TIME"),
    ("Martin Luther King Jr.", "Martin Luther King", "PER"),
    ("14/02/1942", "14 February 1942", "TIME"),
    ("02/14/1942", "14 February 1942", "TIME"),
    ("14.02.1942", "14 February 1942", "TIME"),
    ("Saturday, 14 February 1942", "February 14, 1942", "TIME"),
    ("c. 1488", "circa 1488", "TIME"),
    ("Mas\u00adterson", "Masterson", "PER"),
    ("Ma\u200bry", "Mary", "PER"),
    ("Halverson NV", "Halverson", "ORG"),
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
    ("-40", "40", "NUM"),
    ("5–100", "5,100", "NUM"),
    ("10-200", "10,200", "NUM"),
    ("nine eleven", "20", "NUM"),
    ("twenty eleven", "31", "NUM"),
    ("one two three", "6", "NUM"),
    ("one hundred and dogs", "100 dogs", "NUM"),
    ("9007199254740993", "9007199254740992", "NUM"),
    ("9" * 400, "9" * 401, "NUM"),
    ("999," * 110, "999," * 111, "NUM"),
    ("the 1990's", "1990", "TIME"),
    ("03/02/1942", "3 February 1942", "TIME"),  # or 2 March
    ("Saturday", "February 1942", "TIME"),
    ("1955-00-12", "December 1955", "TIME"),
    ("Martin Luther King Jr.", "Martin Luther King Sr.", "PER"),
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
    assert number_value(f"{number:,}") == number_value(f"{number}") == str(number)


@given(st.lists(st.sampled_from("one ten forty 5 1,000 hundred million and scale unit digits other -3 dogs".split())))
def test_words_around_numbers_are_words(words):
    assert name_form(" ".join(words), "NUM") or not words


@given(st.text(min_size=1), st.sampled_from(["PER", "ORG", "LOC", "TIME", "NUM", "MISC", "OTHER"]))
def test_every_name_has_a_form(name, type):
    assert name_form(name, type)


@pytest.mark.parametrize(
    "name", ["Monday", "4 May", "May 4th", "March", "the 4th of May", "last Monday", "late March", "Monday evening"]
)
def test_days_of_any_year_have_none(name):
    assert has_no_year(normalize_name(name))


@pytest.mark.parametrize(
    "name", ["4 May 1920", "1920", "the 1990s", "18th century", "12", "spring", "Monday Club", "of"]
)
def test_what_is_no_day_or_one_of_a_year_is_none_of_these(name):
    assert not has_no_year(normalize_name(name))


@pytest.mark.parametrize(
    "name",
    "10:03;10:03:59;7 p.m.;91;eleven;ninety-one;two years;the past two years;more than 3 days;91 years old;91-year-old;"
    "aged 91;several decades;2.5 years".split(";"),
)
def test_times_of_clocks_small_numbers_ages_and_durations_are_no_dates(name):
    assert is_no_date(name)


@pytest.mark.parametrize(
    "name",
    "1920;'91;44 BC;AD 51;4 May;Monday;the 1990s;90s;2nd century;first;the same year;Easter 1916;last year;"
    "two years later;10:03 on 4 May 1920;3/4/24;spring;350;".split(";"),
)
def test_what_may_be_a_date_is_not_told_to_be_none(name):
    assert not is_no_date(name)


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("June 3, 1937", "1937-06-03"),
        ("3 June 1937", "1937-06-03"),
        ("June 1937", "1937-06"),
        ("1937", "1937"),
        ("29 February 1936", "1936-02-29"),
        ("29 February 1937", ""),
        ("the 1970s", ""),
        ("4 May", ""),
        ("Monday", ""),
        ("", ""),
    ],
)
def test_dates_that_calendars_have(name, date):
    assert iso_date(name) == date
