"""The normalization of pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mnist_core.language import _

if TYPE_CHECKING:
    from torch import Tensor

_LARGEST, _SMALLEST_STD = 1_000.0, 1e-4


@dataclass(frozen=True)
class Normalization:
    """x → (x - mean) / std for pixels x from 0 (black) to 1 (white).

    The tutorial takes (0.5, 0.5), which carries the pixels to -1…1.

    Raises ValueError unless mean is from -1,000 to 1,000 and std from 0.0001 to 1,000. Beyond that
    float32 soon holds neither the pixels nor what a network makes of them.
    """

    mean: float = 0.5
    std: float = 0.5

    def __post_init__(self) -> None:
        if not -_LARGEST <= self.mean <= _LARGEST:
            raise ValueError(
                _("the mean must be from -1,000 to 1,000, not {value!r}").format(value=self.mean)
            )
        if not _SMALLEST_STD <= self.std <= _LARGEST:
            raise ValueError(
                _(
                    "the standard deviation must be from 0.0001 to 1,000, since every pixel is "
                    "divided by it, not {value!r}"
                ).format(value=self.std)
            )

    @classmethod
    def of(cls, images: Tensor) -> Normalization:
        """The images' own mean and standard deviation: (0.1307, 0.3081) for the training digits."""
        counts = images.flatten().bincount(minlength=256).double().cpu()
        pixels = counts.new_tensor(range(256)) / 255
        mean = (counts @ pixels / counts.sum()).item()
        variance = counts @ (pixels - mean) ** 2 / counts.sum()
        return cls(mean, variance.sqrt().item())

    def __call__(self, images: Tensor) -> Tensor:
        """Normalized pixels, float32, of the same shape as the uint8 images.

        Equal bit for bit to torchvision's ToTensor followed by Normalize.
        """
        return images.float().div_(255).sub_(self.mean).div_(self.std)

    def invert(self, normalized: Tensor) -> Tensor:
        """The pixels from 0 to 1 that were normalized: x·std + mean."""
        return normalized * self.std + self.mean
