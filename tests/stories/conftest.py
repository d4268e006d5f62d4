"""A control room to tell stories in: the demo site, a real PostgreSQL, the Twilio fake, and time that is moved."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from alerts import intake
from alerts.engine import Engine
from alerts.models import Attempt, Contact, Incident
from tests.twilio_fake.fixture import TwilioFake
from tests.twilio_fake.state import Message
from zones.tier import Tier

CLOCKS = (
    ("alerts_incident", "next_action_at"),
    ("alerts_attempt", "due_at"),
    ("alerts_attempt", "lease_until"),
    ("alerts_attempt", "changed_at"),
    ("alerts_attempt", "claimed_at"),
    ("alerts_steprun", "started_at"),
    ("alerts_heartbeat", "beat_at"),
    ("alerts_senderpace", "next_at"),
    ("alerts_notification", "exhausted_at"),
    ("alerts_partnerpin", "locked_until"),
    ("alerts_incident", "resolved_at"),
    ("alerts_maintenancewindow", "starts_at"),
    ("alerts_maintenancewindow", "ends_at"),
    ("alerts_numbercheck", "sent_at"),
    ("alerts_partnertest", "claimed_at"),
    ("alerts_partnertest", "sent_at"),
)


class ControlRoom:
    """What the stories say: a concern is seen, time goes by, people answer."""

    LEASE_S = 9.0  # the time limit of 5 s and the margin, rounded up

    def __init__(self, fake: TwilioFake) -> None:
        self.fake = fake
        self.engine = Engine(senders=2)

    def sees(self, tier: Tier = Tier.CRITICAL, episode: uuid.UUID | None = None, **more: object) -> Incident:
        """The watch reports a concern on the demo bridge."""
        values: dict[str, object] = {
            "camera_id": 1,
            "zone_id": 1,
            "episode": episode or uuid.uuid4(),
            "tier": tier,
            "score": 3.2,
            "triggered": tier is Tier.CRITICAL,
            "metres_estimated": False,
            "frame_at": timezone.now(),
            "reasons": (
                {"cue": "stay", "words": "stayed near the edge for 75 s", "value": 75.0, "unit": "s",
                 "confidence": 0.9, "weight_nats": 0.4},
            ),
            "box_px": (10.0, 20.0, 60.0, 200.0),
        }  # fmt: skip
        reported = intake.report(intake.Concern(**(values | more)))  # type: ignore[arg-type]
        assert reported is not None
        return Incident.objects.get(pk=reported.incident_id)

    def turn(self) -> None:
        """The engine makes a round, and every answer of the provider is written."""
        self.engine.round()
        self.engine.drain()

    def later(self, seconds: float) -> None:
        """Time goes by, for the database, the engine and the phones."""
        with connection.cursor() as cursor:
            for table in dict.fromkeys(table for table, _ in CLOCKS):
                columns = ", ".join(f"{c} = {c} - make_interval(secs => %(s)s)" for t, c in CLOCKS if t == table)
                cursor.execute(f"UPDATE {table} SET {columns}", {"s": seconds})  # noqa: S608
        self.fake.account.advance(seconds)
        self.turn()

    def texts(self, name: str) -> list[Message]:
        """What a person's phone got by SMS."""
        return [m for m in self.fake.messages if m.to == self.number(name)]

    def calls(self, name: str) -> int:
        """How often a person was called."""
        return sum(call.to == self.number(name) for call in self.fake.calls)

    @staticmethod
    def number(name: str) -> str:
        """A person's mobile."""
        return Contact.objects.get(name__startswith=name).mobile

    @staticmethod
    def states(incident: Incident) -> list[str]:
        """The states of all attempts of an incident, oldest first."""
        found = Attempt.objects.filter(notification__step_run__incident=incident).order_by("pk")
        return list(found.values_list("state", flat=True))


@pytest.fixture
def room(
    transactional_db: None, twilio_fake: TwilioFake, settings: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[ControlRoom]:
    """The demo's control room, ready."""
    settings.AUDIT_ANCHORS = tmp_path / "anchors.txt"  # type: ignore[attr-defined]
    call_command("loaddata", "demo", verbosity=0)
    cache.clear()
    room = ControlRoom(twilio_fake)
    yield room
    room.engine.close()


@pytest.fixture
def room_without_engine(db: None, twilio_fake: TwilioFake) -> Iterator[ControlRoom]:
    """The same where no process pages: each test is rolled back, which is much quicker."""
    call_command("loaddata", "demo", verbosity=0)
    cache.clear()
    room = ControlRoom(twilio_fake)
    yield room
    room.engine.close()


@pytest.fixture
def phone_line() -> Client:
    """Somebody on the internet who is not Twilio."""
    return Client()
