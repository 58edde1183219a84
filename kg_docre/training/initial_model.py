"""The model that training starts from: fresh around a pretrained encoder, or a checkpoint to go on with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from pydantic import ValidationError
from tokenizers import Tokenizer
from transformers import (
    AutoConfig,
    AutoModel,
    AutoTokenizer,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)
from transformers.initialization import no_init_weights

from kg_docre.data.docred_relations import docred_relations
from kg_docre.data.errors import DataError
from kg_docre.data.tokenizer import load_tokenizer
from kg_docre.modeling import DocREModel, ModelConfig
from kg_docre.modeling.attention import check_attention
from kg_docre.pretrained import checkpoint_path, is_checkpoint
from kg_docre.training.config import TrainingConfig, problems

__all__ = ["build_model"]

# what encoders call their dropouts; an encoder has some of these
_HIDDEN_DROPOUTS = ("hidden_dropout_prob", "dropout", "resid_pdrop", "embedding_dropout", "mlp_dropout")
_ATTENTION_DROPOUTS = ("attention_probs_dropout_prob", "attention_dropout", "attn_pdrop")
_TRIED = 100  # tokens of a text that tells whether an encoder can be used


def build_model(config: TrainingConfig, relations: dict[str, str] | None = None) -> tuple[DocREModel, Tokenizer]:
    """The model as ``config`` says, with its tokenizer. Without ``relations`` a checkpoint keeps its own, and a fresh
    model has DocRED's.

    Raises :exc:`DataError` if the encoder can't be had or read, ``model`` has a wrong field, or the checkpoint is none.
    """
    if config.checkpoint is not None:
        return _continued(config.checkpoint, relations)
    assert config.encoder is not None
    return _fresh(config, config.encoder, relations or docred_relations())


def _read(field: str, checkpoint: str) -> tuple[DocREModel, Tokenizer]:
    try:
        folder = checkpoint_path(checkpoint)
        return DocREModel.from_pretrained(folder), load_tokenizer(folder)
    except (OSError, ValueError) as error:
        raise DataError(f"{field}: {error}") from error


def _continued(checkpoint: str, relations: dict[str, str] | None) -> tuple[DocREModel, Tokenizer]:
    """All weights of a checkpoint; relations that it does not know have new rows in the classifier's last layer."""
    model, tokenizer = _read("checkpoint", checkpoint)
    before = model.config.relations
    if relations is not None and list(before.items()) != list(relations.items()):
        weights = model.state_dict()
        model = DocREModel(model.config.model_copy(update={"relations": relations}))
        fresh = model.state_dict()
        rows = {label: row for row, label in enumerate(before)}
        known = [(row, rows[label]) for row, label in enumerate(relations) if label in rows]
        for name in weights:
            if name.startswith(DocREModel.LAST_LAYERS):
                new, threshold = fresh[name].clone(), len(fresh[name]) - len(relations)  # threshold: 1 row or none
                for row, old in known:
                    new[threshold + row] = weights[name][threshold + old]
                if known:
                    new[:threshold] = weights[name][:threshold]
                weights[name] = new
        model.load_state_dict(weights)
    return model.train(), tokenizer


class _Encoder(NamedTuple):
    """A pretrained encoder, its tokenizer, the fields of :class:`ModelConfig` that are about it, and how many tokens it
    reads at most."""

    module: PreTrainedModel
    tokenizer: Tokenizer
    fields: dict[str, Any]
    positions: int


def _fresh(config: TrainingConfig, name: str, relations: dict[str, str]) -> tuple[DocREModel, Tokenizer]:
    encoder = _of_checkpoint(config, name) if is_checkpoint(name) else _of_hub(config, name)
    try:
        model_config = ModelConfig.model_validate({**encoder.fields, "relations": relations, **config.model})
    except ValidationError as error:
        raise DataError(f"model: {problems(error)}") from error
    if model_config.window > encoder.positions:
        raise DataError(f"model: window: {name} reads at most {encoder.positions} tokens, not {model_config.window}")
    try:
        model = DocREModel(model_config, encoder.module)
        text = torch.full((2, min(_TRIED, model_config.window)), model_config.marker)
        check_attention(encoder.module, text, fused=model.encoder.fused)
    except (AttributeError, ValueError) as error:
        raise DataError(f"encoder {name!r}: {error}") from error
    return model, encoder.tokenizer


