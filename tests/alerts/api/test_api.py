"""What another system can read and do with a token, and what it cannot."""

import json
import logging
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models import ProtectedError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from alerts.api import tokens
from alerts.api.service import API
from alerts.engine import HEARTBEAT
from alerts.heartbeat import beat
from alerts.models import Agency, ApiCall, ApiToken, AuditEvent, Contact, Incident, SharingRule
from tests.alerts.api.conftest import System
from tests.stories.conftest import ControlRoom
from zones.models import Camera, Site, Zone
from zones.tier import Tier

PERSON = {"person": "Constable 1234"}


def other_site() -> Site:
    site = Site.objects.create(name="Other Bridge")
    Camera.objects.create(site=site, name="North", source="rtsp://secret-host/1", username="viewer")
    return site


NOT_VALID = (
    "",
    "Bearer",
    "Bearer hr_00000000_" + 43 * "x",
    "Basic eDp5",
    "Bearer {}x",
    "Bearer hr_\x00_",
    "Bearer {}\u2028",
)


def test_every_operation_is_closed_without_a_valid_token_and_says_what_to_send(system: System) -> None:
    schema = API.get_openapi_schema()
    tried = 0
    for path, operations in schema["paths"].items():
        for method in operations:
            address = path.replace("{number}", "1")
            for header in (words.format(system.secret) for words in NOT_VALID):
                answer = getattr(Client(headers={"authorization": header} if header else {}), method)(address)
                assert answer.status_code == 401, (method, address, header)
                assert answer["Content-Type"] == "application/problem+json"
                assert answer["WWW-Authenticate"].startswith("Bearer")
                assert "Send a valid token" in answer.json()["detail"]
                tried += 1
    assert tried >= 12 * len(NOT_VALID)


def test_sites_cameras_and_zones_are_read_and_no_address_of_a_camera_is_told(system: System) -> None:
    other_site()
    assert [site["name"] for site in system.get("/sites").json()["items"]] == ["Demo Bridge", "Other Bridge"]
    everything = system.get("/cameras").content.decode() + system.get("/cameras/1").content.decode()
    assert "East parapet" in everything
    for secret in ("rtsp:", "secret-host", "viewer", "fixtures/"):
        assert secret not in everything
    (zone, *_) = system.get("/zones?camera=1").json()["items"]
    assert len(zone["polygon"]) >= 3
    assert system.get(f"/zones/{zone['id']}").json() == zone
    drawing = system.get("/cameras/1/zones.geojson")
    assert drawing["Content-Type"] == "application/geo+json"
    assert drawing.json()["type"] == "FeatureCollection"


def test_lists_come_in_pages_and_nothing_stands_twice(system: System, room: ControlRoom) -> None:
    made = [room.sees(Tier.CONCERN).pk for _ in range(5)]
    found: list[int] = []
    after = 0
    for _ in range(10):
        page = system.get(f"/incidents?limit=2&after={after}").json()
        found += [incident["id"] for incident in page["items"]]
        if page["next"] is None:
            break
        after = page["next"]
        room.sees(Tier.CONCERN)  # what comes meanwhile shifts nothing
    assert found == sorted(made, reverse=True)
    assert system.get("/incidents?limit=0").status_code == 422
    assert system.get("/incidents?tier=critical").json()["items"] == []


