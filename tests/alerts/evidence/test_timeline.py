"""The evidence timeline: shapes that a page draws, and the same in words."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from alerts.evidence.timeline import HEIGHT, WIDTH, timeline

AT = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)
CUES = ("stay", "pacing", "lean", "upper", "low", "run", "object", "returns", "outlook")
TRAIL: dict[str, Any] = {
    "levels": [1.5, 3.0, 4.5],
    "points": [[-20.0, 0.3, 0.3, {"alone": 0.3}], [-10.0, 1.3, 4.1, {"alone": 0.3, "stay": 1.0}],
               [0.0, 3.3, 3.4, {"alone": 0.3, "stay": 1.0, "pacing": 2.0}]],
}  # fmt: skip


def numbers(points: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in points.split())]


def test_the_strongest_cue_lies_lowest_and_the_parts_add_up_to_the_score() -> None:
    picture = timeline(TRAIL, AT)
    assert picture is not None
    assert [band.cue for band in picture.bands] == ["pacing", "stay", "alone"]
    highest = min(y for _, y in numbers(picture.bands[-1].points))
    assert highest == numbers(picture.score)[-1][1]
    assert [mark.word for mark in picture.marks] == ["12:00:10", "12:00:20", "12:00:30"]
    assert picture.could
    assert "pacing up to 2.0" in picture.words


def test_an_urgent_level_is_above_a_concern_and_all_are_on_the_picture() -> None:
    picture = timeline(TRAIL, AT)
    assert picture is not None
    heights = [level.at for level in picture.levels]
    assert heights == sorted(heights, reverse=True)
    assert all(0 < at < HEIGHT for at in heights)


def test_without_a_history_there_is_no_picture() -> None:
    assert timeline({}, AT) is None
    assert timeline({"points": TRAIL["points"][:1]}, AT) is None


@given(
    st.lists(
        st.tuples(
            st.floats(-600, 0), st.floats(-1, 12), st.floats(0, 12),
            st.dictionaries(st.sampled_from(CUES),
                            st.floats(-1, 5), max_size=9),
        ),
        min_size=2, max_size=20,
    )
)  # fmt: skip
def test_whatever_the_history_all_of_it_lies_within_the_picture(points: list[tuple[float, float, float, Any]]) -> None:
    ordered = [[t, low, low + more, parts] for t, low, more, parts in sorted(points, key=lambda p: p[0])]
    picture = timeline({"levels": [1.5, 3.0, 4.5], "points": ordered}, AT)
    assert picture is not None
    drawn = [picture.score, picture.could, *(band.points for band in picture.bands)]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for text in drawn for x, y in numbers(text))
    assert len(picture.bands) <= 7
