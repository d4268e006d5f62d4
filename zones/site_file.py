"""SITE.json: one camera's calibration and zones in a file, for `manage.py analyse`.

{"homography": 3x3 image pixels to metres, "rail_height_m": 1.1,
"zones": [{"name": ..., "polygon": [[x, y], ...] pixels, "edge": [[x, y], ...] pixels}]}

It is the drawing of `zones/drawing.py`, which also says what more may stand in it; the editor's export is one.
"""

import json
from pathlib import Path

from zones.drawing import DrawingError, parse
from zones.geometry import GeometryError, View


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
    try:
        return parse(content | {"size": None}, size).view
    except DrawingError as error:
        raise GeometryError(f"site file {path}: {error}") from error
