"""What changed between two drawings, in words that a person can check against the picture."""

from itertools import zip_longest
from typing import Any

import numpy as np

from zones import hours

Document = dict[str, Any]
NOUNS = {"zones": "zone", "masks": "mask", "occluders": "occluder"}
SWITCHES = {
    "enabled": ("switched on", "switched off"),
    "silent": ("now silent: it pages nobody", "no longer silent: it pages"),
}
SAME_PX = 0.06  # tenths of a pixel are stored


def words(before: Document | None, after: Document) -> list[str]:
    """Sentences, one for each change; empty where nothing changed.

    Args:
        before: a drawing's document, None where there was none.
        after: a drawing's document.
    """
    before = before or {}
    found = _calibration(before, after)
    for key, noun in NOUNS.items():
        found += _shapes(noun, before.get(key, []), after.get(key, []))
    return found


def _calibration(before: Document, after: Document) -> list[str]:
    found = []
    if before.get("size") not in (None, after.get("size")):
        found.append("the picture's size: {} x {}, was {} x {}".format(*after["size"], *before["size"]))
    old, new = before.get("homography"), after.get("homography")
    if new is not None and (old is None or not np.allclose(_unit(old), _unit(new), atol=1e-7)):
        found.append(f"calibrated{' again' if old else ''}{_method(after.get('calibration'))}")
    elif new is None and old is not None:
        found.append("the calibration was taken away: metres are estimated")
    height, was = after.get("rail_height_m"), before.get("rail_height_m")
    if was is not None and height != was:
        found.append(f"the rail's height: {height:g} m, was {was:g} m")
    return found


def _unit(matrix: Any) -> Any:
    values = np.asarray(matrix, dtype=np.float64)
    return values / np.linalg.norm(values)


def _method(calibration: Document | None) -> str:
    if not calibration:
        return ""
    method, residual = calibration.get("method"), calibration.get("residual_m")
    how = {"points": " from known points", "walk": " from a walk"}.get(str(method), "")
    return f"{how}, {residual:.2f} m off on average" if isinstance(residual, int | float) else how


def _shapes(noun: str, before: list[Document], after: list[Document]) -> list[str]:
    found, left = [], list(before)
    for shape in after:
        old = next((s for s in left if s.get("key") is not None and s.get("key") == shape.get("key")), None)
        old = old or next((s for s in left if s["name"] == shape["name"]), None)
        if old is None:
            found.append(f'{noun} "{shape["name"]}" added')
            continue
        left.remove(old)
        found += [f'{noun} "{shape["name"]}": {part}' for part in _parts(old, shape)]
    return found + [f'{noun} "{shape["name"]}" taken away' for shape in left]


def _parts(old: Document, new: Document) -> list[str]:
    found = []
    if old["name"] != new["name"]:
        found.append(f'renamed, was "{old["name"]}"')
    for key, word in (("polygon", "the area"), ("edge", "the edge line")):
        if key in new and (change := _points(old.get(key, []), new[key])):
            found.append(f"{word}: {change}")
    if old.get("kind") != new.get("kind"):
        found.append(f"kind: {new.get('kind')}, was {old.get('kind')}")
    for key, (on, off) in SWITCHES.items():
        if old.get(key) != new.get(key):
            found.append(on if new.get(key) else off)
    if old.get("hours", []) != new.get("hours", []):
        now, was = (hours.words(hours.parse(shape.get("hours"))) for shape in (new, old))
        found.append(f"watched {now}, was {was}")
    return found + _overrides(old, new)


def _overrides(old: Document, new: Document) -> list[str]:
    before, after = old.get("overrides") or {}, new.get("overrides") or {}
    found = []
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            now, was = (f"{v:g}" if v is not None else "the profile's" for v in (after.get(name), before.get(name)))
            found.append(f"{name}: {now}, was {was} ({new.get('override_reason') or 'no longer different'})")
    return found


def _points(old: list[list[float]], new: list[list[float]]) -> str:
    if len(old) != len(new):
        return f"{len(new)} points, was {len(old)}"
    far = [float(np.hypot(a[0] - b[0], a[1] - b[1])) for a, b in zip_longest(old, new)]
    moved = [d for d in far if d > SAME_PX]
    if not moved:
        return ""
    noun = "point" if len(moved) == 1 else "points"
    return f"{len(moved)} {noun} moved, by up to {max(moved):.0f} pixels"
