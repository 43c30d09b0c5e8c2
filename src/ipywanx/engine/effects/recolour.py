"""Give part of a picture another colour."""

from __future__ import annotations

import numpy as np

from ipywanx.engine.effects import arrays
from ipywanx.engine.effects.arrays import Floats
from ipywanx.engine.effects.colour import RGB, from_oklab, lab_of, to_oklab


def recolour(picture: Floats, mask: Floats, colour: RGB, amount: float) -> Floats:
    """Give the masked part another colour; light, shade and texture stay."""
    lab = to_oklab(picture)
    target = lab_of(colour)
    weight = mask + 1e-6
    mean = (lab * weight[..., None]).sum((0, 1)) / weight.sum()
    out = lab.copy()
    contrast = 0.85 if target[0] > 0.85 or target[0] < 0.3 else 1.0
    pull = 0.75 if target[0] > 0.85 or target[0] < 0.3 else 0.5
    out[..., 0] = mean[0] + pull * (target[0] - mean[0]) + contrast * (lab[..., 0] - mean[0])
    out[..., 0] = np.clip(out[..., 0], 0.02, 0.99)
    # Deep shadow and bright shine carry less colour than the middle.
    room = np.clip(out[..., 0] * 2.2, 0, 1) * np.clip((1.04 - out[..., 0]) * 3.2, 0, 1)
    out[..., 1:] = target[1:] * room[..., None] + 0.25 * (lab[..., 1:] - mean[1:])
    return arrays.mix(picture, from_oklab(out), mask * np.float32(amount))
