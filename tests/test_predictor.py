from dataclasses import replace

import pytest
import torch

from kg_docre.annotations import Document, Entity
from kg_docre.calibration import UNCALIBRATED
from kg_docre.data.errors import DataError
from kg_docre.data.features import collate
from kg_docre.data.passages import passages
from kg_docre.decoding import least_scores
from kg_docre.predictor import Predictor
from kg_docre.training.joined import join
from tests.modeling import oracles


@pytest.fixture(scope="module")
def predictor(checkpoint):
    return Predictor.from_pretrained(checkpoint, device="cpu", precision="fp32")


def assert_same_relations(a, b):
    """Equal but for the rounding that another batch brings."""
    assert [(r.head, r.label, r.tail, r.evidence) for r in a.relations] == [
        (r.head, r.label, r.tail, r.evidence) for r in b.relations
    ]
    assert [r.score for r in a.relations] == pytest.approx([r.score for r in b.relations], abs=1e-5)


def test_it_learned_the_sample(predictor, documents):
    """The default checkpoint was trained on these documents, so most of what it says must be right."""
    found = list(predictor.pipe(documents))
    predicted = sum(len(d.relations) for d in found)
    correct = sum(
        (r.head, r.label, r.tail) in {(g.head, g.label, g.tail) for g in gold.relations}
        for gold, document in zip(documents, found, strict=True)
        for r in document.relations
    )
    assert predicted > 20
    assert correct / predicted > 0.5


def test_order_and_batching_change_nothing(predictor, documents):
    alone = [predictor(document) for document in documents]
    together = list(predictor.pipe(iter(documents)))
    tight = {"batch_tokens": 1, "batch_pairs": 1, "precision": "fp32", "calibration": predictor.calibration}
    tight["subjects"] = predictor.subjects
    small = Predictor(predictor.model, predictor.featurizer, **tight)
    for results in (together, list(small.pipe(documents))):
        assert [d.id for d in results] == [d.id for d in documents]
        for a, b in zip(alone, results, strict=True):
            assert_same_relations(a, b)


def test_scores_are_the_models_and_the_threshold_is_its_decision(predictor, documents, monkeypatch):
    monkeypatch.setattr(predictor, "calibration", UNCALIBRATED)
    document = documents[0]
    features = predictor.featurizer([document])[0]
    with torch.no_grad():
        prediction = predictor.model(collate([features], predictor.model.config))
    _, heads, tails = (column.tolist() for column in prediction.pairs)
    logits = dict(zip(zip(heads, tails, strict=True), prediction.logits, strict=True))
    names = list(predictor.model.config.relations)
    expected = {}
    for s in range(len(features.order)):
        for o in range(len(features.order)):
            for r, name in enumerate(names):
                if s != o and logits[s, o][r + 1] > logits[s, o][0]:
                    key = (int(features.order[s]), name, int(features.order[o]))
                    expected[key] = torch.sigmoid(logits[s, o][r + 1] - logits[s, o][0]).item()
    found = {(r.head, r.label, r.tail): r.score for r in predictor(document).relations}
    assert found == pytest.approx(expected, abs=1e-5)
    strict = next(predictor.pipe([document], threshold=0.9)).relations
    assert {(r.head, r.label, r.tail) for r in strict} == {key for key, score in expected.items() if score >= 0.9}


def test_evidence_and_reasoning_come_from_the_models_weights(predictor, documents):
    document = documents[4]
    features = predictor.featurizer([document])[0]
    batch = collate([features], predictor.model.config)
    with torch.no_grad():
        matrix = predictor.model.encode(batch)
        last = matrix.features
        for layer in predictor.model.reasoning.layers[:-1]:
            last, _, _ = layer(last, matrix.mask)
        attention = oracles.r_msa(predictor.model.reasoning.layers[-1].attention, last, matrix.mask)[1][0]
    rank = {int(entity): position for position, entity in enumerate(features.order)}
    relations = predictor(document).relations
    assert relations
    for r in relations:
        head, tail = rank[r.head], rank[r.tail]
        product = (matrix.encoded.attention[0, head] * matrix.encoded.attention[0, tail]).sum(0)
        weights = product / product.sum()
        share = [weights[batch.token_sentences[0] == n].sum().item() for n in range(len(document.sentence_starts))]
        assert max(range(len(share)), key=share.__getitem__) in r.evidence
        evidence = {n for n in range(len(share)) if share[n] >= 0.2 * sum(share) or share[n] == max(share)}
        for entity in (r.head, r.tail):
            naming = {mention.sentence for mention in document.entities[entity].mentions}
            if evidence.isdisjoint(naming):
                evidence.add(max(naming, key=share.__getitem__))
        assert set(r.evidence) == evidence
        for step in r.reasoning:
            via, pattern = rank[step.via], step.pattern - 1
            assert step.weight == pytest.approx(attention[pattern, head, tail, via + 1].item(), abs=1e-3)
            assert step.via not in (r.head, r.tail)
            first, second = {
                1: ((r.head, step.via), (step.via, r.tail)),
                2: ((step.via, r.head), (step.via, r.tail)),
                3: ((r.head, step.via), (r.tail, step.via)),
                4: ((r.tail, step.via), (step.via, r.head)),
            }[step.pattern]
            assert step.premises == (first, second)
        assert [s.weight for s in r.reasoning] == sorted((s.weight for s in r.reasoning), reverse=True)
    assert any(r.reasoning for r in relations)


