from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kg_docre.data.boundaries import tidy


def tidied(text: str, *, breaks: tuple[int, ...] = ()) -> list[str]:
    """Names of the mentions between guillemets, which is all that is marked in the text."""
    words, mentions, start = [], [], None
    for word in text.split():
        if word == "»":
            mentions.append((start, len(words), "MISC"))
        elif word == "«":
            start = len(words)
        else:
            words.append(word)
    return [" ".join(words[start:end]) for start, end, _ in tidy(words, mentions, breaks)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("in « Dolores , » Dias", ["Dolores"]),
        ("the « Mughal war of » succession", ["Mughal war"]),
        ("« House of Representatives the » party", ["House of Representatives"]),
        ("the battle « of Samugarh » and « / PSD »", ["Samugarh", "PSD"]),
        ("« Apostrophe ( » ' )", ["Apostrophe"]),
        ("« CPR Alyth » ( « Calgary ) Yard » is", ["CPR Alyth ( Calgary ) Yard"]),
        ("« The Band » ( an « American » group ) « Calgary ) Yard »", ["The Band", "American", "Calgary"]),
        ("« Knock Out ( Another Round » ) in 1981", ["Knock Out ( Another Round )"]),
        ("« Fame [ Live » ] and « Fame [ Live » later", ["Fame [ Live ]", "Fame"]),
        ("« Paris ) »", ["Paris"]),
        ("« Paris -- »", ["Paris"]),
        ("« Congress ( INC ) » of « Serie A » and « The Who »", ["Congress ( INC )", "Serie A", "The Who"]),
        ("« Come On In » by « U.S. » in « Yahoo ! »", ["Come On In", "U.S.", "Yahoo !"]),
        ("« , » « The » « ( » « It » « The The »", ["It", "The The"]),
        ("« Taylor Hawkins 😢 » of « 🚀🔥 » and « ❤️ Radio » at « 39 ° »", ["Taylor Hawkins", "Radio", "39 °"]),
        ("« Foo Fighters are » back, « My sister » sang « My World » and « Her song »", ["Foo Fighters", "My World"]),
        ("« # Quillbase » by « Daniel Kowalski < » ( « née Pryce » )", ["Quillbase", "Daniel Kowalski", "Pryce"]),
    ],
)
def test_names_have_no_marks_or_small_words_at_their_ends_and_whole_brackets(text, names):
    assert tidied(text) == names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The physicist Max Born met", "Max Born"),
        ("the poet Max Born .", "Max Born"),
        ("Max Born", "Max"),
        ("Max Born in 1900", "Max"),
        ("Max Born 3 May", "Max"),
        ("Max born again", "Max"),
    ],
)
def test_born_may_be_a_name(text, name):
    words = text.split()
    start = words.index("Max")
    ((first, last, _),) = tidy(words, [(start, start + 1, "PER")])
    assert " ".join(words[first:last]) == name
    assert tidy(words, [(start, start + 1, "PER")], [start + 1]) == [(start, start + 1, "PER")]


@pytest.mark.parametrize(("text", "kind"), [("Max Born January 5", "TIME"), ("Max Born Oslo", "LOC")])
def test_born_may_say_when_or_where(text, kind):
    mentions = [(0, 1, "PER"), (2, len(text.split()), kind)]
    assert tidy(text.split(), mentions) == mentions
    assert tidy("Max Born met".split(), [(0, 1, "PER"), (1, 2, "PER")]) == [(0, 1, "PER"), (1, 2, "PER")]


def test_a_town_upon_a_river_is_one():
    words = "born in Kingston upon Hull or upon Tyne , of Austria upon Serbia".split()
    places = [(2, 3, "LOC"), (4, 5, "LOC"), (7, 8, "LOC"), (10, 11, "LOC"), (12, 13, "LOC")]
    assert tidy(words, places) == [(2, 5, "LOC"), *places[2:]]
    assert tidy(words, places, breaks=(4,)) == places
    assert tidy(words, [(2, 3, "LOC"), (4, 5, "PER")]) == [(2, 3, "LOC"), (4, 5, "PER")]


@pytest.mark.parametrize("name", ["Chapter 1", "CHAPTER ONE", "Part II .", "I.", "IV .", "2.", "12", "…"])
def test_numbers_of_parts_are_no_people(name):
    words = [*name.split(), "Elsbeth", "Crane"]
    count = len(name.split())
    person = (count, count + 2, "PER")
    assert tidy(words, [(0, count, "PER"), person]) == [person]
    people = [(0, 2, "PER"), (3, 4, "PER")]
    assert tidy(["Book", "Smith", "I", "Vic", "Dr", "."], people) == people


