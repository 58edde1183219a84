from bisect import bisect
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_docre.annotations import Document, Entity, Mention, ReasoningStep, Relation, premises
from kg_docre.data.passages import Passage, passages, together


@st.composite
def some_documents(draw, words=()):
    """Sentences of one to six words, any of which may be a mention of some entity, also within another, and over the
    end of a sentence; of these ``words``, or such that are all different."""
    sizes = draw(st.lists(st.integers(1, 6), min_size=1, max_size=25))
    starts = [sum(sizes[:n]) for n in range(len(sizes))]
    count = sum(sizes)
    different = tuple(f"w{n}" for n in range(count))
    words = draw(st.tuples(*[st.sampled_from(words)] * count)) if words else different
    number = st.integers(0, draw(st.integers(1, 20)))
    spans = draw(st.dictionaries(st.tuples(st.integers(0, len(words) - 1), st.integers(1, 3)), number, max_size=60))
    own: dict[int, list[Mention]] = {}
    for (start, size), entity in sorted(spans.items()):
        sentence = max(n for n, first in enumerate(starts) if first <= start)
        end = min(start + size, len(words))
        own.setdefault(entity, []).append(Mention(start, end, sentence, " ".join(words[start:end])))
    entities = tuple(Entity(its[0].name, "PER", tuple(its)) for its in own.values())
    return Document("d", words, tuple(starts), entities)


def _place(document, passage):
    """Where in the document the passage begins; its words are all different."""
    return document.words.index(passage.document.words[0])


def _begins(document, chance):
    """Some sentences that may be another subject's first."""
    return [n for n in range(1, len(document.sentence_starts)) if chance.random() < 0.3]


@given(some_documents(), st.integers(2, 12), st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_passages_have_every_mention_where_it_stands(document, most, chance):
    read = set()
    begins = _begins(document, chance)
    for passage in passages(document, most, begins):
        assert {bisect(begins, number) for number in passage.sentences} == {passage.subject}
        part, first = passage.document, _place(document, passage)
        assert part.words == document.words[first : first + len(part.words)]
        for start, number in zip(part.sentence_starts, passage.sentences, strict=True):
            begin, end = document.sentences[number]
            assert begin <= first + start < end
        for entity, number in zip(part.entities, passage.entities, strict=True):
            assert (entity.name, entity.type) == (document.entities[number].name, document.entities[number].type)
            for m in entity.mentions:
                assert m.start < m.end <= len(part.words)
                assert m.name.startswith(" ".join(part.words[m.start : m.end]))
                begin, end = part.sentences[m.sentence]
                assert begin <= m.start < end
                read.add((number, m.start + first))
    assert read == {(number, m.start) for number, e in enumerate(document.entities) for m in e.mentions}


@given(some_documents(), st.integers(2, 12))
@settings(max_examples=200, deadline=None)
def test_passages_overlap_and_go_on(document, most):
    found = passages(document, most)
    if len(document.entities) <= most:
        assert [passage.document for passage in found] == [document]
    bounds = [(_place(document, p), _place(document, p) + len(p.document.words)) for p in found]
    assert (bounds[0][0], bounds[-1][1]) == (0, len(document.words))
    for (first, last), (following, end) in pairwise(bounds):
        assert first < following <= last < end


def test_passages_end_where_a_subject_does():
    found = passages(_crowd(20, names=2), 8, [3, 15])
    assert [(p.subject, p.sentences[0], p.sentences[-1]) for p in found] == [
        (0, 0, 2),
        *((1, n, n + 3) for n in range(3, 13, 2)),
        (2, 15, 18),
        (2, 17, 19),
    ]
    assert [p.sentences for p in passages(_crowd(4), None, [1])] == [(0,), (1, 2, 3)]


def test_mentions_in_a_chain_are_cut_as_well():
    words = tuple(f"w{n}" for n in range(61))
    chain = tuple(Entity(w, "PER", (Mention(n, n + 2, 0, f"{w} w{n + 1}"),)) for n, w in enumerate(words[:60]))
    found = passages(Document("chain", words, (0,), chain), 10)
    assert max(len(passage.entities) for passage in found) <= 10
    assert {number for passage in found for number in passage.entities} == {*range(60)}


def _crowd(sentences, names=1):
    """A document with ``names`` entities in every sentence, each met once."""
    words = tuple(f"w{n}" for n in range(sentences * names))
    entities = tuple(Entity(w, "PER", (Mention(n, n + 1, n // names, w),)) for n, w in enumerate(words))
    return Document("crowd", words, tuple(range(0, len(words), names)), entities)


def test_passages_have_no_more_entities_and_halves_in_common():
    found = passages(_crowd(20, names=2), 8)
    assert [passage.entities[0] for passage in found] == [0, 4, 8, 12, 16, 20, 24, 28, 32]
    assert {len(passage.entities) for passage in found} == {8}
    assert len(passages(_crowd(20, names=2), 40)) == len(passages(_crowd(20, names=2), None)) == 1


def test_a_sentence_of_many_entities_is_cut():
    found = passages(_crowd(1, names=50), 10)
    assert max(len(passage.entities) for passage in found) == 10
    assert {number for passage in found for number in passage.sentences} == {0}


def _passage(entities, sentences, subject=0):
    return Passage(Document("", (), (), ()), entities, sentences, subject)


def _step(pattern, head, via, tail):
    return ReasoningStep(pattern, via, premises(pattern, head, via, tail), 0.5)


def test_what_passages_say_is_put_into_the_documents_numbers():
    first = Relation(0, 1, "P1", 0.8, (0, 1, 2), (_step(3, 0, 2, 1),))
    (fact,) = together([(_passage((4, 7, 9), (10, 10, 11)), [first]), (_passage((5,), (12,)), [])], {"P1": 0.5}, 0.05)
    assert (fact.head, fact.tail, fact.score, fact.evidence) == (4, 7, 0.8, (10, 11))
    assert fact.reasoning == (_step(3, 4, 9, 7),)


@pytest.mark.parametrize(
    ("scores", "score"),
    [
        ({0: 0.8, 1: 0.6}, 0.7),  # in both of two neighbours: their mean
        ({0: 0.8}, 0.4),  # the other did not report it
        ({3: 0.8}, 0.8),  # its things are together in no neighbour of this one
        ({0: 0.8, 3: 0.5}, 0.5),  # said again elsewhere: what is surer
        ({3: 0.2}, None),  # not enough
        ({0: 0.8, 1: 0.04}, 0.4),  # too little to count
        ({0: 0.03, 1: 0.8}, 0.4),
        ({5: 0.8, 6: 0.4, 7: 0.9}, 0.65),  # of two neighbours the one that is surer
        ({5: 0.4, 6: 0.8, 7: 0.9}, 0.85),
        ({8: 0.8}, 0.8),  # the next one is about another subject
    ],
)
def test_a_fact_read_twice_has_the_mean_of_its_scores(scores, score):
    both = {0, 1, 3, 5, 6, 7, 8, 9}
    said = {n: [Relation(0, 1, "P1", its, (0,))] for n, its in scores.items()}
    subject = [0, 0, 0, 0, 0, 1, 1, 1, 2, 3]
    read = [(_passage((0, 1) if n in both else (0, 2), (n,), subject[n]), said.get(n, [])) for n in range(10)]
    found = together(read, {"P1": 0.3}, 0.05)
    assert [fact.score for fact in found] == ([] if score is None else [pytest.approx(score)])
    if found:
        assert found[0].evidence == (max(scores, key=scores.get),)
