"""The whole network: features in, relation logits and reasoning weights out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PreTrainedModel
from transformers.initialization import no_init_weights

from kg_docre.modeling.classifier import BilinearClassifier, LinearClassifier, Pairs
from kg_docre.modeling.config import ModelConfig
from kg_docre.modeling.encoder import DocumentBatch, DocumentEncoder, EncodedDocuments, localized_context
from kg_docre.modeling.losses import adaptive_threshold_loss, balanced_softmax_loss, binary_cross_entropy
from kg_docre.modeling.low_rank import add_public_encoder
from kg_docre.modeling.pairs import ContextPairs, EntityPairs, SimilarityPairs
from kg_docre.modeling.reasoning import ReasoningModule
from kg_docre.modeling.segmentation import Segmentation
from kg_docre.modeling.tables import restore_tables
from kg_docre.modeling.weights import stored
from kg_docre.pretrained import reading, writing

__all__ = ["DocREModel", "PairMatrix", "Prediction"]


@dataclass(frozen=True, slots=True)
class PairMatrix:
    """The entity-pair feature matrix M⁽⁰⁾ and what it was made from.

    *Shape:* ``features`` (B, N, N, d), ``context`` (B, N (N + 1) / 2, width) where the classifier reads it,
    ``mask`` (B, N); ``pairs`` that can be related: document, head and tail, each (P,), in row-major order.
    """

    features: Tensor
    context: Tensor | None
    encoded: EncodedDocuments
    mask: Tensor
    pairs: Pairs


@dataclass(frozen=True, slots=True)
class Prediction:
    """Logits of every pair that can be related and, when asked for, the intermediates that reasoning looked
    at most.

    *Shape:* ``logits`` (P, classes); ``pairs`` document, head and tail, each (P,), in row-major order;
    ``via_weights`` and ``vias`` (B, heads, N, N, top) or None.
    """

    logits: Tensor
    pairs: Pairs
    via_weights: Tensor | None
    vias: Tensor | None


class DocREModel(nn.Module):
    """DocRE-SD, DocuNet or ATLOP, and every ablation between, as :class:`ModelConfig` says.

    ``encoder`` gives pretrained weights to start training from; without it the encoder is built from
    the configuration alone, to be filled by a checkpoint.
    """

    related_types: Tensor
    LAST_LAYERS = ("classifier.linear.", "classifier.bilinear.")  # parameters that are one per relation

    def __init__(self, config: ModelConfig, encoder: PreTrainedModel | None = None) -> None:
        super().__init__()
        self.config = config
        if encoder is None:
            settings = dict(config.encoder)
            encoder = AutoModel.from_config(AutoConfig.for_model(settings.pop("model_type"), **settings)).float()
        _drop_pooler(encoder)
        self.encoder = DocumentEncoder(encoder, entity_types=len(config.entity_types) if config.type_features else 0)
        width, pair_width = self.encoder.width, config.pair_width
        if config.pair_features == "docre-sd":
            self.pairs: nn.Module = EntityPairs(entity_width=width, pair_width=pair_width, dropout=config.dropout)
        elif config.pair_features == "context":
            self.pairs = ContextPairs(entity_width=width, pair_width=pair_width)
        else:
            self.pairs = SimilarityPairs(entity_width=width, pair_width=pair_width)
        self.dropout = nn.Dropout(config.dropout)
        self.register_buffer("related_types", _related_types(config), persistent=False)
        self.mask_vector = nn.Parameter(torch.randn(pair_width) * 0.02)
        self.reasoning = self._reasoning(config)
        classes = len(config.relations) + (config.loss == "adaptive-threshold")
        self.classifier: nn.Module
        if config.classifier == "linear":
            self.classifier = LinearClassifier(pair_width=pair_width, classes=classes, dropout=config.dropout)
        else:
            self.classifier = BilinearClassifier(
                entity_width=width,
                pair_width=pair_width,
                classes=classes,
                groups=config.bilinear_groups,
                project_pair=config.bilinear_groups > 1,
                dropout=config.dropout,
                context=config.classifier_context,
            )

    @staticmethod
    def _reasoning(config: ModelConfig) -> nn.Module | None:
        width = config.pair_width
        if config.reasoning in ("r-msa", "msa"):
            return ReasoningModule(
                width=width,
                layers=config.reasoning_layers,
                dropout=config.dropout,
                patterns=config.patterns,
                third_entities=config.third_entities,
                all_pairs=config.reasoning == "msa",
            )
        if config.reasoning == "u-net":
            return Segmentation(width=width, channels=width // 2)
        if config.reasoning == "feed-forward":
            return nn.Sequential(nn.Linear(width, 2 * width), nn.ReLU(), nn.Linear(2 * width, width))
        return None

    @property
    def device(self) -> torch.device:
        return self.mask_vector.device

    def encode(self, batch: DocumentBatch) -> PairMatrix:
        """Everything before reasoning: the part both training branches share."""
        return self.pair_matrix(self.encoder(batch), batch.token_mask, batch.entity_mask, batch.entity_types)

    def pair_matrix(
        self, encoded: EncodedDocuments, token_mask: Tensor, entity_mask: Tensor, entity_types: Tensor
    ) -> PairMatrix:
        """M⁽⁰⁾ of encoded documents. *Shape:* ``token_mask`` (B, L), ``entity_mask`` and ``entity_types`` (B, N)."""
        context = localized_context(encoded, token_mask, weights=self.config.context_weights)
        features = self.dropout(self.pairs(encoded.entities, context))
        pairs = _real_pairs(entity_mask)
        if self.config.pair_types:
            document, head, tail = pairs
            fitting = self.related_types[entity_types[document, head], entity_types[document, tail]]
            pairs = (document[fitting], head[fitting], tail[fitting])
        kept = context if self.config.classifier_context else None
        return PairMatrix(features=features, context=kept, encoded=encoded, mask=entity_mask, pairs=pairs)

    def predict(self, matrix: PairMatrix, *, masked: Tensor | None = None, top: int = 0) -> Prediction:
        """Reason over a matrix and classify every pair.

        ``masked`` (B, N, N) bool marks pairs whose features are replaced by the learned [Mask] vector
        (DocRE-SD, first branch), and whose entities and context the classifier does not see. ``top`` asks for that many
        intermediates per head and pair.
        """
        features = matrix.features
        if masked is not None:
            features = torch.where(masked[..., None], self.mask_vector.to(features.dtype), features)
        weights = vias = None
        if isinstance(self.reasoning, ReasoningModule):
            features, weights, vias = self.reasoning(features, matrix.mask, top=top)
        elif isinstance(self.reasoning, Segmentation):
            features = self.reasoning(features, matrix.mask)
        elif self.reasoning is not None:
            features = self.reasoning(features)
        logits: Tensor = self.classifier(features, matrix.encoded.entities, matrix.context, matrix.pairs, masked)
        return Prediction(logits=logits.float(), pairs=matrix.pairs, via_weights=weights, vias=vias)

    def forward(self, batch: DocumentBatch, *, top: int = 0) -> Prediction:
        return self.predict(self.encode(batch), top=top)

    def decision_scores(self, logits: Tensor) -> Tensor:
        """Log-odds of every relation: positive exactly where the loss's threshold is passed.

        *Shape:* logits (…, classes) → (…, relations).
        """
        if self.config.loss == "adaptive-threshold":
            return logits[..., 1:] - logits[..., :1]
        return logits

    def classification_loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The configured loss per pair. *Shape:* (pairs, classes), (pairs, relations) bool → (pairs,)."""
        losses = {
            "adaptive-threshold": adaptive_threshold_loss,
            "balanced-softmax": balanced_softmax_loss,
            "binary-cross-entropy": binary_cross_entropy,
        }
        return losses[self.config.loss](logits, labels)

    def save_pretrained(self, path: str | Path, *, half: bool = False) -> None:
        """Write ``config.json`` and ``model.safetensors``; ``half`` stores fp16 weights.

        Raises :exc:`~kg_docre.data.errors.DataError` for weights that are not finite then.
        """
        state = stored(self.state_dict(), half=half, buffers=dict(self.named_buffers()))
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.json").write_text(self.config.model_dump_json(indent=1) + "\n", encoding="utf-8")
        with writing(folder / "model.safetensors"):
            save_file(state, folder / "model.safetensors")

    @classmethod
    def from_pretrained(cls, path: str | Path) -> Self:
        """Read what :meth:`save_pretrained` wrote, compressed or not, in fp32, ready for prediction.

        Raises :exc:`FileNotFoundError` naming the missing file or public encoder, :exc:`ValueError` where
        configuration and weights disagree.
        """
        folder = Path(path)
        for name in ("config.json", "model.safetensors"):
            if not (folder / name).is_file():
                raise FileNotFoundError(
                    f"{folder}: no {name}; a checkpoint is a folder with config.json and model.safetensors"
                )
        with reading(folder / "config.json"):
            config = ModelConfig.model_validate_json((folder / "config.json").read_text(encoding="utf-8"))
        with no_init_weights():  # every weight is about to be read
            model = cls(config)
        with reading(folder / "model.safetensors"):
            state = restore_tables(load_file(folder / "model.safetensors"))
            with safe_open(folder / "model.safetensors", "pt") as file:
                about = file.metadata() or {}
        if "encoder" in about:
            state = add_public_encoder(state, about)
        state = {name: value.float() if value.is_floating_point() else value for name, value in state.items()}
        try:
            model.load_state_dict(state, assign=True)
        except RuntimeError as error:
            reason = " ".join(str(error).split())
            raise ValueError(f"{folder}: weights do not fit config.json: {reason[:300]}") from error
        return model.eval()


def _real_pairs(entity_mask: Tensor) -> Pairs:
    """Pairs of two different entities, row by row. *Shape:* (B, N) bool → three of (P,)."""
    different = ~torch.eye(entity_mask.shape[1], dtype=torch.bool, device=entity_mask.device)
    document, head, tail = (entity_mask[:, :, None] & entity_mask[:, None] & different).nonzero().unbind(1)
    return document, head, tail


def _related_types(config: ModelConfig) -> Tensor:
    """*Shape:* (head types, tail types) bool."""
    number = {name: index for index, name in enumerate(config.entity_types)}
    allowed = torch.full((len(number), len(number)), not config.pair_types)
    for head, tail in config.pair_types:
        allowed[number[head], number[tail]] = True
    return allowed


def _drop_pooler(encoder: PreTrainedModel) -> None:
    """The sentence pooler is never read; leave its weights out of training and checkpoints. Some encoders call one."""
    if getattr(encoder, "pooler", None) is not None:
        encoder.pooler = nn.Identity()