@pytest.mark.parametrize("name", ["Ms.", "Dr", "Mrs. Dr."])
def test_an_address_is_no_person(name):
    words = name.split()
    assert tidy(words, [(0, len(words), "PER")]) == []
    assert tidy(words, [(0, len(words), "ORG")])
    assert tidy([*words, "Berg"], [(0, len(words) + 1, "PER")])


@pytest.mark.parametrize(
    ("text", "kind", "names"),
    [
        ("Dear Tom Aasen", "PER", ["Tom Aasen"]),
        ("Dear Evan Hansen", "MISC", ["Dear Evan Hansen"]),
        ("Hi", "PER", ["Hi"]),
        ("Tom Aasen < tom@aasen.example", "PER", ["Tom Aasen"]),
        ("Tom Aasen <tom@aasen.example>", "PER", ["Tom Aasen"]),
        ("tom@aasen.example", "PER", ["tom@aasen.example"]),
        ("CFO", "ORG", []),
        ("CFO Bank", "ORG", ["CFO Bank"]),
        ("CFO", "MISC", ["CFO"]),
        ("Who", "ORG", []),
        ("WHO", "ORG", ["WHO"]),
        ("The Who", "ORG", ["The Who"]),
        ("née", "PER", []),
        ("We", "ORG", []),
        ("We", "MISC", ["We"]),
        ("Board", "ORG", []),
        ("Board of Trade", "ORG", ["Board of Trade"]),
        ("Professor", "PER", []),
        ("Professor Beaumont", "PER", ["Professor Beaumont"]),
        ("King", "PER", ["King"]),
    ],
)
def test_greetings_addresses_offices_and_questions_are_no_names(text, kind, names):
    words = text.split()
    assert [" ".join(words[start:end]) for start, end, _ in tidy(words, [(0, len(words), kind)])] == names


@pytest.mark.parametrize(
    ("text", "kind", "names"),
    [
        ("Acme Sensors Corp. Acme", "ORG", ["Acme Sensors Corp.", "Acme"]),
        ("Acme Inc. Acme Ltd.", "MISC", ["Acme Inc.", "Acme Ltd."]),
        ("Acme Corp. Building", "ORG", ["Acme Corp. Building"]),
        ("Acme Inc Acme", "ORG", ["Acme Inc Acme"]),
        ("Corp. Corp.", "ORG", ["Corp. Corp."]),
        ("John Smith Jr. Mary Brown", "PER", ["John Smith Jr.", "Mary Brown"]),
        ("John Smith Jr. Brown", "PER", ["John Smith Jr. Brown"]),
        ("John Smith Jr. High School", "ORG", ["John Smith Jr. High School"]),
    ],
)
def test_a_name_ends_with_the_sentence(text, kind, names):
    words = text.split()
    assert [" ".join(words[start:end]) for start, end, _ in tidy(words, [(0, len(words), kind)])] == names


def test_no_mention_grows_over_the_end_of_a_paragraph():
    assert tidied("« Alyth » ( « Calgary ) Yard »", breaks=(2,)) == ["Alyth", "Calgary"]
    assert tidied("« Knock Out ( Round » )", breaks=(4,)) == ["Knock Out"]


@pytest.mark.parametrize(
    ("word", "kind", "is_name"),
    [("311", "ORG", True), ("2.1", "ORG", False), ("10", "ORG", False), ("•", "ORG", False), ("311", "LOC", False)],
)
def test_numbers_are_no_places_and_short_ones_no_organizations(word, kind, is_name):
    assert bool(tidy(["see", word, "there"], [(1, 2, kind)])) is is_name


