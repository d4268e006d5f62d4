"""Stays as a watch would have recorded them, made up by rule."""

import uuid
from datetime import UTC, datetime, timedelta

from welfare.behaviour.profile import Profile
from welfare.behaviour.record import Moment, Rise, StayRecord
from welfare.behaviour.rescoring import rescored
from welfare.calibration.history import Stay, Verdict
from zones.tier import Tier

START = datetime(2026, 11, 1, tzinfo=UTC)


def record(
    edge_s: float, at: datetime = START, *, turns: float = 0, lean_deg: float = 0.0, zone: int = 1, raised: bool = True
) -> StayRecord:
    """Somebody at the edge for `edge_s`, who turns back so often and leans so far all the time, alone."""
    moments = []
    for second in range(0, int(edge_s) + 1, 2):
        cues = {"stay": (float(second), 1.0)} if second else {}
        cues |= {"pacing": (turns * second / edge_s, 1.0)} if turns and second else {}
        cues |= {"lean": (lean_deg, 0.9)} if lean_deg else {}
        moments.append(Moment(second, cues, "alone"))
    began_s = at.timestamp()
    made = StayRecord(
        str(uuid.uuid4()), zone, began_s, began_s + edge_s + 10, edge_s + 10, edge_s, tuple(moments), (), whole=True
    )
    rises = tuple(Rise(at_s, tier) for tier, at_s in rescored(made, Profile()).first_s.items()) if raised else ()
    return StayRecord(
        made.episode, zone, made.began_s, made.ended_s, made.stay_s, made.edge_stay_s, made.moments, rises, whole=True
    )


def stay(edge_s: float, verdict: Verdict = Verdict.UNJUDGED, day: int = 0, hour: int = 12, **more: float) -> Stay:
    """The same with a verdict."""
    at = START + timedelta(days=day, hours=hour)
    return Stay(record(edge_s, at, **more), at, verdict)  # type: ignore[arg-type]


def viewers(days: int = 20) -> list[Stay]:
    """A place where people commonly look at the river for two minutes, by day and by night, 12 a day."""
    lengths = (20, 40, 60, 80, 90, 100, 110, 120, 125, 130, 135, 140)
    return [
        stay(length, day=day, hour=(i * 2) % 24, turns=3.7 * (i > 9))
        for day in range(days)
        for i, length in enumerate(lengths)
    ]


def tier_of(stay: Stay, profile: Profile) -> Tier | None:
    """What it reaches."""
    return rescored(stay.record, profile).tier
