"""A screen on a wall has a key of its own: for the wallboard of its site, until it ends."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connections
from django.test import AsyncClient, Client
from django.utils import timezone

from alerts.accounts import wall_screens
from alerts.accounts.roles import Role
from alerts.models import Agency, AuditEvent, WallScreen
from tests.people import give
from tests.stories.conftest import ControlRoom, room, room_without_engine
from zones.models import Camera, Site, Zone
from zones.tier import Tier

__all__ = ["room", "room_without_engine"]
SECRET = re.compile(r"hw_[0-9a-f]{8}_[\w-]{43}")


@pytest.fixture
def demo(room_without_engine: ControlRoom) -> ControlRoom:
    """The demo's control room, and a bridge of its own elsewhere."""
    Site.objects.create(name="Other Bridge")
    return room_without_engine


def supervisor(site: Site | None = None) -> Client:
    client = Client()
    client.force_login(give(User.objects.create_user(f"s{User.objects.count()}"), Role.SUPERVISOR, site))
    return client


def made_by(client: Client, site: Site | None) -> str:
    """The path of a link that somebody makes on the page."""
    form = {"name": "north wall", "site": site.pk if site else "", "days": "90"}
    found = SECRET.search(client.post("/wall-screens/", form).content.decode())
    assert found is not None
    return f"/wall/{found[0]}/"


def screen_for(site: Site | None) -> Client:
    """The browser of a screen whose link was opened."""
    wall = Client()
    made = wall_screens.make("north wall", site, by="sam")
    assert wall.post(f"/wall/{made.secret}/").headers["Location"] == "/wallboard/"
    return wall


def test_a_link_is_opened_once_and_shows_the_wallboard_of_its_site(demo: ControlRoom) -> None:
    here, there = Site.objects.get(pk=1), Site.objects.get(name="Other Bridge")
    demo.sees(Tier.URGENT)
    link, wall = made_by(supervisor(), here), Client()
    assert "Show the wallboard on this screen" in wall.get(link).content.decode()  # to look at it uses nothing
    assert wall.get("/wallboard/").status_code == 302
    wall.post(link)
    page = wall.get("/wallboard/").content.decode()
    assert "Demo Bridge / East parapet" in page
    assert "Demo Bridge / East parapet" in wall.get("/fragments/wallboard/").content.decode()
    assert "Demo Bridge / East" not in screen_for(there).get("/wallboard/").content.decode()
    assert "Demo Bridge / East" in screen_for(None).get("/wallboard/").content.decode()
    second = Client()
    assert "This link opens nothing" in second.post(link).content.decode()
    assert second.get(link).status_code == 404
    assert second.get("/wallboard/").status_code == 302
    assert set(AuditEvent.objects.values_list("action", flat=True)) >= {
        "made a wall screen's key", "opened the wallboard",
    }  # fmt: skip


def test_the_cookie_is_no_log_in_and_its_secret_is_kept_nowhere(demo: ControlRoom) -> None:
    wall = screen_for(None)
    cookie = wall.cookies[wall_screens.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], "sessionid" in wall.cookies) == (True, "Lax", False)
    kept = [*WallScreen.objects.values_list("secret_hash", "prefix", "name"), *AuditEvent.objects.values_list("detail")]
    assert cookie.value.split("_", 2)[2] not in str(kept)
    for wrong in (cookie.value[:-1] + "?", "hw_00000000_" + 43 * "x", "", "hw", cookie.value + "x"):
        wall.cookies[wall_screens.COOKIE] = wrong
        assert wall.get("/wallboard/").status_code == 302


def test_there_is_nothing_on_it_to_follow_or_to_do(demo: ControlRoom) -> None:
    demo.sees()
    page = screen_for(None).get("/wallboard/").content.decode()
    links = set(re.findall(r'(?:href|src|action|hx-get|hx-post|data-[a-z]+)="(/[^"]*)"', page))
    links = {link for link in links if not link.startswith("/static/")}
    assert links == {"/about/", "/fragments/wallboard/", "/live/"}
    for never in ("<form", "<img", "<video", "Olivia", "Log out", 'name="csrf'):
        assert never not in page


@pytest.mark.parametrize("ends", ["revoked", "run out"])
def test_a_key_that_has_ended_says_so_in_big_plain_words_and_shows_nothing(demo: ControlRoom, ends: str) -> None:
    demo.sees()
    wall, manager = screen_for(None), supervisor()
    screen = WallScreen.objects.get()
    if ends == "revoked":
        assert "shows nothing any more" in manager.post(
            f"/wall-screens/{screen.pk}/revoke/", follow=True
        ).content.decode()  # fmt: skip
        assert not wall_screens.revoke(screen, by="sam")
    else:
        past = timezone.now() - timedelta(seconds=1)
        WallScreen.objects.update(created_at=past - timedelta(days=90), expires_at=past)
    for path in ("/wallboard/", "/fragments/wallboard/"):
        answer = wall.get(path)
        assert answer.status_code == 403
        assert answer["HX-Refresh"] == "true"
        page = answer.content.decode()
        assert "<h1>This screen shows nothing any more</h1>" in page
        assert ends in page
        assert "data-live" not in page
        assert "Demo Bridge" not in page
    assert wall_screens.left(screen.pk) == 0


