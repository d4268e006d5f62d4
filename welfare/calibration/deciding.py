"""What a person decides, all of it audited: a proposal is approved, refused or rolled back, a silent concern judged."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models.functions import Now

from welfare.calibration.models import Proposal, SilentConcern
from zones import versions
from zones.models import PictureVersion, Zone
from zones.signals import judged


class DecisionError(ValueError):
    """It cannot be decided so; the message says why and what to do."""


@transaction.atomic
def approve(proposal_id: int, *, by: str, why: str) -> Proposal:
    """Make the proposed values those of the zone, as a new version of the camera's picture.

    Raises:
        DecisionError: it does not wait, no reason is given, or the zone's values have changed since it was made.
    """
    proposal = _locked(proposal_id, Proposal.State.WAITING, why)
    zone = Zone.objects.select_for_update().get(pk=proposal.zone_id)
    if zone.overrides != proposal.before:
        raise DecisionError("the zone's values have changed since this was proposed: refuse it and calibrate again")
    reason = f"calibration, proposal {proposal.pk}: {why.strip()}"
    proposal.version = _write(zone, proposal.after, by, reason)
    return _decided(proposal, Proposal.State.APPROVED, by, why)


@transaction.atomic
def refuse(proposal_id: int, *, by: str, why: str) -> Proposal:
    """Leave the zone as it is.

    Raises:
        DecisionError: it does not wait, or no reason is given.
    """
    return _decided(_locked(proposal_id, Proposal.State.WAITING, why), Proposal.State.REFUSED, by, why)


@transaction.atomic
def roll_back(proposal_id: int, *, by: str, why: str) -> Proposal:
    """Put back what an approved proposal changed; what else was changed since stays.

    Raises:
        DecisionError: it was not approved, no reason is given, or a value that it set has been changed since.
    """
    proposal = _locked(proposal_id, Proposal.State.APPROVED, why)
    zone = Zone.objects.select_for_update().get(pk=proposal.zone_id)
    now = dict(zone.overrides)
    for change in proposal.changes:
        name = change["name"]
        if now.get(name) != proposal.after.get(name):
            raise DecisionError(f"{name} has been changed since: take it back on the page of the camera's versions")
        now.pop(name, None)
        if name in proposal.before:
            now[name] = proposal.before[name]
    _write(zone, now, by, f"calibration, proposal {proposal.pk} rolled back: {why.strip()}")
    return _decided(proposal, Proposal.State.ROLLED_BACK, by, why)


@transaction.atomic
def judge(concerns: Iterable[SilentConcern], judgement: SilentConcern.Judgement, *, by: str) -> int:
    """Say what silent concerns were; all of a stay are judged alike. Returns how many stays."""
    stays = {concern.episode: concern for concern in concerns}
    for episode, concern in stays.items():
        SilentConcern.objects.filter(episode=episode).update(judgement=judgement)
        detail = {"zone": str(concern.zone), "stay": str(episode), "judgement": judgement.label}
        judged.send(SilentConcern, by=by, action="silent_concern.judged", detail=detail)
    return len(stays)


def _locked(proposal_id: int, state: Proposal.State, why: str) -> Proposal:
    proposal = Proposal.objects.select_for_update().get(pk=proposal_id)
    if proposal.state != state:
        raise DecisionError(f"this proposal is {proposal.get_state_display()}: nothing was changed")
    if not why.strip():
        raise DecisionError("say in a few words why: the reason is kept")
    return proposal


def _write(zone: Zone, overrides: dict[str, float], by: str, why: str) -> PictureVersion | None:
    document = versions.document(zone.camera)
    for drawn in document["zones"]:
        if drawn["key"] == zone.pk:
            drawn["overrides"], drawn["override_reason"] = overrides, why[:200] if overrides else ""
    return versions.save(zone.camera_id, document, by=by, why=why)


def _decided(proposal: Proposal, state: Proposal.State, by: str, why: str) -> Proposal:
    proposal.state, proposal.decided_by, proposal.decided_why = state, by, why.strip()[:300]
    proposal.decided_at = Now()
    proposal.save()
    proposal.refresh_from_db()
    detail = {"proposal": proposal.pk, "zone": str(proposal.zone), "why": proposal.decided_why}
    judged.send(Proposal, by=by, action=f"proposal.{state.value}", detail=detail | {"changes": proposal.changes})
    return proposal
