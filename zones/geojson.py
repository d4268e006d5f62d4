"""A drawing as GeoJSON (RFC 7946) and back. Coordinates are image pixels, y down, unless the drawing gives metres.

GeoJSON's positions are meant for the earth; here they are pixels of one picture, which the collection says in
`handrail.coordinates`. Geographic software shows the shapes upside down; what is read back is what was written.
"""

from typing import Any

from zones.drawing import DrawingError, Problem

SHAPES = {"zone": "zones", "mask": "masks", "occluder": "occluders"}
GEOMETRIES = {"zone": "GeometryCollection", "mask": "Polygon", "occluder": "Polygon"}
WHOLE = ("size", "homography", "calibration", "rail_height_m")


def write(document: dict[str, Any]) -> dict[str, Any]:
    """A feature collection: zones as an area with its edge line, masks and occluders as areas."""
    features = []
    for what, key in SHAPES.items():
        for shape in document[key]:
            area = {"type": "Polygon", "coordinates": [[*shape["polygon"], shape["polygon"][0]]]}
            geometry: dict[str, Any] = area
            if what == "zone":
                line = {"type": "LineString", "coordinates": shape["edge"]}
                geometry = {"type": "GeometryCollection", "geometries": [area, line]}
            rest = {k: v for k, v in shape.items() if k not in ("polygon", "edge", "key")}
            features.append({"type": "Feature", "geometry": geometry, "properties": {"what": what, **rest}})
    whole = {key: document.get(key) for key in WHOLE}
    return {"type": "FeatureCollection", "handrail": {"coordinates": "pixels", **whole}, "features": features}


def read(value: Any) -> dict[str, Any]:
    """The drawing's document in a feature collection; it is checked by `zones.drawing.parse` next.

    Raises:
        DrawingError: not a collection, or a feature that is no zone, mask or occluder.
    """
    if not isinstance(value, dict) or not isinstance(value.get("features"), list):
        raise DrawingError([Problem("", "the file is no GeoJSON feature collection")])
    whole = value.get("handrail")
    document: dict[str, Any] = {key: [] for key in SHAPES.values()}
    if isinstance(whole, dict):
        document |= {key: whole[key] for key in WHOLE if key in whole}
    problems = []
    for n, feature in enumerate(value["features"]):
        try:
            what, shape = _shape(feature)
            document[SHAPES[what]].append(shape)
        except (KeyError, TypeError, IndexError, AttributeError):
            words = (
                f"feature {n + 1}: expected a mask or an occluder (Polygon), or a zone (GeometryCollection of a "
                'Polygon and a LineString), with "what" and "name" in its properties'
            )
            problems.append(Problem("", words))
    if problems:
        raise DrawingError(problems)
    return document


def _shape(feature: Any) -> tuple[str, dict[str, Any]]:
    properties = dict(feature["properties"])
    what, geometry = properties.pop("what"), feature["geometry"]
    if geometry["type"] != GEOMETRIES[what]:
        raise TypeError(what)
    if what == "zone":
        area, line = sorted(geometry["geometries"], key=lambda part: str(part["type"]), reverse=True)
        properties["edge"] = line["coordinates"]
        geometry = area
    ring = geometry["coordinates"][0]
    return what, properties | {"polygon": ring[:-1] if ring[0] == ring[-1] else ring}
