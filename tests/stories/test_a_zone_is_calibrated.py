"""A zone learns from its history: silent at first, then values that a person approves, and can take back."""

import json
import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from alerts.intake import Concern
from alerts.models import AuditEvent, Deletion, Incident
from tests.stories.conftest import ControlRoom
from tests.welfare.behaviour.test_stays import VIEW, fifths, person, standing, tiers, watch
from tests.welfare.calibration.stays import record, viewers
from welfare.behaviour.assessment import Assessor
from welfare.behaviour.record import StayRecord
from welfare.calibration import keeping
from welfare.calibration.models import Proposal, RecordedStay, SilentConcern
from welfare.calibration.proposals import proposed, put_forward
from welfare.fleet import leases
from welfare.fleet.camera_run import told_to_nobody
from welfare.fleet.outbox import Outbox
from welfare.fleet.progress import Progress
from welfare.fleet.reporter import Reporter
from zones.models import Zone
from zones.tier import Tier


@pytest.fixture
def admin(room: ControlRoom) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("ada", password="x" * 20))
    return client


@pytest.fixture
def reporter(room: ControlRoom, tmp_path: Path) -> Reporter:
    (lease,) = leases.claim("test", 1, camera_id=1)
    progress = Progress(state="live", frame_at_s=timezone.now().timestamp(), fps=5.0, stays={})
    return Reporter(lease, Outbox(tmp_path / "outbox"), progress, print, lambda _, *, first: None)


def concern(tier: Tier, episode: uuid.UUID | None = None) -> Concern:
    reasons = ({"cue": "pacing", "words": "turned back 4 times walking along the edge", "value": 4.0, "unit": "count",
                "confidence": 0.9, "weight_nats": 1.3},)  # fmt: skip
    at = timezone.now()
    return Concern(1, 1, episode or uuid.uuid4(), tier, 3.0, False, False, at, reasons, (1.0, 2.0, 3.0, 4.0))


def remember(records: Iterable[StayRecord], ago: timedelta = timedelta(days=21)) -> None:
    """Stays that the watch recorded from three weeks ago on."""
    moved = (timezone.now() - ago).replace(hour=0, minute=0) - viewers(1)[0].began_at.replace(hour=0)
    shifted = []
    for one in records:
        values = {name: getattr(one, name) for name in StayRecord.__slots__}
        values |= {name: values[name] + moved.total_seconds() for name in ("began_s", "ended_s")}
        shifted.append(StayRecord(**values))
    keeping.keep_stays(shifted, {1: Zone.objects.get(pk=1).overrides})


def calibrate(*arguments: str) -> str:
    out = StringIO()
    call_command("calibrate", "1", *arguments, stdout=out)
    return out.getvalue()


def decide(admin: Client, proposal: Proposal, decision: str, why: str) -> Any:
    page = f"/admin/calibration/proposal/{proposal.pk}/change/"
    return admin.post(page, {"decision": decision, "why": why}, follow=True)


# --- Silent mode --------------------------------------------------------------------------------------------
def test_a_silent_zone_pages_nobody_and_shows_its_admin_what_it_would_have_raised(
    room: ControlRoom, admin: Client, reporter: Reporter
) -> None:
    Zone.objects.filter(pk=1).update(silent=True)
    stay = uuid.uuid4()
    for tier in (Tier.CONCERN, Tier.URGENT):
        kept = reporter.outbox.put(concern(tier, stay), "stills/a.jpg").file.read_bytes()
        reporter.deliver()
    (reporter.outbox._folder / "1.concern.json").write_bytes(kept)  # a kill between the report and its file's end
    reporter.deliver()
    room.turn()
    assert not Incident.objects.exists()
    assert room.fake.messages == []
    assert list(SilentConcern.objects.order_by("tier").values_list("tier", flat=True)) == [Tier.CONCERN, Tier.URGENT]
    page = admin.get("/admin/calibration/silentconcern/").content.decode()
    assert "turned back 4 times walking along the edge" in page
    assert "Nobody was paged" in page
    assert "leave it silent for 7.0 more" in page


