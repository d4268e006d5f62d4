"""Who is paged, in which order, and what may wait: policies as they are written and as the engine runs them."""

import io
import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from alerts.escalation import Step
from alerts.models import Agency, AuditEvent, Contact, Policy, PolicyStep, PolicyVersion, Rota, Shift
from alerts.planning import recipients
from alerts.policies import versions
from alerts.policies.forecast import forecast
from alerts.policies.place import Place
from alerts.policies.plan import plan
from tests.stories.conftest import ControlRoom
from zones.models import Camera, Site, Zone
from zones.tier import Tier

HERE = Place(site=1, camera=1, zone=1)


@pytest.fixture
def admin(room: ControlRoom) -> Client:
    client = Client()
    client.force_login(User.objects.get(username="supervisor"))
    return client


def form_of(policy: Policy, **changes: str) -> dict[str, str]:
    """What the admin's page sends for a policy as it stands."""
    steps = list(policy.steps.all())
    form = {
        "site": "1", "subject": policy.subject, "tier": str(policy.tier), "loops": str(policy.loops),
        "acknowledged_for_s": str(policy.acknowledged_for_s), "quiet_hours": policy.quiet_hours,
        "quiet_way": policy.quiet_way, "why": "the partners asked for it",
        "steps-TOTAL_FORMS": str(len(steps)), "steps-INITIAL_FORMS": str(len(steps)),
    }  # fmt: skip
    for n, step in enumerate(steps):
        values = {
            "id": step.pk, "policy": policy.pk, "position": step.position, "wait_s": step.wait_s,
            "repeat": step.repeat, "channels": json.dumps(step.channels), "rota": step.rota_id or "",
            "agency": step.agency_id or "",
            "contact": step.contact_id or "", "role": step.role,
        }  # fmt: skip
        form |= {f"steps-{n}-{name}": str(value) for name, value in values.items()}
    return form | changes


def save(admin: Client, policy: Policy, **changes: str) -> str:
    """Save a policy in the admin; returns the page that comes back."""
    address = f"/admin/alerts/policy/{policy.pk}/change/"
    text: str = admin.post(address, form_of(policy, **changes), follow=True).content.decode()
    return text.replace("&#x27;", "'").replace("&quot;", '"')


# --- Saving -------------------------------------------------------------------------------------------------
def test_a_saved_policy_is_a_new_version_with_who_and_why_and_old_ones_never_change(admin: Client) -> None:
    policy = Policy.objects.get(tier=Tier.CRITICAL)
    save(admin, policy)
    save(admin, policy, **{"steps-0-wait_s": "20"})
    first, second = PolicyVersion.objects.filter(policy=policy).order_by("number")
    assert (first.body["steps"][0]["wait_s"], second.body["steps"][0]["wait_s"]) == (15, 20)
    assert (second.saved_by, second.why) == ("supervisor", "the partners asked for it")
    assert AuditEvent.objects.filter(action="policy saved").count() == 2
    for change in (lambda: PolicyVersion.objects.update(why="x"), lambda: first.delete()):
        with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
            change()


def test_a_step_that_reaches_nobody_is_refused_with_the_reason(admin: Client) -> None:
    Contact.objects.filter(agency=1).update(mobile="")
    policy = Policy.objects.get(tier=Tier.CRITICAL)
    text = save(admin, policy)
    assert (
        "Step 2 (Bridge Watch (demo)) reaches nobody. Bea, Bridge Watch (Bridge Watch (demo)): has no number." in text
    )
    assert not PolicyVersion.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"steps-0-rota": ""}, "Step 1 names nobody: choose a rota, an agency, a person or a role."),
        ({"steps-0-contact": "1"}, "Step 1 names Control room and Olivia Operator: choose one"),
        ({"quiet_hours": "daily 23:00-06:00"}, "Quiet hours cannot silence critical pages"),
        ({"quiet_hours": "sometimes"}, "cannot be read as hours"),
        ({"steps-0-channels": '["fax"]'}, 'There is no channel "fax"'),
        ({"steps-0-channels": '"sms"'}, "Write the channels as a list"),
        ({f"steps-{n}-DELETE": "on" for n in range(5)}, "The policy has no step: nobody would be paged."),
        ({f"steps-{n}-wait_s": "0" for n in range(5)}, "No step waits for an answer"),
        ({"why": ""}, "is empty: fill it in"),
        ({"tier": "1"}, "A notice is only shown in the console"),
    ],
)
def test_what_cannot_page_is_refused_in_plain_words(admin: Client, changes: dict[str, str], said: str) -> None:
    policy = Policy.objects.get(tier=Tier.CRITICAL)
    before = list(policy.steps.values())
    assert said in save(admin, policy, **changes)
    assert list(policy.steps.values()) == before
    assert not PolicyVersion.objects.exists()


