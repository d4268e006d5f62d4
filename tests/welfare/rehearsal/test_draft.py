"""A drawing tried on the boxes that the watch has logged: stays, concerns, and an honest rate a day."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pytest

from tests.pictures import EAST
from welfare.rehearsal.draft import Draft
from welfare.rehearsal.expected import expected
from welfare.watch.people_log import Box
from zones.drawing import Drawing, parse
from zones.site_file import read_site

LONDON = ZoneInfo("Europe/London")
VIEW = read_site(EAST.with_suffix(".site.json"), (1280, 720))


def drawing(*, hours: Sequence[object] = (), **more: object) -> Drawing:
    zone = VIEW.zones[0]
    shape = {"name": "Footway", "polygon": zone.polygon.tolist(), "edge": zone.edge.tolist(), "hours": list(hours)}
    return parse({"homography": VIEW.homography.tolist(), "zones": [shape], **more}, VIEW.size)


def standing(x: float, y: float) -> Box:
    """The box of somebody who stands at a ground place, metres."""
    (foot, head) = VIEW.to_image([[x, y, 0.0], [x, y, 1.75]])
    half = (foot[1] - head[1]) / 6
    return float(foot[0] - half), float(head[1]), float(foot[0] + half), float(foot[1])


def log(seconds: float, *people: Box) -> list[tuple[float, list[Box]]]:
    return [(1_000_000 + n / 5, list(people)) for n in range(int(seconds * 5))]


def test_a_stay_is_shown_with_its_seconds_and_metres() -> None:
    draft = Draft(drawing())
    for at_s, boxes in log(10.0, standing(9.0, -0.6)):
        moment = draft.step(at_s, boxes)
    (stay,) = moment.stays
    assert stay["zone"] == "Footway"
    assert stay["stay_s"] == pytest.approx(9, abs=1.5)
    assert stay["edge_m"] == pytest.approx(0.6, abs=0.2)
    assert len(moment.people) == 1


def test_nobody_is_shown_in_a_mask() -> None:
    x1, y1, x2, y2 = standing(9.0, -0.6)
    mask = {"name": "m", "polygon": [[x1 - 30, y1], [x2 + 30, y1], [x2 + 30, y2 + 30], [x1 - 30, y2 + 30]]}
    draft = Draft(drawing(masks=[mask]))
    for at_s, boxes in log(5.0, (x1, y1, x2, y2)):
        moment = draft.step(at_s, boxes)
    assert moment.people == []


@pytest.mark.slow
def test_what_a_day_would_bring_is_told_with_its_doubt() -> None:
    timed = drawing(hours=[{"days": [0], "from": "22:00", "to": "06:00"}])
    found = expected(timed, log(700.0, standing(9.0, -0.6)), LONDON, limit_s=120)
    assert found.watched_s == pytest.approx(700, abs=1)
    # Five minutes at the edge: one stay, a notice first and a concern then, and counted once.
    assert [(rate.tier, rate.counted) for rate in found.rates] == [
        ("critical", 0), ("urgent", 0), ("concern", 1), ("notice", 0)
    ]  # fmt: skip
    assert found.rates[2].a_day == found.rates[3].a_day == "123 (3.1 to 688)"
    assert "14:46 on 12 January to 14:58 on 12 January, of which 12 minutes were watched" in found.words[0]
    assert 'The hours of "Footway" are not looked at' in found.words[-1]


def test_too_little_is_said_to_be_too_little() -> None:
    found = expected(drawing(), log(60.0), LONDON)
    assert found.rates == []
    assert expected(drawing(), [], LONDON).rates == []
    assert "too few to say anything" in found.words[0]


def test_a_gap_in_the_log_was_not_watched() -> None:
    seen = [*log(10.0), *((at_s + 3600, boxes) for at_s, boxes in log(10.0))]
    assert expected(drawing(), seen, LONDON).watched_s == pytest.approx(20, abs=1)
