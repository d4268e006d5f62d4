"""The place without people: footway, railing, road, water and far bank, lit, with what a person's shadow would take."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from welfare.evaluation.scenarios import lights
from welfare.evaluation.scenarios.actor import MID_RAIL_M, RAIL_M
from welfare.evaluation.scenarios.camera import NEAR_M, Camera, Canvas, Floats, Singles
from welfare.evaluation.scenarios.materials import BANK, DECK, EDGE, KERB, LAMP, METAL, ROAD, SKY, TREE, WATER, albedo
from welfare.evaluation.scenarios.things import box_faces

OVERSAMPLE = 2  # fine pixels a pixel, each way
DECK_FROM_M, DECK_TO_M, RAIL_TO_M = -30.0, 160.0, 90.0
FOOTWAY_M, ROAD_M = -3.0, -30.0
WATER_M, QUAY_WATER_M = -14.0, -2.2
RAIL_BARS_M = (
    (1.05, RAIL_M, 0.04),
    (0.75, 0.78, 0.02),
    (MID_RAIL_M - 0.02, MID_RAIL_M + 0.01, 0.02),
    (0.12, 0.15, 0.02),
)
POST_EVERY_M = 2.0
SHADE_M = 34.0  # the railing's shadow is drawn so far from the middle of the scene
FOG_M = 900.0


@dataclass(frozen=True)
class Scene:
    """One place, one camera, one light; arrays are of the picture in fine pixels.

    Attributes:
        colour: (H, W, 3) linear light, water black.
        depth: (H, W) metres along the camera's axis.
        material: (H, W) one of `materials`.
        deck: (H, W) bool: where shadows fall.
        shade: (H, W, 3) share of the light that a shadow takes, 0 to 1; 0 off the deck.
        key: (3,) direction to the key light.
        rail: whether there is a railing.
        water_m: height of the water, metres.
    """

    camera: Camera
    fine: Camera
    light: lights.Light
    colour: Singles
    depth: Singles
    material: NDArray[np.uint8]
    deck: NDArray[np.bool_]
    shade: Singles
    key: Floats
    rail: bool
    water_m: float

    @classmethod
    def build(cls, camera: Camera, light: str, *, middle_m: float, rail: bool = True, seed: int = 0) -> "Scene":
        """Draw and light a place; `middle_m` is the point along the bridge where people act."""
        width, height = camera.size
        fine = camera.window((0, 0, width, height), OVERSAMPLE)
        faces, materials = _faces(rail=rail, rng=np.random.default_rng(seed + 77))
        number, depth, normals = _drawn(fine, faces)
        material = np.r_[np.array(materials, np.uint8), np.uint8(SKY)][number]
        chosen = lights.LIGHTS[light]
        key = lights.key_direction(chosen, np.array([middle_m, -1.0, 0.0]))
        colour = np.zeros((*depth.shape, 3), np.float32)
        shade = np.zeros_like(colour)
        solid = (material != SKY) & (material != WATER)
        places = (camera.position_m.astype(np.float32) + fine.rays[solid] * depth[solid][:, None]).astype(np.float32)
        facing = normals[number[solid]]
        total, direct = lights.falling(chosen, places, facing, key)
        dark = _rail_shadow(places, key, middle_m) if rail and light in ("day", "dusk") else None
        if dark is not None:
            total *= 1 - dark[:, None] * direct
            direct *= (1 - dark)[:, None]
        kind = material[solid]
        painted = albedo(kind, places, depth[solid], light, seed) * total
        sky = _sky(chosen, fine)
        fog = (1 - np.exp(-depth[solid] / FOG_M))[:, None]
        colour[solid] = painted * (1 - fog) + lights_sky(chosen) * fog
        colour[material == SKY] = sky[material == SKY]
        deck = np.isin(material, (DECK, ROAD, KERB, EDGE))
        shade[solid] = direct * deck[solid][:, None]
        return cls(
            camera, fine, chosen, colour, depth, material, deck, shade, key, rail, WATER_M if rail else QUAY_WATER_M
        )


def lights_sky(light: lights.Light) -> Singles:
    """(3,) linear colour of the sky at the horizon."""
    return np.asarray((np.array(light.sky_colour, np.float32) / 255) ** 2.2, dtype=np.float32)


def _sky(light: lights.Light, fine: Camera) -> Singles:
    rays = fine.rays
    up = np.clip(rays[..., 2] / np.linalg.norm(rays, axis=-1), 0, 1)
    return np.asarray(lights_sky(light) * (1.0 - 0.45 * np.sqrt(up))[..., None], dtype=np.float32)


def _faces(*, rail: bool, rng: np.random.Generator) -> tuple[list[Floats], list[int]]:
    faces: list[Floats] = []
    materials: list[int] = []

    def add(shapes: list[Floats], material: int) -> None:
        faces.extend(shapes)
        materials.extend([material] * len(shapes))

    def level(y1: float, y2: float, z: float, x1: float = DECK_FROM_M, x2: float = DECK_TO_M) -> Floats:
        return np.array([(x1, y1, z), (x2, y1, z), (x2, y2, z), (x1, y2, z)])

    water = WATER_M if rail else QUAY_WATER_M
    add([level(FOOTWAY_M, 0.30, 0.0)], DECK)
    add([level(ROAD_M, FOOTWAY_M, -0.14)], ROAD)
    add(box_faces((DECK_FROM_M, FOOTWAY_M - 0.18, -0.14), (DECK_TO_M, FOOTWAY_M, 0.005)), KERB)
    add(box_faces((DECK_FROM_M, 0.12, -1.2), (DECK_TO_M, 0.32, 0.02)), EDGE)
    add([level(0.3, 6000.0, water, -4000.0, 4000.0)], WATER)
    if rail:
        for x in np.arange(DECK_FROM_M, RAIL_TO_M, POST_EVERY_M):
            add(box_faces((x - 0.04, -0.04, 0), (x + 0.04, 0.04, 1.06)), METAL)
        for low, high, half in RAIL_BARS_M:
            add(box_faces((DECK_FROM_M, -half, low), (DECK_TO_M, half, high)), METAL)
    for x, y, z in lights.LAMPS:
        add(box_faces((x - 0.07, y - 0.07, 0), (x + 0.07, y + 0.07, z)), METAL)
        add(box_faces((x - 0.1, y - 0.07, z - 0.05), (x + 0.1, y + 0.75, z + 0.1)), LAMP)
    for i in range(60):  # the far bank
        x, y = -400 + i * 26 + rng.random() * 10, 240 + rng.random() * 60
        size = (12 + rng.random() * 14, 6 + rng.random() ** 3 * 38)
        add(box_faces((x, y, water), (x + size[0], y + 20, water + size[1])), BANK)
    add(box_faces((-2000, 235, water), (3000, 300, water + 2.5)), TREE)
    return faces, materials


def _drawn(fine: Camera, faces: list[Floats]) -> tuple[NDArray[np.int64], Singles, Singles]:
    """Which face each fine pixel shows, its depth, and the faces' normals towards the camera."""
    canvas = Canvas.empty(fine)
    canvas.colour[...] = len(faces)
    vertices, triangles, numbers = [], [], []
    normals = np.zeros((len(faces) + 1, 3), np.float32)
    start = 0
    for i, face in enumerate(faces):
        normal = np.cross(face[1] - face[0], face[2] - face[0])
        normal /= np.linalg.norm(normal) + 1e-12
        normals[i] = normal if normal @ (fine.position_m - face[0]) > 0 else -normal
        shown = _before_camera(face, fine)
        n = len(shown)
        if n < 3:
            continue
        vertices.append(shown)
        triangles.append([(start, start + k, start + k + 1) for k in range(1, n - 1)])
        numbers.append(np.full((n, 3), i, np.float32))
        start += n
    drawn = np.concatenate([np.array(t, np.int32) for t in triangles])
    canvas.draw(np.concatenate(vertices), drawn, np.concatenate(numbers), flat=True)
    return np.rint(canvas.colour[..., 0]).astype(np.int64), canvas.depth, normals