def test_an_answer_that_is_known_is_not_sent_again_until_it_changes(system: System, room: ControlRoom) -> None:
    incident = room.sees()
    first = system.get(f"/incidents/{incident.pk}")
    again = system.get(f"/incidents/{incident.pk}", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    system.post(f"/incidents/{incident.pk}/notes", PERSON | {"text": "crew is near"})
    system.post(f"/incidents/{incident.pk}/acknowledge", PERSON)
    changed = system.get(f"/incidents/{incident.pk}", headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200
    assert changed.json()["state"] == "acknowledged"


def test_a_person_takes_on_notes_and_closes_and_the_audit_says_which_person(system: System, room: ControlRoom) -> None:
    incident = room.sees()
    taken = system.post(f"/incidents/{incident.pk}/acknowledge", PERSON).json()
    assert taken["took_effect"]
    assert taken["incident"]["acknowledged_by"].startswith("Olivia")
    again = system.post(f"/incidents/{incident.pk}/acknowledge", PERSON).json()
    assert not again["took_effect"]
    assert system.post(f"/incidents/{incident.pk}/notes", PERSON | {"text": "crew is with them"}).status_code == 201
    closed = system.post(f"/incidents/{incident.pk}/close", PERSON | {"outcome": "supported"}).json()
    assert (closed["state"], closed["outcome"]) == ("resolved", "supported")
    refused = system.post(f"/incidents/{incident.pk}/close", PERSON | {"outcome": "supported"})
    assert refused.status_code == 409
    assert "already closed by Olivia" in refused.json()["detail"]
    incident.refresh_from_db()
    assert incident.acknowledged_via == "api"
    told = AuditEvent.objects.filter(action__startswith="by API").values_list("action", "detail__person")
    assert list(told) == [
        (f"by API: {act}", "Constable 1234") for act in ("acknowledge", "acknowledge", "note", "close")
    ]


def test_what_says_no_person_changes_nothing(system: System, room: ControlRoom) -> None:
    incident = room.sees()
    bodies: list[object] = [{}, {"person": " "}, {"person": "a\x00b"}, {"person": 7}, [], "{"]
    for body in bodies:
        answer = system.post(f"/incidents/{incident.pk}/acknowledge", body)
        assert answer.status_code in (400, 422), body
        assert answer["Content-Type"] == "application/problem+json"
    incident.refresh_from_db()
    assert incident.state == Incident.State.OPEN
    fault = system.post(f"/incidents/{incident.pk}/close", PERSON | {"outcome": "gone"}).json()["errors"][0]
    assert fault["where"] == "body/asked/outcome"
    assert "supported" in fault["words"]


def test_a_token_of_one_site_sees_and_changes_nothing_of_another(system: System, room: ControlRoom) -> None:
    incident = room.sees()
    stranger = System(site=other_site())
    assert [site["name"] for site in stranger.get("/sites").json()["items"]] == ["Other Bridge"]
    for path in (f"/incidents/{incident.pk}", "/cameras/1", "/cameras/1/zones.geojson", "/zones/1"):
        assert stranger.get(path).status_code == 404, path
    bodies: dict[str, dict[str, str]] = {"acknowledge": {}, "notes": {"text": "x"}, "close": {"outcome": "benign"}}
    for act, body in bodies.items():
        assert stranger.post(f"/incidents/{incident.pk}/{act}", PERSON | body).status_code == 404, act
    assert stranger.get("/incidents?site=1").json()["items"] == []
    incident.refresh_from_db()
    assert incident.state == Incident.State.OPEN


@pytest.fixture
def rescue(room: ControlRoom) -> Agency:
    """An agency that nobody has paged and nothing is shared with."""
    agency = Agency.objects.create(name="River Rescue")
    Contact.objects.create(name="Rita", agency=agency, mobile="+447700900777")
    return agency


def test_a_token_of_an_agency_sees_what_was_shared_with_it_and_what_it_was_paged_for(
    room: ControlRoom, rescue: Agency
) -> None:
    other_site()
    east, west = room.sees(), room.sees(camera_id=2, zone_id=2)
    of_rescue = System(agency=rescue)
    for path in ("/sites", "/cameras", "/zones", "/incidents"):
        assert of_rescue.get(path).json()["items"] == [], path
    for path in (f"/incidents/{east.pk}", "/cameras/1", "/cameras/1/zones.geojson", "/zones/1"):
        assert of_rescue.get(path).status_code == 404, path
    assert of_rescue.post(f"/incidents/{east.pk}/acknowledge", PERSON).status_code == 404
    SharingRule.objects.create(agency=rescue, site_id=1, zone_id=1, why="agreed")
    assert [site["name"] for site in of_rescue.get("/sites").json()["items"]] == ["Demo Bridge"]
    assert [camera["id"] for camera in of_rescue.get("/cameras").json()["items"]] == [1]
    assert [zone["id"] for zone in of_rescue.get("/zones").json()["items"]] == [1]
    assert [found["id"] for found in of_rescue.get("/incidents").json()["items"]] == [east.pk]
    assert of_rescue.get(f"/incidents/{west.pk}").status_code == 404
    taken = of_rescue.post(f"/incidents/{east.pk}/acknowledge", PERSON).json()
    assert (taken["took_effect"], taken["by"]) == (True, "Rita (River Rescue)")


def test_a_drawing_is_shown_only_to_a_token_that_sees_all_of_it(room: ControlRoom, rescue: Agency) -> None:
    of_rescue = System(agency=rescue)
    SharingRule.objects.create(agency=rescue, site_id=1, zone_id=1, why="agreed")
    assert of_rescue.get("/cameras/1/zones.geojson").status_code == 200
    shown = Zone.objects.get(pk=1)
    Zone.objects.create(camera_id=1, name="The works entrance", polygon=shown.polygon, edge=shown.edge)
    assert of_rescue.get("/cameras/1").status_code == 200
    assert of_rescue.get("/cameras/1/zones.geojson").status_code == 404
    SharingRule.objects.update(zone=None)
    assert of_rescue.get("/cameras/1/zones.geojson").status_code == 200
    assert len(of_rescue.get("/cameras").json()["items"]) == Camera.objects.filter(site=1).count()


def test_a_token_of_an_agency_at_one_site_is_held_to_both(room: ControlRoom, rescue: Agency) -> None:
    room.sees()
    there = System(site=other_site(), agency=rescue)
    SharingRule.objects.create(agency=rescue, site_id=1, why="agreed")
    for path in ("/sites", "/cameras", "/zones", "/incidents"):
        assert there.get(path).json()["items"] == [], path
        assert len(System(agency=rescue).get(path).json()["items"]) > 0, path


def test_a_token_whose_only_site_is_taken_down_sees_nothing(room: ControlRoom) -> None:
    site = Site.objects.create(name="Old Bridge")
    system = System(site=site)
    site.delete()
    assert system.get("/sites").json()["items"] == []
    assert system.get("/cameras/1").status_code == 404


def test_tokens_from_before_keep_their_reach(room: ControlRoom) -> None:
    of_one, of_every = System(site=other_site()), System()
    ApiToken.objects.update(every_site=False)  # as the column begins
    import_module("alerts.migrations.0020_api_tokens_by_agency").keep_reach(apps, None)
    assert len(of_every.get("/sites").json()["items"]) == 2
    assert len(of_one.get("/sites").json()["items"]) == 1


def test_a_token_of_an_agency_acts_in_nobody_elses_name(room: ControlRoom, rescue: Agency) -> None:
    olivia = Contact.objects.get(name__startswith="Olivia")
    with pytest.raises(ValidationError, match="choose a contact of River Rescue"):
        tokens.make("dispatch", ["incidents:close"], by="sam", days=30, agency=rescue, contact=olivia)


def test_a_scope_that_is_missing_is_named(room: ControlRoom) -> None:
    incident = room.sees()
    reader = System("incidents:read")
    answer = reader.post(f"/incidents/{incident.pk}/acknowledge", PERSON)
    assert answer.status_code == 403
    assert 'lacks the scope "incidents:acknowledge"' in answer.json()["detail"]
    assert reader.get("/sites").status_code == 403
    assert reader.get(f"/incidents/{incident.pk}").status_code == 200


def test_a_token_that_was_revoked_or_has_expired_opens_nothing(system: System) -> None:
    assert system.get("/sites").status_code == 200
    assert tokens.revoke(system.token, by="sam")
    assert not tokens.revoke(system.token, by="sam")
    assert system.get("/sites").status_code == 401
    other = System()
    past = timezone.now() - timedelta(seconds=1)
    ApiToken.objects.filter(pk=other.token.pk).update(created_at=past - timedelta(days=30), expires_at=past)
    assert other.get("/sites").status_code == 401
    acts = AuditEvent.objects.filter(detail__token=system.token.prefix).values_list("action", flat=True)
    assert list(acts) == ["made an API token", "revoked an API token"]


def test_too_many_requests_are_told_to_wait_and_let_in_again_later(system: System, settings: Settings) -> None:
    settings.API_PER_MINUTE = 3
    ApiToken.objects.filter(pk=system.token.pk).update(allowance=3)
    assert [system.get("/sites").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    answer = system.get("/sites")
    assert answer["Retry-After"] == "2"
    earlier = timezone.now() - timedelta(seconds=21)
    ApiToken.objects.filter(pk=system.token.pk).update(allowance_at=earlier)
    assert [system.get("/sites").status_code for _ in range(2)] == [200, 429]
    ApiToken.objects.filter(pk=system.token.pk).update(allowance_at=timezone.now() + timedelta(days=365))
    assert system.get("/sites").status_code == 429  # a clock that was set back takes nothing away for ever …
    earlier = timezone.now() - timedelta(seconds=21)
    ApiToken.objects.filter(pk=system.token.pk).update(allowance_at=earlier)
    assert system.get("/sites").status_code == 200


def test_the_secret_is_kept_nowhere(system: System, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    system.get("/sites")
    Client(headers={"authorization": f"Bearer {system.secret}x"}).get("/api/v1/sites")
    Client(headers={"authorization": f"Token {system.secret}"}).get("/api/v1/sites")
    kept = [*ApiToken.objects.values(), *ApiCall.objects.values(), *AuditEvent.objects.values()]
    assert system.secret[12:] not in json.dumps(kept, default=str) + caplog.text
    call = ApiCall.objects.get()
    assert (call.method, call.path) == ("GET", "/api/v1/sites")


def test_a_token_is_refused_that_could_act_in_nobodys_name_or_for_ever(room: ControlRoom) -> None:
    for scopes, days, words in (
        (["incidents:close"], 30, "needs the contact"),
        (["incidents:read"], 4000, "valid for 1 to"),
        (["everything"], 30, "at least one scope"),
        ([], 30, "at least one scope"),
    ):
        with pytest.raises(ValidationError, match=words):
            tokens.make("dispatch", scopes, by="sam", days=days)
    assert not ApiToken.objects.exists()


def test_a_token_is_made_on_the_machine_and_its_secret_printed_once(
    room: ControlRoom, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("make_api_token", "dispatch", "--scope", "sites:read", "--site", "Demo Bridge", "--days", "7")
    told = capsys.readouterr()
    secret = told.out.strip()
    assert secret not in told.err
    answer = Client(headers={"authorization": f"Bearer {secret}"}).get("/api/v1/sites")
    assert answer.status_code == 200
    call_command("make_api_token", "rescue", "--scope", "sites:read", "--agency", "River Rescue (demo)")
    of_rescue = Client(headers={"authorization": f"Bearer {capsys.readouterr().out.strip()}"})
    assert of_rescue.get("/api/v1/sites").json()["items"] == []
    with pytest.raises(CommandError, match='site "Nowhere": there is none of this name'):
        call_command("make_api_token", "dispatch", "--scope", "sites:read", "--site", "Nowhere")


def test_health_says_what_is_late(system: System, room: ControlRoom) -> None:
    assert not system.get("/health").json()["well"]
    beat(HEARTBEAT)
    told = system.get("/health").json()
    assert (told["well"], told["late"]) == (True, [])
    assert [part["name"] for part in told["parts"]] == ["engine"]


def test_an_address_that_is_not_there_is_a_problem_too(system: System) -> None:
    for path in ("/nothing", "/incidents/-1/x", "/sites/"):
        answer = system.get(path)
        assert answer.status_code == 404, path
        assert answer["Content-Type"] == "application/problem+json"


def test_contacts_that_act_by_api_cannot_be_deleted_unnoticed(system: System) -> None:
    with pytest.raises(ProtectedError):
        Contact.objects.get(name__startswith="Olivia").delete()
