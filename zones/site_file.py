"""SITE.json: one camera's calibration and zones in a file, for `manage.py analyse`.

{"homography": 3x3 image pixels to metres, "rail_height_m": 1.1,
"zones": [{"name": ..., "polygon": [[x, y], ...] pixels, "edge": [[x, y], ...] pixels}]}
"""

import json
from pathlib import Path
from typing import Any

from zones.geometry import GeometryError, View, WatchedZone


def read_site(path: Path, size: tuple[int, int]) -> View:
    """Read and check a site file.

    Args:
        path: the file.
        size: width and height of the video's pictures, pixels.

    Raises:
        GeometryError: what is wrong, in which zone, and what to do.
    """
    try:
        content = json.loads(path.read_text())
    except OSError as error:
        raise GeometryError(f"site file {path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise GeometryError(f"site file {path} is not JSON: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("zones"), list) or not content["zones"]:
        raise GeometryError(f'site file {path}: expected an object with a list "zones" of at least one zone')
    rail_height = content.get("rail_height_m", 1.1)
    if isinstance(rail_height, bool) or not isinstance(rail_height, int | float):
        raise GeometryError(f"site file {path}: rail_height_m must be a number of metres")
    return View.build(
        homography=content.get("homography"),
        size=size,
        rail_height_m=float(rail_height),
        zones=[_zone(path, n, zone) for n, zone in enumerate(content["zones"])],
    )


def _zone(path: Path, n: int, zone: Any) -> WatchedZone:
    if not isinstance(zone, dict):
        raise GeometryError(f"site file {path}: zone {n + 1} is not an object")
    name = zone.get("name")
    if not isinstance(name, str) or not name:
        raise GeometryError(f"site file {path}: zone {n + 1} has no name")
    return WatchedZone.build(name, zone.get("polygon"), zone.get("edge"))
