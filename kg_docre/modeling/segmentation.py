"""The entity-pair matrix read as an image by a U-shaped network (DocuNet eq 6)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["Segmentation"]


class _Convolutions(nn.Module):
    """Two separate 3 × 3 convolutions, each masked so that padding stays zero and invisible."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1)

    def forward(self, image: Tensor, mask: Tensor) -> Tensor:
        image = functional.relu(self.first(image)) * mask
        return functional.relu(self.second(image)) * mask


class Segmentation(nn.Module):
    r"""DocuNet eq 6: :math:`Y = U(W_3 F)`.

    Two down-sampling blocks (max pooling, two convolutions, channels doubled) and two up-sampling
    blocks (deconvolution, two convolutions, channels halved) with skip connections. The image may have
    any side N: it is padded to a multiple of four and masked at every level, so a document's result
    does not depend on how far its batch was padded.
    """

    def __init__(self, *, width: int, channels: int) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(width, channels, 1)  # W_3
        self.level = _Convolutions(channels, channels)
        self.down = nn.ModuleList([_Convolutions(channels, 2 * channels), _Convolutions(2 * channels, 4 * channels)])
        self.deconvolve = nn.ModuleList(
            [
                nn.ConvTranspose2d(4 * channels, 2 * channels, 2, stride=2),
                nn.ConvTranspose2d(2 * channels, channels, 2, stride=2),
            ]
        )
        self.up = nn.ModuleList([_Convolutions(4 * channels, 2 * channels), _Convolutions(2 * channels, channels)])
        self.restore = nn.Conv2d(channels, width, 1)

    def forward(self, pairs: Tensor, mask: Tensor) -> Tensor:
        """*Shape:* ``pairs`` (B, N, N, width), ``mask`` (B, N) of real entities → (B, N, N, width)."""
        entities = pairs.shape[1]
        padding = -entities % 4
        image = functional.pad(pairs.permute(0, 3, 1, 2), (0, padding, 0, padding))
        real = functional.pad(mask, (0, padding))
        masks = [(real[:, :, None] & real[:, None])[:, None].to(pairs.dtype)]
        image = self.level(self.reduce(image) * masks[0], masks[0])
        skips = []
        for block in self.down:
            skips.append(image)
            masks.append(functional.max_pool2d(masks[-1], 2))
            image = block(functional.max_pool2d(image, 2), masks[-1])
        for deconvolve, block in zip(self.deconvolve, self.up, strict=True):
            masks.pop()
            image = block(torch.cat([skips.pop(), deconvolve(image) * masks[-1]], 1), masks[-1])
        result: Tensor = self.restore(image)
        return result.permute(0, 2, 3, 1)[:, :entities, :entities]
