import pytest

from kg_docre.data.headlines import headlined

ACME = "Shares in «ORG Acme Holdings Ltd. » rose after a bid . «LOC Leeds » and «PER Ann Reid » gain ."


def _found(*lines):
    """Names that are left in the first line of a text in which names are marked as «PER Anna Reid »."""
    words, mentions, breaks, start, kind = [], [], [], 0, ""
    for line in lines:
        for word in line.split():
            if word == "»":
                mentions.append((start, len(words), kind))
            elif word.startswith("«"):
                kind, start = word[1:], len(words)
            else:
                words.append(word)
        breaks.append(len(words))
    kept = [mention for mention in headlined(words, mentions, breaks[:-1]) if mention[0] < breaks[0]]
    return [f"{kind} {' '.join(words[start:end])}" for start, end, kind in kept]


@pytest.mark.parametrize(
    ("headline", "names"),
    [
        ("«MISC Acme Holdings Jump After Bid » Today", ["ORG Acme Holdings"]),
        ("«ORG Acme Holdings shares » rise", ["ORG Acme Holdings"]),
        ("«ORG Media : Acme Holdings » rises", ["ORG Acme Holdings"]),
        ("«ORG ACME HOLDINGS OPENS PLANT IN LEEDS »", ["ORG ACME HOLDINGS", "LOC LEEDS"]),
        ("«LOC Acme Holdings » rises", ["ORG Acme Holdings"]),
        ("«ORG Acme Holdings Museum »", ["ORG Acme Holdings Museum"]),
        ("«ORG ACME HOLDINGS MUSEUM »", ["ORG ACME HOLDINGS MUSEUM"]),
        ("«ORG Leeds University Press » sold", ["ORG Leeds University Press"]),
        ("«ORG Friends of Leeds » meet", ["ORG Friends of Leeds"]),
        ("«LOC BRIEF » - «ORG Globex » buys", ["ORG Globex"]),
        ("«ORG UPDATE 1 - Globex » buys", ["ORG Globex"]),
        ("«ORG BRIEF » rises", ["ORG BRIEF"]),
        ("Board of «ORG Globex » to «ORG Bid » again", ["ORG Globex"]),
        ("«PER Ann » Takes Over Firm «ORG New Bid »", ["PER Ann"]),
        ("a man robs «ORG New Bid »", ["ORG New Bid"]),
        ("«MISC Bid »", ["MISC Bid"]),
        ("«ORG Item 1 » . «ORG Business »", []),
        ("Why «MISC Is Everyone Talking About Acme Holdings » ?", ["ORG Acme Holdings"]),
        ("«MISC Acme Holdings Chief Says » : ' We Never Give Up '", ["ORG Acme Holdings"]),
        ("Is «MISC Acme Holdings Jump » what everyone is talking about ?", ["MISC Acme Holdings Jump"]),
        ("In «TIME May » a «TIME rose »", ["TIME May", "TIME rose"]),
    ],
)
def test_a_headline_has_the_names_of_the_text_below(headline, names):
    assert _found(headline, ACME) == names


def test_a_single_name_is_one_where_what_is_left_is_no_name():
    below = "«ORG Vantera » said so . «MISC Alien » is a film of «ORG Covenant » ."
    assert _found("«ORG Vantera names chief » today", below) == ["ORG Vantera"]
    assert _found("«ORG Vantera Quits » today", below) == ["ORG Vantera Quits"]
    assert _found("«MISC Alien : Covenant opens » today", below) == ["MISC Alien : Covenant opens"]


def test_two_names_side_by_side_may_be_one():
    below = "«LOC Leeds » is large , wrote the «ORG Post » . An editor left ."
    assert _found("«ORG Leeds Post Editor » quits", below) == ["ORG Leeds Post Editor"]
    assert _found("«ORG Post Editor » quits", below) == ["ORG Post"]


def test_a_type_that_the_text_has_too_stays():
    below = "«ORG Calder » grew . «PER Calder » died ."
    assert _found("«PER Calder » family", below) == ["PER Calder"]
    assert _found("«LOC Calder » family", below) == ["ORG Calder"]


def test_a_name_that_running_text_has_stays_whole():
    below = f"{ACME} It owns Acme Holdings Europe ."
    assert _found("«ORG Acme Holdings Europe » grows", below) == ["ORG Acme Holdings Europe"]


@pytest.mark.parametrize(
    ("lines", "is_headline"),
    [
        (("By Jo Doe", "LEEDS (", "Reuters ) -"), True),
        ((), True),
        (("Oslo", "Bergen", "Lima", "Quito"), False),
    ],
)
def test_a_headline_stands_above_running_text(lines, is_headline):
    assert _found("«MISC Acme Holdings Jump » Today", *lines, ACME) == [
        "ORG Acme Holdings" if is_headline else "MISC Acme Holdings Jump"
    ]


def test_a_sentence_is_no_headline():
    assert _found("«ORG Media : Acme Holdings » rises .", ACME) == ["ORG Media : Acme Holdings"]
    assert _found(f"A «ORG Bid » {ACME}")[0] == "ORG Bid"
