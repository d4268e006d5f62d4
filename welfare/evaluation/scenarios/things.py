"""Things that people have with them, as small meshes: a bag, shoes, an umbrella, a pram, a bicycle, a dog."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Self

import numpy as np

from welfare.evaluation.scenarios import controls as k
from welfare.evaluation.scenarios.camera import Floats, Singles, Triangles
from welfare.evaluation.scenarios.clothing import linear
from welfare.evaluation.scenarios.look import Colour

BOX_FACES = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))


@dataclass(frozen=True, slots=True)
class Mesh:
    """Flat-shaded triangles: vertices (3m, 3) metres, triangles (m, 3), normals and colours of each vertex."""

    vertices: Floats
    triangles: Triangles
    normals: Floats
    colours: Singles

    @classmethod
    def of_faces(cls, faces: list[tuple[Floats, Colour]], centre: Floats | None = None) -> Self:
        """A mesh from planar convex faces, each (n, 3) metres with a colour; normals point away from the centre."""
        fans = [np.stack([f[0], f[i], f[i + 1]]) for f, _ in faces for i in range(1, len(f) - 1)]
        tints = [colour for f, colour in faces for _ in range(1, len(f) - 1)]
        corners = np.array(fans)
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-12
        middle = corners.reshape(-1, 3).mean(axis=0) if centre is None else centre
        normal *= np.sign(((corners[:, 0] - middle) * normal).sum(axis=1, keepdims=True) + 1e-9)
        colours = np.repeat(np.array([linear(tint) for tint in tints]), 3, axis=0)
        triangles = np.arange(3 * len(corners), dtype=np.int32).reshape(-1, 3)
        return cls(corners.reshape(-1, 3), triangles, np.repeat(normal, 3, axis=0), colours)

    @classmethod
    def joined(cls, parts: "list[Mesh]") -> Self:
        """Several meshes as one."""
        starts = np.cumsum([0, *(len(p.vertices) for p in parts[:-1])])
        triangles = [p.triangles + start for p, start in zip(parts, starts, strict=True)]
        return cls(
            np.concatenate([p.vertices for p in parts]),
            np.concatenate(triangles).astype(np.int32),
            np.concatenate([p.normals for p in parts]),
            np.concatenate([p.colours for p in parts]),
        )

    def at(self, place: Floats, yaw: float) -> "Mesh":
        """The mesh turned about z and moved to a place, metres."""
        turn = k.turn_z(yaw)
        return Mesh(self.vertices @ turn.T + place, self.triangles, self.normals @ turn.T, self.colours)


def box_faces(low: tuple[float, float, float], high: tuple[float, float, float]) -> list[Floats]:
    """The six sides of a box between two corners, each (4, 3) metres."""
    corners = np.array([[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])])
    return [corners[list(face)] for face in BOX_FACES]


def _box(low: tuple[float, float, float], high: tuple[float, float, float], colour: Colour) -> Mesh:
    return Mesh.of_faces([(face, colour) for face in box_faces(low, high)])


def _bar(start: tuple[float, float, float], end: tuple[float, float, float], colour: Colour, thick_m: float) -> Mesh:
    a, b = np.array(start), np.array(end)
    along = (b - a) / np.linalg.norm(b - a)
    across = np.cross(along, [0, 1.0, 0] if abs(along[1]) < 0.9 else [1.0, 0, 0])
    across *= thick_m / 2 / np.linalg.norm(across)
    over = np.cross(along, across)
    ring = [across + over, across - over, -across - over, -across + over]
    sides = [np.array([a + ring[i], a + ring[i - 1], b + ring[i - 1], b + ring[i]]) for i in range(4)]
    return Mesh.of_faces([(side, colour) for side in sides])


def _wheel(x: float, radius_m: float, y: float, colour: Colour) -> Mesh:
    turns = np.linspace(0, 2 * np.pi, 17)
    rims = [
        np.c_[x + r * np.cos(turns), np.full(17, y), radius_m + r * np.sin(turns)] for r in (radius_m, 0.86 * radius_m)
    ]
    faces = [(np.array([rims[0][i], rims[0][i + 1], rims[1][i + 1], rims[1][i]]), colour) for i in range(16)]
    return Mesh.of_faces(faces)


def _bag() -> Mesh:
    blue = (40, 52, 110)
    return Mesh.joined(
        [_box((-0.18, -0.09, 0), (0.18, 0.09, 0.32), blue), _box((-0.06, -0.012, 0.32), (0.06, 0.012, 0.40), blue)]
    )


def _shoes() -> Mesh:
    dark = (60, 40, 30)
    return Mesh.joined([_box((-0.14, y - 0.05, 0), (0.14, y + 0.05, 0.11), dark) for y in (-0.08, 0.08)])


def _umbrella() -> Mesh:
    turns = np.linspace(0, 2 * np.pi, 9)
    rim = np.c_[0.55 * np.cos(turns), 0.55 * np.sin(turns), np.full(9, 0.62)]
    top = np.array([0.0, 0, 0.86])
    cone = Mesh.of_faces([(np.array([rim[i], rim[i + 1], top]), (40, 44, 70)) for i in range(8)], np.array([0, 0, 0.3]))
    return Mesh.joined([cone, _bar((0, 0, -0.05), (0, 0, 0.8), (60, 60, 60), 0.03)])


def _pram() -> Mesh:
    body, frame = (30, 60, 60), (90, 90, 95)
    parts = [_box((0.45, -0.22, 0.45), (1.1, 0.22, 0.72), body), _box((0.85, -0.24, 0.7), (1.12, 0.24, 1.0), body)]
    parts += [_bar((0.4, y, 0.95), (0.95, y, 0.15), frame, 0.03) for y in (-0.22, 0.22)]
    parts += [_wheel(x, 0.13, y, (30, 30, 30)) for x in (0.55, 1.0) for y in (-0.25, 0.25)]
    return Mesh.joined(parts)


def _bicycle() -> Mesh:
    red, black = (150, 40, 36), (26, 26, 28)
    bars: list[tuple[tuple[float, float, float], tuple[float, float, float]]]
    bars = [((-0.05, 0, 0.95), (0.05, 0, 0.3)), ((-0.5, 0, 0.34), (0.05, 0, 0.3)), ((0.05, 0, 0.3), (0.45, 0, 0.85))]
    bars += [
        ((-0.03, 0, 0.85), (0.45, 0, 0.88)),
        ((0.45, 0, 1.02), (0.58, 0, 0.34)),
        ((0.42, -0.25, 1.0), (0.42, 0.25, 1.0)),
    ]
    return Mesh.joined(
        [*(_bar(a, b, red, 0.04) for a, b in bars), _wheel(-0.5, 0.34, 0, black), _wheel(0.58, 0.34, 0, black)]
    )


def _wheelchair() -> Mesh:
    seat, rim = (40, 44, 90), (50, 50, 54)
    parts = [_box((-0.25, -0.24, 0.44), (0.22, 0.24, 0.52), seat), _box((-0.28, -0.24, 0.5), (-0.22, 0.24, 0.95), seat)]
    parts += [_wheel(-0.08, 0.30, y, rim) for y in (-0.3, 0.3)] + [_wheel(0.3, 0.1, y, rim) for y in (-0.24, 0.24)]
    return Mesh.joined(parts)


def _dog() -> Mesh:
    brown = (120, 90, 60)
    legs = [_box((x, y, 0), (x + 0.06, y + 0.05, 0.28), brown) for x in (-0.28, 0.18) for y in (-0.09, 0.04)]
    trunk = [_box((-0.3, -0.1, 0.26), (0.26, 0.1, 0.46), brown), _box((0.24, -0.07, 0.40), (0.46, 0.07, 0.58), brown)]
    return Mesh.joined([*trunk, *legs])


def _bedding() -> Mesh:
    return _box((-0.95, -0.4, 0.0), (0.95, 0.4, 0.10), (70, 84, 70))


MAKERS: dict[str, Callable[[], Mesh]] = {
    "bag": _bag, "shoes": _shoes, "umbrella": _umbrella, "pram": _pram, "bicycle": _bicycle, "wheelchair": _wheelchair,
    "dog": _dog, "bedding": _bedding,
}  # fmt: skip
PUT_DOWN = frozenset({"bag", "shoes"})
LEAD_M = (0.9, -0.45)  # where a dog runs: ahead and to the right


@cache
def thing(name: str) -> Mesh:
    """A thing's mesh, x ahead, y left, z up from its foot (an umbrella: from the hand)."""
    return MAKERS[name]()


def with_person(name: str, controls: Floats, right_wrist: Floats) -> Mesh:
    """A thing where its person has it now.

    Args:
        name: of the thing.
        controls: (39,) the person's posture.
        right_wrist: (3,) metres.
    """
    yaw = float(controls[k.YAW])
    ground = np.array([controls[0], controls[1], 0.0])
    if name == "umbrella":
        return thing(name).at(right_wrist, yaw)
    if name in PUT_DOWN:
        return thing(name).at(right_wrist - [0, 0, 0.44], yaw)
    if name == "dog":
        ground = ground + k.heading(yaw) * LEAD_M[0] + k.leftward(yaw) * LEAD_M[1]
    return thing(name).at(ground, yaw)
