"""Clothes painted on a mesh: regions by bone and height, the cloth relaxed and inflated, colours of each vertex."""

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from welfare.evaluation.scenarios.camera import Floats, Singles, Triangles
from welfare.evaluation.scenarios.look import Colour, Look

TOP, LEGS, SHOES, SKIN, HAIR, EYE = 1, 2, 3, 4, 5, 6
RELAX_ROUNDS, TOP_ROUNDS = 14, 22  # assumed: enough to hide anatomy under a coat
HAND_BONES = ("hand", "thumb", "index", "middle", "ring", "pinky")
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Dressed:
    """A mesh in clothes: vertices (n, 3) metres, triangles (m, 3), colours (n, 3) linear."""

    vertices: Floats
    triangles: Triangles
    colours: Singles


def linear(colour: Colour) -> Singles:
    """SRGB 0 to 255 as linear light 0 to 1 (gamma 2.2)."""
    return np.asarray((np.asarray(colour, np.float32) / 255.0) ** 2.2, dtype=np.float32)


def _triangles(quads: NDArray[np.int32]) -> Triangles:
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)


class _Parts:
    """Which vertex belongs to which part of the body, by the bones that move it."""

    def __init__(self, mesh: Floats, weights: Floats, joints: Floats, bones: tuple[str, ...]) -> None:
        self._weights, self._bones = weights, bones
        self.z, self.x, self.y = mesh[:, 2], mesh[:, 0], mesh[:, 1]
        self.arms = self.share("upperarm_l", "upperarm_r", "lowerarm_l", "lowerarm_r", "clavicle_l", "clavicle_r")
        self.feet = self.share("foot_l", "foot_r", "ball_l", "ball_r")
        self.hands = sum(weights[:, i] for i, name in enumerate(bones) if name.split("_")[0] in HAND_BONES)
        self.head, self.neck = self.share("head"), self.share("neck_01")
        self.waist_m = float(joints[bones.index("pelvis"), 2])
        self.chest_m = float(joints[bones.index("spine_02"), 2])

    def share(self, *names: str) -> Any:
        return self._weights[:, [self._bones.index(name) for name in names]].sum(axis=1)


def dress(
    look: Look,
    mesh: Floats,
    weights: Floats,
    joints: Floats,
    bones: tuple[str, ...],
    eyes: Floats,
    assets: dict[str, NDArray[Any]],
) -> Dressed:
    """Dress a standing mesh; `weights` of long hair are changed in place: it follows the head.

    Args:
        look: what to wear.
        mesh: (n, 3) metres.
        weights: (n, b) share of each bone in each vertex.
        joints: (b, 3) bone heads, metres.
        bones: names of the bones.
        eyes: (2, 3) centres of the eyes, metres.
        assets: faces of the mesh by group.
    """
    parts = _Parts(mesh, weights, joints, bones)
    last_skin = int(assets["f:body"].max())
    regions = _regions(look, parts, eyes[0], last_skin)
    faces = [_triangles(assets["f:body"])]
    for name in ("f:helper-l-eye", "f:helper-r-eye"):
        faces.append(_triangles(assets[name]))
        regions[np.unique(assets[name])] = EYE
    vertices = mesh.copy()
    if look.hair_length > 0:
        faces.append(_long_hair(look, vertices, weights, bones.index("head"), joints, eyes[0], assets["f:helper-hair"]))
        regions[np.unique(assets["f:helper-hair"])] = HAIR
    triangles = np.concatenate(faces)
    smooth = _smoother(len(mesh), triangles)
    vertices = _inflated(look, vertices, triangles, regions, parts, smooth)
    vertices[:, 2] -= vertices[np.unique(triangles), 2].min()
    return Dressed(vertices, triangles, _colours(look, regions, parts, eyes[0], smooth))


def _regions(look: Look, parts: _Parts, eye: Floats, last_skin: int) -> NDArray[np.int64]:
    waist = parts.waist_m - look.top_length_m + 0.06
    regions = np.full(len(parts.z), TOP)
    regions[(parts.z < waist) & (parts.arms + parts.hands < 0.5)] = LEGS
    regions[(parts.feet > 0.5) | ((parts.feet > 0.1) & (parts.z < 0.09))] = SHOES
    regions[parts.hands > 0.5] = SKIN
    regions[parts.head + parts.neck > 0.55] = SKIN
    behind = eye[0] - parts.x
    hairline = eye[2] + 0.058 - np.clip(behind - 0.03, 0, 1) * 1.15
    hair = (parts.head > 0.6) & (parts.z > np.maximum(hairline, eye[2] - 0.10 - 0.05 * look.hair_length))
    if look.hood:
        hair |= (parts.head + parts.neck > 0.5) & (behind > 0.045)
    hair[last_skin + 1 :] = False
    regions[hair] = HAIR
    return regions


