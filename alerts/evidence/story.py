"""What happened in an incident, in words, with the values behind them: for the console and for evidence packs."""

from collections.abc import Iterator
from typing import Any

from django.utils.text import capfirst

from alerts.models import Attempt, AuditEvent, Evidence, Incident
from zones.tier import Tier


def event_words(event: AuditEvent) -> str:
    """One event of the audit as a line."""
    detail = event.detail
    extra = detail.get("text") or detail.get("tier") or detail.get("outcome", "").replace("_", " ")
    via = f" by {detail['via']}" if detail.get("via") else ""
    return f"{capfirst(event.actor)}: {event.action}{via}" + (f", {extra}" if extra else "")


def timeline(incident: Incident) -> list[dict[str, Any]]:
    """Everything that is known of an incident in order of time: {at (ISO 8601, UTC), kind, words, detail}."""
    entries = [*_observed(incident), *_done(incident), *_paged(incident), *_kept(incident)]
    return sorted(entries, key=lambda entry: (entry["at"], entry["kind"], entry["words"]))


def _observed(incident: Incident) -> Iterator[dict[str, Any]]:
    for report in incident.concerns.all():
        reasons = "; ".join(str(reason["words"]) for reason in report.reasons)
        yield {
            "at": report.frame_at.isoformat(),
            "kind": "observed",
            "words": f"{Tier(report.tier).word} welfare concern" + (f": {reasons}" if reasons else ""),
            "detail": {
                "tier": Tier(report.tier).word,
                "score_nats": report.score,
                "triggered": report.triggered,
                "metres_estimated": report.metres_estimated,
                "reasons": report.reasons,
                "box_px": report.box_px,
                "trail": report.trail,
                "received_at": report.received_at.isoformat(),
            },
        }


def _done(incident: Incident) -> Iterator[dict[str, Any]]:
    for event in incident.audit.all():
        detail = {"event": event.pk, "actor": event.actor, "action": event.action}
        yield {"at": event.at.isoformat(), "kind": "done", "words": event_words(event), "detail": detail}


def _paged(incident: Incident) -> Iterator[dict[str, Any]]:
    """Pages, without the numbers and addresses that they went to."""
    found = Attempt.objects.filter(notification__step_run__incident=incident)
    for attempt in found.select_related("notification__contact__agency").order_by("pk"):
        who, state = str(attempt.notification.contact), attempt.get_state_display()
        yield {
            "at": attempt.created_at.isoformat(),
            "kind": "paged",
            "words": f"{who} by {attempt.get_channel_display()}: {state}",
            "detail": {
                "purpose": attempt.notification.purpose,
                "state": attempt.state,
                "state_since": attempt.changed_at.isoformat(),
                "error": attempt.error_words,
            },
        }


def _kept(incident: Incident) -> Iterator[dict[str, Any]]:
    for kept in incident.evidence.order_by("starts_at", "pk"):
        span = f"{kept.starts_at:%H:%M:%S} to {kept.ends_at:%H:%M:%S} UTC"
        what = kept.get_kind_display() + ("" if kept.kind == Evidence.Kind.STILL else f", {span}")
        detail = {"sha256": kept.sha256, "kept_at": kept.created_at.isoformat()}
        yield {"at": kept.starts_at.isoformat(), "kind": "kept", "words": what, "detail": detail}
