"""Everything that is drawn on one camera's picture, as one document: what the editor sends, files hold, versions keep.

    {"size": [1280, 720], "homography": 3x3 or null, "calibration": how it was found or null, "rail_height_m": 1.1,
     "masks": [{"name", "polygon"}], "occluders": [{"name", "polygon"}],
     "zones": [{"name", "kind", "enabled", "silent", "polygon", "edge", "hours", "overrides", "override_reason"}]}

Points are [x, y] image pixels of `size`. All faults are found at once, each with the shape that it is in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from zones import hours, overrides
from zones.geometry import GeometryError, Points, View, WatchedZone, area_of
from zones.models import Zone

MOST_SHAPES = 60  # assumed: more on one picture is a mistake, or an attack
MOST_POINTS = 200  # of one shape, assumed likewise
NAME_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a drawing.

    Attributes:
        where: `zones/0`, `masks/1`, `calibration` … the shape it is in; empty for the whole.
        words: what is wrong and what to do.
    """

    where: str
    words: str


class DrawingError(ValueError):
    """A drawing that cannot be used, with all its problems, and a view of what could be used of it."""

    def __init__(self, problems: Sequence[Problem], view: View | None = None) -> None:
        super().__init__("; ".join(problem.words for problem in problems))
        self.problems = tuple(problems)
        self.view = view


@dataclass(frozen=True, slots=True)
class Area:
    """A mask or an occluder."""

    name: str
    polygon: Points = field(repr=False)


