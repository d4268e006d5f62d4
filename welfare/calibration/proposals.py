"""From the database to a proposal in it: the stays of a zone, what people found, and what comes of both."""

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from alerts import intake
from welfare.behaviour.profile import Profile, ProfileError
from welfare.calibration.history import GRAVEST, OF_OUTCOME, History, Stay, Verdict, in_order
from welfare.calibration.keeping import record_of
from welfare.calibration.models import Proposal, RecordedStay, SilentConcern
from welfare.calibration.proposing import Proposed, propose
from zones.models import Zone


def history_of(zone: Zone, days: float) -> tuple[History, dict[str, Profile]]:
    """What is known of a zone, and by episode the profile of its time."""
    since = timezone.now() - timedelta(days=days)
    rows = RecordedStay.objects.filter(zone=zone, ended_at__gte=since)
    clock = ZoneInfo(zone.camera.site.time_zone)
    verdicts = _verdicts(zone)
    stays, profiles, left_out = [], {}, 0
    for row in rows.order_by("began_at").iterator():
        record = record_of(row)
        if not record.whole:
            left_out += 1
            continue
        verdict = verdicts.get(row.episode, Verdict.UNJUDGED)
        stays.append(Stay(record, row.began_at.astimezone(clock), verdict))
        try:
            profiles[record.episode] = Profile().with_overrides(row.overrides)
        except ProfileError:
            continue  # a value that the profile has no more
    return History(in_order(stays), left_out), profiles


def _verdicts(zone: Zone) -> dict[UUID, Verdict]:
    """By stay: an incident's outcome, or what somebody said of a silent concern."""
    silent = SilentConcern.objects.filter(zone=zone).exclude(judgement="").values_list("episode", "judgement")
    found: dict[UUID, Verdict] = {}
    for episode, outcome in [*silent, *intake.outcomes(zone.pk)]:
        said = OF_OUTCOME[outcome]
        found[episode] = min(said, found.get(episode, said), key=GRAVEST.index)
    return found


def proposed(zone: Zone, days: float) -> Proposed:
    """What a zone's history gives now; nothing is written."""
    history, profiles = history_of(zone, days)
    return propose(history, zone.overrides, viewpoint=zone.kind == Zone.Kind.VIEWPOINT, in_force=profiles)


@transaction.atomic
def put_forward(zone: Zone, found: Proposed) -> Proposal:
    """Write a proposal; the one that waited for the zone gives way to it."""
    if found.effect is None:
        raise ValueError("there is nothing to propose")
    Proposal.objects.filter(zone=zone, state=Proposal.State.WAITING).delete()
    return Proposal.objects.create(
        zone=zone,
        before=zone.overrides,
        after=dict(found.overrides),
        changes=[change.as_json() for change in found.changes],
        effect=found.effect.as_json(),
        words=list(found.words),
    )
