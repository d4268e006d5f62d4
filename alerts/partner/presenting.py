"""What a partner may read and see of an incident."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from alerts.console import presenting
from alerts.models import Agency, Evidence, Incident, PartnerLink
from alerts.partner.responding import ON_THE_WAY, said_by


@dataclass(frozen=True, slots=True)
class State:
    """How it stands, in words, and what can be done."""

    words: str
    open: bool
    mine: bool
    over: bool


def may_see(link: PartnerLink) -> set[str]:
    """The kinds of pictures that this person's agency may see; faces are blurred in all of them."""
    sees = link.contact.agency.sees if link.contact.agency else Agency.Sees.CLIP
    kinds = {Agency.Sees.WORDS: [], Agency.Sees.STILL: [Evidence.Kind.STILL]}
    return {str(kind) for kind in kinds.get(Agency.Sees(sees), [Evidence.Kind.STILL, Evidence.Kind.CLIP])}


def still(link: PartnerLink) -> Evidence | None:
    """The newest still, where this person may see it."""
    return presenting.evidence(link.incident, Evidence.Kind.STILL) if Evidence.Kind.STILL in may_see(link) else None


def clips(link: PartnerLink) -> list[Evidence]:
    """The first part of the clip, with the moment of the concern, and the newest, where this person may see them."""
    if Evidence.Kind.CLIP not in may_see(link):
        return []
    parts = list(link.incident.evidence.filter(kind=Evidence.Kind.CLIP).order_by("starts_at", "pk"))
    return parts if len(parts) < 2 else [parts[0], parts[-1]]


def state(link: PartnerLink) -> State:
    """Who has it, and what this person said last."""
    incident, said = link.incident, said_by(link)
    mine = incident.acknowledged_by_id == link.contact_id
    if incident.state == Incident.State.RESOLVED:
        return State("It is over. Nobody else is needed. Thank you.", open=False, mine=mine, over=True)
    if incident.acknowledged_by is None:
        return State("Nobody has taken it on yet.", open=True, mine=False, over=False)
    if not mine:
        return State(f"Taken on by {incident.acknowledged_by}.", open=False, mine=False, over=False)
    words = "You have taken it on."
    if said is not None:
        there = f"there in {said.detail.get('minutes')} minutes" if said.action == ON_THE_WAY else "there"
        words = f"You have taken it on. You said at {timezone.localtime(said.at):%H:%M}: {there}."
    return State(words, open=False, mine=True, over=False)


def page(link: PartnerLink) -> dict[str, Any]:
    """Everything that the page shows."""
    incident = link.incident
    concern = presenting.newest(incident)
    return {
        "link": link,
        "incident": incident,
        "tier": incident.label,
        "shape": presenting.shape(incident),
        "reasons": presenting.reasons(concern),
        "state": state(link),
        "still": still(link),
        "clips": clips(link),
        "phone": incident.camera.site.control_room_phone,
    }