def _long_hair(
    look: Look,
    vertices: Floats,
    weights: Floats,
    head: int,
    joints: Floats,
    eye: Floats,
    quads: NDArray[np.int32],
) -> Triangles:
    strands = _triangles(quads)
    centre = vertices[strands].mean(axis=1)
    over_face = (centre[:, 0] > joints[head, 0] + 0.035) & (centre[:, 2] < eye[2] + 0.065)
    used = np.unique(quads)
    start = eye[2] - 0.02
    low = used[vertices[used, 2] < start]
    vertices[low, 2] = start - (start - vertices[low, 2]) * 0.55 * look.hair_length
    weights[used] = 0
    weights[used, head] = 1
    return np.asarray(strands[~over_face], dtype=np.int32)


def _smoother(n: int, triangles: Triangles) -> sparse.csr_array:
    """(n, n): the mean of each vertex' neighbours."""
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    edges = np.unique(np.sort(edges, axis=1), axis=0)
    rows, columns = np.r_[edges[:, 0], edges[:, 1]], np.r_[edges[:, 1], edges[:, 0]]
    degree = np.maximum(np.bincount(rows, minlength=n), 1)
    return sparse.csr_array((1.0 / degree[rows], (rows, columns)), (n, n))


def _inflated(
    look: Look,
    vertices: Floats,
    triangles: Triangles,
    regions: NDArray[np.int64],
    parts: _Parts,
    smooth: sparse.csr_array,
) -> Floats:
    cloth = np.select([regions == TOP, regions == LEGS, regions == SHOES, regions == HAIR], [0.6, 0.6, 0.8, 0.4], 0.0)
    lonely = np.asarray(smooth.sum(axis=1)) == 0  # a vertex of no drawn triangle has no neighbours to follow
    cloth[lonely] = 0.0
    for turn in range(RELAX_ROUNDS + TOP_ROUNDS):
        pull = cloth if turn < RELAX_ROUNDS else cloth * (regions == TOP)
        vertices = vertices + pull[:, None] * (smooth @ vertices - vertices)
    loose = look.loose_m
    hair = 0.03 if look.hood else 0.016
    off = np.select(
        [regions == TOP, regions == LEGS, regions == SHOES, regions == HAIR], [loose, 0.8 * loose, 0.012, hair], 0.0
    )
    trunk = (regions == TOP) & (parts.arms + parts.hands < 0.3)
    off += np.where(trunk, 0.7 * loose * np.clip((parts.chest_m + 0.05 - parts.z) / 0.25, 0, 1), 0)  # a boxy hem
    off += np.where(regions == LEGS, 0.5 * loose * np.clip((0.45 - parts.z) / 0.35, 0, 1), 0)  # wide cuffs
    for _ in range(2):
        off = 0.5 * off + 0.5 * (smooth @ off)
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    faces = np.repeat(np.cross(b - a, c - a), 3, axis=0)
    outward = np.stack([np.bincount(triangles.ravel(), faces[:, k], len(vertices)) for k in range(3)], axis=1)
    length = np.linalg.norm(outward, axis=1, keepdims=True) + 1e-12
    return np.asarray(vertices + off[:, None] * outward / length)


def _colours(look: Look, regions: NDArray[np.int64], parts: _Parts, eye: Floats, smooth: sparse.csr_array) -> Singles:
    colours = np.zeros((len(regions), 3), np.float32)
    hair = look.top if look.hood else look.hair
    painted: tuple[tuple[int, Colour], ...] = (
        (TOP, look.top), (LEGS, look.legs), (SHOES, look.shoes), (SKIN, look.skin), (HAIR, hair), (EYE, (60, 50, 45)),
    )  # fmt: skip
    for region, colour in painted:
        colours[regions == region] = linear(colour)
    face = (regions == SKIN) & (parts.head > 0.5) & (parts.x > eye[0] - 0.02)
    mouth = face & (np.abs(parts.z - eye[2] + 0.072) < 0.009) & (np.abs(parts.y) < 0.026)
    brow = face & (np.abs(parts.z - eye[2] - 0.022) < 0.007) & (np.abs(np.abs(parts.y) - 0.033) < 0.022)
    colours[mouth] *= np.array([0.75, 0.45, 0.45], np.float32)
    colours[brow] = linear(look.hair) * 0.8
    folds = np.random.default_rng(zlib.crc32(repr(look).encode())).standard_normal(len(regions))
    for _ in range(5):
        folds = 0.3 * folds + 0.7 * (smooth @ folds)
    folds = np.clip(folds / (folds.std() + 1e-9), -2, 2)
    depth = np.where((regions == TOP) | (regions == LEGS), 0.10, 0.03)
    return np.asarray(colours * (1 + depth * folds)[:, None], dtype=np.float32)
