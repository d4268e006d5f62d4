"""The lines of an event file, as `docs/analyse.schema.json` describes them."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from welfare.behaviour.events import ConcernRaised, CueMeasured, EpisodeChanged, Event, Reason
from welfare.behaviour.observation import Observation


def track_line(person: Observation, *, estimated: bool) -> dict[str, Any]:
    """One person in one analysed frame."""
    return {
        "t_s": round(person.t_s, 3),
        "type": "track",
        "track_id": person.track_id,
        "box_px": [round(v, 1) for v in person.box_px],
        "feet_m": _metres(person.feet_m),
        "metres_estimated": estimated,
        "score": round(person.score, 3),
        "seen": person.seen,
    }


def lines_of(people: Sequence[Observation], events: Sequence[Event], *, estimated: bool) -> Iterator[dict[str, Any]]:
    """Every line of one frame."""
    yield from (track_line(person, estimated=estimated) for person in people)
    yield from (event_line(event) for event in events)


def event_line(event: Event) -> dict[str, Any]:
    """A stay, a cue or a welfare concern."""
    common = {
        "t_s": round(event.t_s, 3),
        "type": _TYPES[type(event)],
        "track_id": event.track_id,
        "episode": event.episode,
        "zone": event.zone,
    }
    if isinstance(event, EpisodeChanged):
        return common | {
            "state": event.state,
            "stay_s": round(event.stay_s, 2),
            "edge_stay_s": round(event.edge_stay_s, 2),
            "edge_distance_m": _number(event.edge_distance_m),
            "score": round(event.score, 3),
            "score_high": round(event.score_high, 3),
            "sight": event.sight.value,
            "reading": event.reading,
            "tier": event.tier.word if event.tier else None,
        }
    if isinstance(event, CueMeasured):
        return common | reason_line(event.reason)
    return common | {
        "box_px": [round(v, 1) for v in event.box_px],
        "feet_m": _metres(event.feet_m),
        "metres_estimated": event.metres_estimated,
        "tier": event.tier.word,
        "score": round(event.score, 3),
        "score_high": round(event.score_high, 3),
        "sight": event.sight.value,
        "triggered": event.triggered,
        "reasons": [reason_line(reason) for reason in event.reasons],
    }


_TYPES = {EpisodeChanged: "episode", CueMeasured: "cue", ConcernRaised: "concern"}


def reason_line(reason: Reason) -> dict[str, Any]:
    """A cue with its measurement, as it is written to files and kept with an incident."""
    return {
        "cue": reason.cue,
        "words": reason.words,
        "value": _number(reason.value),
        "unit": reason.unit,
        "confidence": round(reason.confidence, 2),
        "weight_nats": round(reason.weight_nats, 3),
        "t_s": round(reason.t_s, 3),
    }


def trail_lines(event: ConcernRaised) -> dict[str, Any]:
    """The score by cue up to a concern, as `alerts.evidence.timeline` draws it; times before the concern's frame."""
    points = [
        [
            round(point.t_s - event.t_s, 1),
            round(point.score, 2),
            round(point.score_high, 2),
            {cue: round(nats, 2) for cue, nats in point.parts.items() if abs(nats) >= 0.01},
        ]
        for point in event.trail
    ]
    return {"levels": list(event.levels), "points": points}


def _metres(at: tuple[float, float]) -> list[float] | None:
    return [round(at[0], 2), round(at[1], 2)] if math.isfinite(at[0]) and math.isfinite(at[1]) else None


def _number(value: float) -> float | None:
    return round(value, 3) if math.isfinite(value) else None
