"""What is wrong with paging, with cameras and with numbers is told to the people of the site that it is about."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from alerts.accounts.roles import Role
from alerts.models import (
    Agency,
    Contact,
    MaintenanceWindow,
    PartnerTest,
    Policy,
    PolicyStep,
    RetentionRun,
    Rota,
    SharingRule,
)
from tests.people import give
from tests.stories.conftest import ControlRoom, room_without_engine
from zones.models import Camera, CameraStatus, Site
from zones.tier import Tier

__all__ = ["room_without_engine"]
PAGES = ("/", "/who-is-paged/", "/policies/", "/partners/", "/reports/", "/wallboard/")
THEIRS = (
    "Other Bridge has no policy for",
    "Policy Other Bridge",
    "Rota Night",
    "Tom takes no SMS any more",
    "Thandiwe",
    "Maintenance of Other Bridge",
    "No worker watches Other Bridge / North",
    "020 7946 0999",
)


@pytest.fixture
def trouble(room_without_engine: ControlRoom) -> Iterator[Site]:
    """Everything that can be wrong is wrong at the other bridge."""
    site, now = Site.objects.create(name="Other Bridge", control_room_phone="020 7946 0999"), timezone.now()
    rescue = Agency.objects.create(name="River Rescue")
    rescue.sites.add(site)
    tom = Contact.objects.create(name="Tom", mobile="+447700900771", sms_refused_at=now)
    tom.sites.add(site)
    thandiwe = Contact.objects.create(name="Thandiwe", mobile="+447700900772", agency=rescue)
    thandiwe.sites.add(site)
    PartnerTest.objects.create(contact=thandiwe, month=now.date().replace(day=1), flagged_at=now)
    rota = Rota.objects.create(name="Night", fallback=Contact.objects.create(name="Off", active=False))
    policy = Policy.objects.create(site=site, tier=Tier.CONCERN)
    PolicyStep.objects.create(policy=policy, position=1, rota=rota, channels=["sms"], wait_s=60)
    MaintenanceWindow.objects.create(
        site=site, starts_at=now - timedelta(minutes=1), ends_at=now + timedelta(hours=1), reason="x", opened_by="x"
    )
    camera = Camera.objects.create(site=site, name="North", source="rtsp://camera/1")
    CameraStatus.objects.create(camera=camera, state=CameraStatus.State.LIVE, last_frame_at=now - timedelta(minutes=9))
    cache.clear()
    yield site
    cache.clear()


def told(role: Role, site: Site | None, agency: Agency | None = None) -> str:
    """What stands on the pages that somebody with this role may see."""
    user = give(User.objects.create_user(f"somebody-{User.objects.count()}"), role, site, agency)
    client = Client()
    client.force_login(user)
    answers = [client.get(page) for page in PAGES]
    return " ".join(answer.content.decode() for answer in answers if answer.status_code == 200)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SUPERVISOR, Role.AUDITOR])
def test_people_of_the_site_and_of_every_site_are_told_and_nobody_else(trouble: Site, role: Role) -> None:
    for site in (trouble, None):
        page = told(role, site)
        assert [words for words in THEIRS if words not in page] == [], site
    elsewhere = told(role, Site.objects.get(pk=1))
    assert [words for words in THEIRS if words in elsewhere] == []
    assert "Paging is late" in elsewhere  # that is everybody's


def test_people_of_an_agency_are_told_nothing_of_how_the_house_pages(trouble: Site) -> None:
    rescue = Agency.objects.get(name="River Rescue")
    RetentionRun.objects.create(state=RetentionRun.State.ASKS, began_at=timezone.now(), doubts=["x"], plan=[])
    page = told(Role.OPERATOR, None, rescue)
    assert [words for words in THEIRS if words in page] == []
    assert "Retention waits" not in page
    assert "Retention waits" in told(Role.OPERATOR, Site.objects.get(pk=1))
    SharingRule.objects.create(agency=rescue, site=trouble, why="agreed")
    assert "No worker watches Other Bridge / North" in told(Role.OPERATOR, None, rescue)


def test_a_channel_that_is_off_is_told_where_a_policy_uses_it(trouble: Site) -> None:
    PolicyStep.objects.filter(policy__site=trouble).update(channels=["email"])
    off = "E-mail is switched off, and a policy uses it"
    assert off in told(Role.OPERATOR, trouble)
    assert off not in told(Role.OPERATOR, Site.objects.get(pk=1))


def test_the_wall_names_nobody(trouble: Site) -> None:
    client = Client()
    client.force_login(give(User.objects.create_user("somebody"), Role.OPERATOR, trouble))
    page = client.get("/wallboard/").content.decode()
    assert "Paging is late" in page
    assert "Tom" not in page
