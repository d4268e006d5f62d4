"""One camera's life in a worker: source, ring, analysis, and what it has to say."""

import logging
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from welfare import software
from welfare.behaviour.events import ConcernRaised
from welfare.behaviour.profile import Profile
from welfare.evaluation.event_lines import trail_lines
from welfare.fleet.bounds import Bounds
from welfare.fleet.concerns import concern_of
from welfare.fleet.leases import Lease, StaleEpochError
from welfare.fleet.models import EpisodeCheckpoint
from welfare.fleet.outbox import Entry, Outbox
from welfare.fleet.places import camera_address, ring_age_s, ring_folder
from welfare.fleet.progress import Progress
from welfare.fleet.recording import Recording
from welfare.fleet.reporter import AskForClip, Reporter
from welfare.fleet.showing import Showing
from welfare.fleet.watched_hours import WatchedHours
from welfare.watch.health import SIZE, PictureHealth
from welfare.watch.people_log import PeopleLog, joints_of
from welfare.watch.pipeline import Models, PictureSizeError, Pipeline, Step
from welfare.watch.redact import write_still
from welfare.watch.source import Frame, Source, SourceState
from zones import hours
from zones.geometry import GeometryError
from zones.models import Camera

logger = logging.getLogger(__name__)

RESUME_S = 60.0  # a checkpoint older than this is about people who have gone
BESIDE_S = 12.0  # a camera that gave no picture by then is left to its present watcher
OUTBOX = "outbox"


