"""Colour: OKLab, where equal steps look equal, and ramps from a number to a colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from ipywanx.engine.effects.arrays import Floats

RGB: TypeAlias = tuple[int, int, int]

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    np.float32,
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    np.float32,
)
_FROM_LAB = np.linalg.inv(_TO_LAB.astype(np.float64)).astype(np.float32)
_FROM_LMS = np.linalg.inv(_TO_LMS.astype(np.float64)).astype(np.float32)


def to_oklab(values: Floats) -> Floats:
    """Turn sRGB values 0..1 into OKLab (L 0..1, a and b about -0.4..0.4)."""
    values = np.clip(values, 0, 1).astype(np.float32)
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return np.asarray(np.cbrt(linear @ _TO_LMS.T) @ _TO_LAB.T, np.float32)


def from_oklab(lab: Floats) -> Floats:
    """Turn OKLab into sRGB values 0..1; colours out of range are clipped."""
    linear = np.clip((lab.astype(np.float32) @ _FROM_LAB.T) ** 3 @ _FROM_LMS.T, 0, 1)
    bright = 1.055 * np.maximum(linear, 1e-7) ** np.float32(1 / 2.4) - 0.055
    return np.asarray(np.where(linear <= 0.0031308, 12.92 * linear, bright), np.float32)


def lab_of(colour: RGB) -> Floats:
    """Give one 8-bit colour in OKLab."""
    return np.asarray(to_oklab(np.array(colour, np.float32)[None] / 255)[0])


def unit(colour: RGB) -> Floats:
    """Give one 8-bit colour as three values 0..1."""
    return np.array(colour, np.float32) / 255


def ramp(values: Floats, stops: Sequence[tuple[float, RGB]]) -> Floats:
    """Colour the values by linear steps between the stops."""
    places = [place for place, _ in stops]
    return np.stack(
        [
            np.interp(values, places, [colour[c] / 255 for _, colour in stops]).astype(np.float32)
            for c in range(3)
        ],
        -1,
    )


def saturate(values: Floats, factor: float) -> Floats:
    """Scale how colourful the picture is (1 = unchanged)."""
    grey = values.mean(-1, keepdims=True)
    return np.asarray(np.clip(grey + (values - grey) * factor, 0, 1))


def over_light(under: Floats, light: Floats) -> Floats:
    """Add light the way a screen does: never beyond white."""
    return np.asarray(1 - (1 - np.clip(under, 0, 1)) * (1 - np.clip(light, 0, 1)))
