"""The networks: the files that were measured, and one precision as good as the other."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.pictures import EAST, PERSON_AT_12_S, frame_of
from welfare.behaviour.observation import Box, Observation
from welfare.behaviour.posture import UNKNOWN, read
from welfare.watch import networks
from welfare.watch.detector import Detector
from welfare.watch.networks import CPU, PEOPLE, PEOPLE_INT8, WeightsError, people_network
from welfare.watch.pose import CROP_SCALE, PoseEstimator, _crop
from welfare.watch.tracker import iou
from zones.site_file import read_site

AROUND_HER = (300, 100, 900, 600)


def _square(box: Box) -> tuple[float, float, float]:
    x1, y1, x2, y2 = box
    side = CROP_SCALE * max(x2 - x1, y2 - y1)
    return (x1 + x2 - side) / 2, (y1 + y2 - side) / 2, side


def test_an_altered_network_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytearray(PEOPLE_INT8.read())
    content[1000] ^= 1
    (tmp_path / PEOPLE_INT8.name).write_bytes(content)
    monkeypatch.setattr(networks, "FOLDER", tmp_path)
    with pytest.raises(WeightsError, match="SHA-256 differs"):
        PEOPLE_INT8.read()
    with pytest.raises(WeightsError, match="cannot be read"):
        PEOPLE.read()


def test_precision_is_chosen_by_the_processor_or_by_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "cpu_flags", lambda: {"sse4_2", "avx512_vnni"})
    assert people_network("auto", [CPU]) is PEOPLE_INT8
    assert people_network("auto", ["CUDAExecutionProvider", CPU]) is PEOPLE
    monkeypatch.setattr(networks, "cpu_flags", lambda: {"sse4_2"})
    assert people_network("auto", [CPU]) is PEOPLE
    assert people_network("int8", [CPU]) is PEOPLE_INT8
    with pytest.raises(ValueError, match="auto, float or int8"):
        people_network("half", [CPU])


def test_both_precisions_see_the_same_person_and_a_missing_provider_stops_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    image = frame_of(EAST, 12.2)
    (a, score_a), (b, score_b) = (
        Detector(precision=p, providers=("CUDAExecutionProvider", CPU)).detect(image, [AROUND_HER])
        for p in ("float", "int8")
    )
    assert "CUDAExecutionProvider" in caplog.text
    assert len(a) == len(b) == 1
    assert iou(a.astype(float), b.astype(float)).item() > 0.9
    assert abs(score_a[0] - score_b[0]) < 0.1


def test_a_followed_persons_pose_is_found_and_an_empty_box_has_none() -> None:
    image, poses = frame_of(EAST, 12.2), PoseEstimator()
    try:
        for n in range(3):
            pose = poses.estimate(n / 5, "her", image, PERSON_AT_12_S)
            assert pose is not None
            x1, y1, x2, y2 = PERSON_AT_12_S
            assert np.isfinite(pose.landmarks_px).all()
            middle = pose.landmarks_px[[11, 12, 23, 24]].mean(axis=0)
            assert x1 < middle[0] < x2
            assert y1 < middle[1] < y2
        assert poses.estimate(1.0, "nobody", image, (900.0, 500.0, 960.0, 650.0)) is None
        assert poses.estimate(1.0, "far", image, (568.0, 270.0, 580.0, 300.0)) is None
        for n in range(6):  # more people than landmarkers: the rest are searched for
            assert poses.estimate(2.0, f"other {n}", image, PERSON_AT_12_S) is not None
        made = {id(follower.landmarker) for follower in poses._followers.values()}
        for n in range(4):  # a landmarker that nobody needs is passed on: a new one each time would fill the memory
            assert poses.estimate(10.0 + 3 * n, f"later {n}", image, PERSON_AT_12_S) is not None
            assert f"later {n}" in poses._followers
        assert {id(follower.landmarker) for follower in poses._followers.values()} == made
    finally:
        poses.close()


def test_a_pose_that_stands_on_its_head_is_unknown_and_not_followed() -> None:
    upright, poses = frame_of(EAST, 12.2), PoseEstimator()
    height, width = upright.shape[:2]
    x1, y1, x2, y2 = PERSON_AT_12_S
    upturned, box = np.ascontiguousarray(upright[::-1, ::-1]), (width - x2, height - y2, width - x1, height - y1)
    try:
        assert [poses.estimate(n / 5, "her", upturned, box) for n in range(3)] == [None] * 3
        follower = poses._followers["her"]
        again = follower.follow(1000, _crop(upright, *_square(PERSON_AT_12_S)))
        assert again is not None
        assert again[0, 1] < again[27, 1]
        follower.let_go()
        found = follower.follow(2000, _crop(upturned, *_square(box)))
        assert found is not None  # the network does find it: it is we who do not believe it
        assert found[0, 1] > found[27, 1]
    finally:
        poses.close()


def test_who_is_followed_next_inherits_nothing() -> None:
    image = frame_of(EAST, 12.2)
    x1, y1, x2, y2 = PERSON_AT_12_S
    found = []
    for before in (0, 3):
        poses = PoseEstimator()
        try:
            for n in range(before):  # three who stand elsewhere in their boxes
                poses.estimate(n / 5, f"before {n}", image, (x1 - 40, y1 - 30, x2 - 10, y2 + 20))
            pose = poses.estimate(9.0, "her", image, PERSON_AT_12_S)
            assert pose is not None
            found.append(pose.landmarks_px)
        finally:
            poses.close()
    assert np.abs(found[0] - found[1]).max() < 0.01


@pytest.mark.parametrize("share", [0.6, 0.3])
def test_a_pose_of_a_small_person_is_never_sure_and_under_fifty_pixels_it_is_unknown(share: float) -> None:
    image, poses = frame_of(EAST, 12.2), PoseEstimator()
    small = np.asarray(cv2.resize(image, None, fx=share, fy=share, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    x1, y1, x2, y2 = (share * v for v in PERSON_AT_12_S)
    try:
        pose = poses.estimate(0.0, "her", small, (x1, y1, x2, y2))
    finally:
        poses.close()
    assert pose is not None or y2 - y1 < 50
    assert pose is None or float(pose.visibility.max()) <= (y2 - y1) / 100
    view = read_site(EAST.with_suffix(".site.json"), (1280, 720))
    feet = ((PERSON_AT_12_S[0] + PERSON_AT_12_S[2]) / 2, PERSON_AT_12_S[3])
    at = tuple(float(v) for v in view.to_ground([feet])[0])
    seen = Observation(0.0, 1, PERSON_AT_12_S, feet, at, 0.8, pose=pose)  # type: ignore[arg-type]
    assert (read(view, view.zones[0], seen) is UNKNOWN) is (y2 - y1 < 50)
