"""Weights as checkpoints store them."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from kg_docre.data.errors import DataError

__all__ = ["stored"]


def stored(weights: Mapping[str, Tensor], *, half: bool = True) -> dict[str, Tensor]:
    """Contiguous weights, floating-point ones in fp16 if ``half``.

    Raises :exc:`DataError` naming the first whose numbers are not all finite, or too large for fp16.
    """
    kept = {}
    for name, value in weights.items():
        kept[name] = (value.detach().half() if half and value.is_floating_point() else value.detach()).contiguous()
        if not kept[name].isfinite().all():
            reason = "too large for half precision" if value.isfinite().all() else "not finite"
            raise DataError(f"the weights {name} are {reason}: lower learning rates may help")
    return kept