def _of_checkpoint(config: TrainingConfig, name: str) -> _Encoder:
    """What a checkpoint has learned to read; all else is left."""
    learned, tokenizer = _read("encoder", name)
    settings = learned.encoder.encoder.config
    _set_dropouts(settings, config)
    with no_init_weights():
        module = AutoModel.from_config(settings).float()
    module.load_state_dict(learned.encoder.encoder.state_dict(), strict=False)  # without the pooler
    about = {"window", "window_overlap", "prefix", "suffix", "marker"}
    fields = {"encoder": _told(settings), **learned.config.model_dump(include=about)}
    return _Encoder(module, tokenizer, fields, learned.config.window)


def _of_hub(config: TrainingConfig, name: str) -> _Encoder:
    if (Path(name).is_absolute() or name.startswith((".", "~"))) and not Path(name).exists():
        raise DataError(f"encoder {name!r}: no such folder")
    settings = _pretrained(AutoConfig, name)
    if settings.is_encoder_decoder:
        raise DataError(f"encoder {name!r}: {settings.model_type} has a decoder; only encoders alone can be used")
    if settings.model_type == "big_bird":
        settings.attention_type = "original_full"  # its sparse attention tells no weights
    _set_dropouts(settings, config)
    module = _pretrained(AutoModel, name, config=settings, dtype=torch.float32)
    tokenizer = _pretrained(AutoTokenizer, name, add_prefix_space=True)
    if not isinstance(tokenizer, PreTrainedTokenizerFast):
        raise DataError(f"encoder {name!r}: no fast tokenizer")
    marker = tokenizer("*", add_special_tokens=False)["input_ids"]
    around = tokenizer("*")["input_ids"]
    first = next(i for i in range(len(around)) if around[i : i + len(marker)] == marker)
    settings = module.config
    positions = getattr(settings, "max_position_embeddings", None) or tokenizer.model_max_length
    if settings.model_type in ("roberta", "xlm-roberta", "camembert", "mpnet"):
        positions -= settings.pad_token_id + 1  # their positions begin behind the padding index
    fields = {
        "encoder": _told(settings),
        "window": min(positions, tokenizer.model_max_length, 4096),
        "prefix": around[:first],
        "suffix": around[first + len(marker) :],
        "marker": marker[-1],
    }
    return _Encoder(module, tokenizer.backend_tokenizer, fields, positions)


def _told(settings: PreTrainedConfig) -> dict[str, Any]:
    return settings.to_diff_dict() | {"model_type": settings.model_type}


def _pretrained(kind: Any, name: str, **options: Any) -> Any:
    """What ``kind`` makes of the encoder's folder or of the hub's name."""
    try:
        return kind.from_pretrained(name, **options)
    except (OSError, ValueError) as error:
        raise DataError(f"encoder {name!r}: {str(error).splitlines()[0]}") from error


def _set_dropouts(settings: PreTrainedConfig, config: TrainingConfig) -> None:
    _set_dropout(settings, "hidden_dropout", _HIDDEN_DROPOUTS, config.hidden_dropout)
    _set_dropout(settings, "attention_dropout", _ATTENTION_DROPOUTS, config.attention_dropout)


def _set_dropout(settings: PreTrainedConfig, field: str, names: Sequence[str], value: float | None) -> None:
    if value is None:
        return
    known = [name for name in names if hasattr(settings, name)]
    if not known:
        raise DataError(f"{field}: the encoder {settings.model_type!r} has none that is known of")
    for name in known:
        setattr(settings, name, value)
