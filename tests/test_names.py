import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_docre.names import given_name_first, initials, is_acronym, keeps_possessive, normalize_name, without_article


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("The United States", "united states"),
        ("U.S.", "US"),
        ("São Paulo's", "Sao Paulo"),
        ("the X-Files", "The X Files"),
        ("U2's", "U2"),
        ("Apollo 11’s", "Apollo 11"),
        ("Zest Airways, Inc.", "Zest Airways Inc"),
        ("  New\n York ", "New York"),
        ("Novo Nordisk A/S", "Novo Nordisk AS"),
        ("Novo Nordisk A / S", "Novo Nordisk A/S"),
    ],
)
def test_spellings_of_one_name(name, same):
    assert normalize_name(name) == normalize_name(same)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Paris", "Parish"),
        ("1914", "1915"),
        ("the 1990's", "1990"),
        ("+", "-"),
        ("1.5 million", "15 million"),
        ("50%", "$50"),
        ("C++", "C"),
        ("C#", "C++"),
        ("A/S", "AS"),
    ],
)
def test_different_names_stay_different(name, other):
    assert normalize_name(name) != normalize_name(other)


@given(st.text(min_size=1))
def test_normal_forms_are_never_empty(name):
    assert normalize_name(name)
    assert bool(without_article(name)) == bool(name.strip())


@pytest.mark.parametrize(
    ("acronym", "name"),
    [("FBI", "Federal Bureau of Investigation"), ("U.S.", "United States"), ("UofC", "University of Chicago")],
)
def test_initials(acronym, name):
    assert (acronym.replace(".", "").casefold() in initials(name)) == is_acronym(acronym)


def test_some_possessives_are_the_names_own():
    assert keeps_possessive("Christie", "ORG")
    assert keeps_possessive("St. John", "LOC")
    assert not keeps_possessive("St. John", "PER")
    assert not keeps_possessive("Christie", "PER")
    assert not keeps_possessive("Agatha Christie", "ORG")
    assert not keeps_possessive("St.", "LOC")
    assert not keeps_possessive("New York", "LOC")


def test_a_surname_in_capitals_goes_behind():
    assert given_name_first("ORLOVA-BECK, Tatiana L.") == "Tatiana L. Orlova-Beck"
    assert given_name_first("VON REHDEN, Karl-Anton") == "Karl-Anton Von Rehden"
    for name in (
        "Hallam, Edith",
        "KING, Jr.",
        "HOVENDEN",
        "ANNE, Countess of Clun",
        "A., Karl",
        "BERG, OSB",
        "BERG, 7",
    ):
        assert given_name_first(name) == name
