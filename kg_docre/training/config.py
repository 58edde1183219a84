"""The training file: data, architecture, objective and optimization in one TOML document."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from kg_docre.data.errors import DataError
from kg_docre.modeling.config import ModelChoices, Settings
from kg_docre.pretrained import checkpoint_fingerprint, checkpoint_path, shipped_checkpoints

__all__ = ["Seed", "TrainingConfig", "TrainingFile", "identity", "problems"]

Objective = Literal["self-distillation", "plain-branch", "masked-branch", "r-drop", "knowledge-distillation"]
Seed = Annotated[int, Field(ge=-(10**12), le=10**12)]
_MASKING = ("self-distillation", "masked-branch")
_LOADED = ("config.json", "*.safetensors*", "*.bin", "tokenizer*", "vocab*", "merges*", "spiece*")  # of an encoder


def problems(error: ValidationError, fields: Iterable[str] = ()) -> str:
    """Every wrong field and why, in one line; of a field that is none, which of ``fields`` is written like it."""
    found = []
    for item in error.errors():
        name, reason = ".".join(map(str, item["loc"])), item["msg"].removeprefix("Value error, ")
        if item["type"] == "extra_forbidden":
            near = get_close_matches(name, fields, 1)
            reason = f"no such field{f'; did you mean {near[0]}?' if near else ''}"
        elif item["type"] == "tuple_type":
            reason = 'expected a list, ["…"]'
        found.append(f"{name}: {reason}" if name else reason)
    return "; ".join(found)


class TrainingFile(Settings):
    """Everything that decides a run, as a TOML document. Paths are relative to the working directory."""

    @classmethod
    def from_toml(cls, path: str | Path, **overrides: Any) -> Self:
        """Read a training file; ``overrides`` replace its fields.

        Raises :exc:`DataError` naming the file and the field.
        """
        try:
            values = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise DataError(f"{path}: {error.strerror or error}") from error
        except ValueError as error:
            raise DataError(f"{path}: not TOML: {error}") from error
        try:
            return cls.model_validate({**values, **overrides})
        except ValidationError as error:
            raise DataError(f"{path}: {problems(error, cls.model_fields)}") from error


class TrainingConfig(TrainingFile):
    """What ``kg-docre train`` reads."""

    encoder: str | None = Field(
        None,
        description="for a fresh model: folder or hub name of a Hugging Face encoder, or a checkpoint whose encoder it "
        "begins with, a folder or a shipped one's name",
    )
    checkpoint: str | None = Field(
        None, description="instead: a checkpoint to go on from, a folder or a shipped one's name"
    )
    train: tuple[Path, ...] = Field(min_length=1, description="files to learn from, DocRED format or PubTator")
    sparse: tuple[Path, ...] = Field(
        (), description="files whose labels are right but not all there: pairs without any are not taken as unrelated"
    )
    unlabelled: tuple[Path, ...] = Field(
        (), description="files whose entities alone are read, for a teacher to say what holds between them"
    )
    development: Path | None = Field(None, description="file to choose the best epoch on")
    development_size: int = Field(
        0, ge=0, description="without a development file: documents held out of the first training file by text hash"
    )
    training_size: int | None = Field(None, ge=1, description="learn from that many documents, the first by text hash")
    relations: Path | None = Field(
        None, description="JSON {id: name}; default: the checkpoint's own, or the 96 of DocRED"
    )
    hierarchy: Path | None = Field(
        None,
        description="of PubTator's ids, to leave out pairs more general than a fact: lines of id, tab, tree number",
    )
    known_facts: Path | None = Field(
        None,
        description="facts that Ign F1 leaves out, [[head name, tail name, relation], …]; default: those of training, "
        "that of the checkpoint too",
    )
    model: dict[str, Any] = Field(default_factory=dict, description="fields of ModelChoices")

    objective: Objective = Field(
        "self-distillation",
        description="DocRE-SD eq 9; without the first branch; without the second; SD→R-Drop; SD→KD",
    )
    max_mask_rate: float = Field(0.2, ge=0, le=1, description="γ_max")
    curriculum: bool = Field(True, description="raise the mask rate from 0 to γ_max instead of starting there")
    teacher: str | None = Field(
        None,
        description="checkpoint whose predictions are learned from beside the labels, whatever the objective",
    )

    joined: float = Field(
        0.0,
        ge=0,
        description="texts of two or three documents that have no name in common, beside the documents and as a share "
        "of them: from one to the other no fact leads",
    )
    epochs: int = Field(10, ge=1)
    batch_size: int = Field(4, ge=1, description="documents per step")
    encoder_learning_rate: float = Field(5e-5, gt=0)
    learning_rate: float = Field(2e-4, gt=0, description="of everything that is not the encoder")
    weight_decay: float = Field(0.01, ge=0)
    warmup: float = Field(0.06, ge=0, lt=1, description="share of steps with a rising learning rate")
    max_gradient_norm: float = Field(1.0, gt=0)
    frozen_layers: int = Field(
        0, ge=0, description="lowest layers of the encoder that stay as pretrained, its embeddings with them; 0: none"
    )
    hidden_dropout: float | None = Field(None, ge=0, lt=1, description="in the encoder; default: its own")
    attention_dropout: float | None = Field(
        None, ge=0, lt=1, description="in the encoder; default: its own. 0 keeps attention fused while training"
    )
    weight_averaging: float = Field(
        0.0, ge=0, lt=1, description="decay of an exponential average of the weights, which is what is kept; 0: none"
    )
    evidence_weight: float = Field(0.0, ge=0, description="of the loss on the sentences that facts are read from")
    step_weight: float = Field(
        0.0, ge=0, description="of the loss on the third entities that reasoning looks at, where facts lead over them"
    )
    tune_threshold: bool = Field(
        False, description="move the decision threshold to where F1 on the development documents is best"
    )
    seed: Seed = 0
    device: str = Field("auto", description="auto, cpu, cuda, cuda:1, …")
    precision: Literal["auto", "fp32", "bf16"] = Field("auto", description="auto: bf16 where it is faster")

    @field_validator("model")
    @classmethod
    def _choices(cls, model: dict[str, Any]) -> dict[str, Any]:
        for name in model.keys() & cls.model_fields.keys():
            raise ValueError(f"{name}: no such field; it belongs above [model]")
        try:
            ModelChoices.model_validate(model)
        except ValidationError as error:
            raise ValueError(problems(error, ModelChoices.model_fields)) from error
        return model

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(set(self.train)) < len(self.train):
            raise ValueError("train: the same file twice")
        if self.development is not None and self.development_size:
            raise ValueError("give development or development_size, not both")
        if self.tune_threshold and self.development is None and not self.development_size:
            raise ValueError("tune_threshold needs development documents: give development or development_size")
        if (self.encoder is None) == (self.checkpoint is None):
            raise ValueError("give encoder or checkpoint, one of them")
        dropouts = (self.hidden_dropout, self.attention_dropout)
        if self.checkpoint is not None and (self.model or dropouts != (None, None)):
            raise ValueError("model, hidden_dropout and attention_dropout are the checkpoint's own")
        if self.objective not in _MASKING:
            for name in ("max_mask_rate", "curriculum"):
                if getattr(self, name) != type(self).model_fields[name].default:
                    raise ValueError(f"{name}: has no effect where objective is not {' or '.join(_MASKING)}")
        if self.teacher is None and (self.objective == "knowledge-distillation" or self.unlabelled):
            raise ValueError("objective 'knowledge-distillation' and unlabelled files need a teacher")
        return self


def identity(config: TrainingConfig) -> dict[str, Any]:
    """What a run and its continuation have in common: the settings but for device and precision, and a digest of what
    the files, folders and checkpoints they name hold."""
    named = (config.development, config.relations, config.hierarchy, config.known_facts)
    content = hashlib.blake2b(digest_size=8)
    encoder = [] if config.encoder is None else sorted(f for name in _LOADED for f in Path(config.encoder).glob(name))
    for file in (*config.train, *config.sparse, *config.unlabelled, *filter(None, named), *encoder):
        content.update(file.read_bytes() if file.is_file() else b"")
    shipped = config.encoder if config.encoder in shipped_checkpoints() else None
    for checkpoint in filter(None, (config.checkpoint, config.teacher, shipped)):
        content.update(checkpoint_fingerprint(checkpoint_path(checkpoint)).encode())
    settings = config.model_dump(mode="json", exclude={"device", "precision"})
    return {**settings, "what is in its files": content.hexdigest()}
