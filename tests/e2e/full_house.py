"""One of everything on the demo bridge, so that no page is looked at while it is empty."""

from datetime import timedelta
from pathlib import Path

from django.contrib.auth.models import User
from django.utils import timezone

from alerts import camera_faults, intake, transitions
from alerts.api import tokens
from alerts.hand_over import notes
from alerts.maintenance import windows
from alerts.models import Contact, Deletion, Incident, MaintenanceWindow, RetentionRun, Shift
from alerts.partner import pins
from alerts.retention import locks
from tests.alerts.accounts.worlds import World
from tests.e2e.test_incident_page import with_part
from tests.e2e.test_operator import with_pictures
from tests.stories.conftest import ControlRoom
from tests.stories.test_reports import a_day
from zones import versions
from zones.models import Camera, CameraStatus
from zones.tier import Tier

PIN = "274916"
BY = "supervisor"


def full_house(room: ControlRoom, media: Path) -> World:
    """The world of `docs/access.md` with pictures, incidents in every state, and what a busy week leaves behind."""
    world = World(room, media)
    with_pictures(world.incident, media, clip=False)
    with_part(world.incident, media, 1)
    a_day(room)
    _paging_to_mend()
    old_incidents(room, media)
    drawn()
    notes.write("Scaffold on the east side until Friday.", "24", by=User.objects.get(username=BY))
    pins.choose(world.link.contact, PIN, by=BY)
    return world


def taken_on(room: ControlRoom) -> Incident:
    """An incident that the operator has taken on."""
    incident = room.sees(Tier.CONCERN)
    transitions.acknowledge(incident.pk, by=Contact.objects.get(name__startswith="Olivia"), via="console")
    return incident


def camera_fault() -> Incident:
    """An incident of a camera that sends nothing."""
    CameraStatus.objects.update_or_create(
        camera_id=1, defaults={"last_frame_at": timezone.now() - timedelta(minutes=5), "state": "reconnecting"}
    )
    camera_faults.look()
    return Incident.objects.get(camera=1, subject=Incident.Subject.CAMERA)


def _paging_to_mend() -> None:
    """A gap in a rota, an unproven number, and work that goes on."""
    now, olivia = timezone.now(), Contact.objects.get(name__startswith="Olivia")
    rota = Shift(rota_id=1).rota
    rota.layers.all().delete()
    for start, end in ((-1, 60), (70, 24 * 30)):
        Shift.objects.create(
            rota=rota, contact=olivia, starts_at=now + timedelta(hours=start), ends_at=now + timedelta(hours=end)
        )
    MaintenanceWindow.objects.create(
        camera_id=2, starts_at=now, ends_at=now + timedelta(hours=2), reason="new bracket", opened_by=BY
    )
    windows.settle()


def old_incidents(room: ControlRoom, media: Path) -> None:
    """Two closed incidents whose stills are due, one of them locked, a run that asks, a report and tokens."""
    olivia, now = Contact.objects.get(name__startswith="Olivia"), timezone.now()
    (media / "stills").mkdir(exist_ok=True)
    for n in (11, 12):
        incident = room.sees()
        (media / f"stills/{n}.jpg").write_bytes(b"still")
        intake.attach(incident.pk, "still", Path(f"stills/{n}.jpg"), starts_at=now, ends_at=now)
        transitions.resolve(incident.pk, by=olivia, outcome="supported")
        Incident.objects.filter(pk=incident.pk).update(resolved_at=now - timedelta(days=100))
    locks.place(incident.pk, by=BY, reason="the coroner has asked")
    done = RetentionRun.objects.create(state="done", began_at=now - timedelta(days=5))
    RetentionRun.objects.create(
        state="asks", doubts=["The last run was 5 days ago."], plan=[{"key": "still", "count": 1, "total": 2}]
    )
    rule = "clip of an incident, faces blurred: deleted 90 days after its incident was closed"
    path = f"clips/2026/08/01/{incident.pk}-1.mp4"
    Deletion.objects.create(run=done, key="clip", rule=rule, incident_number=1, path=path, state="gone", gone_at=now)
    tokens.make("dispatch", ["incidents:read", "sites:read"], by=BY, days=90)
    gone = tokens.make("the old wall", ["sites:read"], by=BY, days=90)
    tokens.revoke(gone.token, by=BY)


def drawn() -> None:
    """A version of what is watched, with a mask, hours and a threshold of its own."""
    document = versions.document(Camera.objects.get(pk=1))
    document["masks"] = [{"name": "Windows", "polygon": [[0, 0], [200, 0], [200, 100], [0, 100]]}]
    document["zones"][0]["hours"] = [{"days": [4, 5], "from": "20:00", "to": "06:00"}]
    document["zones"][0] |= {"overrides": {"stay_from_s": 45.0}, "override_reason": "a busy lay-by behind it"}
    versions.save(1, document, by="ada", why="the windows are private")
