"""The rendered people: where the labels say they are, in the numbers that the suite promises, and never falling."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from welfare.evaluation.labels import Labels
from welfare.evaluation.scenarios import suite as suite_module
from welfare.evaluation.scenarios import truth
from welfare.evaluation.scenarios.aside import ASIDE, Aside
from welfare.evaluation.scenarios.camera import Camera
from welfare.evaluation.scenarios.look import HELD_OUT_LOOKS, LOOKS
from welfare.evaluation.scenarios.making import make, place
from welfare.evaluation.scenarios.renderer import Backdrop, Renderer
from welfare.evaluation.scenarios.scene import Scene
from welfare.evaluation.scenarios.script import Script
from welfare.evaluation.scenarios.suite import GROUPS, SCRIPTS, Clip, suite
from welfare.evaluation.scenarios.things import thing
from zones.tier import Tier

SMALL = (320, 180)
Scenes = tuple[Renderer, Renderer]  # with somebody, and without


def small_clip(name: str, seed: int = 3, px: int = 60) -> Clip:
    script = next(s for s in SCRIPTS if s.name == name)
    return Clip(script, "pole", "day", px, seed, held_out=False)


@pytest.mark.parametrize("pole", suite_module.every_pole())
def test_a_label_files_view_sees_what_the_renderers_camera_sees(pole: str, tmp_path: Path) -> None:
    clip = Clip(SCRIPTS[0], pole, "day", 120, 1, held_out=False)
    camera = clip.camera()
    header = truth.header(clip.name, camera, "day", 120, rail=True, fps=5.0)
    file = tmp_path / "clip.jsonl"
    file.write_text(json.dumps(header) + "\n")
    view = Labels.read(file).view
    points = np.random.default_rng(1).uniform([8, -3, 0], [12, 0.3, 2], (50, 3))
    assert np.abs(view.to_image(points) - camera.project(points)[0]).max() < 1.0


def test_a_lamp_column_that_stands_before_the_zone_is_drawn_as_an_occluder_and_no_other(tmp_path: Path) -> None:
    views = {}
    for pole in ("west", "facing"):
        header = truth.header(
            pole, Clip(SCRIPTS[0], pole, "day", 120, 1, held_out=True).camera(), "day", 120, rail=True, fps=5.0
        )
        file = tmp_path / f"{pole}.jsonl"
        file.write_text(json.dumps(header) + "\n")
        views[pole] = Labels.read(file).view

    def hides(pole: str, x: float) -> bool:
        (u, v), (_, top) = views[pole].to_image([[x, -0.6, 0.0], [x, -0.6, 1.7]])
        return views[pole].may_hide((u - 20, top, u + 20, v))

    assert hides("west", 9.4)  # the sight line from the pole crosses the column at x = 4
    assert not hides("west", 16.0)
    assert not any(hides("facing", x) for x in (9.4, 10.6))


def test_a_person_of_172_cm_is_as_tall_as_the_clip_says() -> None:
    camera = Camera.aimed((0, -9, 6), suite_module.AT_M, 120, (1280, 720))
    x, y, _ = suite_module.AT_M
    foot, head = camera.project(np.array([[x, y, 0.0], [x, y, 1.72]]))[0]
    assert np.linalg.norm(foot - head) == pytest.approx(120, rel=0.05)


def test_the_suite_has_enough_of_everything_and_a_third_is_held_out() -> None:
    positive = [s for s in SCRIPTS if s.positive]
    assert len(positive) >= 20
    assert len(SCRIPTS) - len(positive) >= 30
    assert len({s.name for s in SCRIPTS}) == len(SCRIPTS)
    clips = suite()
    held = [c for c in clips if c.held_out]
    assert len(held) / len(clips) >= 1 / 3
    for some in ([c for c in clips if c.group == group] for group in GROUPS if group != "end-on"):
        assert {c.light for c in some} == {"day", "overcast", "dusk", "night"}
        assert {c.person_px for c in some} == {60, 120, 200}
        assert any(c.script.positive for c in some)
        assert any(not c.script.positive for c in some)


def test_what_is_held_out_shares_no_seed_camera_or_look_with_what_may_be_tuned_on() -> None:
    held = [c for c in suite() if c.held_out]
    rest = [c for c in suite() if not c.held_out]
    assert not {c.seed for c in held} & {c.seed for c in rest}
    assert not {c.pole for c in held} & {c.pole for c in rest}
    ours = {player.look for c in held[:6] for player in c.players()}
    theirs = {player.look for c in rest[:6] for player in c.players()}
    extras = {LOOKS[i] for i in HELD_OUT_LOOKS}
    assert not theirs & extras
    assert extras <= ours


@pytest.mark.parametrize("aside", ASIDE, ids=lambda aside: aside.group)
def test_a_set_put_aside_has_every_script_and_shares_no_seed_camera_or_look_with_any_other_clip(aside: Aside) -> None:
    own = [c for c in suite() if c.group == aside.group]
    rest = [c for c in suite() if c.group != aside.group]
    assert {c.script.name for c in own} == {script.name for script in SCRIPTS}
    assert not {c.pole for c in own} & {c.pole for c in rest}
    assert not {c.seed for c in own} & {c.seed for c in rest}
    assert {player.look for c in own[:2] for player in c.players()} <= set(aside.looks)
    assert not set(aside.looks) & {*LOOKS, *(look for other in ASIDE if other is not aside for look in other.looks)}


def test_every_script_at_risk_reaches_its_marked_moment() -> None:
    for script in SCRIPTS:
        if script.positive:
            labels = {act.label or act.name for act in script.parts[0].script}
            assert labels & set(script.mark), script.name


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda s: s.name)
def test_nobody_ever_falls(script: Script) -> None:
    """Pelvises keep over the deck and no foot goes deeper below it than the legs of somebody who sits on the edge."""
    for player in Clip(script, "pole", "day", 60, 1, held_out=False).players():
        for t_s in np.arange(player.part.after_s, min(player.ends_s, 60.0), 0.5):
            controls, _ = player.actor.at(t_s - player.part.after_s)
            assert controls[2] > 0.05, f"{script.name} at {t_s}"
            assert controls[[13, 18]].min() > -0.6, f"{script.name} at {t_s}"


@pytest.fixture(scope="module")
def rendered() -> Scenes:
    """A small scene with one person who stands at the rail, and the same scene without them."""
    camera = Camera.aimed((0, -9, 6), suite_module.AT_M, 60, SMALL)
    scene = Scene.build(camera, "overcast", middle_m=10.0)  # hardly a shadow beside the people
    backdrop = Backdrop.of(scene, 1)
    players = small_clip("step_up").players()
    return Renderer(backdrop, players), Renderer(backdrop, [])


def test_the_pixels_that_change_lie_in_the_labelled_box(rendered: Scenes) -> None:
    with_person, without = rendered
    picture, lines = with_person.frame(6.4)
    empty, none = without.frame(6.4)
    assert not none
    (person,) = lines
    x1, y1, x2, y2 = (round(v) for v in person["bbox"])
    changed = np.abs(picture.astype(int) - empty.astype(int)).max(axis=2) > 40
    changed[:45] = False  # the clock
    ys, xs = np.nonzero(changed)
    inside = (xs >= x1 - 3) & (xs <= x2 + 3) & (ys >= y1 - 3) & (ys <= y2 + 3)
    assert changed.sum() > 0.12 * (x2 - x1) * (y2 - y1)
    assert inside.mean() > 0.9
    assert person["visible"] > 0.9
    assert person["foot_raised"] is False


@pytest.mark.parametrize("way", [-1, 1], ids=["left", "right"])
def test_what_leaves_the_picture_is_drawn_to_its_last_pixel(rendered: Scenes, way: int) -> None:
    """At the border the window around it is at last narrower than the margin that is cut off it."""
    renderer, _ = rendered
    camera, picture = renderer._backdrop.scene.camera, renderer._backdrop.pictures[0]
    bag = thing("bag").at(np.array([10.0, -0.6, 0.0]), 0.4)
    drawn = []
    for metres in np.arange(0.0, 8.0, 0.02):
        mesh = replace(bag, vertices=bag.vertices + metres * way * camera.rotation[0])
        with_bag, _ = renderer.people_on(picture.copy(), [], [mesh], 0)
        drawn.append(bool((np.abs(with_bag.astype(int) - picture).max(axis=2) > 60).any()))
    assert drawn[0]
    assert not drawn[-1]


def test_a_foot_on_the_railing_is_in_the_truth(rendered: Scenes) -> None:
    renderer, _ = rendered
    _, (person,) = renderer.frame(12.0)
    assert person["action"] == "step_up"
    assert person["foot_raised"]
    assert person["feet_off_deck"]


def test_a_clip_is_made_once_and_is_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite_module, "SIZE", SMALL)
    script = Script("two_seconds", SCRIPTS[0].parts, "climbing", Tier.CRITICAL, ("walk",), seconds=2.0)
    clip = Clip(script, "pole", "overcast", 60, 5, held_out=False)
    path = make(clip, tmp_path)
    assert path == place(clip, tmp_path)
    before = path.stat().st_mtime_ns
    assert make(clip, tmp_path) == path
    assert path.stat().st_mtime_ns == before
    assert sorted(file.suffix for file in tmp_path.iterdir()) == [".jsonl", ".mp4"]
    labels = Labels.read(path.with_suffix(".jsonl"))
    assert len(labels.frames) == 10
    assert labels.view.size == SMALL


def test_another_seed_or_script_is_another_file(tmp_path: Path) -> None:
    names = {place(small_clip(name, seed), tmp_path) for name in ("step_up", "straddle") for seed in (1, 2)}
    assert len(names) == 4
