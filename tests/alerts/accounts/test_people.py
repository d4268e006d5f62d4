"""Giving and taking roles, and what is shared with a partner."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from alerts import intake
from alerts.accounts.roles import Role
from alerts.models import Agency, AuditEvent, Contact, Membership, SharingRule
from tests.people import give
from tests.stories.conftest import ControlRoom, room
from zones.models import Site
from zones.tier import Tier

__all__ = ["room"]


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def sue(demo: None) -> Client:
    """A supervisor of the demo bridge alone."""
    Site.objects.create(name="Other Bridge")
    return client_of(give(User.objects.create_user("sue"), Role.SUPERVISOR, Site.objects.get(pk=1)))


def said(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_supervisor_adds_somebody_who_then_chooses_a_password(sue: Client) -> None:
    sue.post("/people/add/", {"username": "Nia", "name": "Nia New"})
    nia = User.objects.get(username="nia")
    assert str(nia.memberships.get()) == "operator, Demo Bridge"
    page = said(sue.post(f"/people/{nia.pk}/link/"))
    link = re.search(r"<code>http://[^/]+(/account/new-password/[^<]+)</code>", page)
    assert link is not None
    theirs = Client()
    form = theirs.get(link[1], follow=True)
    address = form.redirect_chain[-1][0]
    theirs.post(address, {"password1": "twelve letters!", "password2": "twelve letters!"})
    assert theirs.post("/log-in/", {"login": "nia", "password": "twelve letters!"}).status_code == 302
    assert Client().get(link[1], follow=True).redirect_chain == []  # the link was good once
    events = AuditEvent.objects.filter(actor="sue", detail__person="nia").order_by("pk")
    assert [event.action for event in events] == ["log-in made", "role given", "new password offered"]


def test_a_role_is_given_and_taken_with_a_reason_that_is_kept(sue: Client) -> None:
    nia = give(User.objects.create_user("nia"), Role.OPERATOR, Site.objects.get(pk=1))
    path = f"/people/{nia.pk}/give/"
    assert "is empty: fill it in" in said(sue.post(path, {"role": "zone_admin", "site": 1, "why": ""}))
    assert "is now zone admin, Demo Bridge" in said(
        sue.post(path, {"role": "zone_admin", "site": 1, "why": "draws the west side"}, follow=True)
    )
    assert AuditEvent.objects.get(action="role given").detail["why"] == "draws the west side"
    held = nia.memberships.get(role="zone_admin")
    assert "Say why" in said(sue.post(f"/people/roles/{held.pk}/take/", follow=True))
    assert "no longer zone admin" in said(sue.post(f"/people/roles/{held.pk}/take/", {"why": "moved"}, follow=True))
    assert AuditEvent.objects.get(action="role taken").detail["why"] == "moved"


def test_nobody_goes_beyond_their_own_sites_or_changes_their_own(sue: Client) -> None:
    nia = give(User.objects.create_user("nia"), Role.OPERATOR, Site.objects.get(pk=1))
    own = User.objects.get(username="sue")
    for site in ("", Site.objects.get(name="Other Bridge").pk):
        sue.post(f"/people/{nia.pk}/give/", {"role": "supervisor", "site": site, "why": "x"})
    sue.post(f"/people/{own.pk}/give/", {"role": "zone_admin", "site": 1, "why": "x"})
    sue.post(f"/people/roles/{own.memberships.get().pk}/take/", {"why": "x"})
    assert Membership.objects.filter(user__in=[nia, own]).count() == 2
    give(nia, Role.AUDITOR)  # somebody gave her a role of every site: sue may not open her log-in any more
    assert "beyond the places" in said(sue.post(f"/people/{nia.pk}/link/", follow=True))
    assert "beyond the places" in said(sue.post(f"/people/{nia.pk}/close/", {"why": "x"}, follow=True))
    nia.refresh_from_db()
    assert nia.is_active


def test_a_superuser_is_nobodys_to_change(sue: Client) -> None:
    root = User.objects.create_superuser("root")
    everywhere = client_of(User.objects.get(username="supervisor"))
    assert everywhere.get(f"/people/{root.pk}/").status_code == 404
    assert everywhere.post(f"/people/{root.pk}/link/").status_code == 404
    assert "root" not in said(everywhere.get("/people/"))


def test_a_partner_sees_what_paged_their_agency_or_is_shared_and_as_much_of_it_as_they_may(
    room: ControlRoom, demo: None, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "1.jpg").write_bytes(b"a picture")
    bridge, words = Agency.objects.get(pk=1), Agency.objects.get(pk=3)
    everywhere = client_of(User.objects.get(username="supervisor"))
    bo = User.objects.create_user("bo")
    assert "Choose the agency" in said(everywhere.post(f"/people/{bo.pk}/give/", {"role": "partner", "why": "x"}))
    everywhere.post(f"/people/{bo.pk}/give/", {"role": "partner", "agency": words.pk, "why": "their duty officer"})
    assert Contact.objects.get(user=bo).agency == words
    partner = client_of(bo)
    incident = room.sees(Tier.CRITICAL)
    at = incident.first_frame_at
    intake.attach(incident.pk, "still", Path("1.jpg"), starts_at=at, ends_at=at)
    assert "Nothing is open" in said(partner.get("/shared/"))
    assert partner.get(f"/shared/{incident.pk}/").status_code == 404
    assert partner.get(f"/incidents/{incident.pk}/").status_code == 403
    rule = SharingRule.objects.create(agency=words, site_id=1, zone_id=1, why="agreement of 2026")
    assert f"#{incident.pk} Demo Bridge" in said(partner.get("/shared/"))
    page = said(partner.get(f"/shared/{incident.pk}/", follow=True))
    assert "Stayed near the edge" in page
    assert "<img" not in page  # this agency sees nothing but words
    rule.delete()
    assert "Nothing is open" in said(partner.get("/shared/"))
    assert bridge.name not in said(partner.get("/account/"))
