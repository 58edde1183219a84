"""Which device and number format to compute in."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch

__all__ = ["autocast", "choose_device", "has_bf16"]


def choose_device(name: str = "auto") -> torch.device:
    """``auto`` is a GPU where there is one. Raises :exc:`ValueError` for a device this machine lacks."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise ValueError(f"device {name!r}: {error}") from error
    if device.type == "cuda" and not torch.cuda.is_available():
        raise ValueError(f"device {name!r}: no CUDA GPU here")
    return device


def has_bf16(device: torch.device) -> bool:
    """Whether bf16 arithmetic is native (GPUs since Ampere; CPUs with AMX or AVX512-BF16), not emulated."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "cpu":
        probes = (getattr(torch.cpu, name, None) for name in ("_is_amx_tile_supported", "_is_avx512_bf16_supported"))
        return any(bool(probe()) for probe in probes if probe is not None)
    return False


def autocast(device: torch.device, precision: str = "auto") -> AbstractContextManager[object]:
    """bf16 autocast for ``bf16``, and for ``auto`` where the hardware has it; nothing for ``fp32``."""
    if precision == "bf16" or (precision == "auto" and has_bf16(device)):
        return torch.autocast(device.type, dtype=torch.bfloat16)
    return nullcontext()
