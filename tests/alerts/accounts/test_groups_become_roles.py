"""A database from before there were roles: groups, permissions, staff and contacts become roles, and nobody loses."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import StateApps

from alerts.accounts.roles import Act
from alerts.models import Membership

BEFORE = ("alerts", "0014_retention")
PASSES = {"make_evidence_pack": ("alerts", "evidence"), "draw_zones": ("zones", "camera")}
"""Permissions that the old pages asked for, and of what they were."""


@pytest.fixture
def old(transactional_db: None) -> Iterator[StateApps]:
    """The models of the version before roles, on a database that was taken back to it; afterwards it is as it was."""
    try:
        apps = MigrationExecutor(connection).migrate([BEFORE]).apps
        kinds = apps.get_model("contenttypes", "ContentType").objects
        for codename, (label, model) in PASSES.items():
            kind, _ = kinds.get_or_create(app_label=label, model=model)
            apps.get_model("auth", "Permission").objects.create(codename=codename, name=codename, content_type=kind)
        yield apps
    finally:
        forward()


def forward() -> None:
    """What an update of the service does."""
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def roles(name: str) -> set[tuple[str, str, str]]:
    """Somebody's roles: what, where, for which agency."""
    held = Membership.objects.filter(user__username=name).select_related("site", "agency")
    return {(m.role, m.site.name if m.site else "", m.agency.name if m.agency else "") for m in held}


def somebody(old: StateApps, name: str, **more: Any) -> Any:
    return old.get_model("auth", "User").objects.create(username=name, **more)


def group(old: StateApps, name: str, *people: Any, codename: str = "") -> None:
    made = old.get_model("auth", "Group").objects.create(name=name)
    made.user_set.add(*people)
    made.permissions.add(*old.get_model("auth", "Permission").objects.filter(codename=codename))


def may(name: str, act: Act) -> bool:
    return User.objects.get(username=name).has_perm(act)


def test_what_a_log_in_could_do_it_still_can_by_a_role(old: StateApps) -> None:
    group(old, "Zone admins", somebody(old, "zoe"), somebody(old, "sue", is_staff=True))
    group(old, "Surveyors", somebody(old, "sid"), codename="draw_zones")
    group(old, "Police desk", somebody(old, "pat"), codename="make_evidence_pack")
    drawer = somebody(old, "drew")
    drawer.user_permissions.add(old.get_model("auth", "Permission").objects.get(codename="draw_zones"))
    somebody(old, "kim")
    forward()
    operator = ("operator", "", "")
    assert roles("zoe") == roles("sid") == roles("drew") == {operator, ("zone_admin", "", "")}
    assert roles("sue") == {("supervisor", "", ""), ("zone_admin", "", "")}
    assert roles("pat") == {("supervisor", "", "")}
    assert roles("kim") == {operator}
    assert all(may(name, Act.DRAW) and may(name, Act.HANDLE) for name in ("zoe", "sid", "drew", "sue"))
    assert may("pat", Act.PACK)
    assert not may("kim", Act.DRAW)
    assert not may("kim", Act.PACK)


def test_contacts_of_an_agency_become_its_partners_and_those_of_a_site_operate_there(old: StateApps) -> None:
    site = old.get_model("zones", "Site").objects.create(name="Old Bridge", time_zone="Europe/London")
    agency = old.get_model("alerts", "Agency").objects.create(name="River Rescue")
    contact = old.get_model("alerts", "Contact").objects
    contact.create(user=somebody(old, "ravi", is_staff=True), name="Ravi", agency=agency)
    contact.create(user=somebody(old, "olivia"), name="Olivia").sites.add(site)
    contact.create(user=somebody(old, "sam", is_staff=True), name="Sam").sites.add(site)
    forward()
    assert roles("ravi") == {("partner", "", "River Rescue")}, "staff of a partner see what is theirs, no more"
    assert roles("olivia") == {("operator", "Old Bridge", "")}
    assert roles("sam") == {("supervisor", "", "")}


def test_closed_log_ins_and_superusers_get_none_and_the_old_ways_are_gone(old: StateApps) -> None:
    closed, root = somebody(old, "closed", is_active=False), somebody(old, "root", is_superuser=True)
    group(old, "Zone admins", closed, root)
    group(old, "Something else", somebody(old, "kim"))
    forward()
    assert roles("closed") == roles("root") == set()
    assert list(Group.objects.values_list("name", flat=True)) == ["Something else"]
    assert not Permission.objects.filter(codename__in=PASSES).exists()
    made = Membership.objects.get(user__username="kim")
    assert (made.given_by, made.why) == ("migration", "what the log-in could do before there were roles")
