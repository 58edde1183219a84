"""The model that training starts from: fresh around a pretrained encoder, or a checkpoint to go on with."""

from __future__ import annotations

from pathlib import Path

from tokenizers import Tokenizer
from transformers import AutoModel, AutoTokenizer, PreTrainedTokenizerFast

from kg_docre.data.errors import DataError
from kg_docre.modeling import DocREModel, ModelConfig
from kg_docre.pretrained import checkpoint_path
from kg_docre.training.config import TrainingConfig

__all__ = ["build_model"]


def build_model(config: TrainingConfig, relations: dict[str, str]) -> tuple[DocREModel, Tokenizer]:
    """The model as ``config`` says, with its tokenizer.

    Raises :exc:`DataError` if the encoder has no fast tokenizer, ``model`` has a wrong field, or the
    checkpoint is none.
    """
    if config.checkpoint is not None:
        return _continued(config.checkpoint, relations)
    assert config.encoder is not None
    return _fresh(config, config.encoder, relations)


def _continued(checkpoint: str, relations: dict[str, str]) -> tuple[DocREModel, Tokenizer]:
    """All weights of a checkpoint; for other relations than its own, all but the classifier's last layer."""
    try:
        folder = checkpoint_path(checkpoint)
        model = DocREModel.from_pretrained(folder)
        tokenizer = Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))
    except (OSError, ValueError) as error:
        raise DataError(f"checkpoint: {error}") from error
    if list(model.config.relations) != list(relations):
        weights = model.state_dict()
        model = DocREModel(model.config.model_copy(update={"relations": relations}))
        kept = {name: weights[name] for name in weights if not name.startswith(DocREModel.LAST_LAYERS)}
        model.load_state_dict(kept, strict=False)
    return model.train(), tokenizer


def _fresh(config: TrainingConfig, encoder_name: str, relations: dict[str, str]) -> tuple[DocREModel, Tokenizer]:
    dropouts = {
        "hidden_dropout_prob": config.hidden_dropout,
        "attention_probs_dropout_prob": config.attention_dropout,
    }
    options = {name: value for name, value in dropouts.items() if value is not None}
    encoder = AutoModel.from_pretrained(encoder_name, **options)
    tokenizer = AutoTokenizer.from_pretrained(encoder_name, use_fast=True, add_prefix_space=True)
    if not isinstance(tokenizer, PreTrainedTokenizerFast):
        raise DataError(f"{encoder_name}: no fast tokenizer")
    backend = tokenizer.backend_tokenizer
    marker = tokenizer("*", add_special_tokens=False)["input_ids"]
    around = tokenizer("*")["input_ids"]
    first = next(i for i in range(len(around)) if around[i : i + len(marker)] == marker)
    settings = encoder.config
    positions = getattr(settings, "max_position_embeddings", None) or tokenizer.model_max_length
    if settings.model_type in ("roberta", "xlm-roberta", "camembert", "mpnet", "longformer"):
        positions -= settings.pad_token_id + 1  # their positions begin behind the padding index
    try:
        model_config = ModelConfig.model_validate(
            {
                "encoder": settings.to_diff_dict() | {"model_type": settings.model_type},
                "window": min(positions, tokenizer.model_max_length, 4096),
                "prefix": around[:first],
                "suffix": around[first + len(marker) :],
                "marker": marker[-1],
                "relations": relations,
                **config.model,
            }
        )
    except ValueError as error:
        raise DataError(f"model: {error}") from error
    return DocREModel(model_config, encoder), backend