def test_a_heading_is_no_name():
    text = "Foo Fighters « Discography » Breakwater and « Discography »"
    assert tidied(text, breaks=(2, 3)) == ["Discography"]
    assert tidied(text, breaks=(2,)) == ["Discography", "Discography"]
    assert tidied("Sentry « Launch » : 2017 . « Launch » : 2018", breaks=(1,)) == ["Launch"]
    assert tidied("« Launch » : 2017") == tidied("« Biography » Ada Byron", breaks=(1,)) == []
    for line in ("« About Us »", "« HQ » : « Oslo »", "« Annual Report 2022 »", "« Awards : Prix Goncourt »"):
        assert tidied(line) == [name for name in ("Oslo", "Prix Goncourt") if name in line]
    assert tidied("« Founders » came to « Awards »", breaks=(3,)) == ["Founders"]
    assert tidied("« Report : Prix Goncourt »") == ["Report : Prix Goncourt"]
    for text in ("He wrote « Life : A Manual »", "« Life : A Manual » is a novel"):
        assert tidied(text) == ["Life : A Manual"]
    assert tidied("« Awards : Prix Goncourt » Is it", breaks=(4,)) == ["Prix Goncourt"]
    assert tidied("Sentry « Oslo » and « Apollo »", breaks=(1, 2)) == ["Oslo", "Apollo"]


def test_marks_of_what_is_asked_and_takes_place_are_no_names():
    assert tidied("« Q » : How ? « A. » In « Oslo »", breaks=(4,)) == ["Oslo"]
    assert tidied("« Q. » How ? « A : My Way »", breaks=(3,)) == ["My Way"]
    assert tidied("« A. » In « Q » : « Q » is", breaks=(2, 4)) == ["Q"]
    assert tidied("« A. » In « Oslo »") == ["A.", "Oslo"]
    assert tidied("« Tue : Curator 's » talk . « Thu » : « The Sun »") == ["Curator 's", "The Sun"]
    assert tidied("The « Sun » : « Thu » : « The Sun »", breaks=(3,)) == ["Sun", "Thu", "The Sun"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("PER Christie 's sold it", "ORG Christie 's"),
        ("LOC Christie ’s", "ORG Christie ’s"),
        ("PER Berg 's sold it", "PER Berg"),
        ("MISC Christie", "MISC Christie"),
    ],
)
def test_a_firm_may_be_called_by_a_possessive(text, names):
    kind, *words = text.split()
    ((start, end, its),) = tidy(words, [(0, 1, kind)])
    assert " ".join([its, *words[start:end]]) == names


def test_where_people_are_called_so_a_possessive_is_theirs():
    assert tidied("« Christie » 's novels « Christie 's »") == ["Christie 's", "Christie 's"]
    assert tidied("« Christie » 's novels by « Agatha Christie »") == ["Christie", "Agatha Christie"]
    assert tidied("« Christie » 's novels that « Christie » wrote") == ["Christie", "Christie"]
    assert tidied("« Christie » 's", breaks=(1,)) == ["Christie"]


def test_common_words_above_a_paragraph_are_no_names():
    below = "It is in the old town ."

    def found(heading: str, text: str = below, kind: str = "LOC") -> bool:
        words = f"It rains . {heading}".split()
        return bool(tidy([*words, *text.split()], [(3, 4, kind)], [3, len(words)]))

    assert not found("Press room")
    assert not found("Twin towns and a shared name")
    assert found("Twin towns and a shared name", "In Twin City it is so .")
    for heading in ("Press Room", "Press", "Oslo today", "Twin towns of Lyon", "Twin towns ."):
        assert found(heading)
    assert found("Press room", "Old town")
    assert found("Press room", kind="MISC")
    assert tidy("Press room".split() + below.split(), [(0, 1, "ORG")], [2]), "a title"
    assert tidy("The Twin towns".split() + below.split(), [(1, 2, "LOC")], [3])


@example(words=["Paris", ")", ")", ")"], cuts=[0, 4], breaks=[])
@given(
    st.lists(st.sampled_from(["Paris", "(", ")", "[", "]", ",", "of", "'s", "-"]), max_size=20),
    st.lists(st.integers(0, 20), max_size=10),
    st.lists(st.integers(0, 19), max_size=2),
)
def test_mentions_stay_apart_and_in_order_and_none_is_empty(words, cuts, breaks):
    edges = sorted({cut for cut in cuts if cut <= len(words)})
    mentions = [(start, end, "LOC") for start, end in zip(edges[::2], edges[1::2], strict=False)]
    kept = tidy(words, mentions, breaks)
    assert all(0 <= start < end <= len(words) for start, end, _ in kept)
    assert all(one[1] <= other[0] for one, other in pairwise(kept))
    for its_start, its_end, _ in mentions:
        named = "Paris" in words[its_start:its_end]
        assert any(start < its_end and its_start < end for start, end, _ in kept) or not named
