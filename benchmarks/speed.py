"""Speed beside the bare encoder and beside research code, in one process, in turns.

    python -m benchmarks.speed [--model CHECKPOINT | --encoder FOLDER] [--data FILE] [--documents 100]
                               [--device cpu] [--repeats 5]

``--encoder`` measures DocRE-SD with fresh weights around another encoder. Results are documents per
second, medians over the repeats with their range; ratios are medians of the ratios within a turn.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import spacy
import torch
from spacy.tokens import Doc, Span

from benchmarks.straightforward import Straightforward
from kg_docre.annotations import Document
from kg_docre.batching import BATCH_SIZE
from kg_docre.calibration import UNCALIBRATED
from kg_docre.data.docred import read_docred
from kg_docre.data.docred_relations import docred_relations
from kg_docre.data.features import Features, Featurizer, collate
from kg_docre.modeling import DocumentBatch
from kg_docre.precision import autocast
from kg_docre.predictor import Predictor
from kg_docre.training.config import TrainingConfig
from kg_docre.training.dataset import label_tensor
from kg_docre.training.initial_model import build_model
from kg_docre.training.objective import training_loss
from spacy_components.annotations import set_entities

SAMPLE = Path(__file__).parent.parent / "tests" / "data" / "redocred_sample.json"
RESEARCH_BATCH = 4  # documents a batch, as research code does it


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="default")
    parser.add_argument("--encoder")
    parser.add_argument("--data", type=Path, default=SAMPLE)
    parser.add_argument("--documents", type=int, default=100)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", default="fp32")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    predictor = predictor_of(options)
    sample = [d for d in read_docred(options.data) if len(d.entities) > 1]
    documents = [sample[i % len(sample)] for i in range(options.documents)]
    masks = [batch.attention_mask for batch in _batches(predictor, documents)]
    real, padded = sum(int(mask.sum()) for mask in masks), sum(mask.numel() for mask in masks)
    tokens = real / len(documents)
    entities = sum(len(d.entities) for d in documents) / len(documents)
    print(
        f"{len(documents)} documents of {tokens:.0f} tokens and {entities:.1f} entities on average, "
        f"{predictor.model.config.encoder.get('model_type')} encoder of width {predictor.model.encoder.width}, "
        f"{options.device}, {options.precision}, {torch.get_num_threads()} threads; "
        f"{padded / real - 1:.1%} of the tokens are padding\n"
    )
    few = documents[: max(RESEARCH_BATCH, len(documents) // 4)]
    inference: dict[str, tuple[Callable[[], None], int]] = {
        "bare encoder": (_encode(predictor, documents), len(documents)),
        "Predictor.pipe": (lambda: _consume(predictor.pipe(documents)), len(documents)),
        "docre component": (_component(predictor, documents), len(documents)),
        "straightforward": (_straightforward(predictor, few), len(few)),
    }
    _table("inference", _measure(inference, options), ("bare encoder", "straightforward"))
    training: dict[str, tuple[Callable[[], None], int]] = {
        "training step": (lambda: _train(predictor, few, fast=True), len(few)),
        "straightforward": (lambda: _train(predictor, few, fast=False), len(few)),
    }
    _table("training (self-distillation)", _measure(training, options), ("straightforward",))


def predictor_of(options: argparse.Namespace) -> Predictor:
    settings = {"device": options.device, "precision": options.precision}
    if not options.encoder:
        return Predictor.from_pretrained(options.model, **settings)
    config = TrainingConfig(encoder=options.encoder, train=(SAMPLE,), model={"pair_width": 256})
    model, tokenizer = build_model(config, docred_relations())
    predictor = Predictor(model, Featurizer(tokenizer, model.config), **settings)
    _decide_as_often_as_annotators(predictor, read_docred(SAMPLE))
    return predictor


@torch.inference_mode()
def _decide_as_often_as_annotators(predictor: Predictor, documents: list[Document]) -> None:
    """Shift the decisions of fresh weights, which else find half of everything, to as many facts as there are."""
    model = predictor.model
    scores = torch.cat(
        [
            model.decision_scores(model(batch.to(predictor.device)).logits).flatten()
            for batch in _batches(predictor, documents)
        ]
    )
    facts = sum(len(document.relations) for document in documents)
    decision = scores.topk(facts).values[-1].item()
    predictor.calibration = UNCALIBRATED.model_copy(update={"decision": decision})


def _consume(stream) -> None:
    for _ in stream:
        pass


def _batches(predictor: Predictor, documents: list[Document]) -> list[DocumentBatch]:
    """What the predictor gives its encoder."""
    return [
        batch.inputs[0]
        for first in range(0, len(documents), BATCH_SIZE)
        for batch in predictor._prepare(documents[first : first + BATCH_SIZE], None).batches
    ]


def _encode(predictor: Predictor, documents: list[Document]) -> Callable[[], None]:
    """The encoder alone, its attention fused, on tokens that lie ready in the predictor's own batches."""
    batches = [batch.to(predictor.device) for batch in _batches(predictor, documents)]

    @torch.inference_mode()
    def run() -> None:
        with autocast(predictor.device, predictor.precision):
            for batch in batches:
                predictor.model.encoder.encoder(input_ids=batch.input_ids, attention_mask=batch.attention_mask)
        _finish(predictor.device)

    return run


