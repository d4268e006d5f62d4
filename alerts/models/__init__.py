"""Who is told: people and rotas, policies, incidents, what was sent, what came back, and the audit chain."""

from alerts.models.audit import AuditEvent
from alerts.models.incident import ConcernReport, Evidence, Incident
from alerts.models.pages import Attempt, Heartbeat, Notification, ProviderEvent, StepRun
from alerts.models.people import Agency, Contact, Rota, Shift
from alerts.models.policy import Channel, Policy, PolicyStep, Subject, TierChoices

__all__ = [
    "Agency",
    "Attempt",
    "AuditEvent",
    "Channel",
    "ConcernReport",
    "Contact",
    "Evidence",
    "Heartbeat",
    "Incident",
    "Notification",
    "Policy",
    "PolicyStep",
    "ProviderEvent",
    "Rota",
    "Shift",
    "StepRun",
    "Subject",
    "TierChoices",
]
