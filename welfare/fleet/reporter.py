"""The thread of a camera's run that talks to the database: concerns first, then lease, status and checkpoint.

The analysis never waits for the database. While it is away concerns stay in the outbox, frames go on, and the
checkpoint is not moved past a concern that nobody has been told of.
"""

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, connection
from django.utils import timezone

from alerts import intake
from welfare.behaviour.record import StayRecord
from welfare.calibration import keeping
from welfare.fleet import clips, growth, handover, leases
from welfare.fleet.bounds import Bounds
from welfare.fleet.figures import Figures
from welfare.fleet.leases import Lease, StaleEpochError
from welfare.fleet.models import CameraFigures, EpisodeCheckpoint
from welfare.fleet.outbox import Entry, Outbox
from welfare.fleet.plain import without_details
from welfare.fleet.progress import Progress
from zones.models import Camera, CameraStatus, Zone

logger = logging.getLogger(__name__)

ROUND_S = 1.0
SWEEP_S = 5.0
CLIP_GIVE_UP = timedelta(minutes=10)
ASK_AGAIN_S = 60.0  # a task may be lost; one that is at work is not disturbed by another
NEVER = -1e9
NO_HEIR_S = 60.0  # assumed: a run that nobody takes over ends by itself, and its camera is claimed anew
STILL_WAIT_S = 30.0
ENDED_KEPT = 1000  # stays that wait for a database that is away
REFUSED = (Zone.DoesNotExist, DataError, IntegrityError, ValueError)
SETTINGS = [f.attname for f in Camera._meta.concrete_fields if f.name != "reference"]


class AskForClip(Protocol):
    """Asks a media worker for the next part of an incident's clip; the first part is more pressing than others."""

    def __call__(self, incident_id: int, *, first: bool) -> None:
        """Ask; may fail when the broker is away."""