def test_a_policy_cannot_be_deleted_into_a_hole(admin: Client) -> None:
    assert admin.post("/admin/alerts/policy/3/delete/", {"post": "yes"}).status_code == 403
    assert Policy.objects.filter(pk=3).exists()


def test_a_tier_without_a_policy_is_said_by_the_check_and_in_the_console(admin: Client) -> None:
    Policy.objects.filter(tier=Tier.URGENT).delete()
    (warning,) = run_checks(databases=["default"], tags=["database"])
    assert "Demo Bridge has no policy for urgent: everybody with a phone would be paged." in warning.msg
    assert "Demo Bridge has no policy for urgent" in admin.get("/").content.decode()


# --- Versions -----------------------------------------------------------------------------------------------
def test_a_version_is_read_in_words_and_brought_back_with_a_reason(room: ControlRoom, admin: Client) -> None:
    policy = Policy.objects.get(tier=Tier.CRITICAL)
    save(admin, policy)
    save(admin, policy, **{"steps-0-wait_s": "45"}, **{f"steps-{n}-DELETE": "on" for n in range(1, 5)})
    assert policy.steps.count() == 1
    page = admin.get(f"/policies/{policy.pk}/versions/1/").content.decode()
    assert "Step 1: rota Control room, by console, then SMS, then 15 s for an answer (was:" in page
    assert "Step 2 is new: Bridge Watch (demo)" in page
    back = f"/policies/{policy.pk}/versions/1/back/"
    assert admin.post(back, {"why": " "}).status_code == 422
    assert policy.steps.count() == 1
    admin.post(back, {"why": "the partners were left out"})
    newest = versions.latest(policy.pk)
    assert newest is not None
    assert (newest.number, newest.saved_by, newest.why) == (
        3, "supervisor", "back to version 1: the partners were left out"
    )  # fmt: skip
    assert newest.body == PolicyVersion.objects.get(policy=policy, number=1).body
    assert AuditEvent.objects.filter(action="policy saved").count() == 3
    room.sees()
    room.turn()
    room.later(16)
    assert room.texts("Bea")


def test_a_version_that_reaches_nobody_today_does_not_come_back(admin: Client) -> None:
    policy = Policy.objects.get(tier=Tier.CRITICAL)
    save(admin, policy)
    save(admin, policy, **{f"steps-{n}-DELETE": "on" for n in range(1, 5)})
    Contact.objects.filter(agency=1).update(mobile="")
    answer = admin.post(f"/policies/{policy.pk}/versions/1/back/", {"why": "as before"})
    assert answer.status_code == 422
    assert "Version 1 cannot come back. Step 2 (Bridge Watch (demo)) reaches nobody." in answer.content.decode()
    assert policy.steps.count() == 1


def test_versions_are_read_by_operators_and_brought_back_by_administrators_alone(room: ControlRoom) -> None:
    room.sees()
    operator = Client()
    operator.force_login(User.objects.get(username="operator"))
    assert "Bridge Watch (demo), by SMS" in operator.get("/policies/").content.decode()
    assert "Go back" not in operator.get("/policies/3/versions/1/").content.decode()
    assert operator.post("/policies/3/versions/1/back/", {"why": "x"}).status_code == 403
    assert PolicyVersion.objects.filter(policy=3).count() == 1


