"""Moving water: a sum of waves by the deep-water dispersion relation, seen at half resolution."""

import cv2
import numpy as np

from welfare.evaluation.scenarios.camera import Singles
from welfare.evaluation.scenarios.clothing import linear
from welfare.evaluation.scenarios.materials import TILE, WATER, noise_tile
from welfare.evaluation.scenarios.scene import Scene, averaged, lights_sky

WAVES_M = ((11.0, 0.5), (6.3, 0.6), (3.1, 0.8), (1.7, 0.9), (0.9, 0.8))  # wavelength, share; assumed
GRAVITY = 9.81
NEAR_WATER = 0.04  # Fresnel reflectance of water looked at straight down (about 0.02 to 0.04)


class Water:
    """The water of a scene at any time."""

    def __init__(self, scene: Scene, seed: int) -> None:
        camera = scene.camera
        rays = camera.rays[::2, ::2]
        down = np.minimum(rays[..., 2], -1e-4)
        reach = np.where(rays[..., 2] < -1e-4, (scene.water_m - camera.position_m[2]) / down, 1e4)
        self._x = (camera.position_m[0] + rays[..., 0] * reach).astype(np.float32)
        self._y = (camera.position_m[1] + rays[..., 1] * reach).astype(np.float32)
        self._footprint_m = (np.clip(reach, 1, 5000) / camera.focal_px * 2).astype(np.float32)
        steep = np.clip(-rays[..., 2] / np.linalg.norm(rays, axis=-1), 0, 1)
        self._mirror = (NEAR_WATER + (1 - NEAR_WATER) * (1 - steep) ** 5).astype(np.float32)
        self.share = averaged((scene.material == WATER).astype(np.float32))
        self._size = camera.size
        self._sky = lights_sky(scene.light)
        self._deep = np.array(scene.light.sky, np.float32) * linear((58, 84, 88)) * 0.9
        rng = np.random.default_rng(seed + 78)
        self._waves = [(rng.random() * 2 * np.pi, 2 * np.pi / m, rng.random() * 2 * np.pi, a) for m, a in WAVES_M]
        self._tile = noise_tile(seed)

    def at(self, t_s: float) -> Singles:
        """(h, w, 3) linear light, as if water were everywhere."""
        height = np.zeros_like(self._x)
        for angle, number, phase, share in self._waves:
            fade = np.exp(-((self._footprint_m * number) ** 2) * 0.5)
            place = number * (np.cos(angle) * self._x + np.sin(angle) * self._y)
            height += share * fade * np.sin(place - np.sqrt(GRAVITY * number) * t_s + phase)
        u = (self._x * 6 + t_s * 4).astype(np.int64) % TILE
        v = (self._y * 6 - t_s * 3).astype(np.int64) % TILE
        height += 0.5 * self._tile[v, u] * np.exp(-((self._footprint_m * 3) ** 2))
        mirror = np.clip(self._mirror * (1 + 0.33 * height) + 0.012 * height, 0, 1)[..., None]
        colour = self._deep * (1 + 0.05 * height[..., None]) * (1 - mirror) + self._sky * mirror
        full = cv2.resize(np.maximum(colour, 0).astype(np.float32), self._size, interpolation=cv2.INTER_LINEAR)
        return np.asarray(full, dtype=np.float32)