@dataclass(frozen=True, slots=True)
class DrawnZone:
    """A zone with everything that an admin sets."""

    watched: WatchedZone
    kind: str
    enabled: bool
    hours: tuple[hours.Range, ...]
    document: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A checked document."""

    view: View
    masks: tuple[Area, ...]
    occluders: tuple[Area, ...]
    zones: tuple[DrawnZone, ...]
    document: dict[str, Any] = field(repr=False)


def parse(value: Any, size: tuple[int, int]) -> Drawing:
    """Check a document.

    Args:
        value: parsed JSON.
        size: of the camera's picture, pixels; used where the document gives none.

    Raises:
        DrawingError: everything that is wrong with it.
    """
    if not isinstance(value, dict):
        raise DrawingError([Problem("", "a drawing is an object with zones, masks and occluders")])
    problems: list[Problem] = []
    size = _size(value.get("size"), size, problems)
    masks = _areas(value, "masks", "mask", problems)
    occluders = _areas(value, "occluders", "occluder", problems)
    zones = _zones(value.get("zones", []), problems)
    rail_height = value.get("rail_height_m", 1.1)
    if isinstance(rail_height, bool) or not isinstance(rail_height, int | float):
        problems.append(Problem("calibration", "rail_height_m must be a number of metres"))
        rail_height = 1.1
    view = _view(value.get("homography"), size, float(rail_height), masks, occluders, zones, problems)
    if problems or view is None:
        raise DrawingError(problems, view)
    document = {
        "size": list(size),
        "homography": None if view.estimated else view.homography.tolist(),
        "calibration": value.get("calibration") if isinstance(value.get("calibration"), dict) else None,
        "rail_height_m": float(rail_height),
        "masks": [{"name": a.name, "polygon": rounded(a.polygon)} for a in masks],
        "occluders": [{"name": a.name, "polygon": rounded(a.polygon)} for a in occluders],
        "zones": [zone.document for zone in zones],
    }
    return Drawing(view, tuple(masks), tuple(occluders), tuple(zones), document)


def rounded(points: Points) -> list[list[float]]:
    """Points as they are stored: tenths of a pixel."""
    return [[round(float(x), 1), round(float(y), 1)] for x, y in points]


def _view(
    homography: Any,
    size: tuple[int, int],
    rail_height: float,
    masks: list[Area],
    occluders: list[Area],
    zones: list[DrawnZone],
    problems: list[Problem],
) -> View | None:
    """The view; an edge line in the sky is told for each zone that has one."""
    parts = {"masks": [a.polygon for a in masks], "occluders": [a.polygon for a in occluders]}
    common: dict[str, Any] = {"homography": homography, "size": size, "rail_height_m": rail_height, **parts}
    try:
        View.build(zones=[], **common)
    except GeometryError as error:
        problems.append(Problem("calibration", str(error)))
        return None
    usable = []
    for n, zone in enumerate(zones):
        try:
            View.build(zones=[zone.watched], **common).check_seen(zone.watched)
            usable.append(zone.watched)
        except GeometryError as error:
            problems.append(Problem(f"zones/{n}", str(error)))
    return View.build(zones=usable, **common)


def _size(value: Any, size: tuple[int, int], problems: list[Problem]) -> tuple[int, int]:
    if value is None:
        return size
    good = isinstance(value, list) and len(value) == 2 and all(isinstance(v, int) and 16 <= v <= 16384 for v in value)
    if not good:
        problems.append(Problem("", 'size: expected [width, height] in pixels, for example "size": [1280, 720]'))
        return size
    return value[0], value[1]


def _named(value: Any, key: str, noun: str, problems: list[Problem]) -> list[tuple[int, str, dict[str, Any]]]:
    """Objects of a list that have a name of their own: (position, name, object)."""
    if not isinstance(value, list) or len(value) > MOST_SHAPES:
        problems.append(Problem(key, f"{key}: expected a list of at most {MOST_SHAPES}"))
        return []
    found: list[tuple[int, str, dict[str, Any]]] = []
    for n, item in enumerate(value):
        name = item.get("name") if isinstance(item, dict) else None
        if not isinstance(item, dict):
            problems.append(Problem(f"{key}/{n}", f"{noun} {n + 1} is not an object"))
        elif not isinstance(name, str) or not name.strip():
            problems.append(Problem(f"{key}/{n}", f"{noun} {n + 1} has no name"))
        elif len(name) > NAME_LENGTH or not name.isprintable():
            problems.append(Problem(f"{key}/{n}", f"{noun} {n + 1}: a name has at most {NAME_LENGTH} plain characters"))
        elif any(name.strip() == other for _, other, _ in found):
            problems.append(Problem(f"{key}/{n}", f'{noun} "{name}": there are two of this name; give each its own'))
        elif any(isinstance(item.get(k), list) and len(item[k]) > MOST_POINTS for k in ("polygon", "edge")):
            problems.append(Problem(f"{key}/{n}", f'{noun} "{name}" has more than {MOST_POINTS} points'))
        else:
            found.append((n, name.strip(), item))
    return found


def _areas(value: dict[str, Any], key: str, noun: str, problems: list[Problem]) -> list[Area]:
    areas = []
    for n, name, item in _named(value.get(key, []), key, noun, problems):
        try:
            areas.append(Area(name, area_of(item.get("polygon"), f'{noun} "{name}": the area')))
        except GeometryError as error:
            problems.append(Problem(f"{key}/{n}", str(error)))
    return areas


def _zones(value: Any, problems: list[Problem]) -> list[DrawnZone]:
    zones = []
    for n, name, item in _named(value, "zones", "zone", problems):
        try:
            zones.append(_zone(name, item))
        except (GeometryError, hours.HoursError, overrides.OverrideError) as error:
            words = str(error) if isinstance(error, GeometryError) else f'zone "{name}": {error}'
            problems.append(Problem(f"zones/{n}", words))
    return zones


def _zone(name: str, item: dict[str, Any]) -> DrawnZone:
    silent, enabled = item.get("silent", False) is True, item.get("enabled", True) is not False
    key = item.get("key") if isinstance(item.get("key"), int) else None
    watched = WatchedZone.build(name, item.get("polygon"), item.get("edge"), key=key, silent=silent)
    kind = item.get("kind", Zone.Kind.BRIDGE.value)
    if kind not in Zone.Kind.values:
        raise GeometryError(f'zone "{name}": its kind must be one of {", ".join(Zone.Kind.values)}')
    ranges = hours.parse(item.get("hours"))
    different = overrides.check(item.get("overrides") or {})
    reason = str(item.get("override_reason") or "").strip()[:200]
    if different and not reason:
        raise overrides.OverrideError("say why this zone differs from the profile: the reason is kept")
    document = {
        **({"key": key} if key is not None else {}),
        "name": name,
        "kind": kind,
        "enabled": enabled,
        "silent": silent,
        "polygon": rounded(watched.polygon),
        "edge": rounded(watched.edge),
        "hours": [{"days": sorted(r.days), "from": f"{r.begins:%H:%M}", "to": f"{r.ends:%H:%M}"} for r in ranges],
        "overrides": different,
        "override_reason": reason if different else "",
    }
    return DrawnZone(watched, kind, enabled, ranges, document)
