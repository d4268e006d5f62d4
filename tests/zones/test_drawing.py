"""A picture's drawing as one document: all faults at once, versions, differences in words, files in and out."""

import copy
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from alerts.models import AuditEvent
from zones import difference, geojson, hours, site_transfer, versions
from zones.credentials import seal
from zones.drawing import DrawingError, parse
from zones.models import Camera, PictureVersion, Site, Zone
from zones.site_file import read_site

SIZE = (1280, 720)
ZONE = {
    "name": "Footway",
    "polygon": [[100, 600], [900, 300], [1000, 320], [300, 700]],
    "edge": [[100, 600], [900, 300]],
}
MASK = {"name": "Windows", "polygon": [[0, 0], [200, 0], [200, 100], [0, 100]]}


def drawing(**more: Any) -> dict[str, Any]:
    return {
        "rail_height_m": 1.1,
        "zones": [copy.deepcopy(ZONE)],
        "masks": [copy.deepcopy(MASK)],
        "occluders": [],
    } | more


@pytest.fixture
def camera(db: None) -> Camera:
    call_command("loaddata", "demo", verbosity=0)
    return Camera.objects.get(pk=1)


def test_every_fault_is_told_at_once_with_its_shape() -> None:
    crossing = {"name": "Bow tie", "polygon": [[0, 0], [90, 90], [90, 0], [0, 90]], "edge": [[0, 0], [90, 90]]}
    tiny = {"name": "Tiny", "polygon": [[0, 0], [3, 0], [3, 3]]}
    with pytest.raises(DrawingError) as caught:
        parse(drawing(zones=[ZONE, crossing], masks=[tiny], occluders=["?"], rail_height_m="high"), SIZE)
    found = {problem.where: problem.words for problem in caught.value.problems}
    assert '"Bow tie"' in found["zones/1"]
    assert "cross" in found["zones/1"]
    assert "too small" in found["masks/0"]
    assert "not an object" in found["occluders/0"]
    assert "number of metres" in found["calibration"]
    assert "zones/0" not in found


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"zones": [ZONE, ZONE]}, "two of this name"),
        ({"zones": [ZONE | {"name": "a\nb"}]}, "plain characters"),
        ({"zones": [ZONE | {"hours": [{"days": [9], "from": "22:00", "to": "06:00"}]}]}, "at least one day"),
        ({"zones": [ZONE | {"hours": [{"days": [1], "from": "25:00", "to": "06:00"}]}]}, "HH:MM"),
        ({"zones": [ZONE | {"overrides": {"stay_from_m": 3}, "override_reason": "x"}]}, "no value named"),
        ({"zones": [ZONE | {"overrides": {"stay_from_s": 30}}]}, "say why"),
        ({"zones": [ZONE | {"polygon": [[0, 0]] * 500}]}, "more than 200 points"),
        ({"zones": [ZONE | {"edge": [[0, -9000], [5, -9000], [900, -9000]]}]}, "above the horizon"),
        ({"homography": [[0, 0, 0]] * 3}, "singular"),
        ({"size": [1, 2]}, "size"),
    ],
)
def test_what_cannot_work_is_refused_in_words(change: dict[str, Any], words: str) -> None:
    with pytest.raises(DrawingError, match=words):
        parse(drawing(**change), SIZE)


def test_masks_and_occluders_reach_the_watch(camera: Camera) -> None:
    versions.save(camera.pk, drawing(occluders=[MASK | {"name": "Sign"}]), by="ada", why="the windows are private")
    view = Camera.objects.get(pk=1).view()
    assert view.masked([[100, 50], [640, 360]]).tolist() == [True, False]
    assert view.may_hide((210.0, 20.0, 230.0, 90.0))  # one step from it
    assert not view.may_hide((400.0, 20.0, 420.0, 90.0))


def test_a_save_keeps_who_when_why_and_what_and_can_be_rolled_back(camera: Camera) -> None:
    before = versions.document(camera)
    changed = copy.deepcopy(before)
    changed["zones"][0]["polygon"][0] = [50.0, 640.0]
    changed["zones"][0] |= {"silent": True, "name": "Footway"}
    changed["masks"] = [MASK]
    version = versions.save(camera.pk, changed, by="ada", why="nearer to the rail", based_on=0)
    assert version is not None
    assert (version.number, version.saved_by, version.why) == (2, "ada", "nearer to the rail")
    assert version.difference == [
        'zone "Footway": renamed, was "East parapet footway"',
        'zone "Footway": the area: 1 point moved, by up to 66 pixels',
        'zone "Footway": now silent: it pages nobody',
        'mask "Windows" added',
    ]
    assert Zone.objects.get(pk=1).silent
    event = AuditEvent.objects.get(action="picture.saved")
    assert (event.actor, event.detail["why"]) == ("ada", "nearer to the rail")
    first = PictureVersion.objects.get(camera=camera, number=1)  # as it was before versions were kept
    back = versions.roll_back(first, by="bob", why="it paged nobody")
    assert back is not None
    assert (back.number, back.why) == (3, "back to version 1: it paged nobody")
    assert versions.document(Camera.objects.get(pk=1)) == before


