import random
from dataclasses import replace
from itertools import pairwise
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from spacy.lang.en.stop_words import STOP_WORDS

from kg_docre.annotations import Document, Entity, Mention
from kg_docre.data.passages import passages
from kg_docre.predictor import Predictor
from kg_docre.subjects import FEATURES, SubjectBoundaries, boundary_features
from kg_docre.training.subjects import one_text
from tests.data.test_passages import some_documents

PRONOUNS = "he she it they his her its their him them this these those that such".split()


@pytest.fixture(scope="module")
def boundaries(checkpoint):
    return SubjectBoundaries.load(checkpoint)


def _slow(document):
    """What is said of each feature, sentence by sentence."""
    sentences = [range(*bounds) for bounds in document.sentences]
    lower = [word.lower() for word in document.words]
    words = [{w for w in (lower[n] for n in s) if len(w) > 2 and w.isalpha()} - STOP_WORDS for s in sentences]
    entities = [set() for _ in sentences]
    for number, entity in enumerate(document.entities):
        for mention in entity.mentions:
            entities[mention.sentence].add(number)
    rows = []
    for n in range(1, len(sentences)):
        row = []
        for held in (entities, words):
            for window in (2, 4, 8):
                left, right = set().union(*held[max(0, n - window) : n]), set().union(*held[n : n + window])
                row += [log(1 + len(left & right)), len(left & right) / max(1, min(len(left), len(right)))]
        own, before, near = entities[n], set().union(*entities[:n]), set().union(*entities[max(0, n - 3) : n])
        row += [len(own & near), len(own - before), len(own & before) / max(1, len(own)), not own]
        starts = sorted((m.start, i) for i, e in enumerate(document.entities) for m in e.mentions if m.sentence == n)
        place, first = starts[0] if starts else (len(lower), None)
        new = first is not None and first not in before
        opening = new and place - sentences[n][0] <= 1
        going_on = new and any(first in later for later in entities[n + 1 : n + 5])
        pronouns = [lower[word] in PRONOUNS for word in sentences[n]]
        row += [opening, going_on, opening and going_on]
        row += [pronouns[0], any(pronouns[:6]), any(pronouns), log(1 + len(pronouns))]
        rows.append(row)
    return np.array(rows, float).reshape(-1, FEATURES)


@given(some_documents(words=("Oslo", "city", "it", "the", "He", "fjord", ".")))
@settings(max_examples=200, deadline=None)
def test_features_are_what_they_are_said_to_be(document):
    np.testing.assert_allclose(boundary_features(document), _slow(document), atol=1e-5)


def test_features_of_real_documents(documents):
    text, _ = one_text(documents)
    np.testing.assert_allclose(boundary_features(text), _slow(text), atol=1e-5)


def test_the_network_is_the_one_of_the_equation(boundaries, documents):
    b = boundaries
    for x, p in zip(boundary_features(documents[0]), boundaries(documents[0]), strict=True):
        hidden = [max(0.0, float(x @ b.first[:, unit] + b.first_bias[unit])) for unit in range(b.first.shape[1])]
        assert p == pytest.approx(1 / (1 + np.exp(-(hidden @ b.second + b.second_bias[0]))), abs=1e-5)


def test_texts_are_cut_where_their_subjects_change(boundaries, documents):
    found = expected = right = 0
    for seed in range(10):
        order = random.Random(seed).sample(documents, len(documents))
        for first in range(0, len(order), 3):
            text, begins = one_text(order[first : first + 3])
            cut = boundaries.beginnings(text)
            found, expected, right = found + len(cut), expected + len(begins), right + len({*cut} & {*begins})
    assert right >= 0.7 * expected
    assert right >= 0.8 * found
    assert sum(len(boundaries.beginnings(document)) for document in documents) <= 1


def test_in_a_text_of_several_lines_a_subject_begins_one(boundaries, documents):
    text, _ = one_text(documents[:4])
    first, *others = boundaries.beginnings(text)
    assert others

    def in_lines(*sentences):
        ends = {text.sentence_starts[number] - 1 for number in sentences}
        words = (" \n" if place in ends else word for place, word in enumerate(text.words))
        return boundaries.beginnings(replace(text, words=tuple(words)))

    assert in_lines(first) == in_lines(first, first - 1) == [first]
    assert in_lines(first - 1) == []
    assert in_lines(1) == in_lines(len(text.sentence_starts) - 1) == [first, *others], "a title, or what ends a page"


