"""Stays and tiers of people who walk on a calibrated deck: laws that hold whatever the camera does."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pictures import EAST
from welfare.behaviour.assessment import Assessor
from welfare.behaviour.cues import Sample
from welfare.behaviour.episodes import Episode
from welfare.behaviour.events import ConcernRaised, EpisodeChanged, Event
from welfare.behaviour.observation import Observation
from welfare.behaviour.profile import Profile
from welfare.behaviour.rail import UNKNOWN
from welfare.behaviour.triggers import gone_at_the_edge, is_crossed, on_the_barrier
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


# --- Lost and found again -----------------------------------------------------------------------------------
def walks(t_s: float, track: int = 1, *, seen: bool = True) -> Observation:
    """Somebody who walks along the railing, far from the picture's borders."""
    return person(t_s, (8 + 0.9 * t_s, -0.8), track, seen=seen)


def lost_behind_a_post(again_s: float, aside_m: float = 0.0) -> list[tuple[float, list[Observation]]]:
    """Not seen from 5 s on: the tracker guesses on for 1.4 s, and at `again_s` a new track begins beside the guess."""
    frames = [(t, [walks(t)]) for t in fifths(0, 5)]
    for t in fifths(5, 12):
        guess = [walks(t, seen=False)] if t < 6.4 else []
        new = [person(t, (8 + 0.9 * t + aside_m, -0.8), 2)] if t >= again_s else []
        frames.append((t, [*guess, *new]))
    return frames


@pytest.mark.parametrize("again_s", [5.6, 6.0, 6.2, 7.0])
def test_who_is_lost_behind_a_post_and_found_again_is_not_gone(again_s: float) -> None:
    """Whether the new track begins before the old one ends or after."""
    assessor = Assessor(VIEW)
    events = watch(assessor, lost_behind_a_post(again_s))
    assert urgent_s(events) == []
    assert stay(assessor) > 8


def test_somebody_who_comes_out_of_nowhere_elsewhere_does_not_explain_who_is_gone() -> None:
    events = watch(Assessor(VIEW), lost_behind_a_post(5.6, aside_m=3.5))
    assert len(urgent_s(events)) == 1


def crossed_at_the_edge(passer_m: Place) -> list[tuple[float, list[Observation]]]:
    """Somebody stands at the railing; a passer is before them on the picture at 10 s and far away from 10.4 s on."""
    frames = []
    for t in fifths(0, 16):
        passer = person(t, passer_m if 9.0 <= t < 10.1 else (22.0, -1.5), 2)
        frames.append((t, [*([person(t, (12.0, -0.6))] if t < 10.1 else []), passer]))
    return frames


def test_who_is_lost_while_somebody_passes_before_them_may_be_hidden_and_is_not_gone() -> None:
    covers = next(
        (along, across)
        for along in np.arange(8.0, 14.0, 0.25)
        for across in (-1.2, -1.6, -2.0)
        if is_crossed(person(0.0, (12.0, -0.6)), [person(0.0, (along, across), 2)])
    )
    assert urgent_s(watch(Assessor(VIEW), crossed_at_the_edge(covers))) == []
    assert len(urgent_s(watch(Assessor(VIEW), crossed_at_the_edge((18.0, -1.5))))) == 1


def test_where_frames_lie_a_second_apart_a_passer_may_have_hidden_them_on_the_way() -> None:
    """With five frames a second the same passer is seen not to cross them, and explains nothing."""
    beside = person(0.0, (12.0, -0.6))
    width = beside.box_px[2] - beside.box_px[0]

    def passer(t_s: float) -> Observation:
        x1, y1, x2, y2 = beside.box_px
        shift = 1.2 * width if t_s < 11.1 else 8 * width
        return replace(person(t_s, (12.0, -0.6), 2), box_px=(x1 + shift, y1 + 6, x2 + shift, y2 + 6), feet_m=(30, -1))

    def frames(step_s: float) -> list[tuple[float, list[Observation]]]:
        times = np.arange(0, 20, step_s).tolist()
        return [(t, [*([person(t, (12.0, -0.6))] if t < 10.1 else []), passer(t)]) for t in times]

    assert urgent_s(watch(Assessor(VIEW), frames(1.0))) == []
    assert len(urgent_s(watch(Assessor(VIEW), frames(0.2)))) == 1


def test_who_sets_off_and_gets_a_new_number_at_once_is_the_same_stay() -> None:
    """The old track hangs where they stood while they walk on: it is their beginning that lies beside it."""
    assessor = Assessor(VIEW)
    frames = standing(fifths(0, 8))
    for t in fifths(8, 16):
        hangs = [person(t, (12.0, -0.6), seen=False)] if t < 9.4 else []
        frames.append((t, [*hangs, *([person(t, (12.3 + 1.3 * (t - 8.2), -0.6), 2)] if t > 8.1 else [])]))
    events = watch(assessor, frames)
    assert urgent_s(events) == []
    assert stay(assessor) > 12


# --- Gone, or only lost -------------------------------------------------------------------------------------
def lost_at_10_s(drift: Place = (0.0, 0.0)) -> list[tuple[float, list[Observation]]]:
    """Somebody stands at the railing and is not seen from 10 s on; the tracker's guess drifts, metres a second."""
    frames = standing(fifths(0, 10))
    for t in fifths(10, 16):
        guess = person(t, (12.0 + drift[0] * (t - 10), -0.6 + drift[1] * (t - 10)), seen=False)
        frames.append((t, [guess] if t < 11.4 else []))
    return frames


