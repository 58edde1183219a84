"""Which weights learn, how fast, and how the learning rate moves."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from kg_docre.modeling import DocREModel
from kg_docre.training.config import TrainingConfig

__all__ = ["build_optimizer", "build_schedule", "freeze_layers"]

_ENCODER = "encoder.encoder."  # names of a model's parameters that are the pretrained encoder's begin so


def freeze_layers(encoder: PreTrainedModel, lowest: int) -> list[nn.Module]:
    """Keep embeddings, the ``lowest`` layers and whatever layers share as they are; 0 freezes nothing.

    Returns the frozen modules, which should stay in evaluation mode.

    Raises :exc:`ValueError` if no layer would be left to train.
    """
    if lowest == 0:
        return []
    depth = encoder.config.get_text_config().num_hidden_layers
    stack = next((m for m in encoder.modules() if isinstance(m, nn.ModuleList) and len(m) == depth), None)
    if stack is None or not 0 < lowest < depth:
        raise ValueError(f"{lowest} layers cannot be frozen of the {depth} of {encoder.config.model_type!r}")
    encoder.requires_grad_(False)
    for layer in stack[lowest:]:
        layer.requires_grad_(True)
    return [
        module
        for module in encoder.modules()
        if (parameters := list(module.parameters())) and not any(p.requires_grad for p in parameters)
    ]


def build_optimizer(model: DocREModel, config: TrainingConfig) -> torch.optim.AdamW:
    """AdamW with two learning rates; biases and normalization are not decayed."""
    groups: dict[tuple[bool, bool], list[Tensor]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            groups.setdefault((name.startswith(_ENCODER), parameter.ndim > 1), []).append(parameter)
    return torch.optim.AdamW(
        (
            {
                "params": parameters,
                "lr": config.encoder_learning_rate if in_encoder else config.learning_rate,
                "weight_decay": config.weight_decay if decayed else 0.0,
            }
            for (in_encoder, decayed), parameters in sorted(groups.items(), key=lambda item: item[0])
        ),
        fused=True,
    )


def build_schedule(optimizer: torch.optim.Optimizer, *, steps: int, warmup: float) -> torch.optim.lr_scheduler.LambdaLR:
    """A linear rise over the ``warmup`` share of all steps, then a linear fall to 0."""
    rising = max(1, round(steps * warmup))
    return torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / rising, max(0.0, (steps - step) / max(1, steps - rising)))
    )