def test_who_gives_keys_and_for_which_site(demo: ControlRoom) -> None:
    here, there = Site.objects.get(pk=1), Site.objects.get(name="Other Bridge")
    of_here, of_every = supervisor(here), supervisor()
    made_by(of_here, here)
    for site in ("", str(there.pk)):
        told = of_here.post("/wall-screens/", {"name": "x", "site": site, "days": "90"}).content.decode()
        assert SECRET.search(told) is None
        assert 'role="alert"' in told
    assert WallScreen.objects.count() == 1
    made_by(of_every, None)
    assert "every site" not in of_here.get("/wall-screens/").content.decode()
    whole = WallScreen.objects.get(site=None)
    assert of_here.post(f"/wall-screens/{whole.pk}/revoke/").status_code == 404
    for role, agency in ((Role.OPERATOR, None), (Role.AUDITOR, None), (Role.SUPERVISOR, Agency.objects.first())):
        client = Client()
        client.force_login(give(User.objects.create_user(f"{role}-{agency}"[:30]), role, None, agency))
        assert client.get("/wall-screens/").status_code == 403
        assert client.post("/wall-screens/", {"name": "x", "days": "9"}).status_code == 403
    assert WallScreen.objects.count() == 2


@pytest.mark.parametrize(("name", "days"), [("", "90"), ("x", "0"), ("x", "401"), ("x", "ninety"), ("x", "")])
def test_what_is_wrong_with_a_key_is_said_and_none_is_made(demo: ControlRoom, name: str, days: str) -> None:
    told = supervisor().post("/wall-screens/", {"name": name, "site": "", "days": days})
    assert 'role="alert"' in told.content.decode()
    assert not WallScreen.objects.exists()


def test_a_key_without_a_name_or_for_ever_is_refused_on_the_machine_too(demo: ControlRoom) -> None:
    with pytest.raises(ValidationError, match="which screen"):
        wall_screens.make(" ", None, by="sam")
    with pytest.raises(ValidationError, match="1 to 400 days"):
        wall_screens.make("x", None, by="sam", days=401)


def test_it_is_shown_when_a_screen_was_last_seen(demo: ControlRoom) -> None:
    wall = screen_for(None)
    long_ago = timezone.now() - timedelta(hours=3)
    WallScreen.objects.update(last_used_at=long_ago)
    wall.get("/fragments/wallboard/")
    first = WallScreen.objects.get().last_used_at
    assert first is not None
    assert first > long_ago
    wall.get("/fragments/wallboard/")
    assert WallScreen.objects.get().last_used_at == first  # not written each time
    assert timezone.localtime(first).strftime("%H:%M") in supervisor().get("/wall-screens/").content.decode()


def test_a_person_who_is_logged_in_stays_that_person(demo: ControlRoom) -> None:
    wall = screen_for(None)
    wall.force_login(User.objects.get(username="operator"))
    page = wall.get("/wallboard/").content.decode()
    assert '<span class="whom">operator</span>' in page


@pytest.fixture
def stream_lookup(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream asks at once again whether its key still holds."""
    monkeypatch.setattr("alerts.console.live.LOOK_S", 0.0)


def test_live_events_come_and_end_with_the_key(room: ControlRoom, stream_lookup: None) -> None:
    made = wall_screens.make("north wall", None, by="sam")
    opened = wall_screens.open_once(made.secret, address="127.0.0.1")
    assert opened is not None

    async def told() -> list[str]:
        client: Any = AsyncClient()
        client.cookies[wall_screens.COOKIE] = opened.secret
        answer = await client.get("/live/")
        assert answer.status_code == 200
        lines = [line async for line in _until_it_ends(answer, made.screen.pk)]
        again = await client.get("/live/")
        assert again.status_code == 403
        await sync_to_async(connections.close_all)()
        return lines

    lines = asyncio.run(told())
    left = [float(value) for value in re.findall(r"event: session\ndata: (\d+)", "".join(lines))]
    assert left[0] > 89 * 24 * 3600
    assert left[-1] == 0


async def _until_it_ends(answer: Any, key: int) -> Any:
    async for part in answer.streaming_content:
        yield part.decode()
        if b"event: session" in part:
            await WallScreen.objects.filter(pk=key).aupdate(revoked_at=timezone.now())


def test_a_screen_of_a_site_counts_only_its_cameras(demo: ControlRoom) -> None:
    there = Site.objects.get(name="Other Bridge")
    camera = Camera.objects.create(site=there, name="North", source="rtsp://camera/1")
    Zone.objects.create(camera=camera, name="Footway", polygon=[[0, 0], [9, 0], [9, 9]], edge=[[0, 0], [9, 0]])
    page = " ".join(screen_for(there).get("/wallboard/").content.decode().split())
    assert "Other Bridge / North" in page
    assert "Demo Bridge" not in page
