import pytest

from kg_docre.data.catalogue import catalogued


def found(text: str, *, breaks: tuple[int, ...] = ()) -> list[str]:
    """Names and types of the mentions, which are marked in the text with a type and brackets: "PER{ Ada }"."""
    words, mentions, start, kind = [], [], 0, ""
    for word in text.split():
        if word == "}":
            mentions.append((start, len(words), kind))
        elif word.endswith("{"):
            start, kind = len(words), word[:-1]
        else:
            words.append(word)
    return [f"{' '.join(words[start:end])} {kind}" for start, end, kind in catalogued(words, mentions, breaks)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("( TIME{ London 1840 } – TIME{ Walensee 1902 } )", ["London LOC", "1840 TIME", "Walensee LOC", "1902 TIME"]),
        ("in LOC{ Buenos Aires 1952 } .", ["Buenos Aires LOC", "1952 TIME"]),
        ("born TIME{ Weil am Rhein 3 May 1840 } ,", ["Weil am Rhein LOC", "3 May 1840 TIME"]),
        ("born PER{ Hue 1980 } , of PER{ Ester Segal 1912 }", ["Hue LOC", "1980 TIME", "Ester Segal PER", "1912 TIME"]),
        ("TIME{ Walensee 1902 } on", ["Walensee 1902 TIME"]),
        ("( TIME{ Thermidor 1794 } )", ["Thermidor 1794 TIME"]),
        ("born PER{ Anna Walensee 1980 }", ["Anna Walensee PER", "1980 TIME"]),
    ],
)
def test_a_place_and_the_year_beside_it_are_two(text, names):
    assert found(text) == names


@pytest.mark.parametrize("kind", ["TIME", "LOC"])
@pytest.mark.parametrize("name", ["Easter 1916", "Spring 1902", "May 1840", "AD 1079", "Late May 1840", "Meiji 1870"])
def test_times_that_have_names_stay_whole(name, kind):
    assert found(f"born {kind}{{ {name} }}") == [f"{name} {kind}"]


@pytest.mark.parametrize(
    "name",
    [
        *(
            "MISC{ Expo 1967 }",
            "MISC{ Mexico 1970 }",
            "LOC{ Highway 1420 }",
            "LOC{ Area 51 }",
            "LOC{ NSW 2000 }",
            "ORG{ Rema 1000 }",
        ),
        *("TIME{ Season 2004 }", "TIME{ the London 1840 }", "TIME{ London , 1840 }", "TIME{ 1840 }"),
    ],
)
def test_other_names_keep_their_numbers(name):
    kind, name = name.removesuffix(" }").split("{ ")
    assert found(f"in {kind}{{ {name} }}") == [f"{name} {kind}"]


@pytest.mark.parametrize(
    "text",
    [
        "PER{ HOVENDEN } , PER{ Thomas } . Born",
        "PER{ ORLOVA - BECK } , PER{ Tatiana Lvovna } , designer",
        "PER{ VON REHDEN } , PER{ Karl }",
        "PER{ Whitcombe } , Rev. PER{ Josiah } ( 1809 – 1887 )",
        "PER{ Hallam } , PER{ Edith Mary } . Watercolourist",
        "PER{ De Bruyne } , PER{ Katrien J. } , b. Kortrijk",
        "PER{ Hallam } , PER{ Edith } ( 1902 – 1980 ) , Watercolourist and teacher",
    ],
)
def test_a_surname_before_the_given_name_is_of_one_person(text):
    bare = [word for word in text.split() if word not in ("PER{", "}")]
    names = found(text)
    assert len(names) == 1
    assert names[0].split()[:-1] == bare[: len(names[0].split()) - 1]
    assert found(f"{text} on . {text}", breaks=(len(bare) + 2,)) == names * 2
    assert len(found(f"by {text}")) == 2
    assert found(f"17 . {text}") == found(f"• {text}") == names
    assert found(f"{text} by PER{{ PEELE }} , PER{{ John Thomas }}")[0] == names[0]
    assert len(found(f"2 , 3 . {text}")) == 2


@pytest.mark.parametrize(
    "text",
    [
        "PER{ Lennon } , PER{ McCartney } and PER{ Harrison }",
        "PER{ LENNON } , PER{ McCartney } and PER{ Harrison }",
        "PER{ Lennon } , PER{ McCartney } ( 1965 ) by PER{ Paul McCartney }",
        "PER{ Lennon } , PER{ McCartney } ( guitar )",
        "PER{ Lennon } , PER{ McCartney } .",
        "PER{ Lennon } , PER{ McCartney } ( )",
        "PER{ LENNON } , PER{ STARR } ( 1965 )",
        "PER{ Lennon } , PER{ McCartney } ( born 1942 ) and PER{ Starr } met",
        "PER{ Lennon } , PER{ McCartney } ( born 1942 ) , PER{ Starr } and PER{ Harrison } met",
        "PER{ Chrysostom Blashkevich } , PER{ OSB } ( 1915 )",
        "PER{ Anna Berg } , PER{ Karl } ( 1902 )",
        "PER{ A. } , PER{ Karl } sang",
        "LOC{ Oslo } , PER{ Ada Berg } ( 1902 )",
    ],
)
def test_people_in_a_list_are_several(text):
    assert len(found(text)) == text.count("{")


def test_a_name_ends_with_its_paragraph():
    assert len(found("PER{ HOVENDEN } , PER{ Thomas } . Born", breaks=(2,))) == 2
    assert len(found("PER{ Hallam } , PER{ Edith } . Born", breaks=(4,))) == 2