def test_documents_without_pairs_pass_through(predictor, documents):
    empty = Document("empty", (), (0,), ())
    single = replace(documents[0], entities=documents[0].entities[:1], relations=())
    assert list(predictor.pipe([empty, single])) == [empty, single]
    assert list(predictor.pipe([])) == []


def test_one_bad_document_does_not_sink_the_others(predictor, documents):
    bad = replace(
        documents[1], id="bad", entities=(replace(documents[1].entities[0], type="GENE"), *documents[1].entities[1:])
    )
    silent = replace(documents[2], id="silent", entities=(*documents[2].entities, Entity("nobody", "PER", ())))
    first, *others = documents[4].entities
    beyond = replace(first.mentions[0], start=10_000, end=10_001)
    out = replace(documents[4], id="out", entities=(replace(first, mentions=(beyond,)), *others))
    unsplit = replace(documents[5], id="unsplit", sentence_starts=())
    unspaced = replace(documents[6], id="unspaced", spaces=(True,))
    stream = [documents[0], bad, silent, documents[3], out, unsplit, unspaced]
    errors = {}
    found = list(predictor.pipe(stream, on_error=lambda document, error: errors.update({document.id: str(error)})))
    assert [d.id for d in found] == [d.id for d in stream]
    assert_same_relations(found[0], predictor(documents[0]))
    assert found[1].relations == found[2].relations == ()
    assert "GENE" in errors["bad"]
    assert "has no mention" in errors["silent"]
    assert "entity 0" in errors["out"]
    assert "words 10000 to 10001 of" in errors["out"]
    file = documents[5].file
    assert errors["unsplit"] == f"{file}: unsplit: no sentence starts at its first word"
    assert errors["unspaced"].startswith(f"{file}: unspaced: spaces of 1 words")
    with pytest.raises(DataError, match=r"bad: entity 0"):
        list(predictor.pipe(stream))


def test_long_documents_are_read_in_passages(predictor, documents):
    """Of two documents one after the other each fact is found with the score it has where its passage is all there
    is, and no passage has more entities than are allowed."""
    long = join(documents[:6])
    most = len(documents[0].entities)
    cut = Predictor(
        predictor.model, predictor.featurizer, max_entities=most, precision="fp32", calibration=predictor.calibration
    )
    sizes = []
    read = cut.model.pair_matrix

    def watched(encoded, token_mask, entity_mask, entity_types):
        sizes.append(entity_mask.shape[1])
        return read(encoded, token_mask, entity_mask, entity_types)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cut.model, "pair_matrix", watched)
        found = list(cut.pipe([documents[0], long, documents[1]]))
    assert max(sizes) == most
    assert_same_relations(found[0], predictor(documents[0]))
    assert_same_relations(found[2], predictor(documents[1]))
    facts = {(r.head, r.label, r.tail): r for r in found[1].relations}
    assert len(facts) == len(found[1].relations) > 20
    gold = {(r.head, r.label, r.tail) for r in long.relations}
    assert len(facts.keys() & gold) > len(facts) / 2
    for part in passages(long, most):
        first = part.document
        alone = {(part.entities[r.head], r.label, part.entities[r.tail]): r.score for r in predictor(first).relations}
        for key in facts.keys() & alone.keys():
            named = [m.sentence for m in long.entities[key[0]].mentions]
            assert {*named} & {*facts[key].evidence}, "evidence names the head"
            assert facts[key].score >= alone[key] / 2 - 1e-5
    least = least_scores(predictor.model, predictor.calibration)
    assert all(r.score >= least[r.label] for r in found[1].relations)
    sure = [r for r in found[1].relations if r.score >= 0.9]
    assert [(r.head, r.label, r.tail) for r in next(cut.pipe([long], threshold=0.9)).relations] == [
        (r.head, r.label, r.tail) for r in sure
    ]
    everything = next(cut.pipe([long], threshold=0.0)).relations
    assert len(everything) > len(facts)
    for least in (0.02, 0.1, 0.3, 0.5):  # a threshold chooses among facts, it does not change them
        found = next(cut.pipe([long], threshold=least)).relations
        assert [(r.head, r.label, r.tail, r.score) for r in sorted(found, key=_fact)] == [
            (r.head, r.label, r.tail, pytest.approx(r.score, abs=1e-5))
            for r in sorted(everything, key=_fact)
            if r.score >= least
        ]


def _fact(relation):
    return relation.head, relation.label, relation.tail


def test_passages_of_fewer_than_two_entities_are_refused(predictor):
    with pytest.raises(ValueError, match="max_entities must be at least 2, not 1"):
        Predictor(predictor.model, predictor.featurizer, max_entities=1)


