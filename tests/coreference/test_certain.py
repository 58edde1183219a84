import pytest

from kg_docre.coreference.certain import certain_pairs, joined, retyped, strangers
from kg_docre.coreference.rules import short_companies


def marked(text):
    """Words and mentions of a text in which these are marked as «PER Anna Reid »."""
    words, spans, kind, start = [], [], "", 0
    for word in text.split():
        if word == "»":
            spans.append((start, len(words), kind))
        elif word.startswith("«"):
            kind, start = word[1:], len(words)
        else:
            words.append(word)
    return words, spans


def _pairs(text):
    words, spans = marked(text)
    names = [" ".join(words[a:b]) for a, b, _ in spans]
    return [(names[i], names[j]) for i, j in certain_pairs(words, spans)]


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("«PER Margaret Hollis » came . «PER Margaret » died", [("Margaret Hollis", "Margaret")]),
        ("«PER Dr. Helen Tran » came . «PER Mrs. Tran » left", [("Dr. Helen Tran", "Mrs. Tran")]),
        ("«PER Helen Tran Jr. » came . «PER Tran » left", [("Helen Tran Jr.", "Tran")]),
        ("«PER Tran » came . «PER Helen Tran » left", []),
        ("«PER Helen Tran » and «PER Bo Tran » came . «PER Tran » left", []),
        ("«PER Helen An Tran » came . «PER An » left", []),
        ("«PER Ferdinand I » came . «PER Ferdinand » left", []),
        ("«PER Maria Berg » and two daughters : «PER Maria » , Olga and Anna", []),
        ("«PER Maria Berg » and her daughters Olga and «PER Maria » left", []),
        ("«PER Helen Tran » came . «ORG Tran » left", []),
        ("«PER Qin Shi » came . the «PER Qin » left", []),
        ("«LOC Bangkok » , also known as «LOC Krung Thep »", [("Bangkok", "Krung Thep")]),
        ("«LOC Oslo » ( formerly called the «LOC Kristiania »", [("Oslo", "Kristiania")]),
        ("«LOC Oslo » , known to «LOC Bergen »", []),
        ("«PER Obama » called «PER Angela Merkel » on Monday", []),
        ("«PER Obama » often called «PER Angela Merkel »", []),
        ("«PER Obama » , called «PER Angela Merkel »", []),
        ("«PER Trump » nicknamed «PER Rubio »", []),
        ("«PER Trump » referred to «PER Rubio »", []),
        ("«LOC Oslo » ( called «LOC Kristiania » )", [("Oslo", "Kristiania")]),
        ("«LOC Oslo » , often called «LOC Kristiania »", [("Oslo", "Kristiania")]),
        ("«LOC Oslo » better known as «LOC Kristiania »", [("Oslo", "Kristiania")]),
        ("«PER John Adams » came . His son «PER John » left", []),
        ("«PER John Adams » came . Her brother , «PER John » left", []),
        ("«LOC Oslo » , also known as «ORG Oslo City »", []),
        ("«LOC Oslo » , «PER Bo » , also known as «LOC Kristiania »", []),
        ("«LOC Oslo » is not , as many say , the place also known as «LOC Kristiania »", []),
        ("«LOC Sable River » rises . The «LOC Sable » joins it", [("Sable River", "Sable")]),
        ("«LOC the Sable » joins . The «LOC River Sable » is long", [("River Sable", "the Sable")]),
        ("«LOC Columbia River » passes «LOC Columbia »", []),
        ("«LOC Gambia River » crosses the «LOC Gambia »", []),
        ("«MISC USS Langley » sailed . «MISC Langley » sank", [("USS Langley", "Langley")]),
        ("«MISC USS Langley » and «MISC HMS Langley » . «MISC Langley » sank", []),
        ("«MISC USS Langley » was named for «PER Langley »", []),
        ("«PER Mary » ( née «PER Pryce » )", [("Mary", "Pryce")]),
        (
            "«PER Freddie Mercury » ( born «PER Farrokh Bulsara » in «LOC Zanzibar » )",
            [("Freddie Mercury", "Farrokh Bulsara")],
        ),
        ("«PER Mary » , née «PER Pryce »", [("Mary", "Pryce")]),
        ("«PER Mary » , born «PER Pryce »", []),
        ("«LOC Central African Republic » ( «LOC CAR » )", [("Central African Republic", "CAR")]),
        ("«ORG Boston Bruins » ( «ORG NHL » ) and «LOC Portland » ( «LOC OR » )", []),
        (
            "«ORG Recording Industry Association of America » ( «ORG R.I.A.A. » )",
            [("Recording Industry Association of America", "R.I.A.A.")],
        ),
        ("«LOC Bonn » ( «LOC GER » ) and «LOC Oslo » ( «LOC Norway » )", []),
        ("«ORG National Trust » ( «LOC NT » ) , «ORG Nimbus » ( «ORG NI »", []),
        ("«ORG Acme » ( born «PER Pryce » )", []),
        ("( born «PER Pryce » )", []),
        ("«ORG Quarry Software Ltd » made it . «ORG Quarry » grew", [("Quarry Software Ltd", "Quarry")]),
        ("«ORG Quarry Software Ltd » «ORG Quarry Bank » «ORG Quarry »", []),
        ("«ORG Quarry Software » or «ORG Quarry Software Ltd » or «ORG Quarry »", [("Quarry Software Ltd", "Quarry")]),
        ("«ORG Quarry Pictures » and «ORG Quarry »", []),
        ("«ORG Quarry Ferries » and «ORG Quarry »", [("Quarry Ferries", "Quarry")]),
        ("«ORG Quarry Hotels » and «ORG Quarry Trust » and «ORG Quarry »", []),
        ("«ORG Oxford University » and «ORG Oxford »", []),
        ("«ORG Quarry Ltd » and «LOC Quarry »", []),
        (
            "«PER Fatima al-Rashid » left . «PER Al-Rashid » , «PER Al - Rashid »",
            [("Fatima al-Rashid", "Al-Rashid"), ("Fatima al-Rashid", "Al - Rashid")],
        ),
        ("«PER Jan van Dijk » and «PER Van Dijk » , «LOC Van Dijk »", [("Jan van Dijk", "Van Dijk")]),
        ("«PER Jan van Dijk » , «PER Els van Dijk » and «PER Van Dijk »", []),
        ("«PER Anna Reid » and «PER Reid » , «PER Van »", [("Anna Reid", "Reid")]),
        ("«ORG Milwaukee Brewers » ( «ORG MLB » ) and «ORG Hertha » ( «ORG Bundesliga » )", []),
        ("«LOC Karimabad » ( formerly «LOC Baltit » )", [("Karimabad", "Baltit")]),
        ("«ORG Volta AS » ( formerly «ORG Nimbus Power » )", [("Volta AS", "Nimbus Power")]),
        ("«ORG Leeds » ( then «ORG Chelsea » ) , «ORG Arsenal » ( now «ORG Barcelona » )", []),
        ("«LOC Transylvania » ( formerly «LOC Romania » )", []),
        ("«PER Alan Reed » ( formerly «PER Tom Jones » )", []),
        ("«LOC Karimabad » ( formerly «LOC Baltit » and «LOC Uri » )", []),
        ("«LOC Karimabad » , formerly «LOC Baltit » )", []),
        ("«ORG Oakridge Capital » . «ORG Oakridge » bought it", [("Oakridge Capital", "Oakridge")]),
        ("«ORG Virgin Records » , «ORG Virgin Media » and «ORG Virgin »", []),
        ("«ORG Samsung Electronics » belongs to «ORG Samsung »", []),
        ("«PER Mary Hollis » and «PER Mary Smith » . She was born «PER Mary Pryce »", []),
        ("«PER Edith Marlowe » . She was born «PER Edith Rosen »", [("Edith Marlowe", "Edith Rosen")]),
        ("«PER Edith Marlowe » . She was born «PER Anna Rosen » . There was born «PER Edith Lund »", []),
        ("in «LOC London » . «LOC LONDON » - It", [("LONDON", "London")]),
        ("in «LOC London » . «ORG LONDON » and «LOC Us » and «LOC US »", []),
    ],
)
def test_what_is_one_thing_beyond_doubt(text, pairs):
    assert _pairs(text) == pairs


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("«ORG Nimbus Robotics Inc. » and «PER Nimbus » 's founder «PER Anna Reid »", "ORG ORG PER"),
        ("«PER Nimbus » grew . «PER Nimbus » is «ORG Nimbus Robotics Ltd »", "ORG ORG ORG"),
        ("«ORG Ford Company » was founded by «PER Henry Ford » , and «PER Ford » led it", "ORG PER PER"),
        ("«ORG Nimbus Robotics Inc. » , or «ORG Nimbus Robotics » , or «PER Nimbus »", "ORG ORG ORG"),
        ("«ORG Nimbus Robotics Inc. » «ORG Nimbus Bank » «PER Nimbus »", "ORG ORG PER"),
        ("«ORG Obama Administration » and «PER Obama »", "ORG PER"),
        ("«ORG Carter Motors » and «PER Carter » 's head , «PER Mia Lund »", "ORG ORG PER"),
        ("«ORG Carter Motors » , «PER Carter » and Mr. «PER Carter »", "ORG PER PER"),
        ("«ORG Carter Motors » , «PER Carter » and «PER Jo Carter »", "ORG PER PER"),
        ("«ORG Carter Motors Group » and «PER Carter »", "ORG PER"),
        ("«ORG Nordvik Ventures » in «LOC Nordvik »", "ORG LOC"),
        ("«ORG Nordvik Ventures » and «LOC Nordvik » 's head", "ORG ORG"),
        ("«ORG Boston Energy » in «LOC Boston »", "ORG LOC"),
        ("«ORG Zubrin Studios » 's film of a city in the «LOC Zubrin » , and «LOC the Zubrin »", "ORG LOC LOC"),
        ("«ORG Virginia Company » in «LOC Virginia »", "ORG LOC"),
        ("«ORG NAIROBI » , in «LOC Nairobi »", "LOC LOC"),
        ("«LOC WASHINGTON » - «PER Washington » died", "LOC PER"),
        ("«ORG Anna Reid » and «PER Anna Reid »", "PER PER"),
        ("«ORG Garnet Crow » , «PER Garnet Crow » and «ORG Garnet Crow »", "ORG ORG ORG"),
        ("«ORG New Armenia » , «LOC New Armenia » , «MISC Anna Reid » and «PER Anna Reid »", "ORG LOC MISC PER"),
        ("«ORG Nice » and «PER Nice »", "ORG PER"),
    ],
)
def test_types_that_other_mentions_tell_better(text, types):
    words, spans = marked(text)
    found = retyped(words, spans)
    assert [kind for _, _, kind in found] == types.split()
    assert [span[:2] for span in found] == [span[:2] for span in spans]


