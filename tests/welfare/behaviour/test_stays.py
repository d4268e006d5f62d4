"""Stays and tiers of people who walk on a calibrated deck: laws that hold whatever the camera does."""

import json
from collections.abc import Iterable, Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pictures import EAST
from welfare.behaviour.assessment import Assessor
from welfare.behaviour.events import ConcernRaised, EpisodeChanged, Event
from welfare.behaviour.observation import Observation
from welfare.behaviour.profile import Profile
from zones.geometry import View
from zones.site_file import read_site
from zones.tier import Tier

VIEW: View = read_site(EAST.with_suffix(".site.json"), (1280, 720))
Place = tuple[float, float]  # metres along the bridge and from the edge (inside is negative), as in the site file


def person(t_s: float, at: Place, track: int = 1, *, seen: bool = True) -> Observation:
    feet = VIEW.to_image([(*at, 0.0)])[0]
    tall = VIEW.person_height_px(at)
    box = (feet[0] - tall / 6, feet[1] - tall, feet[0] + tall / 6, feet[1])
    x1, y1, x2, y2 = (float(v) for v in box)
    return Observation(t_s, track, (x1, y1, x2, y2), (float(feet[0]), float(feet[1])), at, 0.8, seen=seen)


def watch(assessor: Assessor, frames: Iterable[tuple[float, Sequence[Observation]]]) -> list[Event]:
    return [event for t_s, people in frames for event in assessor.update(t_s, people)]


def standing(times: Iterable[float], at: Place = (12.0, -0.6), track: int = 1) -> list[tuple[float, list[Observation]]]:
    return [(t, [person(t, at, track)]) for t in times]


def fifths(start: float, end: float) -> list[float]:
    return np.arange(start, end, 0.2).tolist()


def stay(assessor: Assessor) -> float:
    ((only,),) = assessor.snapshot().values()
    return float(only["stay_s"])


def tiers(events: Iterable[Event]) -> list[Tier]:
    return [event.tier for event in events if isinstance(event, ConcernRaised)]


def test_walking_by_raises_nothing() -> None:
    frames = [(t, [person(t, (6 + 1.4 * t, -1.2))]) for t in fifths(0, 15)]
    assert tiers(watch(Assessor(VIEW), frames)) == []


def test_a_long_stay_at_the_edge_is_a_notice_and_after_300_s_a_concern_whatever_else() -> None:
    events = watch(Assessor(VIEW), standing(fifths(0, 320)))
    raised = [(event.t_s, event.tier) for event in events if isinstance(event, ConcernRaised)]
    assert raised[-1][1] is Tier.CONCERN
    assert 295 < raised[-1][0] < 305
    assert all(a < b for a, b in zip(tiers(events), tiers(events)[1:], strict=False))


@settings(max_examples=25, deadline=None)
@given(st.sets(st.integers(1, 299), max_size=250))
def test_dropped_frames_never_speed_a_stay_up(dropped: set[int]) -> None:
    whole, thinned = Assessor(VIEW), Assessor(VIEW)
    watch(whole, standing(n / 5 for n in range(301)))
    watch(thinned, standing(n / 5 for n in range(301) if n not in dropped))
    assert stay(thinned) <= stay(whole) + 1e-6


def test_a_new_track_number_in_the_same_place_is_the_same_stay() -> None:
    assessor = Assessor(VIEW)
    events = watch(assessor, standing(fifths(0, 30)))
    events += watch(assessor, [(t, []) for t in fifths(30, 33)])
    events += watch(assessor, standing(fifths(33, 60), track=9))
    assert len({event.episode for event in events}) == 1
    assert stay(assessor) > 55


def test_somebody_who_was_followed_elsewhere_does_not_take_over_a_lost_stay() -> None:
    frames = [(t, [person(t, (12.0, -0.6), 1), person(t, (12.0, -5.0), 2)]) for t in fifths(0, 10)]
    frames += [(t, [person(t, (12.0, -5.0), 2)]) for t in fifths(10, 15.6)]
    events = watch(Assessor(VIEW), frames)
    assert {event.track_id for event in events} == {1}


def test_two_people_who_cross_do_not_swap_their_stays() -> None:
    assessor = Assessor(VIEW)
    frames = [(t, [person(t, (12.0, -0.6), 1), person(t, (30 - 1.4 * t, -2.0), 2)]) for t in fifths(0, 16)]
    events = [event for event in watch(assessor, frames) if isinstance(event, EpisodeChanged)]
    for track in (1, 2):
        assert len({event.episode for event in events if event.track_id == track}) == 1
    assert {event.state for event in events} == {"started", "continued"}


def test_leaving_the_zone_ends_the_stay_after_its_grace() -> None:
    assessor = Assessor(VIEW)
    watch(assessor, standing(fifths(0, 20)))
    events = watch(assessor, standing(fifths(20, 40), at=(12.0, -6.0)))
    ended = [e for e in events if isinstance(e, EpisodeChanged) and e.state == "ended"]
    assert len(ended) == 1
    assert 29 < ended[0].t_s < 32


def test_another_worker_goes_on_with_the_stay() -> None:
    first, second = Assessor(VIEW), Assessor(VIEW)
    watch(first, standing(fifths(0, 290)))
    second.restore(json.loads(json.dumps(first.snapshot())), 293.0)
    events = watch(second, standing(fifths(293, 306), track=77))
    assert tiers(events)[-1] is Tier.CONCERN
    assert stay(second) > 295


def urgent_s(events: Iterable[Event]) -> list[float]:
    return [event.t_s for event in events if isinstance(event, ConcernRaised) and event.tier >= Tier.URGENT]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0.05, 9.0), min_size=1, max_size=40))
def test_nobody_is_gone_at_the_edge_before_several_looks_and_three_seconds(gaps: list[float]) -> None:
    """However far apart the frames are: too few looks say nothing, and enough of them always tell."""
    looks = (10 + np.cumsum(gaps)).tolist()
    assessor = Assessor(VIEW)
    watch(assessor, standing(fifths(0, 10)))
    (told,) = [urgent_s(watch(assessor, [(t, []) for t in looks]))]
    due = [t for n, t in enumerate(looks, 1) if n >= Profile().gone_looks and t - 9.8 >= Profile().gone_unseen_s]
    assert told == due[:1]


def test_a_person_who_is_hidden_is_not_counted_as_calm() -> None:
    """Nobody who was followed at the edge leaves a concern behind by a blind camera: the tier stays as it was."""
    assessor = Assessor(VIEW)
    watch(assessor, standing(fifths(0, 305)))
    events = watch(assessor, [(t, []) for t in fifths(305, 309)])
    assert not any(isinstance(e, EpisodeChanged) and e.tier is None for e in events)
