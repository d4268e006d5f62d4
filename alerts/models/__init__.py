"""Who is told: people and rotas, policies, incidents, what was sent, what came back, and the audit chain."""

from alerts.models.audit import AuditEvent, AuditLink, AuditPending
from alerts.models.incident import ConcernReport, Evidence, Incident
from alerts.models.pages import Attempt, Heartbeat, Notification, ProviderEvent, StepRun
from alerts.models.people import Agency, Contact, Rota, Shift
from alerts.models.policy import Channel, Policy, PolicyStep, Subject, TierChoices
from alerts.models.reaching import (
    ContactAddress,
    NumberBlock,
    PartnerLink,
    PartnerPin,
    PushSubscription,
    SenderPace,
)

__all__ = [
    "Agency",
    "Attempt",
    "AuditEvent",
    "AuditLink",
    "AuditPending",
    "Channel",
    "ConcernReport",
    "Contact",
    "ContactAddress",
    "Evidence",
    "Heartbeat",
    "Incident",
    "Notification",
    "NumberBlock",
    "PartnerLink",
    "PartnerPin",
    "Policy",
    "PolicyStep",
    "ProviderEvent",
    "PushSubscription",
    "Rota",
    "SenderPace",
    "Shift",
    "StepRun",
    "Subject",
    "TierChoices",
]