# --- One zone -----------------------------------------------------------------------------------------------
def test_a_zone_with_a_policy_of_its_own_pages_by_it_and_its_neighbours_by_the_sites(room: ControlRoom) -> None:
    own = Policy.objects.create(site_id=1, zone_id=1, tier=Tier.CRITICAL)
    bea = Contact.objects.get(name__startswith="Bea")
    PolicyStep.objects.create(policy=own, position=0, wait_s=30, channels=["sms"], contact=bea)
    incident = room.sees()
    room.turn()
    assert room.texts("Bea")
    assert not room.texts("Olivia")
    assert incident.policy_snapshot["policy"] == own.pk
    neighbour = Place(site=1, camera=1, zone=2)
    assert plan(neighbour, Tier.CRITICAL, "person", timezone.now())["policy"] == 3  # type: ignore[arg-type]
    assert plan(HERE, Tier.URGENT, "person", timezone.now())["policy"] != own.pk  # type: ignore[arg-type]
    assert str(forecast(HERE, Tier.CRITICAL, timezone.now()).policy).startswith(str(own))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"zone": "2"}, "is not at Demo Bridge: choose one of its zones"),
        ({"zone": "1", "subject": "camera"}, "A camera fault is of the whole camera"),
    ],
)
def test_a_zone_of_elsewhere_takes_no_policy_of_this_site(admin: Client, changes: dict[str, str], said: str) -> None:
    elsewhere = Camera.objects.create(site=Site.objects.create(name="Other Bridge"), name="North", source="file:x")
    Zone.objects.filter(pk=2).delete()
    Zone.objects.create(pk=2, camera=elsewhere, name="Footway", polygon=[[0, 0], [9, 0], [9, 9]], edge=[[0, 0], [9, 0]])
    policy = Policy.objects.get(tier=Tier.CRITICAL)
    assert said in save(admin, policy, **changes)
    policy.refresh_from_db()
    assert policy.zone is None


def test_a_sites_tier_is_missing_though_one_zone_has_a_policy_for_it(room: ControlRoom) -> None:
    Policy.objects.filter(tier=Tier.URGENT).update(zone_id=1)
    (warning,) = run_checks(databases=["default"], tags=["database"])
    assert "Demo Bridge has no policy for urgent" in warning.msg


# --- Incidents ----------------------------------------------------------------------------------------------
def test_an_open_incident_goes_on_with_the_version_it_began_with(room: ControlRoom, admin: Client) -> None:
    policy = Policy.objects.get(tier=Tier.CRITICAL)
    save(admin, policy)
    incident = room.sees()
    room.turn()
    save(admin, policy, **{f"steps-{n}-DELETE": "on" for n in range(1, 5)})
    room.later(16)
    assert room.texts("Bea")
    incident.refresh_from_db()
    assert incident.policy_snapshot["version"] == 1
    assert room.sees().policy_snapshot["version"] == 2


def test_rows_that_were_changed_behind_the_admin_get_a_version_of_their_own(room: ControlRoom) -> None:
    assert room.sees().policy_snapshot["version"] == 1
    PolicyStep.objects.filter(pk=30).update(wait_s=25)
    assert room.sees().policy_snapshot["version"] == 2
    assert PolicyVersion.objects.get(policy=3, number=2).why == versions.UNSAID
    assert room.sees().policy_snapshot["version"] == 2


def test_a_role_reaches_everybody_who_has_it_at_this_site(room: ControlRoom) -> None:
    elsewhere = Site.objects.create(name="Other Bridge")
    Contact.objects.get(name="Dana Deputy").sites.add(elsewhere)
    PolicyStep.objects.filter(pk=30).update(rota=None, role="supervisor", channels=["sms"])
    room.sees()
    room.turn()
    assert {m.to for m in room.fake.messages} == {room.number("Sam")}


def test_a_step_is_done_as_often_as_it_says(room: ControlRoom) -> None:
    PolicyStep.objects.filter(pk=30).update(repeat=3)
    room.sees()
    room.turn()
    for _ in range(2):
        room.later(16)
    assert len(room.texts("Olivia")) == 3
    assert not room.texts("Bea")
    room.later(16)
    assert room.texts("Bea")


# --- Quiet hours --------------------------------------------------------------------------------------------
def around_now(before_h: int = 1, after_h: int = 2) -> str:
    """Hours by the site's clock that began a while ago and end in a while."""
    now = timezone.now().astimezone(ZoneInfo("Europe/London"))
    start, end = now - timedelta(hours=before_h), now + timedelta(hours=after_h)
    return f"daily {start:%H:%M}-{end:%H:%M}"


def test_a_concern_in_quiet_hours_waits_and_is_paged_when_they_end(room: ControlRoom) -> None:
    Policy.objects.filter(tier=Tier.CONCERN).update(quiet_hours=around_now())
    incident = room.sees(Tier.CONCERN)
    room.turn()
    assert room.fake.messages == []
    assert incident.next_action_at is not None
    assert incident.policy_snapshot["held_because"] == "quiet hours"
    room.later(2 * 3600 + 60)
    assert room.texts("Olivia")


