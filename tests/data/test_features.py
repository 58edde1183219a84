from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_docre.annotations import Document, Entity, Mention
from kg_docre.data.errors import DataError
from kg_docre.data.features import _windows, collate


def _slow(document, tokenizer, marker):
    """Word by word: markers that close, then markers that open, then the word's pieces."""
    mentions = sorted(
        (m.start, m.end, number) for number, entity in enumerate(document.entities) for m in entity.mentions
    )
    pieces, starts = [], {}
    for word in range(len(document.words) + 1):
        pieces += [marker] * sum(1 for _, end, _ in mentions if end == word)
        for key, (start, _, _) in enumerate(mentions):
            if start == word:
                starts[key] = len(pieces)
                pieces.append(marker)
        if word < len(document.words):
            text = [document.words[word]]
            pieces += tokenizer.encode(text, is_pretokenized=True, add_special_tokens=False).ids
    return pieces, [(starts[key], number) for key, (_, _, number) in enumerate(mentions)]


def test_markers_stand_around_every_mention(tiny_model, documents):
    model, featurizer = tiny_model()
    for document, features in zip(documents, featurizer(documents), strict=True):
        pieces, starts = _slow(document, featurizer.tokenizer, model.config.marker)
        assert features.pieces.tolist() == pieces
        found = zip(
            features.mention_positions.tolist(), features.order[features.mention_entities].tolist(), strict=True
        )
        assert sorted(found) == sorted(starts)


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_nested_and_adjacent_mentions_and_words_without_pieces(featurizer_and_model, data):
    featurizer, model = featurizer_and_model
    words = data.draw(
        st.lists(st.sampled_from(["a", "born", "\u200b", "in", "(", "zz", "  "]), min_size=2, max_size=12)
    )
    spans = data.draw(
        st.lists(st.tuples(st.integers(0, len(words) - 1), st.integers(1, 4)), min_size=1, max_size=5, unique=True)
    )
    entities = tuple(
        Entity(str(n), "MISC", (Mention(start, min(len(words), start + size), 0, "x"),))
        for n, (start, size) in enumerate(spans)
    )
    document = Document("d", tuple(words), (0,), entities)
    pieces, starts = _slow(document, featurizer.tokenizer, model.config.marker)
    features = featurizer([document])[0]
    assert features.pieces.tolist() == pieces
    assert sorted(features.mention_positions.tolist()) == sorted(position for position, _ in starts)


@pytest.fixture(scope="module")
def featurizer_and_model(encoder_folder):
    from kg_docre.data.docred_relations import docred_relations
    from kg_docre.data.features import Featurizer
    from kg_docre.training.config import TrainingConfig
    from kg_docre.training.trainer import build_model

    config = TrainingConfig(encoder=str(encoder_folder), train=("unused",))
    model, tokenizer = build_model(config, docred_relations())
    return Featurizer(tokenizer, model.config), model


def test_entities_stand_in_order_of_appearance(tiny_model, documents):
    _, featurizer = tiny_model()
    for document, features in zip(documents, featurizer(documents), strict=True):
        first = [min(m.start for m in document.entities[n].mentions) for n in features.order]
        assert first == sorted(first)
        assert sorted(features.order) == list(range(len(document.entities)))


@given(st.integers(0, 3000), st.integers(20, 510), st.integers(0, 19))
def test_windows_cover_everything_and_overlap_enough(length, body, overlap):
    windows = _windows(length, body, overlap)
    covered = np.zeros(length, int)
    for first, last in windows:
        assert last - first <= body
        covered[first:last] += 1
    assert length == 0 or covered.min() >= 1
    for (_, end), (start, _) in pairwise(windows):
        assert end - start >= overlap


def test_sentences_of_pieces_follow_the_words(tiny_model, documents):
    model, featurizer = tiny_model()
    features = featurizer(documents[:1])[0]
    batch = collate([features], model.config)
    assert batch.token_sentences[0, 0] == batch.token_sentences[0, -1] == -1
    inner = batch.token_sentences[0, 1:-1]
    assert (inner.diff() >= 0).all()
    assert inner.unique().tolist() == list(range(len(documents[0].sentence_starts)))


def test_unusable_entities_are_named(tiny_model):
    _, featurizer = tiny_model()
    mention = Mention(0, 1, 0, "a")
    with pytest.raises(DataError, match=r"some text: entity 1 \('b'\): type 'GENE' is none of PER"):
        featurizer.check(
            Document("some text", ("a",), (0,), (Entity("a", "PER", (mention,)), Entity("b", "GENE", (mention,))))
        )
    with pytest.raises(DataError, match="has no mention"):
        featurizer.check(Document("some text", ("a",), (0,), (Entity("a", "PER", ()),)))
