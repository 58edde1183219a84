from importlib.resources import files

import pytest

from kg_docre.annotations import Entity, Mention
from kg_docre.resolution.forms import country_table, is_country
from kg_docre.resolution.gazetteer import agrees, countries_of, regions_of


def _entity(name, type="LOC", start=0):
    names = name.split("/")
    mentions = tuple(Mention(start=start, end=start + 1, sentence=0, name=each) for each in names)
    return Entity(name=names[0], type=type, mentions=mentions)


def test_a_name_stands_for_all_places_that_are_called_so():
    assert countries_of("Helsinki") == {"FI"}
    assert {"FR", "US"} <= countries_of("Paris")
    assert countries_of("Guangxi") == {"CN"}
    assert countries_of("American") == countries_of("the U.S.") == {"US"}
    assert {"RU", "UA", "EE"} <= countries_of("Soviet Union")
    assert {"US", "GE"} <= countries_of("Georgia"), "a country and a state"
    assert countries_of("Puerto Rico") >= {"PR"}
    assert countries_of("Mechelen") == {"BE", "NL"}, "a smaller city"
    assert countries_of("Louvain") == {"BE"}
    assert countries_of("Venezia") == {"IT"}
    assert "BE" in countries_of("Bruges")
    assert "GB" in countries_of("Devon") & countries_of("Cheshire")
    assert {"TR", "US"} <= countries_of("Troy")
    assert {"GR", "US"} <= countries_of("Arcadia")
    for name in ("Andes", "Santa Fe Springs", "Golden Triangle", "Pearl River", "Lake Worth"):
        assert countries_of(name) == frozenset(), "means other things, too"
    assert countries_of("Nether Wallop") == countries_of("") == frozenset()


def test_what_countries_have_a_region_of_a_name():
    assert regions_of("Massachusetts") == {"US"}
    assert "CA" in regions_of("Ontario"), "also a city in the United States"
    assert regions_of("Devon") == {"GB"}
    assert regions_of("Georgia") == {"GE", "US"}, "a country and a state"
    assert {"ES", "UA"} <= regions_of("Galicia"), "two regions"
    assert regions_of("Crimea") == {"RU", "UA"}
    assert regions_of("Berlin") == regions_of("Helsinki") == regions_of("Norway") == regions_of("") == frozenset()


@pytest.mark.parametrize(
    ("head", "label", "tail", "said"),
    [
        ("Helsinki", "P17", "Sweden", False),
        ("Helsinki", "P17", "Finnish", True),
        ("Helsinki", "P131", "Bavaria", False),
        ("Detroit", "P131", "Michigan", True),
        ("Sweden", "P150", "Helsinki", False),
        ("Finland", "P36", "Helsinki", True),
        ("Riga", "P17", "Soviet Union", True),
        ("Paris", "P17", "Texas", True),  # no country, but nothing that the table can tell
        ("Helsingfors/Helsinki", "P17", "Sweden", False),
        ("Hong Kong", "P17", "China", True),
        ("Belfast", "P17", "United Kingdom", True),
        ("Puerto Rico", "P17", "United States", True),
        ("Drohobych", "P131", "Galicia", True),
        ("Bolzano", "P131", "Tyrol", True),
        ("Greenland", "P17", "Denmark", True),
        ("Greenland", "P17", "Sweden", False),
        ("Belfast", "P17", "Ireland", True),
        ("Dublin", "P17", "Ireland", True),
        ("Dublin", "P17", "United Kingdom", False),
        ("Nether Wallop", "P17", "Sweden", None),
        ("Helsinki", "P17", "Nowhere Land", None),
        ("Helsinki", "P47", "Sweden", None),
        ("United States", "P30", "Europe", False),
        ("Japan", "P30", "Asia", True),
        ("Moscow", "P30", "Asia", True),  # Russia is on both
        ("Japan", "P30", "East Asia", False),  # no continent
        ("Japan", "P30", "Asian continent", True),
        ("France", "P30", "continental Europe", True),
        ("Sydney", "P30", "Australian continent", None),
        ("Erebus", "P30", "Antarctica", None),
        ("Atlantis", "P30", "Asia", None),
        ("Japan", "P361", "North America", False),
        ("Japan", "P361", "East Asia", None),
        ("Brazil", "P361", "South America", None),
        ("Brazil", "P361", "Latin America", None),
        ("Brazil", "P361", "Southern America", None),
        ("Canada", "P361", "South America", False),
        ("Canada", "P361", "Americas", None),
        ("North America", "P527", "Japan", False),
        ("East Africa", "P527", "Kenya", None),
        ("East Africa", "P527", "Japan", False),
        ("Kenya", "P527", "East Africa", None),
        ("Bangui", "P17", "Central Africa", False),
        ("Nether Wallop", "P17", "Western European", False),
        ("Breslau", "P17", "Germany", True),
        ("Nether Wallop", "P17", "Europe", False),
        ("Pretoria", "P17", "South Africa", True),
        ("Torquay", "P17", "Denmark", False),
        ("Cambrai", "P131", "Belgium", False),
        ("Stockport", "P131", "Cheshire", True),
        ("Bangui", "P17", "Central African Republic", True),
    ],
)
def test_what_lies_where(head, label, tail, said):
    assert agrees(label, _entity(head), _entity(tail)) is said


def test_only_places_are_judged_and_what_countries_are_called_is_one():
    helsinki = _entity("Helsinki")
    assert agrees("P17", _entity("Helsinki", "ORG"), _entity("Sweden")) is None, "maybe a club"
    assert agrees("P17", helsinki, _entity("Sweden", "ORG")) is False
    assert agrees("P131", helsinki, _entity("Finnish", "MISC")) is True
    assert agrees("P36", _entity("Sweden", "ORG"), helsinki) is False
    assert agrees("P36", helsinki, _entity("Sweden", "ORG")) is None
    assert agrees("P17", helsinki, _entity("Bavaria", "ORG")) is None
    assert agrees("P30", helsinki, _entity("Sweden", "ORG")) is None


def test_the_tables_are_whole():
    codes = {code for _, _, _, codes, _ in country_table() for code in codes.split()}
    assert all(code.isalpha() and len(code) == 2 for code in codes)
    assert {continent for *_, its in country_table() for continent in its.split()} == {*"AF AS EU NA SA OC".split()}
    lines = files("kg_docre.resolution").joinpath("places.tsv").read_text(encoding="utf-8").splitlines()
    assert lines == sorted(lines)
    for line in lines:
        name, _, where = line.partition("\t")
        assert name
        assert where
        assert not is_country(name)