def test_several_mentions_of_one_full_name_are_one_candidate():
    names = {0: ("quarry", "ltd"), 3: ("quarry", "ltd"), 7: ("quarry",)}
    assert short_companies(names) in ([(0, 7)], [(3, 7)])


def test_clusters_of_a_pair_become_one():
    assert joined([[0, 3], [1], [2, 4]], []) == [[0, 3], [1], [2, 4]]
    assert joined([[0, 3], [1], [2, 4]], [(3, 4), (2, 0)]) == [[0, 2, 3, 4], [1]]
    assert joined([[0], [1], [2]], [(0, 1), (1, 2)]) == [[0, 1, 2]]
    assert joined([[0, 3], [1], [2, 4]], [(3, 4), (4, 1)], {(2, 0)}) == [[0, 3], [1, 2, 4]]


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("«PER Mr. Oakley » and Mrs «PER Oakley » , «PER Oakley »", [("Mr. Oakley", "Oakley")]),
        ("Sir «PER John Berg » , «PER Dame Ada Berg »", [("John Berg", "Dame Ada Berg")]),
        ("Dr «PER John Berg » , «PER Miss Berg »", []),
        ("nobody will miss «PER Tom Brown » and Mr «PER Brown »", []),
        ("«ORG United Kingdom » ( «LOC UK » )", []),
        ("Mr «ORG Berg » , «PER Mrs Berg »", []),
        ("«ORG CMA Gabon » ( «ORG Libreville » )", [("CMA Gabon", "Libreville")]),
        ("«ORG CMA Gabon » ( «ORG Comilog » ) , «LOC Estuaire » ( «LOC Libreville » )", []),
        ("«ORG CMA Gabon » ( «ORG Libreville » , 1950 )", []),
    ],
)
def test_what_is_never_one_thing(text, apart):
    words, spans = marked(text)
    names = [" ".join(words[a:b]) for a, b, _ in spans]
    assert sorted((names[i], names[j]) for i, j in strangers(words, spans)) == apart
