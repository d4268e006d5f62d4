"""What the editor's page sends: one JSON object, of a size that a drawing can have."""

import json
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest

from zones.drawing import Drawing, DrawingError, Problem, parse
from zones.models import Camera

LARGEST = 2**20  # bytes: a thousand times what people draw


def sent(request: HttpRequest) -> dict[str, Any]:
    """The object that was sent.

    Raises:
        DrawingError: it is too large, or no JSON object.
    """
    try:
        if len(request.body) > LARGEST:
            raise RequestDataTooBig
        value = json.loads(request.body)
    except RequestDataTooBig:
        words = f"the file is larger than {LARGEST >> 20} MB, which no drawing is: choose one that was exported here"
        raise DrawingError([Problem("", words)]) from None
    except (ValueError, RecursionError):
        words = "the file is no JSON: choose one that was exported here, or a site file of dump_site"
        raise DrawingError([Problem("", words)]) from None
    if not isinstance(value, dict):
        raise DrawingError([Problem("", "the file holds no drawing: choose one that was exported here")])
    return value


def drawing_sent(request: HttpRequest, camera: Camera) -> Drawing:
    """The drawing that was sent, checked.

    Raises:
        DrawingError: everything that is wrong with it.
    """
    return parse(sent(request), (camera.width, camera.height))