@pytest.mark.parametrize("drift", [(0.0, 0.0), (0.0, -1.2), (1.4, 0.0)], ids=["stays", "inwards", "along"])
def test_who_was_last_seen_at_the_edge_is_gone_wherever_the_tracker_guesses_them(drift: Place) -> None:
    assert len(urgent_s(watch(Assessor(VIEW), lost_at_10_s(drift)))) == 1


def with_a_column_beside(at: Place, wide_px: float = 6.0) -> View:
    x1, y1, _, y2 = person(0.0, at).box_px
    left, right = x1 - 4 - wide_px, x1 - 4
    column = np.array([[left, y1 - 50], [right, y1 - 50], [right, y2 + 50], [left, y2 + 50]])
    return replace(VIEW, occluders=(column,))


def test_who_walked_to_an_occluder_may_be_behind_it_wherever_the_tracker_guesses_them() -> None:
    frames = [(t, [person(t, (2 + t, -0.6))] if t < 10 else []) for t in fifths(0, 16)]
    frames = [(t, people or ([person(t, (2 + 2 * t, -0.6), seen=False)] if t < 11.4 else [])) for t, people in frames]
    view = with_a_column_beside((11.8, -0.6))
    assert not view.may_hide(frames[56][1][0].box_px)  # where they are guessed at the end
    assert tiers(watch(Assessor(view), frames)) == []
    assert len(urgent_s(watch(Assessor(VIEW), frames))) == 1


@pytest.mark.parametrize(("wide_px", "tier"), [(60.0, Tier.CONCERN), (6.0, Tier.URGENT)], ids=["a van", "a post"])
def test_who_stood_still_in_plain_sight_beside_an_occluder_is_told(wide_px: float, tier: Tier) -> None:
    view = with_a_column_beside((12.0, -0.6), wide_px)
    assert tiers(watch(Assessor(view), lost_at_10_s())) == [tier]
    flickers = [(t, people if t < 7 or round(5 * t) % 3 else []) for t, people in lost_at_10_s()]
    assert tiers(watch(Assessor(view), flickers)) == []


def test_who_was_off_the_deck_when_last_seen_is_told_sooner_and_no_occluder_explains_it() -> None:
    episode = Episode(Profile(), 1, 0.0)
    at = person(0.0, (12.0, -0.4))
    for t in fifths(0, 5):
        episode.advance(replace(at, t_s=t), Sample(t, 12.0, 0.4), inside=True)
        episode.note_rail(t, replace(UNKNOWN, hips_m=1.2, hips_on=t > 4.5, known=True))
    episode.missed = 8
    for view in (VIEW, with_a_column_beside((12.0, -0.4))):
        assert gone_at_the_edge(episode, view, (), 6.0) is None
        fired = gone_at_the_edge(episode, view, (), 6.5)
        assert fired is not None
        assert fired.tier is Tier.CRITICAL


def test_what_was_seen_now_and_then_was_not_followed_well_enough_to_be_gone() -> None:
    frames = [(t, [replace(one, seen=n % 10 == 0) for one in people]) for n, (t, people) in enumerate(lost_at_10_s())]
    assert urgent_s(watch(Assessor(VIEW), frames)) == []


@pytest.mark.parametrize(("height_m", "gone"), [(0.6, 0), (1.0, 1)], ids=["no person", "a child"])
def test_what_is_too_low_for_a_person_is_not_gone(height_m: float, gone: int) -> None:
    def low(one: Observation) -> Observation:
        x1, y1, x2, y2 = one.box_px
        return replace(one, box_px=(x1, y2 - (y2 - y1) * height_m / 1.7, x2, y2))

    frames = [(t, [low(one) for one in people]) for t, people in lost_at_10_s()]
    assert len(urgent_s(watch(Assessor(VIEW), frames))) == gone


# --- Who walks on -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("speed_m_s", "walks_on"), [(0.0, False), (0.4, False), (-1.2, True), (1.2, True)])
def test_a_foot_that_seems_raised_is_not_on_the_railing_of_somebody_who_walks_on(
    speed_m_s: float, walks_on: bool
) -> None:
    """A pose in mid-step may show a raised leg; on the railing nobody goes along the edge."""
    episode = Episode(Profile(), 1, 0.0)
    for t in fifths(0, 3):
        place = Sample(t, 10 + speed_m_s * t, 0.4)
        episode.advance(person(t, (place.along_m, -0.4)), place, inside=True)
        episode.note_rail(t, replace(UNKNOWN, foot_m=0.5, foot_on=True, known=True))
    assert episode.walks_on is walks_on
    assert (on_the_barrier(episode, 2.8) is None) is walks_on
    for t in fifths(3, 5):
        episode.note_rail(t, replace(UNKNOWN, hips_m=1.2, hips_on=True, known=True))
    assert on_the_barrier(episode, 4.8) is not None  # hips on the rail are critical, moving or not


@pytest.mark.parametrize(("aslant_deg", "told"), [(0, True), (-35, True), (40, True), (55, False), (80, False)])
def test_who_runs_to_the_edge_straight_or_aslant_is_told_and_who_runs_along_it_is_not(
    aslant_deg: float, told: bool
) -> None:
    speed, slant = 3.6, np.radians(aslant_deg)
    until = 2.9 / (speed * np.cos(slant))

    def at(t_s: float) -> Place:
        run = min(t_s, until) * speed
        return (12.0 + run * float(np.sin(slant)), -3.5 + run * float(np.cos(slant)))

    events = watch(Assessor(VIEW), [(t, [person(t, at(t))]) for t in fifths(0, 8)])
    cues = {reason.cue for event in events if isinstance(event, ConcernRaised) for reason in event.reasons}
    assert ("run" in cues) is told
