"""Who is told: people and rotas, policies, incidents, what was sent, what came back, and the audit chain."""

from alerts.models.access import FailedLogIn, Membership, SharingRule
from alerts.models.api import ApiCall, ApiToken
from alerts.models.audit import AuditEvent, AuditLink, AuditPending
from alerts.models.control_room import HandOverNote, HandOverRead, Looking
from alerts.models.incident import ConcernReport, Evidence, Incident
from alerts.models.keys import WallScreen
from alerts.models.maintenance import MaintenanceWindow
from alerts.models.pages import Attempt, Heartbeat, Notification, ProviderEvent, StepRun
from alerts.models.people import Agency, Contact, NumberCheck, PartnerTest, Role
from alerts.models.policy import Channel, Policy, PolicyStep, PolicyVersion, Subject, TierChoices
from alerts.models.reaching import ContactAddress, NumberBlock, PartnerLink, PartnerPin, PushSubscription, SenderPace
from alerts.models.retention import Deletion, EvidenceLock, RetentionRun
from alerts.models.rota import Layer, LayerPerson, Override, Rota, Shift

__all__ = [
    "Agency",
    "ApiCall",
    "ApiToken",
    "Attempt",
    "AuditEvent",
    "AuditLink",
    "AuditPending",
    "Channel",
    "ConcernReport",
    "Contact",
    "ContactAddress",
    "Deletion",
    "Evidence",
    "EvidenceLock",
    "FailedLogIn",
    "HandOverNote",
    "HandOverRead",
    "Heartbeat",
    "Incident",
    "Layer",
    "LayerPerson",
    "Looking",
    "MaintenanceWindow",
    "Membership",
    "Notification",
    "NumberBlock",
    "NumberCheck",
    "Override",
    "PartnerLink",
    "PartnerPin",
    "PartnerTest",
    "Policy",
    "PolicyStep",
    "PolicyVersion",
    "ProviderEvent",
    "PushSubscription",
    "RetentionRun",
    "Role",
    "Rota",
    "SenderPace",
    "SharingRule",
    "Shift",
    "StepRun",
    "Subject",
    "TierChoices",
    "WallScreen",
]
