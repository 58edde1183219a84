import pytest
import torch
from transformers import (
    AutoModel,
    BertConfig,
    DebertaConfig,
    DebertaV2Config,
    DistilBertConfig,
    ElectraConfig,
    ModernBertConfig,
    MPNetConfig,
    RobertaConfig,
)

from kg_docre.annotations import Document, Entity, Mention
from kg_docre.data.features import collate
from kg_docre.modeling import context_weights, localized_context
from kg_docre.modeling.attention import encode_with_rows, use_row_attention
from kg_docre.modeling.encoder import ordered_pairs
from tests.modeling import oracles

SIZE = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48, "vocab_size": 60}
ARCHITECTURES = {
    "bert": BertConfig(**SIZE),
    "roberta": RobertaConfig(**SIZE, max_position_embeddings=130),
    "electra": ElectraConfig(**SIZE, embedding_size=32),
    "distilbert": DistilBertConfig(dim=32, n_layers=2, n_heads=4, hidden_dim=48, vocab_size=60),
    "modernbert": ModernBertConfig(**SIZE, pad_token_id=0, global_attn_every_n_layers=2, local_attention=8),
    "mpnet": MPNetConfig(**SIZE),
    "deberta-v2": DebertaV2Config(
        **SIZE, relative_attention=True, position_buckets=16, pos_att_type=["p2c", "c2p"], share_att_key=True
    ),
    "deberta": DebertaConfig(**SIZE),
}


@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_rows_equal_the_encoders_own_attention(name, padded):
    """Whatever position terms an architecture has, fused or not; without padding some make no mask at all."""
    torch.manual_seed(0)
    config = ARCHITECTURES[name]
    config.initializer_range = 0.3
    encoder = AutoModel.from_config(config).eval()
    ids, mask = torch.randint(5, 60, (2, 24)), torch.ones(2, 24, dtype=torch.long)
    if padded:
        mask[1, 17:] = 0
    encoder.set_attn_implementation("eager")
    with torch.no_grad():
        plain = encoder(input_ids=ids, attention_mask=mask, output_attentions=True)
        fused = use_row_attention(encoder)
        assert fused == (name != "deberta"), "all but the first DeBERTa are fused"
        rows = torch.tensor([[0, 5, 9], [3, 16, 0]])
        states, weights = encode_with_rows(encoder, ids, mask, rows, fused=fused)
    real = mask.bool()
    torch.testing.assert_close(states[real], plain.last_hidden_state[real], atol=2e-5, rtol=1e-4)
    for w in range(2):
        expected = plain.attentions[-1][w][:, rows[w]]
        torch.testing.assert_close(weights[w], expected, atol=2e-5, rtol=1e-4)


