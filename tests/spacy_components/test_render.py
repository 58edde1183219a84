import pytest
import spacy
from lxml import html
from spacy.tokens import Doc, Span

import kg_docre
from kg_docre.annotations import ReasoningStep, Relation
from kg_docre.corpus.reader import read_corpus
from spacy_components.annotations import set_entities, set_relations
from spacy_components.views import register_extensions


@pytest.fixture
def doc():
    """Two sentences on a song with a name like HTML, by a band in whose name is another."""
    register_extensions()
    words = ["<b>&", "is", "by", "Crowded", "House", ".", "House", "sang", "it", "in\x01", "1993", "."]
    doc = Doc(spacy.blank("en").vocab, words=words, sent_starts=[i in (0, 6) for i in range(len(words))])
    clusters = [[(0, 1)], [(3, 5)], [(4, 5), (6, 7)], [(10, 11)]]
    spans = [[Span(doc, *place) for place in cluster] for cluster in clusters]
    set_entities(doc, spans, ["MISC", "ORG", "PER", 'a"type'])
    step = ReasoningStep(1, 1, ((0, 1), (1, 2)), 0.5)
    set_relations(
        doc,
        [
            Relation(0, 2, "P175", 0.7, evidence=(0, 1), reasoning=(step,)),
            Relation(0, 1, "P361", 0.95, evidence=(0,)),
        ],
        {"P175": "performer", "P361": "part of"},
    )
    return doc


def text(element):
    return " ".join(element.text_content().split())


def test_a_doc_is_shown_with_its_names_and_its_facts(doc):
    shown = html.fromstring(kg_docre.render(doc))
    (whole,) = shown.find_class("text")
    assert whole.text_content() == doc.text.replace("\x01", "\ufffd")
    named = [(name.text, name.get("title"), name.get("class")) for name in whole.iter("span")]
    assert named == [
        ("<b>&", "<b>&", "named is-MISC"),
        ("Crowded House", "Crowded House", "named is-ORG"),  # and not the House in it
        ("House", "House", "named is-PER"),
        ("1993", "1993", 'named is-a"type'),
    ]
    facts = [[text(cell) for cell in fact.find("summary")] for fact in shown.iter("details")]
    assert facts == [["0.95", "<b>&", "part of", "Crowded House"], ["0.70", "<b>&", "performer", "House"]]


def test_nothing_in_a_name_is_more_than_text(doc):
    spans = [[Span(doc, *place)] for place in ((0, 1), (9, 10), (10, 11))]
    set_entities(doc, spans, ["MISC", "ORG", "PER"])
    set_relations(doc, [], {})
    shown = kg_docre.render(doc)
    assert "\x01" not in shown
    assert [name.get("title") for name in html.fromstring(shown).find_class("named")] == ["<b>&", "in\ufffd", "1993"]


def test_facts_open_on_their_sentences_with_both_ends_marked(doc):
    shown = html.fromstring(kg_docre.render(doc))
    surest, other = (fact.find("blockquote") for fact in shown.iter("details"))
    assert [mark.text for mark in surest.iter("mark")] == ["<b>&", "Crowded House"]
    assert text(surest) == "<b>& is by Crowded House ."
    assert [mark.text for mark in other.iter("mark")] == ["<b>&", "House", "House"]
    assert text(other).endswith("looked at: <b>& —part of→ Crowded House, Crowded House —?→ House")


def test_a_notebook_shows_it(doc):
    shown = kg_docre.render(doc)
    assert isinstance(shown, str)
    assert shown._repr_html_() == shown
    assert "<script" not in shown


def test_it_is_no_text_of_a_corpus(doc, tmp_path):
    (tmp_path / "doc.html").write_text(kg_docre.render(doc), encoding="utf-8")
    (problem,) = read_corpus([tmp_path])
    assert problem.nothing


def test_a_doc_that_nobody_has_read_is_refused():
    with pytest.raises(ValueError, match="docre has not read this Doc"):
        kg_docre.render(spacy.blank("en")("Crowded House are a band."))
    with pytest.raises(TypeError, match="takes the Doc that a pipeline made of a text, not a str"):
        kg_docre.render("Crowded House are a band.")


def test_what_a_pipeline_found_is_shown_whatever_its_attributes_are_called():
    nlp = kg_docre.load(attributes={"relations": "facts", "entities": "things", "entity": "thing"})
    doc = nlp("Ada Lovelace was born in London. London is the capital of England.")
    shown = html.fromstring(kg_docre.render(doc))
    facts = [fact.find("summary").text_content() for fact in shown.iter("details")]
    assert len(facts) == len(doc._.facts) > 0
    assert any("place of birth" in fact for fact in facts)