def test_running_out_of_memory_costs_one_document(predictor, documents, monkeypatch):
    pair_matrix = predictor.model.pair_matrix

    def fails(encoded, token_mask, entity_mask, entity_types):
        if (entity_mask.sum(1) == len(documents[1].entities)).any():
            raise RuntimeError("not enough memory: you tried to allocate 99 bytes")
        return pair_matrix(encoded, token_mask, entity_mask, entity_types)

    monkeypatch.setattr(predictor.model, "pair_matrix", fails)
    errors = {}
    found = list(predictor.pipe(documents[:3], on_error=lambda d, error: errors.update({d.id: str(error)})))
    assert [bool(d.relations) for d in found] == [True, False, True]
    assert list(errors) == [documents[1].id]
    assert "not enough memory" in errors[documents[1].id]
    with pytest.raises(DataError, match=f"{documents[1].id}: not enough memory"):
        list(predictor.pipe(documents[:3]))


def test_unknown_models_and_devices_are_refused(checkpoint):
    with pytest.raises(FileNotFoundError, match="no checkpoint 'nonsense'"):
        Predictor.from_pretrained("nonsense")
    for device, reason in (("abacus", "expected auto, cpu, cuda"), ("meta", "")):
        with pytest.raises(ValueError, match=f"device '{device}': {reason}"):
            Predictor.from_pretrained(checkpoint, device=device)
    with pytest.raises(ValueError, match="precision: one of auto, fp32, bf16, not 'fp16'"):
        Predictor.from_pretrained(checkpoint, precision="fp16")


def test_the_name_changes_with_the_weights(checkpoint, tmp_path, predictor):
    from kg_docre.modeling import DocREModel

    model = DocREModel.from_pretrained(checkpoint)
    model.mask_vector.data += 1
    model.save_pretrained(tmp_path)
    (tmp_path / "tokenizer.json").write_bytes((checkpoint / "tokenizer.json").read_bytes())
    assert Predictor.from_pretrained(tmp_path).name.split("@")[1] != predictor.name.split("@")[1]


def test_bf16_finds_nearly_the_same_facts(predictor, checkpoint, documents):
    exact = {(d.id, r.head, r.label, r.tail) for d in predictor.pipe(documents) for r in d.relations}
    half = Predictor.from_pretrained(checkpoint, device="cpu", precision="bf16")
    found = {(d.id, r.head, r.label, r.tail) for d in half.pipe(documents) for r in d.relations}
    assert len(exact & found) > 0.95 * len(exact | found)


@pytest.mark.parametrize(
    "fields",
    [
        *({"reasoning": reasoning} for reasoning in ("r-msa", "msa", "u-net", "feed-forward", "none")),
        {"pair_features": "similarity", "reasoning": "u-net"},
        {"pair_features": "context", "context_weights": "softmax", "loss": "balanced-softmax"},
        {"classifier": "bilinear", "loss": "binary-cross-entropy"},
    ],
    ids=str,
)
def test_every_architecture_computes_in_bf16(fields, tiny_model, documents):
    model, featurizer = tiny_model(**fields)
    half = Predictor(model, featurizer, device="cpu", precision="bf16")
    scores = [r.score for d in half.pipe(documents[:2], threshold=0.0) for r in d.relations]
    assert scores
    assert all(0 <= score <= 1 for score in scores)


def test_evidence_names_head_and_tail(predictor, documents):
    more = 0
    for document in predictor.pipe(documents, threshold=0.02):
        naming = [{mention.sentence for mention in entity.mentions} for entity in document.entities]
        for relation in document.relations:
            assert naming[relation.head] & set(relation.evidence)
            assert naming[relation.tail] & set(relation.evidence)
            more += len(document.sentence_starts) > 3 * len(relation.evidence)
    assert more  # which is not because all of a document is evidence


def test_evidence_of_pairs_that_no_window_has_both_of_names_them(predictor, documents):
    """Ten documents as one of several windows, beside a short one: evidence is never all of it, nor beyond its end."""
    long = join(documents)
    long = replace(long, entities=long.entities[::3], relations=())
    assert len(long.words) > 1400
    whole = Predictor(
        predictor.model, predictor.featurizer, device="cpu", precision="fp32", batch_tokens=99_999, batch_pairs=99_999
    )
    for found in whole.pipe([long, documents[0]], threshold=0.02):
        for relation in found.relations:
            assert 1 <= len(relation.evidence) <= 5
            assert 0 <= min(relation.evidence) <= max(relation.evidence) < len(found.sentence_starts)


@pytest.mark.parametrize("share", [90, -0.1, "0.9", True, float("nan")])
def test_what_is_no_share_is_named(share, predictor, documents, tmp_path):
    from kg_docre.corpus.pipeline import Pipeline
    from kg_docre.graph import KnowledgeGraph
    from kg_docre.store import FactStore

    with pytest.raises(ValueError, match="threshold: a share from 0 to 1, not "):
        next(predictor.pipe(documents, threshold=share))
    with pytest.raises(ValueError, match="threshold: a share from 0 to 1, not "):
        Pipeline(predictor, threshold=share)
    with FactStore(":memory:") as store, pytest.raises(ValueError, match="min_confidence: a share from 0 to 1"):
        KnowledgeGraph(store, min_confidence=share)
