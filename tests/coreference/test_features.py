import numpy as np
import pytest

from kg_docre.coreference.features import pair_features, pair_features_width

TYPES = ("PER", "ORG", "LOC")
NAMES = ["as written", "normalized", "value", "rules", "type", "first", "last", "dice", "contained", "letters",
         "letters contained", "initials", "in brackets", "adjacent", "near", "far"]  # fmt: skip


def _features(words, *spans):
    table = pair_features(words.split(), spans, TYPES)
    assert table.shape == (len(spans), len(spans), pair_features_width(TYPES))
    return [dict(zip(NAMES, row, strict=False)) for row in table[0]]


def test_names_in_brackets_and_their_initials():
    words = "The Federal Bureau of Investigation ( FBI ) sent Fox Mulder ; Mulder met Polish agents in Poland"
    _, acronym, *_ = _features(words, (1, 5, "ORG"), (6, 7, "ORG"))
    assert (acronym["initials"], acronym["in brackets"], acronym["rules"]) == (1, 1, 1)
    assert (acronym["as written"], acronym["letters"], acronym["dice"]) == (0, 0, 0)
    _, surname = _features(words, (9, 11, "PER"), (12, 13, "PER"))
    assert (surname["last"], surname["first"], surname["contained"]) == (1, 0, 1)
    assert surname["dice"] == pytest.approx(2 / 3)
    assert (surname["in brackets"], surname["adjacent"], surname["near"]) == (0, 0, 0.5)
    _, demonym = _features(words, (14, 15, "LOC"), (17, 18, "LOC"))
    assert (demonym["normalized"], demonym["value"]) == (0, 1)
    assert 0.3 < demonym["letters"] < 1


def test_they_are_symmetric_but_for_the_types():
    table = pair_features("Ann saw Bob in Bonn".split(), [(0, 1, "PER"), (2, 3, "PER"), (4, 5, "LOC")], TYPES)
    np.testing.assert_array_equal(table[..., :-6], table[..., :-6].transpose(1, 0, 2))
    assert table[0, 2, -6:].tolist() == [1, 0, 0, 0, 0, 1]
    assert table[2, 0, -6:].tolist() == [0, 0, 1, 1, 0, 0]


@pytest.mark.parametrize("word", ["!", "’s", "北京", "\u202e", "x" * 10_000])
def test_any_name_has_features(word):
    table = pair_features([word, word], [(0, 1, "PER"), (1, 2, "PER")], TYPES)
    assert np.isfinite(table).all()
    assert table[0, 1, 0] == 1


def test_a_text_without_mentions_has_none():
    assert pair_features(["a"], [], TYPES).shape == (0, 0, pair_features_width(TYPES))