class CameraRun:
    """Watches one camera until it is stopped, its epoch ends, or the camera's settings change.

    Args:
        camera: what to watch.
        lease: the right to do it, or what is on offer.
        models: the networks of this process.
        ask_for_clip: asks a media worker for a part of an incident's clip.
        bounds: when it hands the camera over.
        take_over: for a camera that another still watches: turns the offer into a lease when the first picture is here.
    """

    def __init__(
        self,
        camera: Camera,
        lease: Lease,
        models: Models,
        ask_for_clip: AskForClip,
        *,
        bounds: Bounds | None = None,
        take_over: Callable[[Lease], Lease] | None = None,
    ) -> None:
        self._camera, self._models, self._take_over = camera, models, take_over
        self.progress = Progress()
        self._stop = threading.Event()
        self._source: Source | None = None
        self._outbox = Outbox(settings.RUN_DIR / OUTBOX / str(camera.pk))
        self.reporter = Reporter(lease, self._outbox, self.progress, self.stop, ask_for_clip, bounds=bounds or Bounds())
        self._zone_profiles = {zone.name: zone for zone in camera.zones.filter(enabled=True)}
        ranges = {name: hours.parse(zone.hours) for name, zone in self._zone_profiles.items()}
        self._made_by: dict[str, dict[str, Any]] = {}
        self._silent = {name for name, zone in self._zone_profiles.items() if zone.silent}
        self._hours = WatchedHours(ranges, camera.site.time_zone)
        self._health = PictureHealth(reference_of(camera))
        self._people = PeopleLog(ring_folder(camera.pk), max_age_s=ring_age_s())
        self._showing: Showing | None = None
        self._recent: deque[float] = deque(maxlen=50)
        self._pipeline: Pipeline | None = None

    @property
    def lease(self) -> Lease:
        """The right that it holds now."""
        return self.reporter.lease

    @property
    def holds(self) -> bool:
        """Whether the lease is its own, not still another's that was on offer."""
        return self._take_over is None

    def stop(self, why: str) -> None:
        """End the run soon; may be called from any thread."""
        logger.info("camera %s: %s", self._camera.pk, why)
        self._stop.set()
        if self._source is not None:
            threading.Thread(target=self._source.close, name="source-close", daemon=True).start()

    def run(self) -> None:
        """Watch; returns when it is over."""
        if self.holds:
            self.reporter.start()
        try:
            if self.holds:
                self._pipeline = self._resumed(self._fresh())
            self._watch()
        except StaleEpochError as error:
            logger.info("not taken over: %s", error)
        except (GeometryError, ValueError) as error:
            # A camera that cannot be watched keeps its lease and says why: no worker could do better.
            self._tell(SourceState.BROKEN.value, str(error))
            self._stop.wait()
        finally:
            self.reporter.close()

    def _begin_beside(self) -> Pipeline:
        """The first picture of a camera that another still watches is here: from now on it is watched here.

        Raises:
            StaleEpochError: it is not on offer any more.
        """
        pipeline = self._fresh()  # it takes a moment, in which the present watcher goes on
        if self._take_over is not None:
            self.reporter.lease = self._take_over(self.lease)
            self._take_over = None
            self.reporter.start()
            logger.warning("camera %s is watched here, epoch %s, handed over", self.lease.camera_id, self.lease.epoch)
        return self._resumed(pipeline)

    def _fresh(self) -> Pipeline:
        profiles = {n: Profile().with_overrides(zone.overrides) for n, zone in self._zone_profiles.items()}
        self._made_by = {name: software.in_force(profile) for name, profile in profiles.items()}
        return Pipeline(self._camera.view(), self._models, profiles)

    def _resumed(self, pipeline: Pipeline) -> Pipeline:
        """The same, with the stays that the last run left a moment ago."""
        left = EpisodeCheckpoint.objects.filter(camera=self._camera).first()
        now_s = time.time()
        if left is not None and 0 <= now_s - left.frame_at.timestamp() < RESUME_S:
            pipeline.restore(self._hours.untold(left.frame_at.timestamp(), left.stays), now_s)
            logger.info("camera %s goes on with the stays of %s", self._camera.pk, left.frame_at)
        return pipeline

    def _watch(self) -> None:
        camera = self._camera
        patience = threading.Timer(BESIDE_S, self._lose_patience)
        patience.daemon = True
        recording = Recording(camera, ring_folder(camera.pk))
        try:
            with Source(
                camera_address(camera.source),
                username=camera.username,
                password=camera.password,
                loop=camera.loop,
                expect_size=(camera.width, camera.height),
                on_state=self._tell,
                on_packet=recording.analysed,
                fps=settings.ANALYSIS_FPS,
            ) as source:
                self._source = source
                if not self.holds:
                    patience.start()
                if not self._stop.is_set():
                    recording.start()
                    for frame in source.frames():
                        if self._pipeline is None:
                            self._pipeline = self._begin_beside()
                        self._analyse(self._pipeline, frame)
                        self._look_after(frame, source.clock_jumps, recording)
                        self.progress.dropped, self.progress.reconnects = source.dropped, source.reconnects
            if self._pipeline is not None:
                self._stop.wait()  # a recording that ended keeps its lease, or it would begin again for ever
        finally:
            patience.cancel()
            recording.close()
            if self._showing is not None:
                self._showing.end()

    def _lose_patience(self) -> None:
        if self._pipeline is None:
            self.stop("no picture came: the camera stays where it is")

    def _analyse(self, pipeline: Pipeline, frame: Frame) -> None:
        p = self.progress
        p.busy_since = time.monotonic()
        try:
            step = pipeline.step(frame.at_s, frame.image)
        except PictureSizeError:
            return  # the source has told the operator; the picture may come back
        finally:
            p.busy_since, p.sign_at = None, time.monotonic()
        self._note_people(frame.at_s, step)
        stays = told_to_nobody(pipeline.snapshot(), self._silent)
        self.reporter.ended.extend(pipeline.finished())
        raised = [event for event in step.events if isinstance(event, ConcernRaised)]
        for concern in self._hours.due(frame.at_s, raised, {stay["id"] for zone in stays.values() for stay in zone}):
            self._raise(concern, frame, step)
        self._show(frame, step)  # for who looks; a concern never waits for it
        self._recent.append(frame.at_s)
        span = self._recent[-1] - self._recent[0]
        p.fps = (len(self._recent) - 1) / span if span > 0 else 0.0
        p.stays, p.frame_at_s = stays, frame.at_s
        p.figures.note_frame(time.time() - frame.at_s, step.looked, step.cost_ms)

    def _look_after(self, frame: Frame, clock_jumps: int, recording: Recording) -> None:
        unlearned = self._health.reference is None
        self._health.look(frame.at_s, frame.image, clock_jumps)
        self.progress.tell_faults(self._health.since() | recording.fault_since())
        self.progress.figures.recorded_bytes = recording.written_bytes
        if unlearned and self._health.reference is not None:
            self.progress.learned = self._health.reference.tobytes()

    def _show(self, frame: Frame, step: Step) -> None:
        if self._showing is None:
            self._showing = Showing(self._camera.pk)
        self._showing.offer(frame.at_s, frame.image, step)

    def _note_people(self, at_s: float, step: Step) -> None:
        boxes = [person.box_px for person in step.observations]
        try:
            self._people.note(at_s, boxes, [joints_of(person.pose) for person in step.observations])
        except OSError as error:
            logger.warning("camera %s: no boxes kept for its clips: %s", self._camera.pk, error.strerror)

    def _raise(self, event: ConcernRaised, frame: Frame, step: Step) -> None:
        """Report first, picture second: a page never waits for a still."""
        made_by = self._made_by.get(event.zone, {})
        concern = concern_of(event, self._camera.pk, trail=trail_lines(event), made_by=made_by)
        logger.warning("camera %s: %s welfare concern in %s", self._camera.pk, event.tier.word, event.zone)
        still = f"stills/{concern.frame_at:%Y/%m/%d}/{uuid.uuid4()}.jpg"
        try:
            self._outbox.put(concern, still)
        except OSError:
            logger.exception("camera %s: the outbox cannot be written; reporting from memory", self._camera.pk)
            self.reporter.unsaved.append(Entry(Path(still), concern, still))
        self.reporter.nudge()
        if event.zone not in self._silent:  # of whom nobody is told, no picture is kept
            self._write_still(frame.image, step, event, still)

    def _write_still(self, image: NDArray[np.uint8], step: Step, event: ConcernRaised, still: str) -> None:
        try:
            people = [person.box_px for person in step.observations]
            write_still(image, people, event.box_px, Path(settings.MEDIA_ROOT) / still)
        except OSError:
            logger.exception("camera %s: no still could be kept", self._camera.pk)
        self.reporter.nudge()

    def _tell(self, state: str, words: str) -> None:
        self.progress.tell(state, words)
        if state != SourceState.LIVE.value and words:
            logger.warning("camera %s is %s: %s", self._camera.pk, state, words)
        self.reporter.nudge()


def told_to_nobody(stays: dict[str, Any], silent: Collection[str]) -> dict[str, Any]:
    """The stays as they are handed on: those of silent zones were raised to nobody, and are once the zone pages."""
    return {
        zone: [{**stay, "reported": None} for stay in people] if zone in silent else people
        for zone, people in stays.items()
    }


def reference_of(camera: Camera) -> NDArray[np.uint8] | None:
    """The outlines that a camera's scene had when it was calibrated."""
    if camera.reference is None:
        return None
    return np.frombuffer(bytes(camera.reference), dtype=np.uint8).reshape(SIZE[1], SIZE[0])
