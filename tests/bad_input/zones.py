"""Bad input to the zone editor and to the commands that load a site."""

import json
import re
from typing import Any

from tests.bad_input.case import Act, bad
from tests.bad_input.world import World, command, problems, send
from zones import geojson, site_transfer, versions
from zones.models import Site

ROOM = "Zones and calibration"
SAVE = "zone editor, Save"
READ = "zone editor, Import"
KEPT = "what is watched, every version; the drawing stands in the editor"


def _saves(world: World, document: Any, why: str = "nearer to the rail", based_on: int = 0) -> Act:
    asked = {"document": document, "why": why, "based_on": based_on}
    return lambda: problems(send(world.zone_admin, "/cameras/1/zones/save/", asked))


@bad(ROOM, "half a polygon", SAVE, wrong="has 2 points", do="needs at least 3", kept=KEPT)
def half_a_polygon(world: World) -> Act:
    return _saves(world, world.drawn(polygon=[[100, 600], [900, 300]]))


@bad(ROOM, "an outline that crosses itself", SAVE, wrong="sides cross", do="move or delete a point", kept=KEPT)
def crossing(world: World) -> Act:
    return _saves(world, world.drawn(polygon=[[100, 400], [500, 700], [500, 400], [100, 700]]))


@bad(ROOM, "a zone of no area", SAVE, wrong="covers 8 square pixels", do="draw it larger", kept=KEPT)
def no_area(world: World) -> Act:
    return _saves(world, world.drawn(polygon=[[100, 600], [104, 600], [104, 604]]))


@bad(ROOM, "an edge line of one point", SAVE, wrong="the edge line has 1 point", do="needs at least 2", kept=KEPT)
def half_an_edge(world: World) -> Act:
    return _saves(world, world.drawn(edge=[[100, 600]]))


@bad(ROOM, "an edge line in the sky", SAVE, wrong="above the horizon", do="along the feet of the barrier", kept=KEPT)
def edge_in_the_sky(world: World) -> Act:
    return _saves(world, world.drawn(edge=[[100, -9000], [900, -9000]]))


@bad(ROOM, "an edge line outside the picture", SAVE, wrong="outside the picture", do="where it can be seen", kept=KEPT)
def edge_outside(world: World) -> Act:
    return _saves(world, world.drawn(edge=[[100, 900], [900, 1000]]))


@bad(ROOM, "two zones of one name", SAVE, wrong="two of this name", do="give each its own", kept=KEPT)
def one_name_twice(world: World) -> Act:
    zone = world.drawing["zones"][0]
    return _saves(world, world.drawing | {"zones": [zone, {k: v for k, v in zone.items() if k != "key"}]})


@bad(ROOM, "a value of the profile out of its range", SAVE, wrong="is 99999 s", do="allowed is", kept=KEPT)
def override_out_of_range(world: World) -> Act:
    return _saves(world, world.drawn(overrides={"stay_from_s": 99999}, override_reason="a viewpoint"))


@bad(ROOM, "another value for a zone without a reason", SAVE, wrong="differs from the profile", do="say why", kept=KEPT)
def override_without_reason(world: World) -> Act:
    return _saves(world, world.drawn(overrides={"stay_from_s": 90}, override_reason=" "))


@bad(ROOM, "hours that are no time of day", SAVE, wrong="'25:00' is no time of day", do="write HH:MM", kept=KEPT)
def no_time_of_day(world: World) -> Act:
    return _saves(world, world.drawn(hours=[{"days": [0], "from": "25:00", "to": "06:00"}]))


@bad(ROOM, "a save without a reason", SAVE, wrong="the reason is kept", do="say in a few words why", kept=KEPT)
def no_reason(world: World) -> Act:
    return _saves(world, world.drawn(silent=True), why="  ")


@bad(ROOM, "two admins who save the same version", SAVE, wrong="nothing was saved", do="load the page again",
     kept="what the first one saved")  # fmt: skip
def two_admins(world: World) -> Act:
    versions.save(1, world.drawn(silent=True), by="olivia", why="a look first", based_on=0)
    return _saves(world, world.drawn(name="Mine"), based_on=0)


@bad(ROOM, "a file that is no JSON", READ, wrong="is no JSON", do="choose one", kept=KEPT)
def no_json(world: World) -> Act:
    return lambda: problems(send(world.zone_admin, "/cameras/1/zones/read/", '{"zones": ['))


