"""``kg-docre train-mentions``: a detector of mentions, and of those that name the same thing, over the encoder of a
checkpoint."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from kg_docre.annotations import Document, Entity, Mention
from kg_docre.coreference.features import pair_features
from kg_docre.coreference.rules import NamedMention, cluster_mentions
from kg_docre.data.errors import DataError
from kg_docre.data.tokenizer import load_tokenizer
from kg_docre.data.words import WordFeaturizer, collate_words, mention_labels
from kg_docre.evaluation.mentions import score_raw_text
from kg_docre.mention_predictor import FoundMentions, MentionPredictor, build_detector, save_detector
from kg_docre.modeling import DocREModel
from kg_docre.modeling.mentions import MentionDetector
from kg_docre.precision import autocast, choose_device
from kg_docre.pretrained import checkpoint_path, weights_fingerprint
from kg_docre.progress import progress
from kg_docre.training.config import Seed, TrainingFile
from kg_docre.training.dataset import length_batches, read_split, text_hash
from kg_docre.training.frozen import FrozenLayers
from kg_docre.training.optimization import build_schedule, learn

__all__ = ["MentionResult", "MentionTrainingConfig", "train_mentions"]


class MentionTrainingConfig(TrainingFile):
    """What ``kg-docre train-mentions`` reads."""

    checkpoint: str = Field("default", description="whose encoder finds mentions: a folder or a shipped one's name")
    train: tuple[Path, ...] = Field(min_length=1, description="files with mentions, DocRED format or PubTator")
    development_size: int = Field(
        0, ge=0, description="documents held out of the first training file by text hash, to choose the best epoch"
    )
    trained_layers: int = Field(2, ge=1, description="upper layers of the encoder that the detector has for itself")
    coreference_weight: float = Field(
        1.0, ge=0, description="of the loss on which mentions name the same thing; 0: a detector that does not tell"
    )
    epochs: int = Field(4, ge=1)
    batch_size: int = Field(8, ge=1, description="documents per step")
    encoder_learning_rate: float = Field(3e-4, gt=0)
    learning_rate: float = Field(1e-3, gt=0, description="of what is not the encoder")
    weight_decay: float = Field(0.01, ge=0)
    warmup: float = Field(0.06, ge=0, lt=1)
    seed: Seed = 0
    device: str = "auto"
    precision: Literal["auto", "fp32", "bf16"] = "auto"


@dataclass(frozen=True, slots=True)
class MentionResult:
    """The checkpoint with its detector, of which epoch, and F1 on the held-out documents (None: none) of mentions and
    of exact clusters of them."""

    folder: Path
    epoch: int
    f1: float | None
    cluster_f1: float | None


def train_mentions(config: MentionTrainingConfig, output: str | Path) -> MentionResult:
    """Train a detector and leave the checkpoint with it in ``output``; a text in several files counts once.

    Raises :exc:`DataError` for unusable data, naming it.
    """
    checkpoint, folder = checkpoint_path(config.checkpoint), Path(output)
    device = choose_device(config.device)
    torch.manual_seed(config.seed)
    everything, held_out = read_split(config.train, None, config.development_size)
    documents = list({text_hash(document): document for document in reversed(everything) if document.words}.values())
    if not documents:
        raise DataError("no training document with words is left, beside what is held out")
    model = DocREModel.from_pretrained(checkpoint)
    encoder, types = model.encoder.encoder, model.config.entity_types
    layers = encoder.config.get_text_config().num_hidden_layers
    if config.trained_layers > layers:
        raise DataError(f"trained_layers: the encoder has {layers}, not {config.trained_layers}")
    try:
        frozen = FrozenLayers(encoder, layers - config.trained_layers)
    except ValueError as error:
        raise DataError(f"trained_layers: {error}") from error
    detector = build_detector(encoder, types, coreference=config.coreference_weight > 0).to(device)
    tokenizer = load_tokenizer(checkpoint)
    features = WordFeaturizer(tokenizer)([document.words for document in documents])
    labels = [mention_labels(document, types) for document in documents]
    if not any(label.any() for label in labels):
        raise DataError(f"no training document has a mention of type {', '.join(types)}")
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in encoder.parameters() if p.requires_grad], "lr": config.encoder_learning_rate},
            {
                "params": [p for name, p in detector.named_parameters() if not name.startswith("encoder.")],
                "lr": config.learning_rate,
            },
        ],
        weight_decay=config.weight_decay,
    )
    steps = -(-len(documents) // config.batch_size)
    schedule = build_schedule(optimizer, steps=steps * config.epochs, warmup=config.warmup)
    if checkpoint.resolve() != folder.resolve():
        if (folder / "config.json").exists() and weights_fingerprint(folder) != weights_fingerprint(checkpoint):
            raise DataError(f"{folder} holds something else; choose another output folder")
        shutil.copytree(checkpoint, folder, dirs_exist_ok=True)
    with progress("frozen layers", len(features)) as advance:
        for one in features:
            batch = collate_words([one], model.config).to(device)
            with autocast(device, config.precision):
                frozen.remember(batch.input_ids, batch.attention_mask)
            advance(1)
    best: MentionResult | None = None
    for epoch in range(config.epochs):
        detector.train()
        frozen.eval()
        shuffle = torch.Generator().manual_seed(config.seed * 100_003 + epoch)
        batches = length_batches([len(f.pieces) for f in features], config.batch_size, shuffle)
        with progress(f"epoch {epoch + 1}/{config.epochs}", steps) as advance:
            for indices in batches:
                batch = collate_words([features[i] for i in indices], model.config).to(device)
                with autocast(device, config.precision):
                    logits, states = detector(batch)
                    coreference = coreference_loss(detector, [documents[i] for i in indices], states)
                loss = nn.functional.cross_entropy(logits, torch.cat([labels[i] for i in indices]).to(device))
                loss = loss + config.coreference_weight * coreference
                value = learn(loss, detector, optimizer, schedule, max_gradient_norm=1.0, epoch=epoch + 1)
                advance(1, f"loss {value:.3f}")
        predictor = MentionPredictor(
            detector, tokenizer, model.config, device=config.device, precision=config.precision
        )
        result = MentionResult(folder, epoch + 1, None, None)
        if held_out:
            scores = score_raw_text(held_out, found_mentions(predictor, held_out))
            result = MentionResult(folder, epoch + 1, scores.mention_f1, scores.cluster_f1)
            print(
                f"epoch {epoch + 1}: mention F1 {scores.mention_f1:.4f}, cluster F1 {scores.cluster_f1:.4f}", flush=True
            )
        if best is None or (result.cluster_f1 or 0.0) >= (best.cluster_f1 or 0.0):
            best = result
            save_detector(detector, checkpoint, folder)
    assert best is not None
    return best


def found_mentions(predictor: MentionPredictor, documents: list[Document]) -> list[Document]:
    """The same words with the detector's mentions and clusters; where it tells of none, by the rules over names."""
    found = predictor.pipe(document.words for document in documents)
    return [
        replace(document, entities=_entities(document, mentions), relations=())
        for document, mentions in zip(documents, found, strict=True)
    ]


