"""One scenario to pictures and their truth, frame by frame.

The place is drawn, lit and developed once for a loop of water and noise; in each frame only the windows around people
are drawn again, so a frame costs milliseconds (docs/evaluation.md has the figures).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from welfare.evaluation.scenarios import lights, truth
from welfare.evaluation.scenarios.camera import FAR_M, NEAREST_M, Camera, Canvas, Floats, Singles, bounds, depth_of
from welfare.evaluation.scenarios.cast import Player, Shown
from welfare.evaluation.scenarios.materials import WATER
from welfare.evaluation.scenarios.scene import OVERSAMPLE, Scene, averaged
from welfare.evaluation.scenarios.sensor import Picture, Sensor, rain_on, stamp_clock
from welfare.evaluation.scenarios.things import Mesh
from welfare.evaluation.scenarios.water import Water

LOOP_FRAMES, LOOP_S = 8, 1.6  # of the background: water and noise come again after this
MARGIN_PX = 8  # around people: more than the blur reaches
SHADOW_SOFT_PX = 1.0
CONTACT_M, CONTACT_SHADE = 0.16, 0.35  # the deck is darker so near to a foot
SAME_DEPTH_M = 0.05
LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)

Window = tuple[int, int, int, int]


@dataclass(frozen=True)
class Backdrop:
    """A scene, developed for a loop of frames.

    Attributes:
        scene: the place.
        sensor: of its camera.
        water: (LOOP_FRAMES,) pictures of water in linear light, or empty where none is seen.
        pictures: (LOOP_FRAMES,) developed backgrounds, uint8 BGR.
    """

    scene: Scene
    sensor: Sensor
    water: tuple[Singles, ...]
    pictures: tuple[Picture, ...]

    @classmethod
    def of(cls, scene: Scene, seed: int) -> "Backdrop":
        """Develop a scene."""
        still = averaged(scene.colour)
        moving = Water(scene, seed)
        waters = tuple(moving.at(i * LOOP_S / LOOP_FRAMES) for i in range(LOOP_FRAMES))
        share = moving.share[..., None]
        luma = (still + waters[0] * share) @ LUMA
        lower = luma[len(luma) // 4 :]
        exposure = scene.light.target**2.2 / float(np.median(np.minimum(lower, np.percentile(lower, 90))))
        sensor = Sensor(scene.camera.size, scene.light.noise, exposure, np.random.default_rng(seed))
        return cls(scene, sensor, waters, tuple(sensor.develop(still + water * share) for water in waters))


class Renderer:
    """A cast before a backdrop.

    Args:
        backdrop: the place.
        players: who plays.
        seed: of rain.
        rain: whether it rains.
        cloud: how much of the light a passing cloud takes, 0 to 1.
    """

    def __init__(
        self, backdrop: Backdrop, players: Sequence[Player], *, seed: int = 0, rain: bool = False, cloud: float = 0.0
    ) -> None:
        self._backdrop, self._players = backdrop, players
        self._seed, self._rain, self._cloud = seed, rain, cloud

    def frame(self, t_s: float) -> tuple[Picture, list[dict[str, Any]]]:
        """(h, w, 3) uint8 BGR at a time, and the truth about each person."""
        turn = round(t_s / LOOP_S * LOOP_FRAMES) % LOOP_FRAMES
        picture = self._backdrop.pictures[turn].copy()
        cast = [shown for player in self._players if (shown := player.at(t_s)) is not None]
        alone = [item for player in self._players if player.at(t_s) is None for item in player.left_at(t_s)]
        picture, seen = self.people_on(picture, cast, [mesh for _, mesh, _ in alone], turn)
        camera, scene = self._backdrop.scene.camera, self._backdrop.scene
        lines = [truth.person_line(camera, shown, seen.get(shown.id, 0.0), rail=scene.rail) for shown in cast]
        if self._cloud:
            gain = 1 - self._cloud * (0.5 + 0.5 * np.sin(2 * np.pi * t_s / 9))
            picture = np.asarray(cv2.convertScaleAbs(picture, alpha=float(gain)), dtype=np.uint8)
        if self._rain:
            rain_on(picture, t_s, self._seed)
        stamp_clock(picture, t_s)
        return picture, [line for line in lines if line is not None]

    def people_on(
        self, picture: Picture, cast: Sequence[Shown], things: Sequence[Mesh], turn: int
    ) -> tuple[Picture, dict[int, float]]:
        """Draw people and things over a developed picture, in place.

        Returns:
            The picture, and the share of each person's body that is seen.
        """
        groups: list[tuple[Shown | None, list[Mesh]]] = [(s, [s.body, *(m for _, m, _ in s.things)]) for s in cast]
        groups += [(None, [mesh]) for mesh in things]
        boxes = [self._window(meshes) for _, meshes in groups]
        seen: dict[int, float] = {}
        for window in _merged([box for box in boxes if box is not None]):
            members = [g for g, box in zip(groups, boxes, strict=True) if box is not None and _within(box, window)]
            light = self._drawn(window, members, turn, seen)
            x1, y1, x2, y2 = window
            part = self._backdrop.sensor.develop(light, (x1, y1))
            cut = MARGIN_PX // 2
            left, top = cut if x1 > 0 else 0, cut if y1 > 0 else 0
            right = max(x2 - cut, x1) if x2 < picture.shape[1] else x2
            low = max(y2 - cut, y1) if y2 < picture.shape[0] else y2
            picture[y1 + top : low, x1 + left : right] = part[top : low - y1, left : right - x1]
        return picture, seen

    def _window(self, meshes: Sequence[Mesh]) -> Window | None:
        """Where a group and its shadow are on the picture; None where not in sight."""
        scene = self._backdrop.scene
        vertices = np.concatenate([mesh.vertices for mesh in meshes])
        pixels, depth = scene.camera.project(vertices)
        if depth.min() < NEAREST_M:
            return None
        shadow, behind = scene.camera.project(flattened(vertices, scene.key))
        width, height = scene.camera.size
        left, top, right, low = bounds(np.concatenate([pixels, shadow[behind > NEAREST_M]]))
        x1, y1 = max(int(left) - MARGIN_PX, 0), max(int(top) - MARGIN_PX, 0)
        x2, y2 = min(int(right) + 1 + MARGIN_PX, width), min(int(low) + 1 + MARGIN_PX, height)
        return (x1, y1, x2, y2) if x2 - x1 > 2 and y2 - y1 > 2 else None

    def _drawn(
        self, window: Window, members: Sequence[tuple[Shown | None, list[Mesh]]], turn: int, seen: dict[int, float]
    ) -> Singles:
        scene = self._backdrop.scene
        x1, y1, x2, y2 = window
        fine = (
            slice(y1 * OVERSAMPLE, y2 * OVERSAMPLE),
            slice(x1 * OVERSAMPLE, x2 * OVERSAMPLE),
        )
        colour = scene.colour[fine].copy()
        water = scene.material[fine] == WATER
        if water.any():
            coarse = self._backdrop.water[turn][y1:y2, x1:x2]
            colour[water] = coarse.repeat(OVERSAMPLE, axis=0).repeat(OVERSAMPLE, axis=1)[water]
        whole = scene.camera.window(window, 1)
        dark = self._shadows(whole, members)
        colour *= 1 - cv2.resize(dark[0], colour.shape[1::-1])[..., None] * scene.shade[fine]
        colour *= 1 - (cv2.resize(dark[1], colour.shape[1::-1]) * scene.deck[fine])[..., None]
        canvas = Canvas(scene.camera.window(window, OVERSAMPLE), colour, scene.depth[fine].copy())
        own: dict[int, Singles] = {}
        for shown, meshes in members:
            before = canvas.colour.copy() if shown is not None and shown.opacity < 1 else None
            for mesh in meshes:
                canvas.draw(mesh.vertices, mesh.triangles, lit(scene, mesh))
            if shown is not None:
                own[shown.id] = depth_of(whole, [(shown.body.vertices, shown.body.triangles)])
                if before is not None:
                    canvas.colour = before + np.float32(shown.opacity) * (canvas.colour - before)
        for number, depth in own.items():
            body = depth < FAR_M / 2
            nearer = canvas.depth[::OVERSAMPLE, ::OVERSAMPLE][body] < depth[body] - SAME_DEPTH_M
            seen[number] = float(1 - nearer.mean()) if body.any() else 0.0
        return averaged(canvas.colour)

    def _shadows(self, camera: Camera, members: Sequence[tuple[Shown | None, list[Mesh]]]) -> tuple[Singles, Singles]:
        """(h, w) 0 to 1 each: where people's shadows fall, and where their feet darken the deck."""
        key = self._backdrop.scene.key
        cast = depth_of(camera, [(flattened(m.vertices, key), m.triangles) for _, meshes in members for m in meshes])
        feet = [_disc(foot) for shown, _ in members if shown is not None for foot in shown.keypoints[15:17]]
        near = depth_of(camera, feet)
        soft = cv2.GaussianBlur((cast < FAR_M / 2).astype(np.float32), (0, 0), SHADOW_SOFT_PX)
        dark = cv2.GaussianBlur((near < FAR_M / 2).astype(np.float32), (0, 0), 2 * SHADOW_SOFT_PX)
        return np.asarray(soft, dtype=np.float32), np.asarray(CONTACT_SHADE * dark, dtype=np.float32)


