"""Every choice of architecture and every ablation of the two papers, as fields of one record."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

__all__ = ["ModelChoices", "ModelConfig", "Settings"]


# choices that have an effect with some values of another choice alone
_ONLY_WITH = {
    "patterns": ("reasoning", ("r-msa",)),
    "third_entities": ("reasoning", ("r-msa",)),
    "reasoning_layers": ("reasoning", ("r-msa", "msa")),
    "classifier_context": ("classifier", ("bilinear",)),
    "bilinear_groups": ("classifier", ("bilinear",)),
}


class Settings(BaseModel):
    """Fields that are known, and numbers that are finite; true and false are no numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _no_boolean(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, bool) and cls.model_fields[str(info.field_name)].annotation is not bool:
            raise ValueError(f"expected something else than {str(value).lower()}")
        return value


class ModelChoices(Settings):
    """What a training file may choose in ``[model]``.

    The defaults are DocRE-SD (AAAI 2023); :meth:`ModelConfig.docunet` and :meth:`ModelConfig.atlop` give the other two.
    """

    window: int = Field(512, ge=16, description="tokens the encoder takes at once, special tokens included")
    window_overlap: int = Field(128, ge=0, description="tokens two neighbouring windows share")
    entity_types: tuple[str, ...] = Field(("PER", "ORG", "LOC", "TIME", "NUM", "MISC"), min_length=1)

    pair_types: tuple[tuple[str, str], ...] = Field(
        (), description="types of head and tail that a relation can join; the other pairs have none. Empty: all"
    )
    pair_width: int = Field(256, ge=8, description="width d of an entity-pair feature vector")
    pair_features: Literal["docre-sd", "context", "similarity"] = Field(
        "docre-sd", description="DocRE-SD eq 1; DocuNet eq 4-5; DocuNet eq 3"
    )
    context_weights: Literal["product", "softmax"] = Field(
        "product", description="normalised attention products (DocRE-SD eq 2), or their softmax (DocuNet eq 5)"
    )
    type_features: bool = Field(False, description="add a learned vector per entity type to entity embeddings")
    reasoning: Literal["r-msa", "msa", "u-net", "feed-forward", "none"] = Field(
        "r-msa", description="DocRE-SD eq 3-6; its MSA ablation; DocuNet eq 6; DocuNet without the U-Net; ATLOP"
    )
    reasoning_layers: int = Field(2, ge=1, description="L, the number of R-MSA (or MSA) layers")
    patterns: tuple[Literal[1, 2, 3, 4], ...] = Field(
        (1, 2, 3, 4), min_length=1, description="reasoning patterns of DocRE-SD Table 1 in use"
    )
    third_entities: bool = Field(
        False, description="R-MSA looks at third entities alone, not (DocRE-SD eq 3) at a pair's own two as well"
    )
    classifier: Literal["linear", "bilinear"] = Field("linear", description="DocRE-SD eq 7; DocuNet eq 7-9")
    classifier_context: bool = Field(
        False, description="a bilinear classifier reads the pair's localized context too, as ATLOP's does"
    )
    bilinear_groups: int = Field(
        1, ge=1, description="1: DocuNet's full form; more: ATLOP's block-diagonal one, with its two projections"
    )
    loss: Literal["adaptive-threshold", "balanced-softmax", "binary-cross-entropy"] = Field(
        "adaptive-threshold", description="DocRE-SD eq 10; DocuNet eq 11; DocuNet without balanced softmax"
    )
    dropout: float = Field(0.1, ge=0, lt=1)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(set(self.patterns)) != len(self.patterns):
            raise ValueError(f"patterns: each pattern once, got {self.patterns}")
        if len(set(self.entity_types)) != len(self.entity_types) or not all(map(str.strip, self.entity_types)):
            raise ValueError(f"entity_types: each type once and none empty, got {', '.join(self.entity_types)}")
        if len(set(self.pair_types)) != len(self.pair_types):
            raise ValueError("pair_types: each pair once")
        unknown = {name for pair in self.pair_types for name in pair} - set(self.entity_types)
        if unknown:
            raise ValueError(f"pair_types: {', '.join(sorted(unknown))} not among entity_types")
        if self.pair_width % self.bilinear_groups:
            raise ValueError("pair_width must be a multiple of bilinear_groups")
        for name, (other, values) in _ONLY_WITH.items():
            chosen = getattr(self, name) != type(self).model_fields[name].default
            if chosen and getattr(self, other) not in values:
                raise ValueError(f"{name}: has no effect where {other} is not {' or '.join(values)}")
        return self


class ModelConfig(ModelChoices):
    """What a :class:`~kg_docre.modeling.DocREModel` is made of. Serialized as ``config.json``."""

    encoder: dict[str, Any] = Field(description="Hugging Face configuration of the encoder")
    prefix: tuple[int, ...] = Field((), description="special token ids before every window")
    suffix: tuple[int, ...] = Field((), description="special token ids after every window")
    marker: int = Field(description="token id of the mention marker '*'")
    relations: dict[str, str] = Field(min_length=1, description="relation id → readable name, in logit order")

    @model_validator(mode="after")
    def _room_for_text(self) -> Self:
        if self.window - len(self.prefix) - len(self.suffix) <= self.window_overlap:
            raise ValueError("window_overlap must be smaller than the window without its special tokens")
        return self

    @staticmethod
    def docunet() -> dict[str, Any]:
        """The fields that turn the default into DocuNet (IJCAI 2021), context-based strategy."""
        return {
            "pair_features": "context",
            "reasoning": "u-net",
            "classifier": "bilinear",
            "loss": "balanced-softmax",
        }

    @staticmethod
    def atlop() -> dict[str, Any]:
        """The fields that turn the default into ATLOP (AAAI 2021), the base model of both papers.

        The context comes to the classifier by way of the pair's ``pair_width`` features, from which its two projections
        are then made; ATLOP projects it twice as it is, as ``classifier_context`` does.
        """
        return {
            "pair_features": "context",
            "reasoning": "none",
            "classifier": "bilinear",
            "bilinear_groups": 4,
        }
