"""Masks and occluders: what is never looked at, and what people can stand behind."""

from dataclasses import replace

import numpy as np
import pytest

from tests.pictures import EAST, PERSON_AT_12_S, frame_of
from welfare.behaviour.cues import Sample
from welfare.behaviour.episodes import Episode
from welfare.behaviour.observation import Observation
from welfare.behaviour.profile import Profile
from welfare.behaviour.triggers import gone_at_the_edge
from welfare.watch.pipeline import Models, Pipeline
from zones.geometry import View
from zones.site_file import read_site

VIEW = read_site(EAST.with_suffix(".site.json"), (1280, 720))
X1, Y1, X2, Y2 = PERSON_AT_12_S
AROUND = np.array([[X1 - 40, Y1 - 40], [X2 + 40, Y1 - 40], [X2 + 40, Y2 + 40], [X1 - 40, Y2 + 40]])


@pytest.mark.slow
def test_nobody_is_seen_who_stands_in_a_mask_and_its_pixels_are_black_for_everybody() -> None:
    seen = {}
    with Models() as models:
        for name, masks in {"none": (), "around": (AROUND,)}.items():
            pipeline = Pipeline(replace(VIEW, masks=masks), models)
            for n in range(4):
                image = frame_of(EAST, 12.2)
                step = pipeline.step(12.2 + 0.2 * n, image)
            seen[name] = len(step.observations)
            assert bool((image[int(Y1) : int(Y2), int(X1) : int(X2)] == 0).all()) is (name == "around")
    assert seen == {"none": 1, "around": 0}


def gone(view: View) -> object:
    """Somebody was followed walking by the edge for ten seconds and then not seen any more."""
    feet = ((X1 + X2) / 2, Y2)
    metres = tuple(float(v) for v in view.to_ground([feet])[0])
    episode = Episode(Profile(), 1, 0.0)
    for t_s in np.linspace(0.0, 10.0, 51).tolist():
        one = Observation(t_s, 1, PERSON_AT_12_S, feet, metres, 0.9)  # type: ignore[arg-type]
        episode.advance(one, Sample(t_s, 1.2 * t_s, 0.3), inside=True)
    episode.missed = episode.profile.gone_looks
    return gone_at_the_edge(episode, view, (), 14.0)


def test_somebody_behind_an_occluder_is_not_gone() -> None:
    beside = np.array([[X2 + 10, Y1], [X2 + 60, Y1], [X2 + 60, Y2], [X2 + 10, Y2]])
    far = beside + np.array([400, 0])
    assert gone(VIEW) is not None
    assert gone(replace(VIEW, occluders=(far,))) is not None
    assert gone(replace(VIEW, occluders=(beside,))) is None
    assert gone(replace(VIEW, masks=(beside,))) is None