def flattened(vertices: Floats, key: Floats) -> Floats:
    """Vertices laid on the deck along the light: their shadow."""
    return np.asarray(vertices - key * ((vertices[:, 2:3] - 0.004) / max(float(key[2]), 0.12)))


def lit(scene: Scene, mesh: Mesh) -> Singles:
    """(n, 3) linear light that a mesh's vertices send to the camera."""
    total, _ = lights.falling(scene.light, mesh.vertices.astype(np.float32), mesh.normals.astype(np.float32), scene.key)
    low = 0.72 + 0.28 * np.clip(mesh.vertices[:, 2:3] / 0.9, 0, 1)  # less sky near the deck
    return np.asarray(mesh.colours * total * low, dtype=np.float32)


def _disc(foot: Floats) -> tuple[Floats, NDArray[np.int32]]:
    turns = np.linspace(0, 2 * np.pi, 9)[:-1]
    strength = CONTACT_M * float(np.clip(1 - (foot[2] - 0.07) / 0.3, 0.05, 1))
    rim = np.c_[foot[0] + strength * np.cos(turns), foot[1] + strength * np.sin(turns), np.full(8, 0.005)]
    return rim, np.array([(0, i, i + 1) for i in range(1, 7)], np.int32)


def _within(box: Window, window: Window) -> bool:
    return box[0] >= window[0] and box[1] >= window[1] and box[2] <= window[2] and box[3] <= window[3]


def _touch(a: Window, b: Window) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _merged(boxes: list[Window]) -> list[Window]:
    """Windows so that none overlaps another."""
    result: list[Window] = []
    for box in boxes:
        grown = box
        while True:
            hit = next(
                (r for r in result if r[0] < grown[2] and grown[0] < r[2] and r[1] < grown[3] and grown[1] < r[3]), None
            )
            if hit is None:
                break
            result.remove(hit)
            grown = (min(hit[0], grown[0]), min(hit[1], grown[1]), max(hit[2], grown[2]), max(hit[3], grown[3]))
        result.append(grown)
    return result
