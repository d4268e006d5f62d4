"""A dressed body on a skeleton, from MakeHuman's CC0 mesh, rig and morph targets (assets/README.md).

Body frame: x forward, y left, z up, metres, origin on the ground between the feet.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy import sparse

from welfare.evaluation.scenarios.camera import Floats, Singles, Triangles
from welfare.evaluation.scenarios.clothing import dress
from welfare.evaluation.scenarios.look import Look

ASSETS = Path(__file__).parent / "assets" / "body_assets.npz"
BONES_A_VERTEX = 4
OBJ_TO_METRES = 0.1  # the mesh is in decimetres: x left, y up, z forward


@lru_cache(maxsize=1)
def _assets() -> dict[str, np.ndarray]:
    with np.load(ASSETS) as content:
        return {name: content[name] for name in content.files}


def _shaped(look: Look) -> Floats:
    """(n, 3) the undressed mesh of a build, standing, metres."""
    assets = _assets()
    mesh = assets["V"].astype(np.float64)
    for age, share in (("young", 1 - look.age), ("old", look.age)):
        name = f"t:universal-{look.shape}-{age}-averagemuscle"
        extreme = "max" if look.weight > 0 else "min"
        mesh += share * (1 - abs(look.weight)) * assets[f"{name}-averageweight"]
        mesh += share * abs(look.weight) * assets[f"{name}-{extreme}weight"]
    mesh += assets[f"t:{look.ancestry}-{look.shape}-young"]
    mesh = mesh[:, [2, 0, 1]] * OBJ_TO_METRES
    skin = np.unique(assets["f:body"])
    mesh[:, 2] -= mesh[skin, 2].min()
    return np.asarray(mesh * (look.height_m / mesh[skin, 2].max()))


@dataclass(frozen=True)
class Body:
    """One dressed body at rest.

    Attributes:
        vertices: (n, 3) metres; `triangles` (m, 3); `normals` (n, 3); `colours` (n, 3) linear albedo.
        joints: (b, 3) heads of the bones, metres.
        bones: bone names, parents first; `parents` (b,) their parents' numbers, -1 for the root.
        face: nose, eyes and ears at rest, (5, 3) metres: nose, left eye, right eye, left ear, right ear.
    """

    look: Look
    vertices: Floats
    triangles: Triangles
    normals: Floats
    colours: Singles
    joints: Floats
    bones: tuple[str, ...]
    parents: tuple[int, ...]
    face: Floats
    weights: sparse.csr_array

    def __post_init__(self) -> None:
        """Limb lengths, metres, that every posture asks for."""
        at = {name: self.joints[i] for i, name in enumerate(self.bones)}

        def length(a: str, b: str) -> float:
            return float(np.linalg.norm(at[a] - at[b]))

        measures = {
            "thigh_m": length("thigh_l", "calf_l"),
            "calf_m": length("calf_l", "foot_l"),
            "upper_arm_m": length("upperarm_l", "lowerarm_l"),
            "forearm_m": length("lowerarm_l", "hand_l"),
            "ankle_m": float(at["foot_l"][2]),
            "ball_m": float(at["ball_l"][0] - at["foot_l"][0]),
            "hip_half_m": float(at["thigh_l"][1]),
            "shoulder_half_m": float(at["upperarm_l"][1]),
        }
        measures["arm_m"] = measures["upper_arm_m"] + measures["forearm_m"]
        drop = float(at["thigh_l"][2] - at["pelvis"][2])
        measures["pelvis_m"] = measures["ankle_m"] + 0.992 * (measures["thigh_m"] + measures["calf_m"]) - drop
        object.__setattr__(self, "_measures", measures)
        object.__setattr__(self, "_index", {name: i for i, name in enumerate(self.bones)})

    def measure(self, name: str) -> float:
        """A limb's length or height at rest, metres; `pelvis_m` is the pelvis of somebody who stands."""
        measures: dict[str, float] = self._measures  # type: ignore[attr-defined]
        return measures[name]

    def bone(self, name: str) -> int:
        """A bone's number."""
        index: dict[str, int] = self._index  # type: ignore[attr-defined]
        return index[name]

    @classmethod
    @lru_cache(maxsize=32)
    def of(cls, look: Look) -> "Body":
        """Shape and dress a body."""
        assets = _assets()
        bones = tuple(str(name) for name in assets["order"])
        mesh = _shaped(look)
        joints = np.array([mesh[assets[f"c:{i}"]].mean(axis=0) for i in range(len(bones))])
        joints[0] = 0.0
        weights = np.zeros((len(mesh), len(bones)))
        np.put_along_axis(weights, assets["wi"].astype(int), assets["ww"].astype(np.float64), 1)
        eyes = np.array([mesh[assets[f"c:joint-{side}-eye"]].mean(axis=0) for side in "lr"])
        dressed = dress(look, mesh, weights, joints, bones, eyes, assets)
        used = np.unique(dressed.triangles)
        number = np.full(len(mesh), -1)
        number[used] = np.arange(len(used))
        triangles = number[dressed.triangles].astype(np.int32)
        vertices = dressed.vertices[used]
        strongest = np.argsort(-weights[used], 1)[:, :BONES_A_VERTEX]
        share = np.take_along_axis(weights[used], strongest, 1)
        share /= share.sum(axis=1, keepdims=True)
        rows = np.repeat(np.arange(len(used)), BONES_A_VERTEX)
        skinning = sparse.csr_array((share.ravel(), (rows, strongest.ravel())), (len(used), len(bones)))
        return cls(
            look=look,
            vertices=vertices,
            triangles=triangles,
            normals=normals(vertices, triangles),
            colours=dressed.colours[used],
            joints=joints,
            bones=bones,
            parents=tuple(int(p) for p in assets["parent"]),
            face=_face(vertices, weights[used][:, bones.index("head")], eyes, joints[bones.index("head")]),
            weights=skinning,
        )

    def posed(self, rotations: Floats, heads: Floats) -> tuple[Floats, Floats]:
        """Linear blend skinning.

        Args:
            rotations: (b, 3, 3) of each bone from rest, in the world.
            heads: (b, 3) where each bone's head is, metres.

        Returns:
            (n, 3) vertices, metres, and (n, 3) unit normals.
        """
        moved = heads - np.einsum("bij,bj->bi", rotations, self.joints)
        transforms = self.weights @ np.c_[rotations.reshape(-1, 9), moved]
        turns = transforms[:, :9].reshape(-1, 3, 3)
        vertices = np.einsum("vij,vj->vi", turns, self.vertices) + transforms[:, 9:]
        turned = np.einsum("vij,vj->vi", turns, self.normals)
        return vertices, turned / (np.linalg.norm(turned, axis=1, keepdims=True) + 1e-9)


def normals(vertices: Floats, triangles: Triangles) -> Floats:
    """(n, 3) unit normals of the vertices of a mesh."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    faces = np.repeat(np.cross(b - a, c - a), 3, axis=0)
    flat = triangles.ravel()
    summed = np.stack([np.bincount(flat, faces[:, k], len(vertices)) for k in range(3)], axis=1)
    return np.asarray(summed / (np.linalg.norm(summed, axis=1, keepdims=True) + 1e-12))


def _face(vertices: Floats, head_weight: Floats, eyes: Floats, head: Floats) -> Floats:
    skull = vertices[head_weight > 0.8]
    level = skull[np.abs(skull[:, 2] - eyes[0, 2] + 0.03) < 0.03]
    nose = level[np.argmax(level[:, 0] - 3 * np.abs(level[:, 1]))]
    ear = np.percentile(np.abs(level[:, 1]), 95)
    ears = [[head[0] + 0.01, side * ear, eyes[0, 2] - 0.015] for side in (1, -1)]
    return np.vstack([nose, eyes, ears])
