"""What the place is made of: albedo of each material from smooth noise, painted by place in the world."""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from welfare.evaluation.scenarios.camera import Singles
from welfare.evaluation.scenarios.clothing import linear

SKY, DECK, ROAD, KERB, METAL, BANK, WATER, LAMP, EDGE, TREE = range(10)
TILE = 1024  # texels of a noise tile, which repeats
LIT_WINDOWS = {"dusk": 0.5, "night": 0.6}


@cache
def noise_tile(seed: int) -> Singles:
    """(1024, 1024) float32 noise over six octaves, mean 0, deviation 1, repeating at its borders."""
    rng = np.random.default_rng(seed)
    tile = np.zeros((TILE, TILE), np.float32)
    for octave in range(6):
        cells = max(4, TILE >> (6 - octave))
        grid = np.pad(rng.standard_normal((cells, cells), dtype=np.float32), ((0, 1), (0, 1)), "wrap")
        tile += cv2.resize(grid, (TILE, TILE), interpolation=cv2.INTER_CUBIC) * 0.6**octave
    return np.asarray((tile - tile.mean()) / tile.std(), dtype=np.float32)


def _sampled(tile: Singles, u: Singles, v: Singles, per_m: float) -> Singles:
    return tile[(v * per_m).astype(np.int64) % TILE, (u * per_m).astype(np.int64) % TILE]


def albedo(kinds: NDArray[np.uint8], places: Singles, depth: Singles, light: str, seed: int) -> Singles:
    """(n, 3) linear albedo of surfaces; lit windows and lamps shine by more than 1.

    Args:
        kinds: (n,) materials.
        places: (n, 3) metres.
        depth: (n,) metres from the camera: far texture is smoothed.
        light: day, overcast, dusk or night.
        seed: of the textures.
    """
    fine, coarse = noise_tile(seed), noise_tile(seed + 1)
    result = np.zeros((len(kinds), 3), np.float32)
    for kind in np.unique(kinds):
        here = kinds == kind
        p = places[here]
        if kind == DECK:
            result[here] = _deck(p, depth[here], fine, coarse)
        elif kind == ROAD:
            result[here] = _road(p, fine, coarse)
        elif kind == KERB:
            joint = np.where(p[:, 0] % 1 < 0.015, 0.7, 1.0)
            result[here] = _plain((165, 162, 156), 0.08 * _sampled(fine, p[:, 0], p[:, 2], 60)) * joint[:, None]
        elif kind == EDGE:
            result[here] = _plain((135, 132, 126), 0.10 * _sampled(fine, p[:, 0], p[:, 2], 60))
        elif kind == METAL:
            result[here] = _plain((96, 112, 104), 0.06 * _sampled(coarse, p[:, 0] + p[:, 1], p[:, 2], 60))
        elif kind == LAMP:
            result[here] = linear((120, 120, 120)) + (4.0 if light == "night" else 1.0 if light == "dusk" else 0.0)
        elif kind == TREE:
            result[here] = _plain((88, 98, 78), 0.2 * _sampled(fine, p[:, 0], p[:, 2], 6))
        elif kind == BANK:
            result[here] = _bank(p, light)
    return result


def _plain(colour: tuple[int, int, int], change: Singles) -> Singles:
    return np.asarray(linear(colour) * (1 + change)[:, None], dtype=np.float32)


def _deck(p: Singles, depth: Singles, fine: Singles, coarse: Singles) -> Singles:
    near = np.clip(1 - depth / 60, 0.15, 1)
    grain = _sampled(fine, p[:, 0], p[:, 1], 160) * 0.05 * near + _sampled(coarse, p[:, 0], p[:, 1], 22) * 0.10
    stain = np.clip(_sampled(fine, p[:, 0] + 9, p[:, 1], 9) - 0.9, 0, 1) * 0.25
    joint = (np.abs((p[:, 0] + 1) % 1.5 - 0.75) > 0.742) | (np.abs(p[:, 1] + 1.5) < 0.008)
    slab = 1 - 0.12 * ((np.floor(p[:, 0] / 1.5) * 7 % 3) == 0)
    painted = _plain((150, 147, 142), grain - stain) * (np.where(joint, 0.62, 1.0) * slab)[:, None]
    return np.asarray(painted, dtype=np.float32)


def _road(p: Singles, fine: Singles, coarse: Singles) -> Singles:
    grain = _sampled(coarse, p[:, 0], p[:, 1], 140) * 0.08 + _sampled(fine, p[:, 0], p[:, 1], 12) * 0.09
    painted = _plain((92, 93, 95), grain)
    line = (np.abs(p[:, 1] + 3.45) < 0.05) | ((np.abs(p[:, 1] + 6.6) < 0.06) & (p[:, 0] % 6 < 2))
    painted[line] = linear((205, 205, 200)) * 0.9
    return painted


def _bank(p: Singles, light: str) -> Singles:
    block = np.floor(p[:, 0] / 20)
    wall = linear((140, 132, 124)) * (0.7 + 0.5 * ((block * 37) % 11 / 11))[:, None]
    window = ((p[:, 0] % 3.2) < 1.5) & ((p[:, 2] % 3.4) < 1.7)
    wall[window] *= 0.45
    if light in LIT_WINDOWS:
        number = np.floor(p[:, 0] / 3.2) * 73 + np.floor(p[:, 2] / 3.4) * 151
        wall[window & (number % 10 < 3)] += np.array((4.0, 3.0, 1.6), np.float32) * LIT_WINDOWS[light]
    return np.asarray(wall * 0.8 + linear((170, 178, 190)) * 0.2, dtype=np.float32)