def test_nothing_is_saved_where_nothing_differs_or_somebody_was_faster(camera: Camera) -> None:
    assert versions.save(camera.pk, versions.document(camera), by="ada", why="look") is None
    versions.save(camera.pk, drawing(), by="bob", why="new")
    with pytest.raises(versions.StaleDrawingError, match="bob saved version 2"):
        versions.save(camera.pk, drawing(masks=[]), by="ada", why="mine", based_on=0)
    with pytest.raises(DrawingError, match="say in a few words why"):
        versions.save(camera.pk, drawing(masks=[]), by="ada", why=" ")
    assert Camera.objects.get(pk=1).masks[0]["name"] == "Windows"


def test_a_zone_that_goes_is_kept_for_what_was_seen_in_it_and_comes_back(camera: Camera) -> None:
    versions.save(camera.pk, drawing(), by="ada", why="another zone")
    gone = Zone.objects.get(pk=1)
    assert not gone.enabled
    assert gone.removed_at is not None
    versions.roll_back(PictureVersion.objects.get(camera=camera, number=1), by="ada")
    assert Zone.objects.get(pk=1).removed_at is None
    assert [zone.name for zone in Camera.objects.get(pk=1).view().zones] == ["East parapet footway"]


def test_two_zones_can_swap_their_names(camera: Camera) -> None:
    versions.save(camera.pk, drawing(zones=[ZONE, ZONE | {"name": "Other"}]), by="ada", why="two")
    now = versions.document(camera)
    now["zones"][0]["name"], now["zones"][1]["name"] = "Other", "Footway"
    assert versions.save(camera.pk, now, by="ada", why="swapped") is not None
    assert {z.pk: z.name for z in Zone.objects.filter(removed_at=None, camera=camera)} == {
        now["zones"][0]["key"]: "Other",
        now["zones"][1]["key"]: "Footway",
    }


def test_a_changed_calibration_or_mask_lets_the_scene_be_learned_again(camera: Camera) -> None:
    Camera.objects.filter(pk=1).update(reference=b"x")
    document = versions.document(camera)
    document["zones"][0]["silent"] = True
    versions.save(1, document, by="ada", why="x")
    assert Camera.objects.get(pk=1).reference is not None
    versions.save(1, document | {"masks": [MASK]}, by="ada", why="x")
    assert Camera.objects.get(pk=1).reference is None


points = st.lists(st.tuples(st.integers(0, 1279), st.integers(300, 719)), min_size=3, max_size=6)


@given(points, st.booleans())
def test_geojson_gives_back_what_was_written(polygon: list[tuple[int, int]], silent: bool) -> None:
    shape = ZONE | {"polygon": [list(p) for p in polygon], "silent": silent}
    try:
        document = parse(drawing(zones=[shape]), SIZE).document
    except DrawingError:
        return
    text = json.dumps(geojson.write(document))
    assert parse(geojson.read(json.loads(text)), (64, 48)).document == document


@pytest.mark.parametrize(
    "bad", [[], {"features": [{"type": "Feature"}]}, {"features": [{"properties": {"what": "cat"}}]}]
)
def test_other_geojson_is_refused(bad: object) -> None:
    with pytest.raises(DrawingError, match="feature"):
        geojson.read(bad)


