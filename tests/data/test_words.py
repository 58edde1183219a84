import pytest
import torch
from tokenizers import Tokenizer

from kg_docre.annotations import Document, Entity, Mention
from kg_docre.data.words import WordFeaturizer, collate_words, mention_labels, word_shape

TYPES = ("PER", "ORG", "LOC", "TIME", "NUM", "MISC")


@pytest.fixture(scope="module")
def featurizer(encoder_folder):
    return WordFeaturizer(Tokenizer.from_file(str(encoder_folder / "tokenizer.json")))


def test_labels_begin_and_continue_and_of_overlapping_mentions_the_longer_stays():
    spans = [("PER", 0, 2), ("LOC", 1, 2), ("MISC", 3, 4), ("ALIEN", 4, 5)]
    entities = tuple(
        Entity(name="", type=kind, mentions=(Mention(start=a, end=b, sentence=0, name=""),)) for kind, a, b in spans
    )
    document = Document(id="d", words=("a",) * 6, sentence_starts=(0,), entities=entities)
    assert mention_labels(document, TYPES).tolist() == [1, 2, 0, 11, 0, 0]


@pytest.mark.parametrize("window", [512, 20])
def test_every_word_is_read_at_its_first_piece(window, featurizer, tiny_model, documents):
    _, reader = tiny_model(window=window, window_overlap=6)
    texts = [list(document.words) for document in documents[:3]]
    features = featurizer(texts)
    batch = collate_words(features, reader.config)
    assert batch.input_ids.shape[1] <= window
    assert (batch.input_ids.shape[0] == 3) == (window == 512)
    pieces = batch.input_ids[batch.window, batch.position]
    expected = torch.cat([torch.from_numpy(f.pieces[f.first_piece]) for f in features])
    torch.testing.assert_close(pieces, expected)


def test_words_are_read_where_most_is_around_them(featurizer, tiny_model, documents):
    _, reader = tiny_model(window=20, window_overlap=8)
    (features,) = featurizer([list(documents[0].words)])
    batch = collate_words([features], reader.config)
    inner = batch.position[(batch.window > 0) & (batch.window < batch.input_ids.shape[0] - 1)]
    assert inner.min() > 3, "no word is read at the edge of a window that has neighbours"


def test_words_without_pieces_have_a_place(featurizer, tiny_model):
    _, reader = tiny_model()
    features = featurizer([["a", "\u200b", "b", "\u200b"]])
    batch = collate_words(features, reader.config)
    assert len(batch.position) == 4


def test_words_are_told_how_they_and_their_neighbours_are_written(featurizer, tiny_model):
    words = ["the", "NATO", "Treaty", "of", "4", "April", "1949", "iPod", "(", "J.", ",", "co2"]
    assert [word_shape(word) for word in words] == [1, 3, 2, 1, 6, 2, 6, 5, 8, 4, 9, 7]
    _, reader = tiny_model()
    shapes = collate_words(featurizer([["the", "NATO"], ["April"]]), reader.config).shapes
    assert shapes.tolist() == [[0, 0, 0, 1, 3, 0, 0], [0, 0, 1, 3, 0, 0, 0], [0, 0, 0, 2, 0, 0, 0]]