def _before_camera(face: Floats, camera: Camera) -> Floats:
    """The part of a face before the camera: (n, 3), possibly empty."""
    depth = (face - camera.position_m) @ camera.rotation[2]
    near = 1.2 * NEAR_M
    corners = []
    for i in range(len(face)):
        a, b, before, after = face[i], face[(i + 1) % len(face)], depth[i], depth[(i + 1) % len(face)]
        if before >= near:
            corners.append(a)
        if (before >= near) != (after >= near):
            corners.append(a + (b - a) * (near - before) / (after - before))
    return np.array(corners).reshape(-1, 3)


def _rail_shadow(places: Singles, key: Floats, middle_m: float) -> Singles | None:
    """(n,) 0 to 1: where the railing stands between a place on the deck and the key light."""
    if key[1] <= 0.05:
        return None
    way = -places[:, 1] / key[1]
    x, z = places[:, 0] + way * key[0], places[:, 2] + way * key[2]
    hidden = np.zeros(len(places), bool)
    for low, high, half in RAIL_BARS_M:
        hidden |= (z > low - half) & (z < high + half)
    post = np.abs((x + POST_EVERY_M / 2) % POST_EVERY_M - POST_EVERY_M / 2) < 0.05
    hidden |= post & (z > 0) & (z < 1.06)
    hidden &= (places[:, 1] < -0.02) & (np.abs(places[:, 0] - middle_m) < SHADE_M)
    return hidden.astype(np.float32)


def averaged(fine: Singles) -> Singles:
    """(H, W, ...) fine pixels to picture pixels."""
    height, width = fine.shape[0] // OVERSAMPLE, fine.shape[1] // OVERSAMPLE
    return np.asarray(cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA), dtype=np.float32)
