r"""Checkpoints of a large encoder as what fine-tuning added to the public one.

A matrix :math:`W` of the encoder is kept as :math:`W - W_0 \approx L R`, the best approximation of that rank
(the largest singular values); vectors as they are; what did not move not at all. The rest of the model is
kept whole.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from torch import Tensor
from transformers import AutoModel

from kg_docre.modeling.tables import whole_weights, write_with
from kg_docre.modeling.weights import stored

__all__ = ["ENCODER", "add_public_encoder", "compress"]

ENCODER = "encoder.encoder."  # names of a model's parameters that are the pretrained encoder's begin so
_LEFT, _RIGHT, _ADDED = ":left", ":right", ":added"


def compress(checkpoint: Path, output: Path, *, encoder: str, rank: int) -> None:
    """Write ``checkpoint`` to the folder ``output`` without the weights of the public encoder (folder or hub name)
    that it was trained from, in fp16, as :func:`~kg_docre.modeling.tables.write_with` does.

    Raises :exc:`FileNotFoundError` without the encoder, :exc:`ValueError` if it is not the checkpoint's, or that is
    without its own already.
    """
    kept, about = _difference(whole_weights(checkpoint), encoder, rank)
    write_with(kept, checkpoint, output, about=about)


def _difference(state: dict[str, Tensor], encoder: str, rank: int) -> tuple[dict[str, Tensor], dict[str, str]]:
    """fp16 tensors, and what :func:`add_public_encoder` needs to know: which encoder, and its digest."""
    public = _public_weights(encoder)
    ours = {name.removeprefix(ENCODER) for name in state if name.startswith(ENCODER)}
    if unlike := ours ^ public.keys():
        raise ValueError(f"{encoder} is not the encoder of this model: {min(unlike)}")
    kept: dict[str, Tensor] = {}
    for name, value in state.items():
        if not name.startswith(ENCODER):
            kept[name] = value
            continue
        before = public[name.removeprefix(ENCODER)]
        if before.shape != value.shape:
            raise ValueError(f"{encoder} is not the encoder of this model: {name}")
        if not value.is_floating_point() or torch.equal(value, before.to(value.dtype)):
            continue  # has not moved, but for being rounded
        moved = value.float() - before.float()
        if moved.ndim == 2 and rank * sum(moved.shape) < moved.numel():
            left, strengths, right = torch.linalg.svd(moved, full_matrices=False)
            root = strengths[:rank].sqrt()
            kept[name + _LEFT] = left[:, :rank] * root
            kept[name + _RIGHT] = root[:, None] * right[:rank]
        else:
            kept[name + _ADDED] = moved
    return stored(kept), {"encoder": encoder, "digest": _digest(public)}


def add_public_encoder(kept: dict[str, Tensor], about: dict[str, str]) -> dict[str, Tensor]:
    """All weights of a model, in fp32, from what :func:`compress` wrote.

    Raises :exc:`FileNotFoundError` without the encoder, :exc:`ValueError` if it is another one than then.
    """
    public = _public_weights(about["encoder"])
    if _digest(public) != about["digest"]:
        raise ValueError(f"{about['encoder']} has other weights than the encoder this checkpoint was trained from")
    state = {name: value for name, value in kept.items() if not name.endswith((_LEFT, _RIGHT, _ADDED))}
    for name, value in public.items():
        full = ENCODER + name
        if full + _LEFT in kept:
            value = value + kept[full + _LEFT].float() @ kept[full + _RIGHT].float()
        elif full + _ADDED in kept:
            value = value + kept[full + _ADDED].float()
        state[full] = value
    return state


def _public_weights(encoder: str) -> dict[str, Tensor]:
    """Weights and buffers of a Hugging Face encoder, without the sentence pooler, in fp32."""
    try:
        model = AutoModel.from_pretrained(encoder, dtype=torch.float32)
    except OSError as error:
        raise FileNotFoundError(
            f"the encoder {encoder} is needed: connect to the hub once, or put its folder at ./{encoder}"
        ) from error
    return {name: value for name, value in model.state_dict().items() if not name.startswith("pooler.")}


def _digest(weights: dict[str, Tensor]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for name in sorted(weights):
        digest.update(name.encode())
        digest.update(weights[name].contiguous().numpy().data)
    return digest.hexdigest()
