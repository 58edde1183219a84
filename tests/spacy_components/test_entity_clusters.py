import pytest
import spacy
from spacy.tokens import Doc, Span

from spacy_components.clustering import NamedMention, cluster_mentions


def _clusters(*mentions, links=()):
    """Clusters as lists of names; mentions are (name, type) or (name, type, kb_id)."""
    found = cluster_mentions([NamedMention(*mention) for mention in mentions], links)
    return [[mentions[i][0] for i in cluster] for cluster in found]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("Fox Mulder", "PER"), ("Mulder", "PER")),
        (("Fox Mulder", "PER"), ("Fox", "PER")),
        (("President Barack Obama", "PER"), ("Barack Hussein Obama", "PER")),
        (("Dr. Scully", "PER"), ("Dana Scully", "PER")),
        (("Vince Gilligan's", "PER"), ("Vince Gilligan", "PER")),
        (("the United States", "LOC"), ("United States", "LOC")),
        (("U.S.", "LOC"), ("the United States", "LOC")),
        (("Federal Bureau of Investigation", "ORG"), ("FBI", "ORG")),
        (("Zest Airways, Inc.", "ORG"), ("Zest Airways", "ORG")),
        (("The X-Files", "MISC"), ("X-Files", "MISC")),
        (("Microsoft", "ORG"), ("Microsoft", "MISC")),
        (("Martin Luther King Jr.", "PER"), ("Martin Luther King", "PER")),
        (("São Paulo", "LOC"), ("Sao Paulo", "LOC")),
        (("J. Smith", "PER"), ("John Smith", "PER")),
        (("United States", "LOC"), ("United States of America", "LOC")),
    ],
)
def test_one_thing_under_two_names(first, second):
    assert len(_clusters(first, second)) == 1
    assert len(_clusters(second, first)) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("Dana Scully", "PER"), ("Fox Mulder", "PER")),
        (("Stephen III", "PER"), ("Stephen IV", "PER")),
        (("Paris", "LOC"), ("Paris", "PER")),
        (("1914", "TIME"), ("1914", "NUM")),
        (("New York", "LOC"), ("York", "LOC")),
        (("FBI", "ORG"), ("Food and Beverage Inc", "TIME")),
        (("Boston College", "ORG"), ("Boston University", "ORG")),
        (("US", "LOC"), ("Universal Studios", "ORG")),
        (("1.5 million", "NUM"), ("15 million", "NUM")),
        (("50%", "NUM"), ("$50", "NUM")),
        (("St. Louis", "PER"), ("Joe Louis", "PER")),
        (("New York", "LOC"), ("New York City", "LOC")),
        (("Washington", "LOC", "Q61"), ("Washington", "LOC", "Q1223")),
    ],
)
def test_two_things_stay_two(first, second):
    assert len(_clusters(first, second)) == 2


def test_an_ambiguous_surname_joins_nobody():
    assert _clusters(("John Smith", "PER"), ("Jane Smith", "PER"), ("Smith", "PER")) == [
        ["John Smith"],
        ["Jane Smith"],
        ["Smith"],
    ]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_order_does_not_matter(order):
    people = [("Smith", "PER"), ("John Smith", "PER"), ("John A. Smith", "PER")]
    firms = [("Acme", "ORG"), ("Acme Corp", "ORG"), ("Acme Corporation", "ORG")]
    for names in (people, firms):
        assert len(_clusters(*(names[i] for i in order))) == 1


def test_coreference_keeps_its_clusters_apart():
    smiths = [("John Smith", "PER"), ("Smith", "PER"), ("John Smith", "PER"), ("Smith", "PER")]
    found = cluster_mentions([NamedMention(*mention) for mention in smiths], [(0, 1), (2, 3)])
    assert found == [[0, 1], [2, 3]]


def test_linkers_and_coreference_have_the_first_word():
    assert _clusters(("Holland", "LOC", "Q55"), ("the Netherlands", "LOC", "Q55")) == [["Holland", "the Netherlands"]]
    assert len(_clusters(("Big Blue", "ORG"), ("IBM", "ORG"), links=[(0, 1)])) == 1
    # a link never joins two things that a linker told apart
    assert len(_clusters(("Georgia", "LOC", "Q230"), ("Georgia", "LOC", "Q1428"), links=[(0, 1)])) == 2


@pytest.fixture
def nlp():
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_clusters")
    return nlp


def _doc(nlp, words, entities):
    doc = Doc(nlp.vocab, words=words)
    doc.ents = [Span(doc, a, b, label=label) for a, b, label in entities]
    return doc


def test_entities_of_a_doc(nlp):
    words = "The FBI sent Fox Mulder . Mulder met the third agent in the United States".split()
    entities = [(0, 2, "ORG"), (3, 5, "PERSON"), (6, 7, "PERSON"), (8, 10, "ORDINAL"), (12, 15, "GPE")]
    doc = nlp(_doc(nlp, words, entities))
    assert [(e.name, e.type, [m.text for m in e.mentions]) for e in doc._.entities] == [
        ("FBI", "ORG", ["The FBI"]),
        ("Fox Mulder", "PER", ["Fox Mulder", "Mulder"]),
        ("United States", "LOC", ["the United States"]),
    ]
    assert doc[6:7]._.entity.name == "Fox Mulder"
    assert doc[7:8]._.entity is None


def test_coreference_clusters_are_taken_over_and_mentions_never_invented(nlp):
    words = "Big Blue grew . The company , IBM , hired . It paid .".split()
    doc = _doc(nlp, words, [(0, 2, "ORG"), (7, 8, "ORG")])
    doc.spans["coref_clusters_1"] = [doc[0:2], doc[4:6], doc[7:8], doc[11:12]]
    (entity,) = nlp(doc)._.entities
    assert [m.text for m in entity.mentions] == ["Big Blue", "IBM"]


def test_linked_ids_are_taken_over(nlp):
    doc = Doc(nlp.vocab, words="Holland is the Netherlands".split())
    doc.ents = [Span(doc, 0, 1, label="GPE", kb_id="Q55"), Span(doc, 2, 4, label="GPE", kb_id="Q55")]
    (entity,) = nlp(doc)._.entities
    assert entity.kb_id == "Q55"


def test_nil_is_no_id(nlp):
    doc = Doc(nlp.vocab, words="Foo saw Berlin".split())
    doc.ents = [Span(doc, 0, 1, label="PERSON", kb_id="NIL"), Span(doc, 2, 3, label="GPE", kb_id="NIL")]
    assert [(e.name, e.kb_id) for e in nlp(doc)._.entities] == [("Foo", ""), ("Berlin", "")]


def test_names_have_no_line_breaks_and_possessives(nlp):
    doc = Doc(
        nlp.vocab, words=["New", "\n", "York", "and", "Gilligan", "'s"], spaces=[False, False, True, True, False, False]
    )
    doc.ents = [Span(doc, 0, 3, label="GPE"), Span(doc, 4, 6, label="PERSON")]
    assert [e.name for e in nlp(doc)._.entities] == ["New York", "Gilligan"]


def test_labels_of_ones_own(nlp):
    nlp.remove_pipe("entity_clusters")
    nlp.add_pipe("entity_clusters", config={"entity_types": {"GENE": "ORG", "DATE": ""}})
    doc = nlp(_doc(nlp, "BRCA1 in 1990 and Foo".split(), [(0, 1, "GENE"), (2, 3, "DATE"), (4, 5, "UNHEARD")]))
    assert [(e.name, e.type) for e in doc._.entities] == [("BRCA1", "ORG"), ("Foo", "MISC")]