def test_what_a_silent_zone_cannot_keep_is_put_aside_and_the_zone_beside_it_pages(
    room: ControlRoom, reporter: Reporter
) -> None:
    silent = Zone.objects.get(pk=1)
    beside = Zone.objects.create(camera_id=1, name="beside it", polygon=silent.polygon, edge=silent.edge)
    Zone.objects.filter(pk=1).update(silent=True)
    unkept = replace(concern(Tier.URGENT), reasons=({"cue": "pacing", "words": "\0"},))  # PostgreSQL keeps no NUL
    reporter.outbox.put(unkept, "stills/a.jpg")
    reporter.outbox.put(replace(concern(Tier.CRITICAL), zone_id=beside.pk), "stills/b.jpg")
    reporter.deliver()
    assert Incident.objects.get().zone == beside
    assert list(reporter.outbox.waiting()) == []
    assert not SilentConcern.objects.exists()


def test_what_a_silent_zone_would_have_raised_is_judged_and_the_judgement_is_audited(
    admin: Client, reporter: Reporter
) -> None:
    keeping.keep_silent(1, uuid.uuid4(), Tier.CONCERN, timezone.now(), score=3.0, triggered=False, reasons=[])
    found = SilentConcern.objects.get()
    admin.post("/admin/calibration/silentconcern/", {"action": "was_benign", "_selected_action": [found.pk]})
    found.refresh_from_db()
    assert found.judgement == SilentConcern.Judgement.BENIGN
    event = AuditEvent.objects.get(action="silent_concern.judged")
    assert (event.actor, event.detail["judgement"]) == ("ada", "nobody at risk")


def test_who_stands_there_when_a_silent_zone_goes_live_is_raised_at_once() -> None:
    """While it was silent nobody was told of them: the first run that pages tells."""
    silent = Assessor(VIEW)
    assert tiers(watch(silent, standing(fifths(0, 310))))[-1] is Tier.CONCERN
    left = told_to_nobody(silent.snapshot(), {VIEW.zones[0].name})
    live = Assessor(VIEW)
    live.restore(json.loads(json.dumps(left)), 312.0)
    assert tiers(watch(live, standing(fifths(312, 314), track=5))) == [Tier.CONCERN]
    again = Assessor(VIEW)
    again.restore(json.loads(json.dumps(told_to_nobody(silent.snapshot(), ()))), 312.0)
    assert tiers(watch(again, standing(fifths(312, 314), track=5))) == []


# --- What is kept -------------------------------------------------------------------------------------------
def test_a_stay_that_is_over_is_kept_as_numbers_and_forgotten_in_time(reporter: Reporter) -> None:
    reporter.ended.extend([record(40, timezone.now()), record(310, timezone.now())])
    assert reporter._round()
    assert RecordedStay.objects.count() == 2
    assert reporter._round()
    RecordedStay.objects.update(ended_at=timezone.now() - timedelta(days=31))
    assert keeping.forget_old() == {"quiet_stay": 1, "raised_stay": 0}
    assert RecordedStay.objects.get().tier == Tier.CONCERN
    RecordedStay.objects.update(ended_at=timezone.now() - timedelta(days=366))
    assert keeping.forget_old() == {"quiet_stay": 0, "raised_stay": 1}
    assert not RecordedStay.objects.exists()


def test_what_the_watch_forgets_stands_in_the_deletion_report_a_line_a_day(admin: Client) -> None:
    for _ in range(2):
        remember([record(40), record(50)], timedelta(days=40))
        assert keeping.forget_old() == {"quiet_stay": 2, "raised_stay": 0}
    line = Deletion.objects.get()
    assert (line.key, line.count, line.state, line.run) == ("quiet_stay", 4, "gone", None)
    assert line.rule.endswith("deleted 30 days since it ended")
    assert "4 of quiet_stay" in admin.get("/retention/").content.decode()
    assert ",quiet_stay," in admin.get("/retention/deletions.csv").content.decode()


def test_a_stay_that_cannot_be_written_holds_up_no_page(reporter: Reporter) -> None:
    broken = record(40, timezone.now())
    object.__setattr__(broken, "episode", "no uuid")
    reporter.ended.append(broken)
    reporter.outbox.put(concern(Tier.CRITICAL), "stills/a.jpg")
    assert reporter._round()
    assert Incident.objects.get().tier == Tier.CRITICAL
    assert not RecordedStay.objects.exists()


# --- Proposals ----------------------------------------------------------------------------------------------
def test_with_three_days_of_history_nothing_is_proposed_and_what_is_missing_is_said(room: ControlRoom) -> None:
    remember([stay.record for stay in viewers(3)])
    said = calibrate()
    assert "more are needed" in said
    assert "nothing is proposed" in said
    assert not Proposal.objects.exists()


