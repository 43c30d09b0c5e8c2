"""Made places: a city street and a room."""

from __future__ import annotations

import numpy as np

from ipywanx.engine.effects import arrays, noise
from ipywanx.engine.effects.arrays import Floats
from ipywanx.engine.effects.colour import RGB, over_light, ramp, unit
from ipywanx.engine.effects.stage import Stage


def city(stage: Stage) -> None:
    """Two rows of houses with windows, a street with a kerb."""
    stage.sky(0.66)
    for depth, (foot, low, high) in enumerate(((0.66, 0.30, 0.58), (0.70, 0.18, 0.42))):
        x = -0.02
        while x < 1.0:
            wide = stage.dice(0.07, 0.13)
            tall = stage.dice(low, high)
            _tower(stage, (x, x + wide), foot, tall)
            x += wide + (0.004 if depth else -0.008)
        if depth == 0:
            haze: RGB = (50, 56, 104) if stage.night else (214, 226, 238)
            stage.cover(
                np.full(stage.shape, 0.34, np.float32)
                * arrays.step(stage.y / stage.height, 0.1, 0.5),
                haze,
            )
    h, w = stage.shape
    road = unit((92, 94, 102)) * (0.9 + 0.14 * stage.clouds(8, 3))[..., None]
    stage.cover(arrays.step(stage.y / h, 0.698, 0.702), unit((188, 184, 178)) * np.ones_like(road))
    stage.cover(arrays.step(stage.y / h, 0.758, 0.762), road)
    dashes = []
    for k in range(7):
        left = w * (k + 0.2) / 7
        dashes.append([(left, h * 0.872), (left + w * 0.07, h * 0.872),
                       (left + w * 0.066, h * 0.886), (left - w * 0.004, h * 0.886)])  # fmt: skip
    stage.cover(stage.shapes(dashes) * 0.85, (236, 230, 206))
    if stage.night:
        stage.cover(arrays.step(stage.y / h, 0.69, 0.72), stage.picture * unit((110, 116, 170)))


