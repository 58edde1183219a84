"""Weights as checkpoints store them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from torch import Tensor

from kg_docre.data.errors import DataError

__all__ = ["stored"]


def stored(weights: Mapping[str, Tensor], *, half: bool = True, buffers: Collection[str] = ()) -> dict[str, Tensor]:
    """Contiguous weights, floating-point ones in fp16 if ``half``; those among ``buffers``, which are not learned, stay
    as they are where they are too large for that.

    Raises :exc:`DataError` naming the first whose numbers are not all finite, or too large for fp16.
    """
    kept = {}
    for name, value in weights.items():
        whole = value.detach().contiguous()
        kept[name] = whole.half() if half and whole.is_floating_point() else whole
        if not kept[name].isfinite().all():
            finite = bool(whole.isfinite().all())
            if not (finite and name in buffers):
                reason = "too large for half precision" if finite else "not finite"
                raise DataError(f"the weights {name} are {reason}: lower learning rates may help")
            kept[name] = whole
    return kept
