"""Four lights of a place: the key light's direction and colour, the sky's, the lamps', and the camera's noise."""

from dataclasses import dataclass

import numpy as np

from welfare.evaluation.scenarios.camera import Floats, Singles
from welfare.evaluation.scenarios.look import Colour

Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Light:
    """All colours linear unless said otherwise; every figure is assumed, set by eye against real CCTV.

    Attributes:
        key: direction to the key light (sun); at night the nearest lamp is the key.
        key_colour: its strength.
        sky, ground: ambient light from above and from below.
        target: how bright the camera exposes the picture's median, 0 to 1 after gamma.
        noise: of the sensor.
        lamps: strength of the street lamps.
        sky_colour: sRGB.
    """

    name: str
    key: Vector
    key_colour: Vector
    sky: Vector
    ground: Vector
    target: float
    noise: float
    lamps: float
    sky_colour: Colour


LIGHTS = {
    light.name: light
    for light in (
        Light(
            "day",
            (-0.62, 0.22, 0.70),
            (2.1, 2.0, 1.8),
            (0.60, 0.66, 0.74),
            (0.30, 0.29, 0.27),
            0.40,
            0.006,
            0.0,
            (190, 205, 220),
        ),
        Light(
            "overcast",
            (-0.2, -0.3, 0.93),
            (0.5, 0.5, 0.5),
            (0.80, 0.84, 0.90),
            (0.30, 0.30, 0.30),
            0.40,
            0.008,
            0.0,
            (200, 204, 208),
        ),
        Light(
            "dusk",
            (0.75, 0.55, 0.28),
            (0.50, 0.32, 0.20),
            (0.26, 0.29, 0.40),
            (0.09, 0.09, 0.10),
            0.30,
            0.016,
            0.35,
            (150, 130, 140),
        ),
        Light(
            "night",
            (0.0, 0.0, 1.0),
            (0.0, 0.0, 0.0),
            (0.055, 0.058, 0.070),
            (0.035, 0.032, 0.030),
            0.25,
            0.017,
            1.0,
            (18, 20, 28),
        ),
    )
}
LAMP_COLOUR = np.array((1.0, 0.86, 0.66), np.float32) * 26
LAMP_HEIGHT_M, LAMP_Y_M = 6.5, -3.35
LAMPS = np.array([[x, LAMP_Y_M, LAMP_HEIGHT_M] for x in np.arange(-16.0, 90.0, 20.0)], np.float32)
LAMP_REACH_M = 22.0  # farther lamps add nothing that could be seen


def key_direction(light: Light, at_m: Floats) -> Floats:
    """(3,) unit vector to the key light at a place: the sun, or the nearest lamp at night."""
    towards = np.array(light.key)
    if light.name == "night":
        towards = LAMPS[np.abs(LAMPS[:, 0] - at_m[0]).argmin()] - at_m
    return np.asarray(towards / np.linalg.norm(towards))


def falling(light: Light, places: Singles, normals: Singles, key: Floats) -> tuple[Singles, Singles]:
    """Light that falls on surfaces.

    Args:
        light: which.
        places: (n, 3) metres.
        normals: (n, 3) unit.
        key: direction to the key light.

    Returns:
        (n, 3) all light and (n, 3) the share of it, 0 to 1, that somebody's shadow takes away.
    """
    up = (0.5 + 0.5 * normals[:, 2:3]).astype(np.float32)
    total = np.array(light.sky, np.float32) * up + np.array(light.ground, np.float32) * (1 - up)
    direct = np.clip(normals @ key.astype(np.float32), 0, 1)[:, None] * np.array(light.key_colour, np.float32)
    for lamp in LAMPS if light.lamps > 0 else ():
        near = np.abs(places[:, 0] - lamp[0]) < LAMP_REACH_M
        way = lamp - places[near]
        square = np.einsum("ij,ij->i", way, way)
        facing = np.einsum("ij,ij->i", way, normals[near])
        slant = np.clip(facing, 0, None) * np.clip(way[:, 2], 0, None) / square
        shine = (slant / (square + 1))[:, None] * (LAMP_COLOUR * np.float32(light.lamps))
        if light.name == "night":
            direct[near] += shine
        else:
            total[near] += shine
    total = total + direct
    return total.astype(np.float32), np.clip(direct / (total + 1e-6), 0, 1).astype(np.float32)
