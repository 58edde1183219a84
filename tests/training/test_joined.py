from dataclasses import replace

import pytest
import torch

from kg_docre.data.features import collate
from kg_docre.modeling.losses import prediction_divergence
from kg_docre.training.config import TrainingConfig
from kg_docre.training.dataset import label_tensor
from kg_docre.training.joined import join, names_of, same_part, strangers
from kg_docre.training.objective import training_loss
from kg_docre.training.trainer import train
from tests.training.test_trainer import _weights


def _said(document):
    """Every fact with the words of its head, tail and evidence."""

    def words(entity):
        return sorted(document.words[m.start : m.end] for m in document.entities[entity].mentions)

    return sorted(
        (words(r.head), r.label, words(r.tail), [document.words[slice(*document.sentences[n])] for n in r.evidence])
        for r in document.relations
    )


def test_a_joined_text_says_what_its_documents_say(documents):
    first, second = (replace(document, unjudged=((0, 1),)) for document in documents[:2])
    text = join([first, second])
    assert text.words == first.words + second.words
    assert _said(text) == sorted(_said(first) + _said(second))
    assert any(evidence for *_, evidence in _said(second)), "or nothing is tested of it"
    assert text.unjudged == ((0, 1), (len(first.entities), len(first.entities) + 1))
    for entity in text.entities:
        for mention in entity.mentions:
            start, end = text.sentences[mention.sentence]
            assert start <= mention.start < mention.end <= end


def test_documents_of_a_text_have_no_name_in_common(documents):
    chosen = strangers(documents, 40, torch.Generator().manual_seed(1))
    assert chosen == strangers(documents, 40, torch.Generator().manual_seed(1))
    assert {len(text) for text in chosen} == {2, 3}
    for text in chosen:
        names = [names_of(documents[n]) for n in text]
        assert len(set().union(*names)) == sum(map(len, names))


def test_a_document_is_no_stranger_to_itself(documents):
    assert strangers(documents[:1], 5, torch.Generator()) == []


def test_a_teacher_says_nothing_from_one_document_to_another(tiny_model, documents):
    model, featurizer = tiny_model(dropout=0.0)
    alone, text = documents[:2], join(documents[:2])
    parts = [model(collate([features], model.config)) for features in featurizer(alone)]
    taught = torch.cat([model.decision_scores(part.logits) + 1 for part in parts])
    features = featurizer([text])
    batch = collate(features, model.config)
    labels = label_tensor([text], features, list(model.config.relations))
    seen = same_part([[len(document.entities) for document in alone]])
    losses = training_loss(model, batch, labels, objective="plain-branch", teacher_scores=taught, taught=seen)
    prediction = model(batch)
    cells = zip(*(part.tolist() for part in prediction.pairs[1:]), strict=True)
    first = len(alone[0].entities)
    inside = [n for n, (s, o) in enumerate(cells) if (s < first) == (o < first)]
    scores = model.decision_scores(prediction.logits)
    expected = prediction_divergence(taught, scores[inside]).sum() / len(prediction.logits)
    assert len(inside) == len(taught) < len(prediction.logits)
    assert losses.divergence.item() == pytest.approx(expected.item(), rel=1e-4)


@pytest.mark.parametrize("taught", [False, True])
def test_training_with_joined_texts(taught, checkpoint, training_file, tmp_path):
    more = {"teacher": str(checkpoint)} if taught else {}
    results = [
        train(TrainingConfig.from_toml(training_file(epochs=1, joined=joined, **more)), tmp_path / str(joined))
        for joined in (0.0, 1.0)
    ]
    assert all(result.scores is not None for result in results)
    alone, joined = (_weights(tmp_path / name) for name in ("0.0", "1.0"))
    assert any(not torch.equal(alone[name], joined[name]) for name in alone)