def test_a_concern_may_be_only_shown_in_quiet_hours(room: ControlRoom) -> None:
    Policy.objects.filter(tier=Tier.CONCERN).update(quiet_hours=around_now(), quiet_way="show")
    room.sees(Tier.CONCERN)
    room.turn()
    room.later(3 * 3600)
    assert room.fake.messages == []


def test_a_held_concern_that_rises_pages_at_once(room: ControlRoom) -> None:
    Policy.objects.filter(tier=Tier.CONCERN).update(quiet_hours=around_now())
    incident = room.sees(Tier.CONCERN)
    room.turn()
    room.sees(Tier.URGENT, episode=incident.episode)
    room.turn()
    assert room.texts("Olivia")


@pytest.mark.parametrize("tier", [Tier.URGENT, Tier.CRITICAL])
def test_nothing_silences_urgent_and_critical_not_even_a_row_that_says_so(room: ControlRoom, tier: Tier) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Policy.objects.filter(tier=tier).update(quiet_hours=around_now())
    policy = Policy.objects.get(tier=tier)
    policy.quiet_hours = around_now()
    from alerts.policies.plan import _held

    assert _held(policy, HERE, tier, timezone.now()) == {}  # the code refuses what the database would not even keep
    room.sees(tier)
    room.turn()
    assert room.texts("Olivia")


# --- Who would be paged -------------------------------------------------------------------------------------
def at(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=ZoneInfo("Europe/London"))


def test_the_forecast_is_what_the_engine_then_does(room: ControlRoom) -> None:
    PolicyStep.objects.filter(pk=30).update(repeat=2)
    foretold = forecast(HERE, Tier.CRITICAL, timezone.now())
    room.sees()
    room.turn()
    for _ in range(60):
        room.later(1)
    numbers = {str(c): c.mobile for c in Contact.objects.all()}
    expected = [
        numbers[told.name]
        for step in foretold.steps
        for told in step.people
        if told.channels and "SMS" in told.channels
    ]
    first_wave = [m.to for m in room.fake.messages][: len(expected)]
    assert sorted(first_wave) != []
    assert set(first_wave) <= set(expected)
    assert [step.who for step in foretold.steps][:2] == ["rota Control room", "rota Control room"]


def test_the_command_lists_steps_times_people_channels_and_what_would_fail(room: ControlRoom) -> None:
    Contact.objects.filter(name__startswith="Bea").update(sms_refused_at=timezone.now())
    Contact.objects.filter(name__startswith="Ravi").update(mobile="")
    out = io.StringIO()
    call_command("who_is_paged", "East parapet footway", "--tier", "critical", "--at", "2026-12-25T03:00", stdout=out)
    text = out.getvalue()
    assert "critical, Fri 25 Dec 2026 03:00 GMT" in text
    assert "1. after 0 s: rota Control room, then 15 s for an answer" in text
    assert "Olivia Operator by console then SMS" in text
    assert "2. after 15 s: Bridge Watch (demo)" in text
    assert "by voice call; CHECK: has opted out of SMS: the other channels are used" in text
    assert "CHECK: has no number" in text
    assert "CHECK: reaches nobody: the next step follows at once" in text


def test_the_command_says_which_zones_there_are_and_how_to_write_a_time(room: ControlRoom) -> None:
    with pytest.raises(CommandError, match="There are: 1: Demo Bridge / East parapet / East parapet footway"):
        call_command("who_is_paged", "nowhere")
    with pytest.raises(CommandError, match="2026-12-25T03:00"):
        call_command("who_is_paged", "1", "--at", "christmas")


def test_an_agency_outside_its_hours_is_passed_on_or_its_night_contact_is_asked(room: ControlRoom) -> None:
    by_night, by_day = (forecast(HERE, Tier.CONCERN, at(when)) for when in ("2026-12-02T03:00", "2026-12-02T11:00"))
    assert [told.name for told in by_day.steps[2].people] == ["Tess, Street Triage (Street Triage (demo))"]
    assert "outside the hours of Street Triage (demo): passed on" in by_night.steps[2].remarks
    Agency.objects.filter(pk=3).update(out_of_hours=4)
    asked = forecast(HERE, Tier.CONCERN, at("2026-12-02T03:00")).steps[2]
    assert [told.name for told in asked.people] == ["Ravi, River Rescue (River Rescue (demo))"]


