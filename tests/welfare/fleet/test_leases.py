"""Who may watch a camera: never two at once, and nobody writes with an epoch that is over."""

import os
from threading import Thread

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models.functions import Now

from welfare.fleet import leases
from welfare.fleet.leases import Lease, StaleEpochError
from welfare.fleet.models import CameraLease
from zones.models import Camera


@pytest.fixture
def cameras(transactional_db: None) -> list[Camera]:
    call_command("loaddata", "demo", verbosity=0)
    return list(Camera.objects.order_by("pk"))


def expire() -> None:
    CameraLease.objects.update(expires_at=Now())


def test_a_camera_is_claimed_once_until_its_lease_runs_out(cameras: list[Camera]) -> None:
    first = leases.claim("a", 5)
    assert {lease.camera_id for lease in first} == {camera.pk for camera in cameras}
    assert leases.claim("b", 5) == []
    expire()
    second = leases.claim("b", 5)
    assert sorted(lease.epoch for lease in second) == [2, 2]
    assert leases.held("b") == 2
    assert leases.held("a") == 0


def test_no_more_than_there_is_room_for(cameras: list[Camera]) -> None:
    assert len(leases.claim("a", 1)) == 1
    assert leases.claim("a", 0) == []
    assert len(leases.claim("b", 9)) == 1


def test_a_disabled_camera_is_claimed_by_nobody(cameras: list[Camera]) -> None:
    Camera.objects.update(enabled=False)
    assert leases.claim("a", 5) == []


def test_two_workers_at_the_same_instant_never_get_the_same_camera(cameras: list[Camera]) -> None:
    leases.claim("x", 5)
    for _ in range(5):
        expire()
        got: list[Lease] = []

        def run(name: str, into: list[Lease] = got) -> None:
            into.extend(leases.claim(name, 5))
            connection.close()

        threads = [Thread(target=run, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(lease.camera_id for lease in got) == [camera.pk for camera in cameras]


def test_an_old_epoch_renews_nothing_and_writes_nothing(cameras: list[Camera]) -> None:
    old = leases.claim("a", 1)[0]
    expire()
    leases.renew(old)  # nobody wanted it meanwhile
    expire()
    new = leases.claim("b", 5, camera_id=old.camera_id)[0]
    with pytest.raises(StaleEpochError):
        leases.renew(old)
    with pytest.raises(StaleEpochError), leases.fenced(old):
        raise AssertionError("never reached")
    leases.release(old)
    assert leases.claim("c", 5, camera_id=old.camera_id) == []
    with leases.fenced(new):
        pass
    leases.release(new)
    assert leases.claim("c", 5, camera_id=old.camera_id)[0].epoch == 3


def test_a_living_child_that_is_late_keeps_its_camera_a_dead_or_a_hung_one_does_not(cameras: list[Camera]) -> None:
    first, second = leases.claim("a", 2)
    for lease in (first, second):
        leases.renew(lease)
    expire()
    leases.extend("a", [os.getpid() + 1])  # another process: this one is dead
    assert leases.held("a") == 0
    leases.extend("b", [os.getpid()])  # somebody else's
    assert leases.held("a") == 0
    CameraLease.objects.filter(camera=second.camera_id).update(reported_at=Now() - 1.1 * leases.LATE)
    leases.extend("a", [os.getpid()])
    assert [lease.camera_id for lease in leases.claim("b", 2)] == [second.camera_id]