@pytest.mark.parametrize(
    ("lines", "begins"),
    [
        ("Acme_Steel was founded . It is old . Bo_Berg was born . He sings .", [2]),
        ("Acme_Steel was founded . It is old . Bo_Berg was born . He left Acme_Steel .", []),
        ("Acme_Steel was founded . It is old . Bo_Berg was born . He left Acme .", []),
        ("Acme_Steel was founded . It is in Norway . Bo_Berg was born . He sings in Norway .", [2]),
        ("Acme_Steel was founded . It is old . Bo_Berg was born .", []),
        ("Acme_Steel was founded . Bo_Berg was born . He sings .", []),
        ("Acme_Steel was founded . It is old . Bo_Berg was born . He sings . Ada_Lund was born . She sings .", [2, 4]),
        ("Acme_Steel was founded . It is old . " + "Bo_Berg sings . " * 8 + "He left Acme_Steel .", [2]),
    ],
)
def test_a_subject_has_two_sentences_and_is_left_behind(lines, begins):
    """Names have an underscore here, or are Norway; every sentence is likely to begin a subject."""
    words = lines.split()
    starts = [0, *(place + 1 for place, word in enumerate(words[:-1]) if word == ".")]
    named = {word: [] for word in words if "_" in word or word == "Norway"}
    for place, word in enumerate(words):
        if word in named:
            sentence = int(np.searchsorted(starts, place, side="right")) - 1
            named[word].append(Mention(place, place + 1, sentence, word.replace("_", " ")))
    entities = [Entity(m[0].name, "LOC" if word == "Norway" else "ORG", tuple(m)) for word, m in named.items()]
    layer, one = np.zeros((FEATURES, 1), np.float32), np.ones(1, np.float32)
    everywhere = SubjectBoundaries(layer, one, one, one)
    assert everywhere.beginnings(Document("d", tuple(words), tuple(starts), tuple(entities))) == begins


def test_a_text_of_one_sentence_or_of_no_entities_has_one_subject(boundaries):
    words = tuple("Oslo is a city . It is old .".split())
    whole = Document("d", words, (0,), (Entity("Oslo", "LOC", (Mention(0, 1, 0, "Oslo"),)),))
    assert boundaries.beginnings(whole) == []
    assert len(boundaries(replace(whole, sentence_starts=(0, 5), entities=()))) == 1


def test_no_fact_leads_from_one_subject_to_another(checkpoint, boundaries, documents):
    text, begins = one_text(documents[:4])
    cut = boundaries.beginnings(text)
    assert {*cut} & {*begins}
    options = {"device": "cpu", "precision": "fp32"}
    predictor = Predictor.from_pretrained(checkpoint, **options)
    (found,) = predictor.pipe([text])
    parts = [
        {number for number, e in enumerate(text.entities) if any(a <= m.sentence < b for m in e.mentions)}
        for a, b in pairwise([0, *cut, len(text.sentence_starts)])
    ]
    assert found.relations
    for r in found.relations:
        assert any({r.head, r.tail} <= part for part in parts)
        assert len({np.searchsorted(cut, sentence, side="right") for sentence in r.evidence}) == 1
    (whole,) = Predictor.from_pretrained(checkpoint, split_subjects=False, **options).pipe([text])
    assert not all(any({r.head, r.tail} <= part for part in parts) for r in whole.relations)
    alone = {len(passage.entities): passage for passage in passages(text, 100, cut)}
    passage = alone[max(alone)]
    (read,) = predictor.pipe([passage.document])
    expected = {(passage.entities[r.head], r.label, passage.entities[r.tail]): r.score for r in read.relations}
    scores = {(r.head, r.label, r.tail): r.score for r in found.relations}
    assert all(scores[fact] >= score - 1e-5 for fact, score in expected.items())


def test_what_is_no_network_over_these_features_is_named(tmp_path, boundaries):
    replace(boundaries, first=boundaries.first[1:]).save(tmp_path)
    with pytest.raises(ValueError, match=r"subjects\.safetensors: .* a network over other features"):
        SubjectBoundaries.load(tmp_path)
    (tmp_path / "subjects.safetensors").write_bytes(b"nothing")
    with pytest.raises(ValueError, match=r"subjects\.safetensors"):
        SubjectBoundaries.load(tmp_path)
    assert SubjectBoundaries.load(tmp_path / "nowhere") is None