def test_an_agency_is_asked_only_for_the_places_it_takes(room: ControlRoom) -> None:
    agency = Agency.objects.get(pk=1)
    agency.cameras.set([2])
    assert recipients(Step(0, ("sms",), agency=1, site=1, camera=1, zone=1)) == []
    assert recipients(Step(0, ("sms",), agency=1, site=1, camera=2, zone=2)) != []
    agency.zones.set([1])
    assert recipients(Step(0, ("sms",), agency=1, site=1, camera=1, zone=1)) != []


def test_the_page_shows_every_tier_and_looking_changes_nothing(admin: Client, room: ControlRoom) -> None:
    Contact.objects.filter(name__startswith="Olivia").update(proven_mobile="")
    before = AuditEvent.objects.count()  # the log-in is kept
    text = admin.get("/who-is-paged/?zone=1&at=2026-12-25T03:00").content.decode()
    for words in ("Critical", "Urgent", "Concern", "Friday 25 December 2026 03:00", "Olivia Operator", "never proven"):
        assert words in text
    assert not PolicyVersion.objects.exists()
    assert AuditEvent.objects.count() == before
    for query in ("zone=999", "zone=x&tier=y", "at=yesterday", "at=9999-12-31T23:59"):
        assert admin.get(f"/who-is-paged/?{query}").status_code == 200


# --- Rows that make no sense --------------------------------------------------------------------------------
def spoil_channels() -> None:
    PolicyStep.objects.update(channels=7)


def spoil_zone() -> None:
    Rota.objects.update(time_zone="Mars/Olympus")
    Site.objects.update(time_zone="Mars/Olympus")
    Agency.objects.update(time_zone="")


def spoil_hours() -> None:
    Agency.objects.update(hours="whenever")
    Policy.objects.filter(tier=Tier.CONCERN).update(quiet_hours="whenever")


def empty_rota() -> None:
    Shift.objects.all().delete()
    Rota.objects.get(pk=1).layers.all().delete()


def nobody_active_but_ravi() -> None:
    Contact.objects.exclude(name__startswith="Ravi").update(active=False)


def no_steps() -> None:
    PolicyStep.objects.all().delete()


def no_policies() -> None:
    Policy.objects.all().delete()


@pytest.mark.parametrize(
    "spoil", [spoil_channels, spoil_zone, spoil_hours, empty_rota, nobody_active_but_ravi, no_steps, no_policies]
)
@pytest.mark.parametrize("tier", [Tier.CONCERN, Tier.CRITICAL])
def test_no_row_however_bad_stops_a_page(room: ControlRoom, spoil: object, tier: Tier) -> None:
    spoil()  # type: ignore[operator]
    room.sees(tier)
    room.turn()
    assert room.fake.messages
    assert forecast(HERE, tier, timezone.now()).steps


def test_a_person_deleted_after_the_incident_began_is_passed_over(room: ControlRoom) -> None:
    extra = Contact.objects.create(name="Extra", mobile="+447700900008")
    PolicyStep.objects.filter(pk=30).update(rota=None, contact=extra.pk)
    room.sees()
    PolicyStep.objects.filter(pk=30).update(contact=None, rota=1)
    extra.delete()
    room.turn()
    assert room.texts("Bea")


def test_a_snapshot_that_cannot_be_read_pages_everybody(room: ControlRoom) -> None:
    incident = room.sees()
    incident.policy_snapshot = {"steps": [{"wait_s": None}, "nonsense", {"wait_s": 5, "channels": None}], "loops": 1}
    incident.save()
    room.turn()
    assert {m.to for m in room.fake.messages} == set(Contact.objects.values_list("mobile", flat=True))


def test_a_step_whose_key_is_nonsense_pages_everybody(room: ControlRoom) -> None:
    incident = room.sees()
    incident.policy_snapshot["steps"][0] |= {"rota": "not a number"}
    incident.save()
    room.turn()
    assert {m.to for m in room.fake.messages} == set(Contact.objects.values_list("mobile", flat=True))


def test_the_plan_names_what_it_is_made_from(room: ControlRoom) -> None:
    made = plan(HERE, Tier.CRITICAL, Policy.objects.get(pk=3).subject, timezone.now())  # type: ignore[arg-type]
    assert made["policy"] == 3
    assert made["steps"][0]["site"] == 1