def _tower(stage: Stage, span: tuple[float, float], foot: float, tall: float) -> None:
    """One house; `span` is its left and right edge as shares of the width."""
    h, w = stage.shape
    colours: tuple[RGB, ...] = ((214, 140, 110), (232, 196, 140), (150, 172, 196), (196, 204, 196),
                                (226, 172, 160), (168, 152, 186))  # fmt: skip
    colour = unit(colours[int(stage.rng.integers(0, len(colours)))])
    x0, x1 = int(max(0, span[0] * w)), int(min(w, span[1] * w))
    y0, y1 = int(h * (foot - tall)), int(h * foot)
    if x1 - x0 < 8:
        return
    dim = 0.42 if stage.night else 1.0
    across = np.linspace(1.06, 0.82, x1 - x0, dtype=np.float32)[None, :, None]
    block = np.broadcast_to(colour * dim, (y1 - y0, x1 - x0, 3)) * across
    block = block.copy()
    block[: max(2, int(5 * stage.u))] *= 0.72
    pitch_x, pitch_y = max(9, int(21 * stage.u)), max(11, int(27 * stage.u))
    pane_x, pane_y = int(pitch_x * 0.56), int(pitch_y * 0.58)
    for y in range(int(pitch_y * 0.6), y1 - y0 - pane_y, pitch_y):
        for x in range(int(pitch_x * 0.35), x1 - x0 - pane_x, pitch_x):
            lit = stage.rng.random() < (0.5 if stage.night else 0.06)
            glass = (
                unit((255, 214, 122))
                if lit
                else unit((60, 78, 112)) * (0.7 if stage.night else 1.35)
            )
            block[y : y + pane_y, x : x + pane_x] = glass * stage.dice(0.86, 1.1)
            block[y : y + max(1, pane_y // 8), x : x + pane_x] *= 0.7
    stage.picture[y0:y1, x0:x1] = np.clip(block, 0, 1)


def room(stage: Stage) -> None:
    """A cosy room: wall, window with a view, picture, boards and a rug."""
    h, w = stage.shape
    u = stage.u
    walls: tuple[RGB, ...] = ((236, 222, 200), (206, 220, 214), (226, 208, 214), (208, 216, 230))
    wall = unit(walls[int(stage.rng.integers(0, 4))])
    stripe = 1 - 0.025 * (np.sin(stage.x / (15 * u)) > 0)
    shade = 1.02 - 0.16 * np.hypot(stage.x / w - 0.35, stage.y / h - 0.3)
    stage.cover(np.ones(stage.shape, np.float32), wall * (stripe * shade)[..., None])
    floor = _boards(stage)
    view_box = _window(stage)
    _painting(stage)
    _rug(stage)
    if stage.night:
        glow = np.exp(-((np.hypot(stage.x / w - 0.3, stage.y / h - 0.42) / 0.5) ** 2))
        view = stage.picture[view_box].copy()
        lamp = unit((104, 100, 140)) + glow[..., None] * unit((150, 110, 50))
        stage.cover(np.ones(stage.shape, np.float32), stage.picture * lamp)
        stage.picture[view_box] = np.maximum(stage.picture[view_box], view * 0.8)
    else:
        slant = (stage.x / w - 0.42 + 0.4 * (stage.y / h - 0.9)) / 0.16
        light = 0.14 * np.exp(-(slant**2)) * floor
        stage.picture = over_light(stage.picture, light[..., None] * unit((255, 236, 190)))


def _boards(stage: Stage) -> Floats:
    h, w = stage.shape
    floor = arrays.step(stage.y / h, 0.679, 0.681)
    depth = np.clip((stage.y / h - 0.68) / 0.32, 0, 1)
    board = (stage.x / w - 0.5) / (0.55 + 0.9 * depth) * 9
    grain = noise.streaks(stage.width, stage.height, 200 * stage.u, 3 * stage.u, stage.rng).T
    seam = np.exp(-(((board - np.round(board)) * 40) ** 2))
    tone = 0.90 + 0.08 * np.sin(np.round(board + 0.5) * 12.9) + 0.14 * (grain - 0.5)
    stage.cover(floor, unit((186, 132, 86)) * (tone * (1 - 0.3 * seam))[..., None])
    stage.cover(arrays.step(stage.y / h, 0.651, 0.653) * (1 - floor), (250, 247, 240))
    return floor


def _window(stage: Stage) -> tuple[slice, slice]:
    """Paint the window with its curtains; gives the place of the view."""
    h, w = stage.shape
    u = stage.u
    left = 0.56 + 0.06 * float(stage.rng.random())
    x0, y0, x1, y1 = int(w * left), int(h * 0.10), int(w * (left + 0.30)), int(h * 0.50)
    view = Stage(x1 - x0, y1 - y0, stage.rng, stage.night, stage.sunset)
    view.sky(0.8)
    view.ridge(0.74, 0.10, 4, (130, 180, 120), 0.2)
    view.dusk()
    frame = max(1, int(10 * u))
    white = unit((251, 249, 244))
    stage.picture[max(0, y0 - frame) : y1 + frame, x0 - frame : x1 + frame] = white * 0.98
    stage.picture[y0:y1, x0:x1] = view.picture
    middle_x, middle_y, bar = (x0 + x1) // 2, (y0 + y1) // 2, max(1, frame // 3)
    stage.picture[y0:y1, middle_x - bar : middle_x + bar] = white
    stage.picture[middle_y - bar : middle_y + bar, x0:x1] = white
    curtain = unit((204, 92, 84)) if stage.rng.random() < 0.5 else unit((92, 128, 168))
    wide = min(46 * u, 0.09 * w)
    for edge, towards in ((x0 - 3 * frame, 1), (x1 + 3 * frame, -1)):
        far = (stage.x - edge) * towards
        swing = wide * (1 + 0.26 * np.sin(stage.y / h * 5))
        hangs = (stage.y > y0 - 3 * frame) & (stage.y < h * 0.58)
        mask = ((far > 0) & (far < swing) & hangs).astype(np.float32)
        folds = 0.82 + 0.2 * np.sin(stage.x / (5.5 * u))
        stage.cover(arrays.blur(mask, 0.7), curtain * (folds * np.ones(stage.shape))[..., None])
    return slice(y0, y1), slice(x0, x1)


def _painting(stage: Stage) -> None:
    h, w = stage.shape
    left, top, tall = int(w * 0.12), int(h * 0.16), int(0.17 * min(w, h))
    wide = int(tall * 1.3)
    stage.picture[top : top + tall, left : left + wide] = unit((120, 84, 54))
    rim = max(2, int(6 * stage.u))
    art = Stage(wide - 2 * rim, tall - 2 * rim, stage.rng, night=False, sunset=True)
    art.sky(0.8)
    art.ridge(0.6, 0.2, 5, (90, 108, 150), 0.1)
    place = (slice(top + rim, top + tall - rim), slice(left + rim, left + wide - rim))
    stage.picture[place] = art.picture


def _rug(stage: Stage) -> None:
    h, w = stage.shape
    far = ((stage.x / w - 0.5) / 0.36) ** 2 + ((stage.y / h - 0.88) / 0.085) ** 2
    rings = ramp(
        np.clip(far, 0, 1),
        [
            (0, (232, 196, 130)),
            (0.35, (206, 92, 80)),
            (0.62, (240, 222, 190)),
            (0.8, (84, 116, 150)),
            (1, (60, 84, 118)),
        ],
    )
    weave = (0.92 + 0.14 * stage.clouds(4, 2))[..., None]
    stage.cover(arrays.step(far, 1.03, 0.98), rings * weave)
