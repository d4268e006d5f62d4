"""What the fleet page shows, in words and rounded numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.db.models.functions import Now

from welfare.fleet.figures import Figures
from welfare.fleet.handover import BEAT_TTL
from welfare.fleet.models import CameraFigures, CameraLease, TrackWorker
from zones.fault import Fault
from zones.models import Camera, CameraStatus

STAGES = ("motion", "detect", "track", "pose", "objects", "assess")
SHORT_WORDS = {
    Fault.NO_PICTURE: "no picture",
    Fault.FROZEN: "frozen",
    Fault.BLIND: "blind",
    Fault.MOVED: "moved",
    Fault.CLOCK: "clock off",
    Fault.SELDOM: "too few pictures",
    Fault.RECORDING: "not recorded",
}


@dataclass(frozen=True, slots=True)
class Worker:
    """One row of the workers' table."""

    name: str
    state: str
    cameras: list[str]
    slots: int
    since: datetime
    beat_at: datetime


@dataclass(frozen=True, slots=True)
class CameraRow:
    """One row of the cameras' table."""

    name: str
    worker: str
    epoch: int
    state: str
    fps: float
    frame_at: datetime | None
    age_ms: str
    stages: list[str]
    dropped: int
    faults: list[str]
    counted: list[str]
    memory_mb: float | None
    recorded_mb: float | None
    waiting: int


def workers() -> list[Worker]:
    """Every worker that has been here in the last day, those that are here now first."""
    held: dict[str, list[str]] = {}
    for lease in CameraLease.objects.filter(expires_at__gt=Now()).select_related("camera__site"):
        held.setdefault(lease.owner, []).append(str(lease.camera))
    found = []
    for worker in TrackWorker.objects.annotate(now=Now()).order_by("-beat_at"):
        gone = worker.now - worker.beat_at > BEAT_TTL
        found.append(
            Worker(
                name=short(worker.owner),
                state="gone" if gone else "stopping" if worker.draining else "watching",
                cameras=sorted(held.get(worker.owner, [])),
                slots=worker.slots,
                since=worker.started_at,
                beat_at=worker.beat_at,
            )
        )
    return sorted(found, key=lambda w: w.state == "gone")


def cameras(counted: Mapping[int, Mapping[str, int]], seen: QuerySet[Camera]) -> list[CameraRow]:
    """Those of some cameras that shall be watched."""
    leases = {lease.camera_id: lease for lease in CameraLease.objects.annotate(now=Now())}
    statuses = {status.camera_id: status for status in CameraStatus.objects.all()}
    figures = {row.camera_id: row for row in CameraFigures.objects.all()}
    enabled = seen.filter(enabled=True).select_related("site").order_by("site__name", "name")
    return [
        _row(camera, leases.get(camera.pk), statuses.get(camera.pk), figures.get(camera.pk), counted.get(camera.pk, {}))
        for camera in enabled
    ]


def _row(
    camera: Camera,
    lease: CameraLease | None,
    status: CameraStatus | None,
    row: CameraFigures | None,
    counted: Mapping[str, int],
) -> CameraRow:
    measured = Figures.from_json(row.figures) if row else None
    held = lease is not None and lease.expires_at > lease.now  # type: ignore[attr-defined]
    return CameraRow(
        name=str(camera),
        worker=short(lease.owner) if lease is not None and held else "",
        epoch=lease.epoch if lease else 0,
        state=status.get_state_display() if status else CameraStatus.State.OFF.label,
        fps=status.analysed_fps if status else 0.0,
        frame_at=status.last_frame_at if status else None,
        age_ms=_ages(measured),
        stages=_stages(measured),
        dropped=status.frames_dropped if status else 0,
        faults=[words(fault) for fault in (status.faults if status else {})],
        counted=[f"{words(fault)} {number}" for fault, number in sorted(counted.items())],
        memory_mb=measured.memory_bytes / 2**20 if measured else None,
        recorded_mb=measured.recorded_bytes / 2**20 if measured else None,
        waiting=measured.waiting if measured else 0,
    )


def short(owner: str) -> str:
    """A worker's name without its random part: `track@bridge/host/4711`."""
    return owner.rsplit("/", 1)[0]


def words(fault: str) -> str:
    """A fault in two words."""
    return SHORT_WORDS[Fault(fault)] if fault in set(Fault) else fault


def _ages(measured: Figures | None) -> str:
    if measured is None or not measured.frames:
        return ""
    half, late = measured.age.quantile(0.5) or 0.0, measured.age.quantile(0.99) or 0.0
    return f"{1000 * half:.0f} / {1000 * late:.0f}"


def _stages(measured: Figures | None) -> list[str]:
    means = {stage: histogram.mean for stage, histogram in measured.stages.items()} if measured else {}
    return [f"{stage} {1000 * mean:.1f}" for stage in STAGES if (mean := means.get(stage)) is not None]
