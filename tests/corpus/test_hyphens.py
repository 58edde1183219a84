import time

import pytest

from kg_docre.corpus.hyphens import rejoined
from kg_docre.corpus.reader import read_corpus


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Marie Sklodow-\nska was born in Swe-\n  den.", "Marie Sklodowska was born in Sweden."),
        ("Savoy is Haute-\nSavoie now, says Jean-\nPaul.", "Savoy is Haute-Savoie now, says Jean-Paul."),
        ("his mother-in-\nlaw, a nineteen-\nyear-old", "his mother-in-law, a nineteen-year-old"),
        ("a well-known and well-\nknown man", "a well-known and well-known man"),
        ("a coopera-\ntion, co-\noperation, cooperation", "a cooperation, cooperation, cooperation"),
        ("COVID-\n19 came.", "COVID-19 came."),
        ("Oslo-\nbased Berg, a German-\nborn man", "Oslo-based Berg, a German-born man"),
        ("'Haute-\nSavoie', 'Swe-\nden'", "'Haute-Savoie', 'Sweden'"),
        ("NATO-\nled, a T-\nshirt", "NATO-led, a T-shirt"),
        ("Os-\nborn, Wellborn, Well-\nborn, travel-\nled", "Osborn, Wellborn, Wellborn, travelled"),
        ("Bro‐\nnislawa", "Bronislawa"),
        ("Zürichs Stra-\nße", "Zürichs Straße"),
        # what is no word that was parted
        ("in pre-\nand post-war Oslo", "in pre-\nand post-war Oslo"),
        ("he left-\nThen came Ada", "he left-\nThen came Ada"),
        ("from 1914-\nto 1918-\nsomething", "from 1914-\nto 1918-\nsomething"),
        ("Ada -\nher sister\n- and he\n--\nfour", "Ada -\nher sister\n- and he\n--\nfour"),
        ("Swe-\n\nden", "Swe-\n\nden"),
        ("one line - no break", "one line - no break"),
    ],
)
def test_parted_words_are_joined(text, expected):
    assert rejoined(text) == expected
    assert rejoined(expected) == expected


def test_time_grows_with_the_text_alone():
    def took(times):
        text = "Ada-" * times + "\n" + "".join(f"a{number}-\nb " for number in range(times))
        start = time.process_time()
        rejoined(text)
        return time.process_time() - start

    for word in ("a'", "a’", "'", "a''-"):
        start = time.process_time()
        rejoined(50_000 * word)
        assert time.process_time() - start < 1
    assert took(2000) < 1
    assert took(4000) < 40 * max(took(1000), 1e-4)


def test_a_corpus_is_read_with_whole_words(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"Ada was born in Swe-\r\nden.")
    (tmp_path / "b.jsonl").write_text('{"id": "b", "text": "Bo lives in Den-\\nmark."}')
    assert [source.text for source in read_corpus([tmp_path])] == ["Ada was born in Sweden.", "Bo lives in Denmark."]
