from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
from transformers import AutoModel, RobertaConfig, RobertaTokenizerFast

from kg_docre.annotations import Document, Entity, Mention
from kg_docre.data.errors import DataError
from kg_docre.data.features import collate, windows_of


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
    from kg_docre.training.initial_model import build_model

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
    windows = windows_of(length, body, overlap)
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


@pytest.fixture(scope="module")
def byte_level_encoder(tmp_path_factory, documents):
    """A random RoBERTa with a byte-level tokenizer like its own, in a folder."""
    folder = tmp_path_factory.mktemp("roberta")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    trainer = trainers.BpeTrainer(
        vocab_size=600, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    tokenizer.train_from_iterator((document.text for document in documents), trainer)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    RobertaTokenizerFast(tokenizer_object=tokenizer, model_max_length=128).save_pretrained(folder)
    size = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48}
    config = RobertaConfig(**size, vocab_size=600, max_position_embeddings=130, pad_token_id=1)
    AutoModel.from_config(config).save_pretrained(folder)
    return folder


def test_encoders_with_byte_level_tokenizers(tiny_model, byte_level_encoder, documents):
    model, featurizer = tiny_model(byte_level_encoder, window_overlap=32)
    assert (model.config.window, model.config.prefix, model.config.suffix) == (128, (0,), (2,))
    features = featurizer(documents)
    for document, f in zip(documents, features, strict=True):
        marked = [f.pieces[p] for p in f.mention_positions]
        assert set(marked) == {model.config.marker}
        assert len(marked) == sum(len(entity.mentions) for entity in document.entities)
        unmarked = featurizer.tokenizer.decode([p for p in f.pieces.tolist() if p != model.config.marker])
        assert "".join(unmarked.split()) == "".join(document.words).replace("*", "")
    assert max(len(f.pieces) for f in features) > 128, "some document needs several windows"
    with torch.no_grad():
        logits = model(collate(features, model.config)).logits
    assert logits.isfinite().all()
