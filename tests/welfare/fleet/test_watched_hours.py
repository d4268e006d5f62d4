"""Outside a zone's hours nobody is paged, and nobody is forgotten who is still there when they begin."""

from dataclasses import replace
from datetime import UTC, datetime

from welfare.behaviour.events import ConcernRaised, Sight
from welfare.fleet.watched_hours import WatchedHours
from zones import hours
from zones.tier import Tier

NIGHTS = hours.parse([{"days": [0, 1, 2, 3, 4, 5, 6], "from": "22:00", "to": "06:00"}])
EVENING = datetime(2026, 11, 24, 21, 50, tzinfo=UTC).timestamp()
NIGHT = datetime(2026, 11, 24, 22, 0, tzinfo=UTC).timestamp()
CONCERN = ConcernRaised(
    t_s=0.0, episode="a", zone="Footway", zone_key=1, track_id=1, box_px=(0, 0, 9, 9), feet_m=(0, 0), tier=Tier.CONCERN,
    score=3.2, triggered=False, metres_estimated=False, reasons=(),
    score_high=3.2, sight=Sight.CLEAR, trail=(), levels=(1.5, 3.0, 4.5),
)  # fmt: skip


def test_a_concern_before_the_hours_is_told_when_they_begin_if_the_person_is_still_there() -> None:
    watch = WatchedHours({"Footway": NIGHTS}, "Europe/London")
    urgent = replace(CONCERN, tier=Tier.URGENT)
    assert watch.due(EVENING, [CONCERN], {"a"}) == []
    assert watch.due(EVENING + 60, [urgent], {"a"}) == []
    assert watch.due(NIGHT, [], {"a"}) == [urgent]  # the highest, once
    assert watch.due(NIGHT + 1, [], {"a"}) == []


def test_who_left_before_the_hours_is_told_to_nobody() -> None:
    watch = WatchedHours({"Footway": NIGHTS}, "Europe/London")
    assert watch.due(EVENING, [CONCERN], {"a"}) == []
    assert watch.due(EVENING + 60, [], set()) == []
    assert watch.due(NIGHT, [], set()) == []


def test_other_zones_and_the_hours_themselves_are_told_at_once() -> None:
    watch = WatchedHours({"Footway": NIGHTS}, "Europe/London")
    other = replace(CONCERN, zone="Stairs", episode="b")
    assert watch.due(EVENING, [other], {"b"}) == [other]
    assert watch.due(NIGHT, [CONCERN], set()) == [CONCERN]  # even where the stay ends with it


def test_a_worker_that_takes_over_may_raise_what_was_held_back() -> None:
    watch = WatchedHours({"Footway": NIGHTS}, "Europe/London")
    stays = {"Footway": [{"id": "a", "reported": 2}]}
    assert watch.untold(EVENING, stays) == {"Footway": [{"id": "a", "reported": None}]}
    assert watch.untold(NIGHT, stays) == stays


def test_a_site_with_an_unknown_time_zone_is_watched_always() -> None:
    watch = WatchedHours({"Footway": NIGHTS}, "Europe/Atlantis")
    assert watch.due(EVENING, [CONCERN], {"a"}) == [CONCERN]
