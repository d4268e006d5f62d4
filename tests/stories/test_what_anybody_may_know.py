"""The public page, and the impact summary: true to the live settings, and telling nobody where harm happens."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from alerts import transitions
from alerts.models import Contact, Incident
from tests.stories.conftest import ControlRoom
from welfare.software import networks
from zones.models import Camera, Site
from zones.tier import Tier

# Words that a page for the public never says: they frighten, or point at a place as one of harm.
UNSAFE = ("suicid", "self-harm", "jump", "kill", "hotspot", "hot spot", "victim", "fatal", "death", "at risk of")


@pytest.fixture
def room(room_without_engine: ControlRoom) -> ControlRoom:
    return room_without_engine


def text(client: Client, path: str = "/about/") -> str:
    cache.clear()
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(path).content.decode()).split())


def three_sites() -> None:
    for name in ("Other Bridge", "Third Bridge"):
        Camera.objects.create(site=Site.objects.create(name=name), name="North", source="rtsp://10.0.0.1/1")


def checks(room: ControlRoom, number: int, outcome: str, days: int = 45) -> None:
    olivia = Contact.objects.get(name__startswith="Olivia")
    for _ in range(number):
        incident = room.sees(Tier.CRITICAL)
        transitions.acknowledge(incident.pk, by=olivia, via="console")
        transitions.resolve(incident.pk, by=olivia, outcome=outcome)
        Incident.objects.filter(pk=incident.pk).update(opened_at=timezone.now() - timedelta(days=days))


def test_anybody_reads_what_is_done_where_and_how_long_it_is_kept(room: ControlRoom, settings: Settings) -> None:
    settings.ABOUT_OPERATOR, settings.ABOUT_CONTACT = "Demo Bridge Trust", "privacy@example.org"
    settings.ABOUT_LAWFUL_BASIS = "a task in the public interest"
    settings.RETENTION_DAYS = settings.RETENTION_DAYS | {"clip": 14.0}
    page = text(Client())
    for said in ("Demo Bridge Trust", "privacy@example.org", "a task in the public interest", "Demo Bridge: 2 cameras",
                 "14 days after its incident was closed", "recognises no face"):  # fmt: skip
        assert said in page, said
    answer = Client().get("/about/")
    assert "public" in answer["Cache-Control"]
    told = Client().get("/about.json").json()
    assert told["cameras"] == [{"place": "Demo Bridge", "cameras": 2}]
    assert {"what": "clip of an incident, faces blurred", "kept": "14 days after its incident was closed"}.items() <= (
        next(line for line in told["retention"] if line["what"].startswith("clip")).items()
    )


def test_no_zone_no_camera_and_no_unsafe_word_stands_on_it(room: ControlRoom, settings: Settings) -> None:
    settings.ABOUT_COUNTS = "always"
    checks(room, 6, "supported")
    for path in ("/about/", "/about.json"):
        page = text(Client(), path).lower()
        page = page.replace("samaritans", "")
        for word in (*UNSAFE, "parapet", "lamp column", "tq 3050", "rtsp", "fixtures"):
            assert word not in page, (word, path)


def test_small_numbers_are_not_told_and_drills_are_not_counted(room: ControlRoom) -> None:
    three_sites()
    checks(room, 4, "false_detection")
    checks(room, 6, "supported")
    Incident.objects.filter(pk=Incident.objects.latest("pk").pk).update(drill=True)
    page = text(Client())
    assert page.count("fewer than 5") >= 30
    told = Client().get("/about.json").json()
    month = next(m for m in told["months"] if m["by_tier"]["critical"])
    assert (month["by_tier"], month["needless"]) == ({"concern": None, "urgent": None, "critical": 9}, None)
    checks(room, 1, "benign")
    cache.clear()
    told = Client().get("/about.json").json()
    assert next(m for m in told["months"] if m["by_tier"]["critical"])["needless"] == 5


def test_figures_of_one_place_alone_are_not_told_unless_the_operator_says_so(
    room: ControlRoom, settings: Settings
) -> None:
    checks(room, 9, "supported")
    assert "they would point at them" in text(Client())
    assert Client().get("/about.json").json()["months"] == []
    settings.ABOUT_COUNTS = "always"
    assert "they would point at them" not in text(Client())
    three_sites()
    settings.ABOUT_COUNTS = "never"
    assert "they would point at them" in text(Client())


def test_a_crowd_costs_the_database_nothing(room: ControlRoom, django_assert_num_queries: object) -> None:
    Client().get("/about/")
    with django_assert_num_queries(0):  # type: ignore[operator]
        for _ in range(5):
            Client().get("/about/")
            Client().get("/about.json")


def test_the_impact_summary_is_made_from_the_live_settings(
    room: ControlRoom, settings: Settings, tmp_path: Path
) -> None:
    settings.TWILIO_ACCOUNT_SID, settings.DEADMAN_URL = "AC" + "1" * 32, "https://watch.example.org/secret-path"
    settings.EMAIL_URL = "smtp://user:secret-word@mail.example.org:25"
    out = tmp_path / "dpia.html"
    call_command("dpia", "--out", str(out))
    page = out.read_text()
    for name, digest in networks().items():
        assert name in page
        assert digest in page
    for said in ("Twilio, SMS and voice", "mail.example.org", "E-mails go to the mail server unencrypted",
                 "PUBLIC_URL is not https", "No mask is drawn on: Demo Bridge / East parapet", "Bridge Watch (demo)",
                 "No lawful basis is stated"):  # fmt: skip
        assert said in page, said
    assert "Nobody outside notices" not in page  # a dead-man address is set
    for secret in ("secret-word", "secret-path", settings.TWILIO_ACCOUNT_SID, settings.SECRET_KEY, "east_parapet.mp4"):
        assert secret not in page
    assert not re.search(r"(src|href)=", page)  # the file needs nothing else


def test_only_administrators_see_it_in_the_console(room: ControlRoom) -> None:
    for name, status in (("operator", 403), ("supervisor", 200)):
        client = Client()
        client.force_login(User.objects.get(username=name))
        assert client.get("/impact/").status_code == status
    assert Client().get("/impact/").status_code == 302