def _component(predictor: Predictor, documents: list[Document]) -> Callable[[], None]:
    nlp = spacy.blank("en")
    component = nlp.add_pipe("docre", config={"model": "default"})
    component._predictor = predictor
    made = []
    for document in documents:
        doc = Doc(nlp.vocab, words=list(document.words), spaces=list(document.spaces) or None)
        spans = {(m.start, m.end): e.type for e in document.entities for m in e.mentions}
        doc.ents = spacy.util.filter_spans([Span(doc, a, b, label=label) for (a, b), label in spans.items()])
        clusters = [[Span(doc, m.start, m.end) for m in e.mentions] for e in document.entities]
        set_entities(doc, clusters, [e.type for e in document.entities])
        made.append(doc)
    return lambda: _consume(component.pipe(made))


def _straightforward(predictor: Predictor, documents: list[Document]) -> Callable[[], None]:
    slow = Straightforward(predictor.model).eval()

    @torch.inference_mode()
    def run() -> None:
        features = predictor.featurizer(documents)
        for first in range(0, len(features), RESEARCH_BATCH):
            for logits in slow(features[first : first + RESEARCH_BATCH]):
                (predictor.model.decision_scores(logits) >= predictor.decision).nonzero().tolist()

    return run


def _train(predictor: Predictor, documents: list[Document], *, fast: bool) -> None:
    """Loss and gradients of both branches, without the optimizer, which is the same for both."""
    model, features = predictor.model, predictor.featurizer(documents)
    relations = list(model.config.relations)
    model.train()
    slow = None if fast else Straightforward(model).train()
    for first in range(0, len(documents), RESEARCH_BATCH):
        part = slice(first, first + RESEARCH_BATCH)
        labels = label_tensor(documents[part], features[part], relations).to(predictor.device)
        if slow is None:
            batch = collate(features[part], model.config).to(predictor.device)
            loss = training_loss(model, batch, labels, objective="self-distillation", rate=0.2).total
        else:
            loss = _straightforward_loss(slow, features[part], labels)
        loss.backward()
        model.zero_grad(set_to_none=True)
    model.eval()
    _finish(predictor.device)


def _straightforward_loss(slow: Straightforward, features: list[Features], labels: torch.Tensor) -> torch.Tensor:
    losses = []
    for d, (matrix, entities, context) in enumerate(slow.pair_matrices(features)):
        masked = torch.rand(matrix.shape[:2], device=matrix.device) < 0.2
        hidden = torch.where(masked[..., None], slow.model.mask_vector, matrix)
        plain, guessed = (slow.classify(cells, entities, context) for cells in (matrix, hidden))
        off = ~torch.eye(len(entities), dtype=torch.bool, device=matrix.device)
        target = labels[d, : len(entities), : len(entities)][off]
        for logits in (plain, guessed):
            losses.append(slow.model.classification_loss(logits, target).mean())
        p, q = (torch.sigmoid(slow.model.decision_scores(logits)) for logits in (plain, guessed))
        losses.append(torch.nn.functional.binary_cross_entropy(q, p))
    return torch.stack(losses).sum() / len(features)


def _finish(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _measure(
    contenders: dict[str, tuple[Callable[[], None], int]], options: argparse.Namespace
) -> dict[str, list[float]]:
    """Documents per second of every contender in every turn; the first turn warms up."""
    speeds: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(options.repeats + 1):
        for name, (run, documents) in contenders.items():
            start = time.perf_counter()
            run()
            if turn:
                speeds[name].append(documents / (time.perf_counter() - start))
    return speeds


def _table(title: str, speeds: dict[str, list[float]], yardsticks: tuple[str, ...]) -> None:
    print(f"{title:<30} {'documents/s':>12} {'range':>16}", *(f"{'of ' + name:>20}" for name in yardsticks))
    for name, values in speeds.items():
        ratios = (
            statistics.median(a / b for a, b in zip(values, speeds[yardstick], strict=True)) for yardstick in yardsticks
        )
        spread = f"{min(values):.1f}-{max(values):.1f}"
        print(f"{name:<30} {statistics.median(values):>12.1f} {spread:>16}", *(f"{ratio:>19.2f}×" for ratio in ratios))
    print()


if __name__ == "__main__":
    main()
