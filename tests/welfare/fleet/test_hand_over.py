"""A camera goes from worker to worker without a gap, by capacity, and never to two at once."""

import pytest
from django.core.management import call_command
from django.db.models import F
from django.db.models.functions import Now

from welfare.fleet import handover, leases
from welfare.fleet.handover import HEIR_TTL
from welfare.fleet.leases import Lease, StaleEpochError
from welfare.fleet.models import CameraLease, TrackWorker
from welfare.fleet.placement import Standing, heir_of, should_offer
from zones.models import Camera


@pytest.fixture
def both_at_a(transactional_db: None) -> list[Lease]:
    """Worker a watches both cameras of the demo, worker b has just come."""
    call_command("loaddata", "demo", verbosity=0)
    handover.beat("a", 2)
    handover.beat("b", 2)
    return sorted(leases.claim("a", 2), key=lambda lease: lease.camera_id)


def owners() -> list[str]:
    return list(CameraLease.objects.order_by("camera").values_list("owner", flat=True))


def test_the_one_with_more_offers_and_the_next_takes_over_when_it_sees(both_at_a: list[Lease]) -> None:
    assert handover.balance("b") is None
    offered = handover.balance("a")
    assert offered == both_at_a[1].camera_id
    (found,) = handover.bid("b", 2)
    assert owners() == ["a", "a"]  # the former watcher goes on until the next one has a picture
    leases.renew(both_at_a[1])
    assert leases.held("b") == 1  # its slot is taken already
    lease = handover.take_over(found, "b")
    assert owners() == ["a", "b"]
    with pytest.raises(StaleEpochError):
        leases.renew(both_at_a[1])
    leases.renew(lease)
    assert handover.balance("a") is None  # even now


def test_an_offer_is_taken_once_and_an_heir_that_never_saw_leaves_it_where_it_is(both_at_a: list[Lease]) -> None:
    handover.beat("c", 2)
    handover.offer(both_at_a[0])
    (found,) = handover.bid("b", 2)
    assert handover.bid("b", 2) == []
    assert handover.bid("c", 2) == []
    CameraLease.objects.update(heir_until=F("heir_until") - HEIR_TTL)
    leases.renew(both_at_a[0])
    assert handover.bid("b", 2) == [found]
    with pytest.raises(StaleEpochError):
        handover.take_over(found, "c")


def test_a_former_watcher_that_ends_early_leaves_the_camera_to_its_heir(both_at_a: list[Lease]) -> None:
    handover.offer(both_at_a[0])
    (found,) = handover.bid("b", 2)
    leases.release(both_at_a[0])
    assert leases.claim("c", 5) == []
    handover.take_over(found, "b")
    assert owners()[0] == "b"


def test_a_worker_that_stops_offers_all_and_takes_nothing(both_at_a: list[Lease]) -> None:
    handover.beat("a", 2, draining=True)
    assert handover.offer_all("a") == 2
    assert handover.bid("a", 2) == []
    for found in handover.bid("b", 2):
        handover.take_over(found, "b")
    assert handover.offer_all("a") == 0


def test_a_worker_that_fell_silent_counts_for_nothing(both_at_a: list[Lease]) -> None:
    TrackWorker.objects.filter(owner="b").update(beat_at=Now() - 2 * handover.BEAT_TTL)
    assert handover.balance("a") is None
    handover.offer(both_at_a[0])
    assert heir_of("a", handover.fleet()) is None


def test_one_camera_moves_at_a_time(both_at_a: list[Lease]) -> None:
    assert handover.balance("a") is not None
    assert handover.balance("a") is None


def test_a_disabled_camera_finds_no_heir(both_at_a: list[Lease]) -> None:
    handover.offer(both_at_a[0])
    Camera.objects.update(enabled=False)
    assert handover.bid("b", 2) == []


@pytest.mark.parametrize(
    ("fleet", "moves"),
    [
        ([(4, 4), (4, 0)], 2),
        ([(4, 4), (4, 4)], 0),
        ([(2, 2), (6, 0)], 2),  # a third of the load each would be half a camera: the larger one carries both
        ([(4, 3), (4, 2)], 0),  # one more and one less is no gain
        ([(8, 6), (2, 0), (2, 0)], 2),
    ],
)
def test_moves_end_and_leave_no_move_that_would_make_it_better(fleet: list[tuple[int, int]], moves: int) -> None:
    held, made = [h for _, h in fleet], 0
    while True:
        now = [Standing(str(i), slots, held[i]) for i, (slots, _) in enumerate(fleet)]
        giver = next((w for w in now if should_offer(w.owner, now)), None)
        if giver is None:
            break
        heir = heir_of(giver.owner, now)
        assert heir is not None
        assert heir != giver.owner
        held[int(giver.owner)] -= 1
        held[int(heir)] += 1
        made += 1
        assert made < 20
    assert made == moves
    assert sum(held) == sum(h for _, h in fleet)


def test_who_stops_gets_nothing_and_a_full_fleet_leaves_a_camera_to_its_own_worker() -> None:
    full, own = Standing("b", 1, 1), Standing("a", 2, 1)
    assert heir_of("a", [own, full]) == "a"
    assert heir_of("a", [Standing("a", 1, 1), full]) is None
    assert heir_of("a", [own, Standing("c", 4, 0, draining=True)]) == "a"
