"""Things that people leave, told from shadows, light and what was there: painted pictures of the demo bridge."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from tests.welfare.behaviour.test_stays import VIEW, Place, person
from welfare.behaviour.assessment import Assessor
from welfare.behaviour.events import ConcernRaised, Event
from welfare.behaviour.observation import Observation, Thing
from welfare.watch.objects import LeftObjects
from zones.tier import Tier

Picture = NDArray[np.float32]
BAG: Place = (12.0, -1.2)
GROUND = np.random.default_rng(1).normal(130, 3, (720, 1280, 3)).astype(np.float32)
NOISE = np.random.default_rng(2).normal(0, 2, (720, 1280, 1)).astype(np.float32)


def paint(picture: Picture, at: Place, tall_m: float, wide_m: float, colour: tuple[float, float, float]) -> None:
    x, y = VIEW.to_image([(*at, 0.0)])[0]
    px_per_m = VIEW.person_height_px(at) / 1.7
    half = wide_m * px_per_m / 2
    picture[round(y - tall_m * px_per_m) : round(y), round(x - half) : round(x + half)] = colour


def shade(picture: Picture, at: Place) -> None:
    x, y = (round(v) for v in VIEW.to_image([(*at, 0.0)])[0])
    picture[y - 8 : y + 8, x - 30 : x + 30] *= 0.65


class Scene:
    """Frames of one person on the bridge, twice a second, through the objects and the assessment."""

    def __init__(self) -> None:
        self.objects, self.assessor = LeftObjects(VIEW), Assessor(VIEW)
        self.t_s = 0.0
        self.things: tuple[Thing, ...] = ()
        self.events: list[Event] = []

    def go(self, places: Iterable[Place | None], draw: Callable[[Picture], None] = lambda _: None) -> None:
        for at in places:
            picture = GROUND.copy()
            draw(picture)
            people: list[Observation] = []
            if at is not None:
                paint(picture, at, 1.7, 0.5, (40, 60, 90))
                people = [person(self.t_s, at)]
            picture += np.roll(NOISE, int(self.t_s * 26), axis=1)
            image = np.clip(picture, 0, 255).astype(np.uint8)
            self.things = self.objects.look(self.t_s, image, people)
            self.events += self.assessor.update(self.t_s, people, self.things)
            self.t_s += 0.5

    @property
    def tiers(self) -> list[Tier]:
        return [event.tier for event in self.events if isinstance(event, ConcernRaised)]


def bag(picture: Picture) -> None:
    paint(picture, BAG, 0.35, 0.4, (110, 50, 40))


def walk(start: float, end: float) -> list[Place]:
    return [(float(x), -1.2) for x in np.arange(start, end, 0.6 if end > start else -0.6)]


def arrives() -> Scene:
    scene = Scene()
    scene.go([None] * 8)
    scene.go(walk(7.0, 12.3))
    return scene


def test_a_bag_that_somebody_leaves_is_a_notice_and_counts_more_the_longer_it_stands() -> None:
    scene = arrives()
    scene.go([BAG] * 4, bag)
    scene.go(walk(12.3, 18.0), bag)
    scene.go([(18.0, -1.2)] * 16, bag)
    assert scene.tiers == [Tier.NOTICE]
    scene.go([(18.0, -1.2)] * 50, bag)
    raised = [event for event in scene.events if isinstance(event, ConcernRaised)]
    assert raised[0].reasons[0].cue == "left_alone"
    assert "left behind" in raised[0].reasons[0].words
    (thing,) = scene.things
    assert np.hypot(*np.subtract(thing.at_m, BAG)) < 0.4
    ((stay,),) = scene.assessor.snapshot().values()
    assert {row[0]: row[1] for row in stay["evidence"]}["object"] > 1.5


def test_the_shadow_of_the_first_person_hides_no_bag() -> None:
    scene = Scene()
    scene.go([None] * 4)  # the ground is free for two seconds, and then lies in the shadow of who stands beside it
    scene.go([(11.0, -1.2)] * 8, lambda picture: shade(picture, BAG))
    scene.go([BAG] * 4, bag)
    scene.go(walk(12.3, 18.0), bag)
    scene.go([(18.0, -1.2)] * 16, bag)
    assert scene.tiers == [Tier.NOTICE]


def test_a_bag_beside_somebody_who_stays_is_nothing() -> None:
    scene = arrives()
    scene.go([BAG] * 4, bag)
    scene.go([(12.9, -1.2)] * 70, bag)
    assert scene.tiers == []


def test_a_bag_that_is_picked_up_again_is_forgotten() -> None:
    scene = arrives()
    scene.go([BAG] * 4, bag)
    scene.go(walk(12.3, 16.0), bag)
    scene.go([(16.0, -1.2)] * 16, bag)
    assert scene.things
    scene.go(walk(16.0, 12.0), bag)
    scene.go([BAG] * 3)
    scene.go(walk(12.3, 16.0))
    assert scene.things == ()
    ((stay,),) = scene.assessor.snapshot().values()
    assert [row for row in stay["evidence"] if row[0] == "object"] == []


def test_a_shadow_and_what_was_there_before_are_nothing() -> None:
    def parked(picture: Picture) -> None:
        paint(picture, (15.0, -1.5), 0.8, 0.7, (60, 90, 60))

    def shaded(picture: Picture) -> None:
        parked(picture)
        shade(picture, (11.0, -1.6))

    scene = Scene()
    scene.go([None] * 8, parked)
    scene.go(walk(7.0, 12.3), parked)
    scene.go([BAG] * 6, shaded)
    scene.go(walk(12.3, 20.0), shaded)
    scene.go([None] * 12, shaded)
    assert scene.things == ()
    assert scene.tiers == []


def test_a_cloud_or_a_lamp_changes_everything_and_is_nothing() -> None:
    def dim(picture: Picture) -> None:
        picture *= 0.6

    scene = arrives()
    scene.go(walk(12.3, 18.0), dim)
    scene.go([None] * 12, dim)
    assert scene.things == ()


def test_a_thing_that_nobody_brought_has_no_owner_and_is_nothing() -> None:
    scene = Scene()
    scene.go([None] * 8)
    scene.go([None] * 12, bag)
    assert scene.things == ()