def test_a_proposal_changes_nothing_until_it_is_approved_and_can_be_rolled_back(
    room: ControlRoom, admin: Client
) -> None:
    remember([stay.record for stay in viewers()])
    said = calibrate()
    proposal = Proposal.objects.get()
    assert "stay_from_s: 60 ->" in said
    assert f"/admin/calibration/proposal/{proposal.pk}/change/" in said
    assert Zone.objects.get(pk=1).overrides == {}
    page = admin.get(f"/admin/calibration/proposal/{proposal.pk}/change/").content.decode()
    assert "cannot show that nobody would be lost" in page
    assert "of ordinary stays here lie under" in page

    refused = decide(admin, proposal, "approve", " ").content.decode()
    assert "Say in a few words why" in refused
    assert Zone.objects.get(pk=1).overrides == {}

    decide(admin, proposal, "approve", "tourists, agreed with the bridge watch")
    proposal.refresh_from_db()
    zone = Zone.objects.get(pk=1)
    assert (proposal.state, proposal.decided_by) == (Proposal.State.APPROVED, "ada")
    assert proposal.decided_at is not None
    assert zone.overrides == proposal.after
    assert zone.override_reason.startswith(f"calibration, proposal {proposal.pk}: tourists")
    version = zone.camera.versions.first()
    assert version is not None
    assert (version, version.saved_by) == (proposal.version, "ada")
    event = AuditEvent.objects.get(action="proposal.approved")
    assert event.detail["why"] == "tourists, agreed with the bridge watch"
    assert AuditEvent.objects.filter(action="picture.saved").exists()

    decide(admin, proposal, "roll_back", "the summer is over")
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.ROLLED_BACK
    assert Zone.objects.get(pk=1).overrides == {}
    assert AuditEvent.objects.filter(action="proposal.rolled_back").exists()


def test_a_proposal_for_values_that_have_changed_since_is_not_approved(room: ControlRoom, admin: Client) -> None:
    remember([stay.record for stay in viewers()])
    calibrate()
    proposal = Proposal.objects.get()
    Zone.objects.filter(pk=1).update(overrides={"stay_weight": 1.5}, override_reason="tried")
    answer = decide(admin, proposal, "approve", "yes").content.decode()
    assert "have changed since this was proposed" in answer
    assert Zone.objects.get(pk=1).overrides == {"stay_weight": 1.5}
    decide(admin, proposal, "refuse", "made for other values")
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.REFUSED
    assert AuditEvent.objects.filter(action="proposal.refused").exists()


def test_somebody_who_was_helped_is_never_lost_by_a_proposal(room: ControlRoom) -> None:
    """The stay of somebody who was supported was a notice; the tourists' ramp alone would have made it nothing."""
    theirs = record(150, viewers(1)[0].began_at + timedelta(days=3), lean_deg=45, turns=3.2)
    remember([*(stay.record for stay in viewers()), theirs])
    incident = room.sees(Tier.NOTICE, uuid.UUID(theirs.episode))
    Incident.objects.filter(pk=incident.pk).update(
        state=Incident.State.RESOLVED, outcome=Incident.Outcome.SUPPORTED, resolved_at=timezone.now()
    )
    (found,) = json.loads(calibrate("--json"))
    assert found["effect"] is None or found["effect"]["lost"] == 0
    after = {change["name"]: change["after"] for change in found["changes"]}
    assert after.get("stay_from_s", 60) < 120
    assert not any("cannot show" in words for words in found["words"])


def test_a_newer_proposal_takes_the_place_of_the_one_that_waits_and_a_dry_run_keeps_none(room: ControlRoom) -> None:
    remember([stay.record for stay in viewers()])
    calibrate("--dry-run")
    assert not Proposal.objects.exists()
    zone = Zone.objects.get(pk=1)
    found = proposed(zone, 90)
    put_forward(zone, found)
    put_forward(zone, found)
    assert Proposal.objects.filter(state=Proposal.State.WAITING).count() == 1


def test_only_zone_admins_see_proposals(room: ControlRoom) -> None:
    client = Client()
    client.force_login(User.objects.create_user("eve", password="x" * 20, is_staff=True))
    assert client.get("/admin/calibration/proposal/").status_code == 403
    assert client.get("/admin/calibration/silentconcern/").status_code == 403


def test_the_watch_leaves_records_of_stays_that_ended() -> None:
    assessor = Assessor(VIEW)
    watch(assessor, [(t, [person(t, (12.0, -0.8 - 0.3 * t))]) for t in fifths(0, 30)])
    (left,) = assessor.finished()
    assert left.whole
    assert left.tier is None
