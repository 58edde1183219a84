"""Which device and number format to compute in."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from functools import cache
from time import perf_counter

import torch

__all__ = ["autocast", "check_device", "check_precision", "choose_device", "has_bf16"]

_PRECISIONS = ("auto", "fp32", "bf16")


def choose_device(name: str = "auto") -> torch.device:
    """``auto`` is a GPU where there is one. Raises :exc:`ValueError` for a device this machine lacks."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    device = torch.device(check_device(name))
    try:
        torch.zeros(1, device=device).item()
    except (RuntimeError, AssertionError, ImportError) as error:
        raise ValueError(f"device {name!r}: {str(error).splitlines()[0]}") from error
    return device


def check_device(name: str) -> str:
    """The name, if it is "auto" or what PyTorch calls a device, which this machine may lack. Raises :exc:`ValueError`
    for others."""
    if name != "auto":
        try:
            torch.device(name)
        except RuntimeError as error:
            reason = "expected auto, cpu, cuda, cuda:1, mps or another of PyTorch's"
            raise ValueError(f"device {name!r}: {reason}") from error
    return name


def check_precision(name: str) -> str:
    """The name, if it is "auto", "fp32" or "bf16". Raises :exc:`ValueError` for others."""
    if name not in _PRECISIONS:
        raise ValueError(f"precision: one of {', '.join(_PRECISIONS)}, not {name!r}")
    return name


def has_bf16(device: torch.device) -> bool:
    """Whether bf16 arithmetic pays: native on GPUs since Ampere and on CPUs with AMX, and on CPUs with
    AVX512-BF16 where a matrix product, timed once, takes at most two thirds of its time in fp32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "cpu":
        amx, avx512 = (
            bool(probe()) if (probe := getattr(torch.cpu, name, None)) is not None else False
            for name in ("_is_amx_tile_supported", "_is_avx512_bf16_supported")
        )
        return amx or (avx512 and _seconds(torch.bfloat16) <= _seconds(torch.float32) * 2 / 3)
    return False


@cache
def _seconds(dtype: torch.dtype) -> float:
    """The shortest of some products of 256 × 256 numbers, on one thread: others may keep the cores busy."""
    matrix = torch.ones(256, 256, dtype=dtype)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        times = []
        for _ in range(20):
            start = perf_counter()
            matrix @ matrix
            times.append(perf_counter() - start)
    finally:
        torch.set_num_threads(threads)
    return min(times)


def autocast(device: torch.device, precision: str = "auto") -> AbstractContextManager[object]:
    """bf16 autocast for ``bf16``, and for ``auto`` where the hardware has it; nothing for ``fp32``."""
    if precision == "bf16" or (precision == "auto" and has_bf16(device)):
        return torch.autocast(device.type, dtype=torch.bfloat16)
    return nullcontext()
