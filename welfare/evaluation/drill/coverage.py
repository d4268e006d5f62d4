"""What a drill covered, as a picture: the zone from above with the seconds at each place, and the camera's own view."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from welfare.evaluation.drill.session import Passed, Session

PAGED, RAISED, MISSED, DECK = "#2f7d4f", "#c98a1b", "#b3261e", "#dfe5ea"


def colour(passed: Passed) -> str:
    """Green where it came to a page, amber where only a concern was raised, red where nothing was."""
    return PAGED if passed.found else RAISED if passed.scored_s is not None else MISSED


def draw(session: Session, title: str, out: Path) -> None:
    """Write the coverage map as PNG; every copy of it says DRILL."""
    figure = Figure(figsize=(12, 5.2))
    plan, seen = figure.subplots(1, 2, gridspec_kw={"width_ratios": [1, 1.35]})
    _plan(plan, session)
    _seen(seen, session)
    figure.suptitle(f"DRILL: {title}", fontsize=12)
    figure.tight_layout()
    figure.savefig(out, dpi=100)


def _plan(side: Axes, session: Session) -> None:
    ground = session.view.to_ground(session.zone.polygon)
    edge = session.view.edge_m(session.zone)
    side.fill(ground[:, 0], ground[:, 1], color=DECK)
    side.plot(edge[:, 0], edge[:, 1], color="black", linewidth=2, label="edge")
    for passed in session.passed:
        x, y = passed.place.edge_m
        side.plot(x, y, "o", color=colour(passed), markersize=11)
        words = f"{passed.paged_s:.1f} s" if passed.paged_s is not None else "no page"
        side.annotate(
            f"{passed.place.number}: {words}", (x, y), (4, 9), textcoords="offset points", fontsize=8, rotation=35
        )
    side.set_aspect("equal", adjustable="box")
    side.margins(0.05, 0.5)
    side.set_xlabel("metres on the deck: seconds from the first pixel to the page", fontsize=8)
    side.tick_params(labelsize=8)


def _seen(side: Axes, session: Session) -> None:
    if session.last_picture is not None:
        side.imshow(np.ascontiguousarray(session.last_picture[..., ::-1]))
    edge = session.zone.edge
    side.plot(edge[:, 0], edge[:, 1], color="#ffd54a", linewidth=1)
    for passed in session.passed:
        x, y = passed.place.edge_m
        (foot,) = session.view.to_image([[x, y, 0.0]])
        side.plot(*foot, "o", color=colour(passed), markersize=8)
        side.annotate(str(passed.place.number), foot, (5, 5), textcoords="offset points", color="white", fontsize=9)
    width, height = session.view.size
    side.set_xlim(0, width)
    side.set_ylim(height, 0)
    side.set_axis_off()


def as_json(session: Session) -> dict[str, Any]:
    """The drill's figures."""
    return {
        "drill": True,
        "zone": session.zone.name,
        "stopped": session.stopped,
        "places": [
            {
                "place": p.place.number,
                "along_m": round(p.place.along_m, 2),
                "person_px": round(p.place.person_px),
                "climbs_s": round(p.climbs_s, 2),
                **{name: _rounded(getattr(p, name)) for name in ("seen_s", "tracked_s", "scored_s", "paged_s")},
                "tier": p.tier,
                "incident": p.incident,
            }
            for p in session.passed
        ],
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)