def _document(words, spans, sentence_length=10):
    entities = tuple(
        Entity(
            name=str(number),
            type="MISC",
            mentions=tuple(Mention(a, b, a // sentence_length, " ".join(words[a:b])) for a, b in mentions),
        )
        for number, mentions in enumerate(spans)
    )
    return Document("d", tuple(words), tuple(range(0, len(words), sentence_length)), entities)


def test_context_and_entities_equal_the_equations(tiny_model, documents):
    model, featurizer = tiny_model()
    features = featurizer([documents[0]])[0]
    batch = collate([features], model.config)
    with torch.no_grad():
        encoded = model.encoder(batch)
        context = localized_context(encoded, batch.token_mask)
        (weights,) = context_weights(encoded, batch.token_mask, _pair(0, 2, 5))
    states = encoded.states[0]
    for entity in range(len(features.order)):
        at = [
            int(p) + 1
            for p, e in zip(features.mention_positions, features.mention_entities, strict=True)
            if e == entity
        ]
        pooled = torch.stack([states[p].exp() for p in at]).sum(0).log()
        torch.testing.assert_close(encoded.entities[0, entity], pooled, atol=1e-5, rtol=1e-5)
    expected, expected_weights = oracles.localized_context(states, encoded.attention[0], 2, 5)
    where = ordered_pairs(len(features.order), context.device).view(len(features.order), -1)
    assert where[2, 5] == where[5, 2]
    torch.testing.assert_close(context[0, where[2, 5]], expected, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(weights, expected_weights, atol=1e-6, rtol=1e-4)


def _pair(*pair):
    """One pair's document, head and tail."""
    return tuple(torch.tensor([number]) for number in pair)


@pytest.mark.parametrize("weights", ["product", "softmax"])
def test_context_of_many_entities_is_made_in_turns(tiny_model, documents, monkeypatch, weights):
    model, featurizer = tiny_model()
    batch = collate(featurizer(documents[:2]), model.config)
    with torch.no_grad():
        encoded = model.encoder(batch)
        at_once = localized_context(encoded, batch.token_mask, weights=weights)
        monkeypatch.setattr("kg_docre.modeling.encoder._TILE_CELLS", 5 * encoded.attention[:, :, 0].numel())
        torch.testing.assert_close(localized_context(encoded, batch.token_mask, weights=weights), at_once)


def test_softmax_weights_are_docunet_eq_5(tiny_model, documents):
    model, featurizer = tiny_model()
    features = featurizer(documents[:2])
    batch = collate(features, model.config)
    with torch.no_grad():
        encoded = model.encoder(batch)
    shorter = min(range(2), key=lambda d: len(features[d].pieces))
    (weights,) = context_weights(encoded, batch.token_mask, _pair(shorter, 0, 1), weights="softmax")
    length = len(features[shorter].pieces) + 2
    attention = encoded.attention[shorter, :, :, :length]
    expected = (attention[0] * attention[1]).sum(0).softmax(0)
    torch.testing.assert_close(weights[:length], expected)
    assert weights[length:].abs().max() == 0


def test_long_documents_are_averaged_over_windows(tiny_model):
    """States and attention of tokens in two windows are the mean of both (DocuNet, 3.2)."""
    words = [f"w{i}" if i % 3 else "the" for i in range(60)]
    document = _document(words, [[(2, 3), (30, 31)], [(31, 32)], [(55, 57)]])
    model, featurizer = tiny_model(window=64, window_overlap=24)
    features = featurizer([document])[0]
    batch = collate([features], model.config)
    assert batch.windowed
    with torch.no_grad():
        encoded = model.encoder(batch)
        body, n = 62, len(features.pieces)
        starts = sorted({int(s) for s in (batch.token_positions[:, 1] - 1)})
        totals, counts = torch.zeros(n, 32), torch.zeros(n)
        rows = torch.zeros(len(features.mention_positions), 4, n + 2)
        seen = torch.zeros(len(features.mention_positions))
        for start in starts:
            ids = torch.tensor([[2, *features.pieces[start : start + body], 3]])
            inside = [k for k, p in enumerate(features.mention_positions) if start <= p < start + body]
            at = torch.tensor([[int(features.mention_positions[k]) - start + 1 for k in inside] or [0]])
            states, weights = encode_with_rows(
                model.encoder.encoder, ids, torch.ones_like(ids), at, fused=model.encoder.fused
            )
            states = model.encoder.state_norm(states)
            totals[start : start + body] += states[0, 1:-1]
            counts[start : start + body] += 1
            for slot, k in enumerate(inside):
                rows[k, :, [0, *range(start + 1, start + body + 1), n + 1]] += weights[0, :, slot]
                seen[k] += 1
    torch.testing.assert_close(encoded.states[0, 1 : n + 1], totals / counts[:, None], atol=1e-5, rtol=1e-4)
    assert counts.max() > 1
    assert counts.min() == 1
    rows = rows / seen[:, None, None]
    first = [k for k, e in enumerate(features.mention_entities) if e == 0]
    torch.testing.assert_close(encoded.attention[0, 0], rows[first].mean(0), atol=1e-6, rtol=1e-4)


def test_every_entity_attends_with_weight_one(tiny_model, documents):
    model, featurizer = tiny_model(window=48, window_overlap=16)
    batch = collate(featurizer(documents[:3]), model.config)
    with torch.no_grad():
        total = model.encoder(batch).attention.sum(-1)[batch.entity_mask]
    torch.testing.assert_close(total, torch.ones_like(total))
