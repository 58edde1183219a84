import pytest
import spacy
from spacy.tokens import Doc, Span


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


def test_a_possessive_may_be_the_names_own(nlp):
    words = ["Christie", "'s", "in", "St.", "John", "'s", "and", "Oslo", "'s"]
    doc = nlp(_doc(nlp, words, [(0, 2, "ORG"), (3, 6, "GPE"), (7, 9, "GPE")]))
    assert [e.name for e in doc._.entities] == ["Christie 's", "St. John 's", "Oslo"]


def test_the_full_stop_behind_a_kings_number_ends_the_sentence(nlp):
    doc = _doc(nlp, ["Son", "of", "Charles", "I.", "Charles", "V.", "left"], [(2, 4, "PERSON"), (4, 6, "PERSON")])
    doc[4].is_sent_start = True
    assert [entity.name for entity in nlp(doc)._.entities] == ["Charles I", "Charles V."]


def test_what_is_blank_but_for_article_and_possessive_is_no_entity(nlp):
    words = ["the", "\n", "and", "Oslo", "and", "The", " ", "'s"]
    doc = nlp(_doc(nlp, words, [(0, 2, "PERSON"), (3, 4, "GPE"), (5, 8, "ORG")]))
    assert [e.name for e in doc._.entities] == ["Oslo"]


def test_one_doc_that_fails_goes_to_the_error_handler(nlp, monkeypatch):
    from spacy_components import entity_clusters

    cluster, caught = entity_clusters.cluster_mentions, []

    def failing(mentions, clusters):
        return 1 / 0 if any(mention.name == "Foo" for mention in mentions) else cluster(mentions, clusters)

    monkeypatch.setattr(entity_clusters, "cluster_mentions", failing)
    nlp.set_error_handler(lambda name, component, docs, error: caught.append((name, docs[0].text)))
    docs = [_doc(nlp, [word], [(0, 1, "ORG")]) for word in ("Foo", "Bar")]
    assert [doc.text for doc in nlp.pipe(docs)] == ["Bar "]
    assert caught == [("entity_clusters", "Foo ")]


@pytest.mark.parametrize(
    ("text", "label", "name"),
    [
        ("They met in ( The Hague )", "GPE", "The Hague"),
        ("They met in ( the Hague )", "GPE", "Hague"),
        ("( The Police ) is a band", "ORG", "Police"),  # as any police at the beginning of a sentence
        ('He said : " ( The Police ) came', "ORG", "Police"),
        ("They saw Sting , ( The Police ) and Cher", "ORG", "The Police"),
        ("( The Godfather ) won", "WORK_OF_ART", "The Godfather"),
        ("( THE GODFATHER ) won", "WORK_OF_ART", "GODFATHER"),
        ("( The Police ) and ( The Police )", "ORG", "The Police"),
        ("In ( The Police ) and ( the Police ) of ( the Police )", "ORG", "Police"),
    ],
)
def test_articles_that_are_the_names_own(nlp, text, label, name):
    words, ends = [], []
    for word in text.split():
        if word in "()":
            ends.append(len(words))
        else:
            words.append(word)
    (entity,) = nlp(_doc(nlp, words, [(a, b, label) for a, b in zip(ends[::2], ends[1::2], strict=True)]))._.entities
    assert entity.name == name


@pytest.mark.parametrize(
    ("names", "label", "name"),
    [
        ("Krazy Racers|Wai Wai Racing Advance", "WORK_OF_ART", "Krazy Racers"),
        ("Steve Lacy|Steven Norman Lackritz|Lacy", "PERSON", "Steve Lacy"),
        ("Trent|Hugh Trent", "PERSON", "Hugh Trent"),
        ("J. Smith|John Smith", "PERSON", "John Smith"),
        ("Dr. Watson|John H. Watson", "PERSON", "John H. Watson"),
        ("he|Barack Obama", "PERSON", "Barack Obama"),
        ("Acme Corp|Acme Corporation Ltd", "ORG", "Acme Corporation Ltd"),
        ("American|United States", "GPE", "United States"),
        ("Harvard|Harvard University", "ORG", "Harvard University"),
        ("NATO|North Atlantic Treaty Organization", "ORG", "North Atlantic Treaty Organization"),
        ("SACRAMENTO|Sacramento", "GPE", "Sacramento"),
        ("CALDER INSTRUMENTS|Calder Instruments", "ORG", "Calder Instruments"),
        ("NATO", "ORG", "NATO"),
        ("Xinjiang|Xinjiang Uygur Autonomous Region", "GPE", "Xinjiang"),
        ("1989|July 1, 1989", "DATE", "July 1, 1989"),
    ],
)
def test_a_thing_is_called_what_the_text_calls_it_first(names, label, name):
    nlp, words, spans = spacy.blank("en"), [], []
    for each in names.split("|"):
        start = len(words)
        words += each.replace(",", " ,").split()
        spans.append((start, len(words)))
        words.append("or")
    doc = _doc(nlp, words, [(a, b, label) for a, b in spans])
    doc.spans["coref_clusters_1"] = [doc[a:b] for a, b in spans]
    nlp.add_pipe("entity_clusters")
    (entity,) = nlp(doc)._.entities
    assert entity.name.replace(" ,", ",") == name


def test_labels_of_ones_own(nlp):
    nlp.remove_pipe("entity_clusters")
    nlp.add_pipe("entity_clusters", config={"entity_types": {"GENE": "ORG", "DATE": ""}})
    words = "BRCA1 in 1990 and Foo".split()
    with pytest.warns(UserWarning, match="label 'UNHEARD' is, so it is taken for MISC.*entity_types") as warned:
        first, second = (nlp(_doc(nlp, words, [(0, 1, "GENE"), (2, 3, "DATE"), (4, 5, "UNHEARD")])) for _ in range(2))
    assert first._.entities
    assert [(e.name, e.type) for e in second._.entities] == [("BRCA1", "ORG"), ("Foo", "MISC")]
    assert len(warned) == 1, "once, and not of labels that are mapped or left out"


def test_what_a_model_has_no_type_for_is_left_out():
    from spacy_components.entity_clusters import EntityClusters

    nlp, clusters = spacy.blank("en"), EntityClusters()
    clusters.keep_types(["PER", "Tool"])
    words = _doc(nlp, "Anna took Foo and Bar".split(), [(0, 1, "PERSON"), (2, 3, "Tool"), (4, 5, "EVENT")])
    assert [(e.name, e.type) for e in clusters(words)._.entities] == [("Anna", "PER"), ("Foo", "Tool")]


def test_a_name_among_pronouns_is_joined_by_its_name(nlp):
    doc = _doc(nlp, "Barack Obama won . He paid . Obama won . His mother came".split(), [(0, 2, "PER"), (7, 8, "PER")])
    doc.spans["coref_clusters_1"], doc.spans["coref_clusters_2"] = [doc[0:2], doc[4:5]], [doc[7:8], doc[10:11]]
    assert [e.name for e in nlp(doc)._.entities] == ["Barack Obama"]


def test_a_cluster_of_one_mention_is_joined_by_no_rule(nlp):
    doc = _doc(nlp, "Smith met John Smith".split(), [(0, 1, "PERSON"), (2, 4, "PERSON")])
    doc.spans["coref_clusters_1"], doc.spans["coref_clusters_2"] = [doc[0:1]], [doc[2:4]]
    assert [e.name for e in nlp(doc)._.entities] == ["Smith", "John Smith"]
