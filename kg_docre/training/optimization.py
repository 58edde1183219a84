"""How fast weights learn, and how the learning rate moves."""

from __future__ import annotations

import torch
from torch import Tensor

from kg_docre.modeling import DocREModel
from kg_docre.modeling.low_rank import ENCODER
from kg_docre.training.config import TrainingConfig

__all__ = ["build_optimizer", "build_schedule"]


def build_optimizer(model: DocREModel, config: TrainingConfig) -> torch.optim.AdamW:
    """AdamW with two learning rates; biases and normalization are not decayed."""
    groups: dict[tuple[bool, bool], list[Tensor]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            groups.setdefault((name.startswith(ENCODER), parameter.ndim > 1), []).append(parameter)
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