@bad(ROOM, "a huge file", READ, wrong="larger than 1 MB", do="choose one that was exported here", kept=KEPT)
def huge_file(world: World) -> Act:
    return lambda: problems(send(world.zone_admin, "/cameras/1/zones/read/", "[" * 3_000_000))


@bad(ROOM, "GeoJSON of the wrong kind", READ, wrong="feature 1", do="expected a mask or an occluder", kept=KEPT)
def wrong_geojson(world: World) -> Act:
    collection = geojson.write(world.drawing)
    collection["features"][0]["geometry"] = {"type": "Point", "coordinates": [0, 0]}
    return lambda: problems(send(world.zone_admin, "/cameras/1/zones/read/", collection))


@bad(ROOM, "a site file without this camera", READ, wrong='has no camera "East parapet"', do="choose", kept=KEPT)
def site_file_of_others(world: World) -> Act:
    content = site_transfer.dump(Site.objects.get(pk=1)) | {"cameras": []}
    return lambda: problems(send(world.zone_admin, "/cameras/1/zones/read/", content))


@bad(ROOM, "a script in a zone's name", SAVE, wrong="<script>", do="shown as it was typed",
     kept="the name as text: it is shown and never run",
     grows="zones_pictureversion alerts_auditevent alerts_auditpending", counts="zones_zone")  # fmt: skip
def script_in_a_name(world: World) -> Act:
    def act() -> str:
        name = "<script>alert(1)</script>"
        asked = {"document": world.drawn(name=name), "why": name, "based_on": 0}
        assert send(world.zone_admin, "/cameras/1/zones/save/", asked).status_code == 200
        for path in ("zones/", "versions/", "versions/2/"):
            page = world.zone_admin.get(f"/cameras/1/{path}").content.decode()
            assert "alert(1)" in page
            assert not re.search(r"<script>\s*alert", page), path
        assert name not in world.operator.get("/cameras/").content.decode()
        return f"{name} (shown as it was typed)"

    return act


@bad(ROOM, "a calibration whose points lie in one line", "zone editor, Calibrate", wrong="nearly) in one line",
     do="choose four that span an area", kept=KEPT)  # fmt: skip
def points_in_a_line(world: World) -> Act:
    points = [{"pixel": [100 * n, 300 + 10 * n], "metres": [n, n]} for n in range(1, 5)]
    return _calibrates(world, points)


@bad(ROOM, "a calibration that is hopeless", "zone editor, Calibrate", wrong="m off", do="check its metres", kept=KEPT)
def hopeless(world: World) -> Act:
    pixels = ([100, 700], [1200, 700], [900, 400], [400, 400], [640, 520])
    metres = ([0, 0], [4, 0], [4, 12], [0, 12], [9, 1])
    return _calibrates(world, [{"pixel": p, "metres": m} for p, m in zip(pixels, metres, strict=True)])


def _calibrates(world: World, points: list[dict[str, Any]]) -> Act:
    asked = {"method": "points", "points": points}
    return lambda: problems(send(world.zone_admin, "/cameras/1/zones/calibrate/", asked))


@bad(ROOM, "a broken site file", "manage.py load_site", wrong="is not JSON", do="dump_site", kept="the whole site")
def broken_site(world: World) -> Act:
    path = world.file("site.json", '{"handrail": "site",')
    return lambda: command("load_site", str(path))


@bad(ROOM, "a site file of another kind", "manage.py load_site", wrong='"handrail": "site" is missing',
     do="dump_site", kept="the whole site")  # fmt: skip
def other_site(world: World) -> Act:
    path = world.file("site.json", json.dumps({"version": 7, "cams": []}))
    return lambda: command("load_site", str(path))


@bad(ROOM, "a site file with a fault in one of its zones", "manage.py load_site", wrong='camera "West parapet": zone',
     do="move or delete a point", kept="the whole site: nothing of the file is taken")  # fmt: skip
def site_with_a_fault(world: World) -> Act:
    content = site_transfer.dump(Site.objects.get(pk=1))
    content["cameras"][0]["drawing"]["zones"][0]["silent"] = True
    content["cameras"][1]["drawing"]["zones"][0]["polygon"] = [[0, 0], [90, 90], [90, 0], [0, 90]]
    path = world.file("site.json", json.dumps(content))
    return lambda: command("load_site", str(path))