def _entities(document: Document, mentions: FoundMentions) -> tuple[Entity, ...]:
    clusters = mentions.clusters
    if clusters is None:
        named = [NamedMention(" ".join(document.words[start:end]), kind) for start, end, kind in mentions.spans]
        clusters = cluster_mentions(named)
    return tuple(
        Entity(
            name="",
            type=mentions.spans[cluster[0]][2],
            mentions=tuple(Mention(*mentions.spans[i][:2], sentence=0, name="") for i in cluster),
        )
        for cluster in clusters
    )


def coreference_loss(detector: MentionDetector, documents: list[Document], states: Tensor) -> Tensor:
    """Cross-entropy of which pairs of gold mentions name the same thing, averaged over all pairs of all documents; 0
    if the detector does not tell. *Shape:* ``states`` of the documents' words, one document after the other."""
    if detector.coreference is None:
        return states.new_zeros(())
    losses = []
    for document, read in zip(documents, states.split([len(d.words) for d in documents]), strict=True):
        mentions = sorted(
            (m.start, m.end, entity.type, number)
            for number, entity in enumerate(document.entities)
            if entity.type in detector.types
            for m in entity.mentions
        )
        if len(mentions) < 2:
            continue
        features = pair_features(document.words, [mention[:3] for mention in mentions], detector.types)
        start, end, number = (torch.tensor([m[column] for m in mentions], device=states.device) for column in (0, 1, 3))
        scores = detector.coreference(read, start, end - 1, torch.from_numpy(features).to(states.device))
        first, second = torch.triu_indices(len(mentions), len(mentions), 1, device=states.device)
        same = (number[first] == number[second]).float()
        losses.append(nn.functional.binary_cross_entropy_with_logits(scores[first, second], same, reduction="none"))
    return torch.cat(losses).mean() if losses else states.new_zeros(())
