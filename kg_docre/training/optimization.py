"""How fast weights learn, and how the learning rate moves."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from kg_docre.data.errors import DataError
from kg_docre.modeling import DocREModel
from kg_docre.modeling.low_rank import ENCODER
from kg_docre.training.config import TrainingConfig

__all__ = ["build_optimizer", "build_schedule", "learn"]


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


def learn(
    loss: Tensor,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    *,
    max_gradient_norm: float,
    epoch: int,
) -> float:
    """One step against the loss's gradient; gives the loss, so that the device is waited for once. Raises
    :exc:`DataError` instead if the loss or the gradient is not finite."""
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_gradient_norm)
    values = torch.stack([loss.detach(), norm.to(loss)]).tolist()
    for name, value in zip(("loss", "gradient"), values, strict=True):
        if not math.isfinite(value):
            raise DataError(f"the {name} of epoch {epoch} is {value}: lower learning rates may help")
    optimizer.step()
    schedule.step()
    return float(values[0])
