import pytest

from kg_docre.coreference.certain import certain_pairs, joined
from kg_docre.coreference.rules import short_companies


def _pairs(text):
    """Pairs of the mentions in the text, which are marked as «PER Anna Reid »."""
    words, spans, kind, start = [], [], "", 0
    for word in text.split():
        if word == "»":
            spans.append((start, len(words), kind))
        elif word.startswith("«"):
            kind, start = word[1:], len(words)
        else:
            words.append(word)
    names = [" ".join(words[a:b]) for a, b, _ in spans]
    return [(names[i], names[j]) for i, j in certain_pairs(words, spans)]


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("«PER Mary » ( née «PER Pryce » )", [("Mary", "Pryce")]),
        (
            "«PER Freddie Mercury » ( born «PER Farrokh Bulsara » in «LOC Zanzibar » )",
            [("Freddie Mercury", "Farrokh Bulsara")],
        ),
        ("«PER Mary » , née «PER Pryce »", []),
        ("«ORG Acme » ( born «PER Pryce » )", []),
        ("( born «PER Pryce » )", []),
        ("«ORG Quarry Software Ltd » made it . «ORG Quarry » grew", [("Quarry Software Ltd", "Quarry")]),
        ("«ORG Quarry Software Ltd » «ORG Quarry Bank » «ORG Quarry »", []),
        ("«ORG Oxford University » and «ORG Oxford »", []),
        ("«ORG Quarry Ltd » and «LOC Quarry »", []),
    ],
)
def test_what_is_one_thing_beyond_doubt(text, pairs):
    assert _pairs(text) == pairs


def test_several_mentions_of_one_full_name_are_one_candidate():
    names = {0: ("quarry", "ltd"), 3: ("quarry", "ltd"), 7: ("quarry",)}
    assert short_companies(names) in ([(0, 7)], [(3, 7)])


def test_clusters_of_a_pair_become_one():
    assert joined([[0, 3], [1], [2, 4]], []) == [[0, 3], [1], [2, 4]]
    assert joined([[0, 3], [1], [2, 4]], [(3, 4), (2, 0)]) == [[0, 2, 3, 4], [1]]
    assert joined([[0], [1], [2]], [(0, 1), (1, 2)]) == [[0, 1, 2]]
