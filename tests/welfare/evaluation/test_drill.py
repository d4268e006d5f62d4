"""A drill: a rendered person in a camera's own picture, marked DRILL everywhere, that hides and pages nobody else."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import chain, islice
from pathlib import Path

import av
import numpy as np
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from alerts import intake, planning, upkeep
from alerts.channels import sms
from alerts.drills import contact_fault, end_left_over
from alerts.intake import Drill
from alerts.models import Attempt, AuditEvent, Incident
from alerts.transitions import TransitionError, end_drill
from tests.welfare.fleet.test_reporting import concern
from welfare.evaluation.drill import coverage
from welfare.evaluation.drill.places import NoPlaceError, places
from welfare.evaluation.drill.session import Session
from welfare.evaluation.drill.stand_in import Picture, StandIn
from welfare.watch.detector import Detector
from welfare.watch.pipeline import Models
from zones.geometry import View, WatchedZone
from zones.models import Camera, Zone
from zones.site_file import read_site

CLIPS = Path(settings.BASE_DIR) / "fixtures" / "clips"
START_S = 1_795_500_000.0
EVERY = 5  # the clips have 25 frames a second
OPERATOR = 1


def view() -> View:
    return read_site(CLIPS / "two_people.site.json", (1280, 720))


def pictures(name: str) -> Iterator[Picture]:
    with av.open(str(CLIPS / f"{name}.mp4")) as container:
        for n, frame in enumerate(container.decode(video=0)):
            if n % EVERY == 0:
                yield np.ascontiguousarray(frame.to_ndarray(format="bgr24"), dtype=np.uint8)


def live(*clips: tuple[str, int]) -> Iterator[tuple[float, Picture]]:
    """So many frames of each clip one after another, five a second."""
    shown = chain.from_iterable(islice(pictures(clip), frames) for clip, frames in clips)
    for n, picture in enumerate(shown):
        yield START_S + n * 0.2, picture


@pytest.mark.parametrize("name", ["east_parapet", "two_people"])
def test_a_places_own_camera_sees_what_the_views_sees(name: str) -> None:
    site = read_site(CLIPS / f"{name}.site.json", (1280, 720))
    for place in places(site, site.zones[0], 4):
        local = np.random.default_rng(2).uniform([-2, -1.5, 0], [2, 0.3, 2], (30, 3))
        ground = place.edge_m + local[:, :1] * place.along + local[:, 1:2] * place.outward
        assert np.abs(place.camera(site).project(local)[0] - site.to_image(np.c_[ground, local[:, 2]])).max() < 1.0
        assert site.edge_offset(site.zones[0], [place.edge_m + 0.2 * place.outward])[0] < 0, (
            "outward is beyond the edge"
        )


def test_a_zone_in_which_nobody_would_be_whole_has_no_place() -> None:
    site = view()
    far = WatchedZone.build("far", site.zones[0].polygon, [[1240.0, 118.0], [1276.0, 102.0]])
    with pytest.raises(NoPlaceError, match='zone "far"'):
        places(View.build(homography=site.homography, size=site.size, rail_height_m=1.1, zones=[far]), far, 3)


def test_the_stand_in_changes_the_picture_only_around_itself_and_looks_like_its_light() -> None:
    site = view()
    picture = next(pictures("empty_footway"))
    person = StandIn(site, places(site, site.zones[0], 1)[0], seed=2)
    drawn, box = person.draw(picture, 3.0, noise=2.0)
    assert box is not None
    x1, y1, x2, y2 = (round(v) for v in box)
    changed = np.abs(drawn.astype(int) - picture.astype(int)).max(axis=2) > 12
    around = np.zeros_like(changed)
    around[y1 - 25 : y2 + 25, x1 - 25 : x2 + 25] = True
    assert changed[y1:y2, x1:x2].mean() > 0.2
    assert not changed[~around].any()
    assert drawn[y1:y2, x1:x2].max() <= 255
    assert person.draw(picture, 60.0, noise=2.0)[1] is None


def drilled(places_: int, drill: Drill, *clips: tuple[str, int], said: list[str] | None = None) -> Session:
    said = [] if said is None else said
    call_command("loaddata", "demo", verbosity=0)
    site = view()
    camera = Camera.objects.create(
        site_id=1, name="Drill", source="x.mp4", homography=site.homography.tolist(), rail_height_m=1.1,
        width=1280, height=720,
    )  # fmt: skip
    watched = site.zones[0]
    zone = Zone.objects.create(
        camera=camera, name="footway", polygon=watched.polygon.tolist(), edge=watched.edge.tolist()
    )
    own = WatchedZone.build("footway", watched.polygon, watched.edge, key=zone.pk)
    seen = View.build(homography=site.homography, size=site.size, rail_height_m=1.1, zones=[own])
    with Models(detector=Detector(**settings.DETECTOR)) as models:
        session = Session(camera.pk, seen, own, places(seen, own, 5)[:places_], drill, models, said.append)
        session.run(live(*clips))
    return session


@pytest.mark.slow
def test_a_drill_goes_from_pixels_to_an_incident_that_says_drill_and_is_closed_by_itself(
    transactional_db: None, tmp_path: Path
) -> None:
    session = drilled(1, Drill(), ("empty_footway", 100))
    (passed,) = session.passed
    assert not session.stopped
    assert passed.seen_s is not None
    assert passed.scored_s is not None
    assert passed.seen_s < passed.scored_s
    incident = Incident.objects.get()
    assert incident.drill
    assert str(incident.kind).startswith("DRILL")
    assert sms.text(incident).startswith("DRILL")
    assert incident.label.startswith("DRILL")
    assert incident.state == Incident.State.RESOLVED
    assert set(AuditEvent.objects.filter(incident=incident).values_list("actor", flat=True)) <= {"drill", "engine"}
    assert not Attempt.objects.exists(), "a drill without a contact pages nobody"
    coverage.draw(session, "test", tmp_path / "map.png")
    assert (tmp_path / "map.png").stat().st_size > 10_000
    assert coverage.as_json(session)["places"][0]["tier"]


@pytest.mark.slow
def test_somebody_who_comes_into_the_zone_ends_the_drill_at_once_and_closes_its_incident(
    transactional_db: None,
) -> None:
    session = drilled(5, Drill(), ("empty_footway", 50), ("two_people", 25))
    assert "somebody is in the zone" in session.stopped
    assert len(session.passed) < 5
    assert not Incident.objects.exclude(state=Incident.State.RESOLVED).exists()
    assert not Incident.objects.filter(drill=False).exists()


@pytest.mark.slow
def test_with_people_in_the_zone_from_the_start_a_drill_draws_nobody(transactional_db: None) -> None:
    said: list[str] = []
    session = drilled(2, Drill(), ("two_people", 40), said=said)
    assert session.passed == []
    assert said == ["waiting until nobody was in the zone for 5 s, 10 minutes at most", "the camera's pictures ended"]
    assert not Incident.objects.exists()


def test_a_drill_never_closes_an_incident_that_is_none(transactional_db: None) -> None:
    call_command("loaddata", "demo", verbosity=0)
    real = intake.report(concern())
    assert real is not None
    with pytest.raises(TransitionError, match="is no drill"):
        end_drill(real.incident_id, note="x")


def test_a_drill_pages_its_contact_alone_and_the_message_says_drill_first(transactional_db: None) -> None:
    call_command("loaddata", "demo", verbosity=0)
    reported = intake.report(concern(), Drill(OPERATOR))
    assert reported is not None
    planning.plan_some()
    incident = Incident.objects.get(pk=reported.incident_id)
    told = set(Attempt.objects.values_list("notification__contact", flat=True))
    assert told == {OPERATOR}
    assert incident.drill


def test_what_a_killed_drill_left_open_is_closed_by_the_next_one_and_a_real_incident_is_not(
    transactional_db: None,
) -> None:
    call_command("loaddata", "demo", verbosity=0)
    rehearsed, real = intake.report(concern(), Drill()), intake.report(concern())
    assert rehearsed is not None
    assert real is not None
    assert end_left_over(1) == [rehearsed.incident_id]
    assert list(Incident.objects.exclude(state="resolved").values_list("pk", flat=True)) == [real.incident_id]


def test_what_a_killed_drill_left_open_is_closed_by_the_engine_where_no_other_comes(transactional_db: None) -> None:
    call_command("loaddata", "demo", verbosity=0)
    forgotten, real = intake.report(concern(), Drill()), intake.report(concern())
    assert forgotten is not None
    assert real is not None
    Incident.objects.update(opened_at=timezone.now() - timedelta(minutes=16))
    running = intake.report(concern(), Drill())
    assert running is not None
    upkeep.look()
    left = Incident.objects.exclude(state="resolved").order_by("pk").values_list("pk", flat=True)
    assert list(left) == [real.incident_id, running.incident_id]


def test_a_contact_who_cannot_be_reached_is_refused_before_the_drill_begins(transactional_db: None) -> None:
    call_command("loaddata", "demo", verbosity=0)
    assert contact_fault(OPERATOR) == ""
    assert "no active contact 999" in contact_fault(999)
    with pytest.raises(CommandError, match="no active contact 999"):
        call_command("drill", "1", "--contact", "999")
    with pytest.raises(CommandError, match=r"no camera 77; there are: 1 \(Demo Bridge / East parapet\)"):
        call_command("drill", "77")