@dataclass(slots=True)
class Reporter:
    """Delivers what a run finds out.

    Attributes:
        lease: the right to write for the camera.
        outbox: the concerns that wait.
        progress: shared with the analysis.
        stop_run: called with words when the run has to end.
        ask_for_clip: asks a media worker for a part of an incident's clip.
        bounds: when the run hands its camera over.
        unsaved: concerns that the disk refused.
        ended: stays that are over, whose numbers are to be kept.
    """

    lease: Lease
    outbox: Outbox
    progress: Progress
    stop_run: Callable[[str], None]
    ask_for_clip: AskForClip
    bounds: Bounds = field(default_factory=Bounds)
    unsaved: list[Entry] = field(default_factory=list)
    ended: deque[StayRecord] = field(default_factory=lambda: deque(maxlen=ENDED_KEPT))
    _nudge: threading.Event = field(default_factory=threading.Event)
    _closing: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _settings: Any = None
    _swept_at: float = 0.0
    _away: bool = False
    _offered_at: float | None = None
    _began_at: datetime = field(default_factory=timezone.now)
    _stills: list[tuple[int, str, datetime, float]] = field(default_factory=list)
    _asked: dict[tuple[int, datetime | None], float] = field(default_factory=dict)
    _first_clip_at: float = NEVER

    def start(self) -> None:
        """Begin; the first round is made at once."""
        self._thread = threading.Thread(target=self._run, name=f"reporter-{self.lease.camera_id}", daemon=True)
        self._thread.start()

    def nudge(self) -> None:
        """Something waits: do not finish the second."""
        self._nudge.set()

    def close(self, timeout_s: float = 5.0) -> None:
        """One last round, then end."""
        self._closing.set()
        self._nudge.set()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            while True:
                last = self._closing.is_set()
                if not self._round() or last:
                    return
                self._nudge.wait(ROUND_S)
                self._nudge.clear()
                self._leave_if_hung()
        finally:
            connection.close()

    def _round(self) -> bool:
        """One round; False where this run may not write any more."""
        try:
            self.deliver()
            self._keep_up()
        except StaleEpochError as error:
            self.stop_run(str(error))
            return False
        except (OperationalError, InterfaceError):
            if not self._away:
                logger.exception("the database is away; camera %s is watched on", self.lease.camera_id)
            self._away = True
            connection.close()
            return True
        except Exception:
            logger.exception("camera %s: a round of reports failed; trying again", self.lease.camera_id)
            connection.close()
            return True
        if self._away:
            logger.warning("the database is back; camera %s has reported all", self.lease.camera_id)
            self._away = False
        return True

    def deliver(self) -> None:
        """Report every waiting concern, oldest first.

        Raises:
            OperationalError: the database is away; what waits goes on waiting.
        """
        for entry in [*self.outbox.waiting(), *self.unsaved]:
            try:
                reported = intake.report(entry.concern)
                if reported is None:
                    self._keep_silent(entry)
            except REFUSED:
                reported = self._report_plainly(entry)  # before its file is put aside: the database may go away now
                logger.exception("a concern cannot be stored and is kept as %s", self.outbox.put_aside(entry.file))
            if reported is not None:
                still = (reported.incident_id, entry.still, entry.concern.frame_at, time.monotonic())
                self._stills.append(still)
                self._first_clip_at = time.monotonic() + _until_first_part(entry.concern.frame_at)
            self.outbox.done(entry)
            if entry in self.unsaved:
                self.unsaved.remove(entry)
        self._attach_stills()

    @staticmethod
    def _report_plainly(entry: Entry) -> intake.Reported | None:
        """Page all the same, without the details that the database refuses; None where that cannot be either."""
        try:
            return intake.report(without_details(entry.concern, Outbox.aside_of(entry.file).name))
        except REFUSED:
            logger.exception("a concern cannot be reported without its details either")
            return None

    @staticmethod
    def _keep_silent(entry: Entry) -> None:
        """A silent zone pages nobody: what it would have raised is kept for its admin."""
        c = entry.concern
        said = {"score": c.score, "triggered": c.triggered, "reasons": list(c.reasons)}
        keeping.keep_silent(c.zone_id, c.episode, c.tier, c.frame_at, **said)

    def _keep_stays(self) -> None:
        """Write the numbers of stays that are over; a fault here costs some of them and holds up nothing."""
        records = [self.ended.popleft() for _ in range(len(self.ended))]
        if not records:
            return
        try:
            overrides = dict(Zone.objects.filter(camera_id=self.lease.camera_id).values_list("pk", "overrides"))
            keeping.keep_stays(records, overrides)
        except (OperationalError, InterfaceError):
            self.ended.extend(records)
            raise
        except Exception:
            logger.exception("camera %s: the numbers of %s stays are lost", self.lease.camera_id, len(records))

    def _attach_stills(self) -> None:
        later = []
        for still in self._stills:
            incident_id, path, frame_at, since = still
            if (Path(settings.MEDIA_ROOT) / path).exists():
                intake.attach(incident_id, "still", Path(path), starts_at=frame_at, ends_at=frame_at)
            elif time.monotonic() - since < STILL_WAIT_S:
                later.append(still)
        self._stills = later

    def _keep_up(self) -> None:
        leases.renew(self.lease)
        self._write_status()
        now = time.monotonic()
        if now - self._swept_at >= SWEEP_S or self._swept_at < self._first_clip_at <= now:
            self._swept_at = now
            self.progress.figures.note_process()
            self._check_bounds()
            self._check_settings()
            self._ask_for_clips()
            self._keep_stays()

    def _write_status(self) -> None:
        now, p = timezone.now(), self.progress
        frame_at = datetime.fromtimestamp(p.frame_at_s, UTC) if p.frame_at_s else None
        stays = p.stays
        with leases.fenced(self.lease):
            status, _ = CameraStatus.objects.get_or_create(camera_id=self.lease.camera_id)
            if status.state != p.state:
                status.since = now
            status.state, status.detail = p.state, p.detail[:300]
            status.last_frame_at = frame_at or status.last_frame_at
            status.analysed_fps, status.frames_dropped, status.reconnects = round(p.fps, 2), p.dropped, p.reconnects
            status.faults = p.faults
            status.save()
            if p.learned is not None:
                Camera.objects.filter(pk=self.lease.camera_id).update(reference=p.learned)
                p.learned = None
            self._write_figures(now)
            if stays is not None and frame_at is not None:
                EpisodeCheckpoint.objects.update_or_create(
                    camera_id=self.lease.camera_id,
                    defaults={"epoch": self.lease.epoch, "frame_at": frame_at, "stays": stays, "saved_at": now},
                )

    def _write_figures(self, now: datetime) -> None:
        figures: Figures = self.progress.figures
        figures.waiting = len(self.outbox.waiting()) + len(self.unsaved)
        CameraFigures.objects.update_or_create(
            camera_id=self.lease.camera_id,
            defaults={
                "epoch": self.lease.epoch,
                "began_at": self._began_at,
                "saved_at": now,
                "figures": figures.as_json(),
            },
        )

    def _check_bounds(self) -> None:
        """Offer the camera when the run has gone on, or its process has grown, for long enough."""
        why = self.bounds.passed(self.progress.figures.memory_bytes)
        if not why:
            return
        if self._offered_at is None:
            self._offered_at = time.monotonic()
            logger.warning("camera %s is handed over: %s", self.lease.camera_id, why)
        handover.offer(self.lease)
        if time.monotonic() - self._offered_at > NO_HEIR_S:
            self.stop_run(f"{why}, and no worker has room: watching again with a fresh process")

    def _check_settings(self) -> None:
        camera = list(Camera.objects.filter(pk=self.lease.camera_id, enabled=True).values(*SETTINGS))
        now = (camera, list(Zone.objects.filter(camera_id=self.lease.camera_id).order_by("pk").values()))
        if self._settings is not None and now != self._settings:
            self.stop_run("the camera's settings have changed: watching again with the new ones")
        self._settings = now

    def _ask_for_clips(self) -> None:
        """Ask a media worker for each part of a clip that is due: the first one of an incident before all others."""
        since = timezone.now() - timedelta(seconds=settings.CLIP_LONGEST_S) - CLIP_GIVE_UP
        asked: dict[tuple[int, datetime | None], float] = {}
        for growing in intake.growing(self.lease.camera_id, since=since):
            key = (growing.incident_id, growing.clip_until)
            if not any(clips.due(growing, time.time())):
                continue
            asked[key] = self._asked.get(key, NEVER)
            if time.monotonic() - asked[key] < ASK_AGAIN_S:
                continue
            try:
                self.ask_for_clip(growing.incident_id, first=not growing.parts)
                asked[key] = time.monotonic()
            except Exception as error:  # noqa: BLE001 - whatever the broker's client raises, watching goes on
                logger.warning("no media worker could be asked for clip of #%s: %s", growing.incident_id, error)
        self._asked = asked

    def _leave_if_hung(self) -> None:
        why = self.progress.hangs(time.monotonic())
        if why:
            logger.critical("camera %s: %s; this process ends", self.lease.camera_id, why)
            os._exit(70)


def _until_first_part(frame_at: datetime) -> float:
    """Seconds until the first part of a clip can be made."""
    return max((frame_at - timezone.now()).total_seconds() + growth.FIRST_AFTER_S + growth.LAG_S, 0.0)
