"""Words in, mentions and which of them name the same thing out: the detector of a checkpoint, batched."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, repeat
from pathlib import Path
from typing import Self

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor
from transformers import PreTrainedModel

from kg_docre.batching import BATCH_SIZE, by_length
from kg_docre.coreference.certain import certain_pairs, joined, retyped, strangers
from kg_docre.coreference.companies import as_companies
from kg_docre.coreference.features import Spans, pair_features, pair_features_width
from kg_docre.coreference.linkage import average_linkage
from kg_docre.data.boundaries import tidy
from kg_docre.data.catalogue import catalogued
from kg_docre.data.headlines import headlined
from kg_docre.data.tokenizer import load_tokenizer
from kg_docre.data.words import NEIGHBOURS, SHAPES, WordFeatures, WordFeaturizer, collate_words
from kg_docre.modeling import DocREModel, ModelConfig
from kg_docre.modeling.mentions import MentionDetector
from kg_docre.modeling.weights import stored
from kg_docre.precision import autocast, check_precision, choose_device
from kg_docre.pretrained import checkpoint_path, mention_types, reading, weights_fingerprint, writing

__all__ = ["FoundMentions", "MentionPredictor", "build_detector", "save_detector"]

_WEIGHTS, _SETTINGS = "mentions.safetensors", "mentions.json"
# tokens at once: on a CPU what its caches hold, on a GPU what keeps it busy
_BUDGETS = {"cpu": 2048, "cuda": 65536}
_MOST_MENTIONS = 1000  # of a text: joining them takes time with the cube of their number


@dataclass(frozen=True, slots=True)
class FoundMentions:
    """Mentions of a text (first word, last exclusive, type) in its order, and clusters of those that name the same
    thing, by their numbers; None where the detector does not tell."""

    spans: Spans
    clusters: list[list[int]] | None


class MentionPredictor:
    """Finds the mentions of texts given as words and, if ``coreference`` is set and the detector tells, which of them
    name the same thing; not in texts of more than a thousand mentions."""

    def __init__(
        self,
        detector: MentionDetector,
        tokenizer: Tokenizer,
        config: ModelConfig,
        *,
        device: str = "auto",
        precision: str = "auto",
        coreference: bool = True,
    ) -> None:
        self.coreference = coreference
        self.device = choose_device(device)
        self.detector = detector.to(self.device).eval()
        self.featurizer = WordFeaturizer(tokenizer)
        self.config = config
        self.precision = check_precision(precision)
        self._budget = _BUDGETS["cpu" if self.device.type == "cpu" else "cuda"]

    @classmethod
    def from_pretrained(
        cls,
        path_or_name: str | Path = "default",
        *,
        device: str = "auto",
        precision: str = "auto",
        coreference: bool = True,
    ) -> Self:
        """The detector of a checkpoint: the checkpoint's encoder, with upper layers of the detector's own.

        Raises :exc:`FileNotFoundError` if the checkpoint has none, :exc:`ValueError` if it was trained over
        other weights than the checkpoint's.
        """
        folder = checkpoint_path(path_or_name)
        if not (mention_types(folder) and (folder / _WEIGHTS).is_file()):
            raise FileNotFoundError(f"{folder}: no {_WEIGHTS}; kg-docre train-mentions makes it")
        with reading(folder / _SETTINGS):
            settings = json.loads((folder / _SETTINGS).read_text(encoding="utf-8"))
            own_encoder = settings["encoder"]
        if own_encoder != weights_fingerprint(folder):
            raise ValueError(f"{folder}: {_WEIGHTS} was trained over other weights than model.safetensors")
        model = DocREModel.from_pretrained(folder)
        detector = build_detector(
            model.encoder.encoder, settings["types"], coreference=settings.get("coreference", False)
        )
        with reading(folder / _WEIGHTS):
            own = {name: value.float() for name, value in load_file(folder / _WEIGHTS).items()}
        try:
            missing = detector.load_state_dict(own, strict=False)
        except RuntimeError as error:  # a shape
            raise ValueError(f"{folder}/{_WEIGHTS}: weights do not fit {_SETTINGS}: {error}") from error
        wrong = [*missing.unexpected_keys, *(n for n in missing.missing_keys if not n.startswith("encoder."))]
        if wrong:
            raise ValueError(f"{folder}/{_WEIGHTS}: weights do not fit: {wrong[0]}")
        tokenizer = load_tokenizer(folder)
        return cls(detector, tokenizer, model.config, device=device, precision=precision, coreference=coreference)

    def pipe(
        self,
        texts: Iterable[Sequence[str]],
        *,
        breaks: Iterable[Sequence[int]] | None = None,
        batch_size: int = BATCH_SIZE,
    ) -> Iterator[FoundMentions]:
        """Mentions of every text, in order; ``batch_size`` texts are sorted by length together. ``breaks`` are for each
        text the words at which a paragraph begins, over which no mention goes."""
        stream = zip(texts, repeat(()), strict=False) if breaks is None else zip(texts, breaks, strict=True)
        while chunk := list(islice(stream, batch_size)):
            features = self.featurizer([text for text, _ in chunk])
            found = [FoundMentions([], None) for _ in chunk]
            read = [i for i, own in enumerate(features) if len(own.pieces)]
            for batch in by_length([len(features[i].pieces) for i in read], self._budget, waste=math.inf):
                numbers = [read[i] for i in batch]
                together = self._predict([chunk[i] for i in numbers], [features[i] for i in numbers])
                for number, mentions in zip(numbers, together, strict=True):
                    found[number] = mentions
            yield from found

    @torch.inference_mode()
    def _predict(
        self, texts: list[tuple[Sequence[str], Sequence[int]]], features: list[WordFeatures]
    ) -> list[FoundMentions]:
        batch = collate_words(features, self.config).to(self.device)
        logits = torch.empty(len(batch.window), 1 + 2 * len(self.detector.types))
        states = torch.empty(len(batch.window), self.detector.encoder.config.hidden_size, device=self.device)
        for words, part in batch.split(max(1, self._budget // batch.input_ids.shape[1])):
            with autocast(self.device, self.precision):
                of_part, states_of_part = self.detector(part)
            logits[words.cpu()], states[words] = of_part.cpu(), states_of_part.float()
        sizes = [f.words for f in features]
        found = []
        for (text, breaks), scores, read in zip(texts, logits.split(sizes), states.split(sizes), strict=True):
            numbered = MentionDetector.spans(scores, breaks)
            named = ((start, end, self.detector.types[kind]) for start, end, kind in numbered)
            catalogue = catalogued(text, tidy(text, named, breaks), breaks)
            spans = retyped(text, headlined(text, as_companies(text, catalogue, breaks), breaks))
            found.append(FoundMentions(spans, self._clusters(text, spans, read)))
        return found

    def _clusters(self, text: Sequence[str], spans: Spans, states: Tensor) -> list[list[int]] | None:
        if self.detector.coreference is None or not self.coreference or len(spans) > _MOST_MENTIONS:
            return None
        features = torch.from_numpy(pair_features(text, spans, self.detector.types)).to(self.device)
        start, end = (
            torch.tensor([span[:2] for span in spans], dtype=torch.long, device=self.device).view(-1, 2).unbind(1)
        )
        scores = self.detector.coreference(states, start, end - 1, features)
        table = scores.cpu().double().numpy()
        apart = strangers(text, spans)
        if apart:
            one, other = map(list, zip(*apart, strict=True))
            table[one, other] = table[other, one] = -np.inf
        return joined(average_linkage(table), certain_pairs(text, spans), apart)


def build_detector(encoder: PreTrainedModel, types: Sequence[str], *, coreference: bool = True) -> MentionDetector:
    """A detector with fresh layers over ``encoder``, which tells mentions of one thing from others if
    ``coreference``."""
    return MentionDetector(
        encoder,
        types=types,
        shapes=SHAPES,
        neighbours=NEIGHBOURS,
        pair_features=pair_features_width(types) if coreference else None,
    )


def save_detector(detector: MentionDetector, checkpoint: Path, folder: Path) -> None:
    """Write to ``folder`` what the detector has of its own over ``checkpoint``: its trained parameters, in fp16. Raises
    :exc:`~kg_docre.data.errors.DataError` for weights that are not finite then."""
    own = stored({name: value for name, value in detector.named_parameters() if value.requires_grad})
    with writing(folder / _WEIGHTS):
        save_file(own, folder / _WEIGHTS)
    settings = {
        "types": list(detector.types),
        "coreference": detector.coreference is not None,
        "encoder": weights_fingerprint(checkpoint),
    }
    (folder / _SETTINGS).write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")
