"""A policy's version in sentences, and what differs between two: what somebody reads before they save or go back."""

from itertools import zip_longest
from typing import Any

from alerts.escalation import steps_of
from alerts.models import Channel, Policy
from alerts.policies.forecast import words_of

Body = dict[str, Any]


def step_sentences(body: Body) -> list[str]:
    """One sentence for each step: whom, how, how long, how often."""
    written = body.get("steps") or []
    steps = steps_of({"steps": written}) if written else ()
    return [
        f"{words_of(step)}, by {_channels(step.channels)}, {_wait(step.wait_s)}{_times(raw)}"
        for step, raw in zip(steps, written, strict=True)
    ]


def rule_sentences(body: Body) -> list[str]:
    """What holds for all steps together."""
    loops = body.get("loops", 1)
    found = [
        f"gone through {loops} time{'s' if loops != 1 else ''}, then the last step again until a person acts",
        f"who takes it on has {body.get('acknowledged_for_s', 0) / 60:g} minutes, then it pages again",
    ]
    if body.get("quiet_hours"):
        way = dict(Policy.Quiet.choices).get(str(body.get("quiet_way")), "held")
        found.append(f"quiet hours {body['quiet_hours']}: {way}")
    return found


def difference(before: Body | None, after: Body) -> list[str]:
    """What changed from one version to the next, a sentence each; empty where nothing did."""
    if before is None:
        return ["the first version"]
    found = [
        _change(f"step {number}", old, new)
        for number, (old, new) in enumerate(zip_longest(step_sentences(before), step_sentences(after)), start=1)
        if old != new
    ]
    olds, news = rule_sentences(before), rule_sentences(after)
    return found + [_change("rule", old, new) for old, new in zip_longest(olds, news) if old != new]


def _change(what: str, old: str | None, new: str | None) -> str:
    if old is None:
        return f"{what} is new: {new}"
    if new is None:
        return f"{what} is gone: {old}"
    return f"{what}: {new} (was: {old})"


def _wait(seconds: int) -> str:
    return f"then {seconds} s for an answer" if seconds else "and the next step at once"


def _channels(names: tuple[str, ...]) -> str:
    return ", then ".join(str(Channel(name).label) if name in Channel.values else name for name in names) or "nothing"


def _times(raw: Any) -> str:
    repeat = raw.get("repeat", 1) if isinstance(raw, dict) else 1
    return f", {repeat} times" if repeat > 1 else ""
