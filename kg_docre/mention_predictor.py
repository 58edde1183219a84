"""Words in, mentions out: the mention detector that ships with a checkpoint, batched."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Self

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from transformers import PreTrainedModel

from kg_docre.data.words import NEIGHBOURS, SHAPES, WordFeatures, WordFeaturizer, collate_words
from kg_docre.modeling import DocREModel, ModelConfig
from kg_docre.modeling.mentions import MentionDetector
from kg_docre.precision import autocast, choose_device
from kg_docre.pretrained import checkpoint_path, mention_types, weights_fingerprint

__all__ = ["MentionPredictor", "build_detector", "save_detector"]

_WEIGHTS, _SETTINGS = "mentions.safetensors", "mentions.json"
# tokens at once: on a CPU what its caches hold, on a GPU what keeps it busy
_BUDGETS = {"cpu": 2048, "cuda": 65536}

Spans = list[tuple[int, int, str]]  # first word, last (exclusive), type


class MentionPredictor:
    """Finds the mentions of texts given as words."""

    def __init__(
        self,
        detector: MentionDetector,
        tokenizer: Tokenizer,
        config: ModelConfig,
        *,
        device: str = "auto",
        precision: str = "auto",
    ) -> None:
        self.device = choose_device(device)
        self.detector = detector.to(self.device).eval()
        self.featurizer = WordFeaturizer(tokenizer)
        self.config = config
        self.precision = precision
        self._budget = _BUDGETS["cpu" if self.device.type == "cpu" else "cuda"]

    @classmethod
    def from_pretrained(
        cls, path_or_name: str | Path = "default", *, device: str = "auto", precision: str = "auto"
    ) -> Self:
        """The detector of a checkpoint: the checkpoint's encoder, with upper layers of the detector's own.

        Raises :exc:`FileNotFoundError` if the checkpoint has none, :exc:`ValueError` if it was trained over
        other weights than the checkpoint's.
        """
        folder = checkpoint_path(path_or_name)
        if not (mention_types(folder) and (folder / _WEIGHTS).is_file()):
            raise FileNotFoundError(f"{folder}: no {_WEIGHTS}; kg-docre train-mentions makes it")
        settings = json.loads((folder / _SETTINGS).read_text(encoding="utf-8"))
        if settings["encoder"] != weights_fingerprint(folder):
            raise ValueError(f"{folder}: {_WEIGHTS} was trained over other weights than model.safetensors")
        model = DocREModel.from_pretrained(folder)
        detector = build_detector(model.encoder.encoder, settings["types"])
        own = {name: value.float() for name, value in load_file(folder / _WEIGHTS).items()}
        try:
            missing = detector.load_state_dict(own, strict=False)
        except RuntimeError as error:  # a shape
            raise ValueError(f"{folder}/{_WEIGHTS}: weights do not fit {_SETTINGS}: {error}") from error
        wrong = [*missing.unexpected_keys, *(n for n in missing.missing_keys if not n.startswith("encoder."))]
        if wrong:
            raise ValueError(f"{folder}/{_WEIGHTS}: weights do not fit: {wrong[0]}")
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        return cls(detector, tokenizer, model.config, device=device, precision=precision)

    def pipe(self, texts: Iterable[Sequence[str]], *, batch_size: int = 128) -> Iterator[Spans]:
        """Mentions of every text, in order; ``batch_size`` texts are sorted by length together."""
        stream = iter(texts)
        while chunk := list(islice(stream, batch_size)):
            features = self.featurizer(chunk)
            found: list[Spans] = [[] for _ in chunk]
            for batch in self._batches(features):
                for index, spans in zip(batch, self._predict([features[i] for i in batch]), strict=True):
                    found[index] = spans
            yield from found

    def _batches(self, features: Sequence[WordFeatures]) -> Iterator[list[int]]:
        """Indices of texts of like length, as many as the token budget allows; texts without pieces in none."""
        batch: list[int] = []
        for index in sorted(range(len(features)), key=lambda i: len(features[i].pieces)):
            size = len(features[index].pieces)
            if batch and (len(batch) + 1) * size > self._budget:
                yield batch
                batch = []
            if size:
                batch.append(index)
        if batch:
            yield batch

    @torch.inference_mode()
    def _predict(self, features: list[WordFeatures]) -> list[Spans]:
        batch = collate_words(features, self.config).to(self.device)
        types = self.detector.types
        logits = torch.empty(len(batch.window), 1 + 2 * len(types))
        for words, part in batch.split(max(1, self._budget // batch.input_ids.shape[1])):
            with autocast(self.device, self.precision):
                logits[words.cpu()] = self.detector(part).cpu()
        return [
            [(start, end, types[kind]) for start, end, kind in MentionDetector.spans(part)]
            for part in logits.split([f.words for f in features])
        ]


def build_detector(encoder: PreTrainedModel, types: Sequence[str]) -> MentionDetector:
    """A detector with fresh layers over ``encoder``."""
    return MentionDetector(encoder, types=types, shapes=SHAPES, neighbours=NEIGHBOURS)


def save_detector(detector: MentionDetector, checkpoint: Path, folder: Path) -> None:
    """Write to ``folder`` what the detector has of its own over ``checkpoint``: its trained parameters, in fp16."""
    own = {
        name: value.detach().half().contiguous() for name, value in detector.named_parameters() if value.requires_grad
    }
    save_file(own, folder / _WEIGHTS)
    settings = {"types": list(detector.types), "encoder": weights_fingerprint(checkpoint)}
    (folder / _SETTINGS).write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")
