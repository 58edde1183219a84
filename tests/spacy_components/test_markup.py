import time

import pytest
import spacy

from spacy_components.markup import markup_tokens, sentence_starts, split_markup
from spacy_components.pipeline import mention_pipeline


@pytest.fixture(scope="module")
def blank():
    nlp = spacy.blank("en")
    split_markup(nlp)
    return nlp


@pytest.fixture(scope="module")
def nlp():
    return mention_pipeline(precision="fp32")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Born in Prague.[2][13] She", "Born in Prague . She"),
        ("Karel Novák,[a] of [Brno](https://en.wikipedia.org/wiki/Brno_(city)).", "Karel Novák , of Brno ."),
        ("[New York][ny], ![a map](map.png) and **Anna Reid**'s _Mirror_", "New York , a map and Anna Reid 's Mirror"),
        ("snake_case [sic] a[0] * b", "snake_case [ sic ] a b"),
        ("<b>Foo Fighters</b> came<br/>back, 3<b 4<c> <p>See", "Foo Fighters came back , 3 < b 4 < c > See"),
        ("Yuki Tanaka¹, Ada Reid²³ came.⁴ ¹Sony ² Bell (³)", "Yuki Tanaka , Ada Reid came . Sony Bell ( )"),
        ("10 km² at 10⁶ m³, x² and E=mc², ¹⁴C", "10 km² at 10⁶ m³ , x² and E = mc² , ¹⁴C"),
        ("nothing", "nothing"),
    ],
)
def test_markup_is_set_apart_from_words(text, words, blank):
    doc = blank(text)
    assert doc.text == text
    markup = markup_tokens(doc)
    assert " ".join(token.text for token in doc if token.i not in markup) == words


def test_dashes_stand_between_years_alone(blank):
    assert [token.text for token in blank("Kasprzyk (1850–1911), 3—4 May")] == (
        "Kasprzyk ( 1850 – 1911 ) , 3 — 4 May".split()
    )


def test_sentences_begin_behind_footnote_marks(blank):
    doc = blank('Born in Prague.[2] Her father "left."[3][4] In 1951,[5] she stayed. Acme Inc.[6] grew')
    assert [doc[i].text for i, begins in sentence_starts(doc).items() if begins] == ["Her", "In"]


def test_no_sentence_begins_within_square_brackets(nlp):
    doc = nlp("Ada Lind (1904 Kassa [today Košice, Slovakia]) was a weaver. The museum [founded in 1901] is in Oslo.")
    assert [sentence.text for sentence in doc.sents] == [
        "Ada Lind (1904 Kassa [today Košice, Slovakia]) was a weaver.",
        "The museum [founded in 1901] is in Oslo.",
    ]


def test_names_and_sentences_of_marked_up_text_are_those_of_the_plain_one(nlp):
    plain, noted, linked, tagged = map(
        nlp,
        (
            "Anna Reid is a poet. She was born in Prague. Her father was Karel Novák, of Brno.",
            "Anna Reid is a poet.[1] She was born in Prague.[2] Her father was Karel Novák,[3] of Brno.[4]",
            "**Anna Reid** is a poet. She was born in [Prague](https://p.cz). Her father was _Karel Novák_, of Brno.",
            "<b>Anna Reid</b> is a poet. She was born in <a>Prague</a>. Her father was <em>Karel Novák</em>, of Brno.",
        ),
    )
    names = [span.text for span in plain.ents]
    assert names == ["Anna Reid", "Prague", "Karel Novák", "Brno"]
    for doc in (noted, linked, tagged):
        assert [span.text for span in doc.ents] == names
        assert len(list(doc.sents)) == 3
    lifetime = nlp("Jan Kasprzyk (1850–1911) was a British painter who lived in Leeds.")
    assert {"1850", "1911"} <= {span.text for span in lifetime.ents}


def test_a_tokenizer_without_rules_is_named(blank):
    nlp = spacy.blank("en")
    nlp.tokenizer.prefix_search = None
    with pytest.raises(ValueError, match="the tokenizer has no rules for prefixes"):
        split_markup(nlp)


@pytest.mark.parametrize("sign", "=_~*#+.!?$%&'(")
def test_a_line_drawn_with_a_sign_is_one_token_however_long(sign, blank):
    line = sign * 20_000
    started = time.perf_counter()
    for text in (f"Contents\n{line}\nAda came.", f"Contents{line} Ada came."):
        doc = blank(text)
        assert doc.text == text
        assert len(doc) < 10
    assert time.perf_counter() - started < 2