def test_a_site_goes_out_and_in_again_without_its_passwords(camera: Camera, tmp_path: Path) -> None:
    Camera.objects.filter(pk=1).update(sealed_password=seal("s3cret!"), username="cam")
    versions.save(
        1, drawing(zones=[ZONE | {"hours": [{"days": [0, 6], "from": "22:00", "to": "06:00"}]}]), by="a", why="x"
    )
    out = tmp_path / "site.json"
    call_command("dump_site", "Demo Bridge", out=out, stderr=io.StringIO())
    assert "s3cret!" not in out.read_text()
    before = json.loads(out.read_text())
    Site.objects.filter(pk=1).update(name="Old Bridge")
    call_command("load_site", out, by="ada", stdout=(said := io.StringIO()))
    assert 'zone "Footway" added' in said.getvalue()
    assert site_transfer.dump(Site.objects.get(name="Demo Bridge")) == before
    call_command("load_site", out, by="ada", stdout=(said := io.StringIO()))
    assert said.getvalue() == "Demo Bridge: nothing differs\n"
    one = tmp_path / "one.json"
    one.write_text(json.dumps(before["cameras"][0]["drawing"]))
    assert [zone.name for zone in read_site(one, SIZE).zones] == ["Footway"]  # the same drawing serves `analyse`


def test_a_kept_password_does_not_follow_a_changed_address(camera: Camera, tmp_path: Path) -> None:
    Camera.objects.filter(pk=1).update(source="rtsp://10.0.0.9/cam", sealed_password=seal("s3cret!"))
    content = site_transfer.dump(Site.objects.get(pk=1))
    site_transfer.load(content, by="ada")
    assert Camera.objects.get(pk=1).password == "s3cret!"
    content["cameras"][0]["source"] = "rtsp://10.6.6.6/cam"
    told = site_transfer.load(content, by="ada")[1]
    assert told == ['camera "East parapet": its address has changed, so its password must be entered again']
    assert Camera.objects.get(pk=1).password == ""


def test_a_site_with_a_fault_changes_nothing_and_names_every_fault(camera: Camera, tmp_path: Path) -> None:
    content = site_transfer.dump(Site.objects.get(pk=1))
    content["cameras"][0]["drawing"]["masks"] = [MASK]
    content["cameras"][1]["drawing"]["zones"][0]["polygon"] = [[0, 0], [90, 90], [90, 0], [0, 90]]
    content["cameras"].append({"name": "New"})
    content["time_zone"] = "Europe/Atlantis"
    file = tmp_path / "site.json"
    file.write_text(json.dumps(content))
    with pytest.raises(CommandError) as caught:
        call_command("load_site", file, by="ada")
    said = str(caught.value)
    for words in ('camera "West parapet": zone "West parapet footway"', "cross", 'camera "New": source', "Atlantis"):
        assert words in said
    assert Camera.objects.get(pk=1).masks == []
    assert not PictureVersion.objects.exists()


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


NIGHTS = hours.parse([{"days": [4], "from": "22:00", "to": "06:00"}])


@pytest.mark.parametrize(
    ("moment", "watched"),
    [
        ("2026-11-27T21:59", False),  # a Friday
        ("2026-11-27T22:00", True),
        ("2026-11-28T05:59", True),  # belongs to the Friday
        ("2026-11-28T06:00", False),
        ("2026-11-28T23:00", False),
        ("2026-07-03T21:30", True),  # 22:30 in London in summer
    ],
)
def test_hours_are_those_of_the_sites_clock(moment: str, watched: bool) -> None:
    assert hours.watched_at(NIGHTS, at(moment), "Europe/London") is watched


def test_hours_keep_their_wall_clock_when_the_clocks_change() -> None:
    """25 October 2026: 01:30 comes twice in London, and both belong to Saturday's night."""
    nights = hours.parse([{"days": [5], "from": "22:00", "to": "02:00"}])
    found = [
        hours.watched_at(nights, at(f"2026-10-25T{clock}"), "Europe/London") for clock in ("00:30", "01:30", "02:00")
    ]
    assert found == [True, True, False]
    assert hours.watched_at((), at("2026-10-25T01:30"), "Europe/London")  # nothing given: always


def test_a_better_calibration_is_told_with_its_residual() -> None:
    before, after = drawing(homography=None), drawing(homography=np.eye(3).tolist())
    after["calibration"] = {"method": "points", "residual_m": 0.031}
    assert difference.words(before, after) == ["calibrated from known points, 0.03 m off on average"]


def test_rotation_seals_every_password_with_the_newest_key(camera: Camera, settings: Any) -> None:
    from cryptography.fernet import Fernet

    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.CREDENTIAL_KEYS = [old]
    camera.password = "pass word"
    camera.save()
    settings.CREDENTIAL_KEYS = [new, old]
    call_command("rotate_credentials", stdout=io.StringIO())
    settings.CREDENTIAL_KEYS = [new]
    assert Camera.objects.get(pk=1).password == "pass word"
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("rotate_credentials", stdout=io.StringIO())
