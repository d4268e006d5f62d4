"""The truth about a rendered frame, as lines of a label file (`welfare.evaluation.labels` reads them)."""

from typing import Any

from welfare.evaluation.scenarios import controls as k
from welfare.evaluation.scenarios.actor import RAIL_M
from welfare.evaluation.scenarios.camera import NEAREST_M, Camera, bounds
from welfare.evaluation.scenarios.cast import Shown
from welfare.evaluation.scenarios.skeleton import KEYPOINTS

OFF_DECK_M = 0.30
HANDS, FEET, HIPS = (9, 10), (15, 16), (11, 12)


def header(name: str, camera: Camera, light: str, person_px: float, *, rail: bool, fps: float) -> dict[str, Any]:
    """The first line: the camera and the scene."""
    return {
        "type": "header",
        "scenario": name,
        "fps": fps,
        "light": light,
        "person_px": person_px,
        "camera": camera.meta(),
        "keypoints": KEYPOINTS,
        "scene": {"rail": rail, "rail_height_m": RAIL_M if rail else None, "edge_y_m": 0.0, "deck_z_m": 0.0},
        "synthetic": True,
    }


def person_line(camera: Camera, shown: Shown, visible: float, *, rail: bool) -> dict[str, Any] | None:
    """One person in one frame; None where they are not on the picture."""
    pixels, depth = camera.project(shown.body.vertices)
    if depth.min() < NEAREST_M:
        return None
    x1, y1, x2, y2 = bounds(pixels)
    width, height = camera.size
    if x2 < 0 or y2 < 0 or x1 > width or y1 > height:
        return None
    joints = shown.keypoints
    points, _ = camera.project(joints)
    return {
        "id": shown.id,
        "action": shown.label,
        "world_xy": [round(float(v), 3) for v in shown.controls[:2]],
        "yaw_rad": round(float(shown.controls[k.YAW]), 3),
        "bbox": [round(float(v), 1) for v in (x1, y1, x2, y2)],
        "height_px": round(float(y2 - y1), 1),
        "visible": round(min(1.0, visible), 3),
        "feet_off_deck": bool(joints[list(FEET), 2].min() > OFF_DECK_M),
        "foot_raised": bool(rail and (joints[list(FEET), 2] > OFF_DECK_M).any()),
        "head_past_edge": bool(joints[0, 1] > 0.05),
        "past_edge": bool(shown.body.vertices[:, 1].mean() > 0),
        "hips_m": round(float(joints[list(HIPS), 2].mean()), 3),
        "kp2d": points.round(1).tolist(),
        "things": [{"name": name, "left": left} for name, _, left in shown.things],
    }


def first_seconds(lines: list[dict[str, Any]]) -> dict[str, float]:
    """When each person's actions and states began, seconds: `0:action:step_up`, `0:feet_off_deck`."""
    first: dict[str, float] = {}
    for line in lines:
        for person in line.get("persons", ()):
            states = [name for name in ("feet_off_deck", "foot_raised", "head_past_edge", "past_edge") if person[name]]
            states += [f"action:{person['action']}"]
            states += [f"left:{thing['name']}" for thing in person["things"] if thing["left"]]
            for state in states:
                first.setdefault(f"{person['id']}:{state}", line["t"])
    return first
