"""Six live cameras and three real track workers: what is missed when a worker, the broker or the database goes.

Gaps are read off the log of analysed frames that every run writes beside its ring: the longest time between two frames
that were looked at, whoever did. Stays are read off the checkpoints, incidents off the database.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np
from django.db import connection

from welfare.evaluation.bench.world import World, told, wait
from welfare.evaluation.replay import Replay
from welfare.fleet.models import CameraLease, EpisodeCheckpoint, TrackWorker
from welfare.watch.people_log import people_between
from zones.models import Camera, Zone

WORKERS = ("a", "b", "c")
SLOTS = 3  # two workers can carry all six cameras
QUIET_S = 10.0
AFTER_S = 8.0  # a gap of a kill is looked for so long
OUTAGE_S = 15.0
BACKSTOP_S = 60.0  # the person at the rail is a concern after so long: an incident that must not come twice
NEAR_M = 1.3  # the person leans at 0.8 m from the edge: near it all the time
STANDING_S = (4.2, 6.0)  # of the busy clip: both people stand
THERE_AND_BACK = 5
FILM_FPS = 10
DUE_S = 30.0  # a concern comes due so long after the settings are changed
STOP_BEFORE_S = 5.0  # the database is stopped so long before it
LIVE_S = 5.0
PEOPLE = 2  # in the busy clip


@dataclass(slots=True)
class Figures:
    """What was seen.

    Attributes:
        gaps_s: by what happened, the longest gap of each camera that it touched.
        stays: stays that went on over a kill; set_back: shorter after it; lost: gone after it.
        incidents: about people; duplicates: more of a camera than people were there.
        waited: concerns that the outbox held while the database was away; undelivered: that it holds at the end.
    """

    gaps_s: dict[str, list[float]] = field(default_factory=dict)
    stays: int = 0
    set_back: int = 0
    lost: int = 0
    incidents: int = 0
    duplicates: int = 0
    waited: int = 0
    undelivered: int = 0


def measure(busy: Path, empty: Path, kills: int, say: Callable[[str], None]) -> Figures:
    """Run the whole bench in a world of its own.

    Args:
        busy: a clip with two people who stay, one at the rail; its site file lies beside it.
        empty: the same view with nobody.
        kills: how often a worker is killed.
        say: told what is being done.

    Raises:
        WorldError: cameras or workers did not come up.
    """
    figures, site = Figures(), busy.with_suffix(".site.json")
    with World() as world, told(world):
        still = standing(busy, world.folder / "standing.mp4")
        cameras = world.add_cameras([(str(clip), site) for clip in (still, still, empty, empty, empty, empty)])
        overrule(cameras[0], BACKSTOP_S)
        bench = _Bench(world, cameras, figures, say)
        for name in WORKERS:
            world.start_worker(name, SLOTS)
        say("waiting for six cameras, three workers and an incident")
        wait("all cameras live on three workers", lambda: bench.all_live() and bench.workers_up() == len(WORKERS))
        wait("an incident", incidents)
        bench.undisturbed()
        for number in range(kills):
            bench.kill(WORKERS[number % len(WORKERS)], f"kill {number + 1} of {kills}")
        bench.without_broker()
        bench.without_database()
        figures.incidents = len(incidents())
        figures.duplicates = sum(max(0, number - PEOPLE) for number in Counter(incidents()).values())
    return figures


@dataclass(slots=True)
class _Bench:
    world: World
    cameras: Sequence[Camera]
    figures: Figures
    say: Callable[[str], None]

    def undisturbed(self) -> None:
        self.say("undisturbed")
        with self._gaps("undisturbed", self.cameras):
            time.sleep(QUIET_S)

    def kill(self, name: str, words: str) -> None:
        """Kill a worker, see its cameras go on elsewhere with their stays, and bring it back."""
        wait(f"a camera on worker {name}", lambda: self._held_by(name))
        time.sleep(2.0)  # a checkpoint of each
        touched = [camera for camera in self.cameras if camera.pk in self._held_by(name)]
        before = {camera.pk: stays(camera) for camera in touched}
        self.say(f"{words}: worker {name} with {len(touched)} cameras")
        with self._gaps("kill -9 of a worker", touched):
            self.world.kill(name)
            time.sleep(AFTER_S)
            wait("the cameras of the killed worker", self.all_live)
        self._compare(before)
        with self._gaps("the worker comes back and takes its share", self.cameras):
            self.world.start_worker(name, SLOTS)
            wait(f"worker {name} to come back", lambda: self._held_by(name))
            time.sleep(2.0)

    def without_broker(self) -> None:
        self.say(f"Valkey stopped for {OUTAGE_S:.0f} s")
        with self._gaps(f"Valkey stopped for {OUTAGE_S:.0f} s", self.cameras):
            self.world.valkey.stop()
            time.sleep(OUTAGE_S)
            self.world.valkey.start()
            time.sleep(3.0)

    def without_database(self) -> None:
        """Stop PostgreSQL while a concern comes due that nobody has been told of."""
        camera = self.cameras[1]
        wait("a stay at the edge", lambda: at_the_edge(camera) >= BACKSTOP_S - DUE_S)
        due_s = at_the_edge(camera) + DUE_S
        epoch = CameraLease.objects.get(camera=camera).epoch
        overrule(camera, due_s)
        wait("the camera with its new settings", lambda: CameraLease.objects.get(camera=camera).epoch > epoch)
        wait("all cameras live", self.all_live)
        wait("a concern that is nearly due", lambda: at_the_edge(camera) >= due_s - STOP_BEFORE_S)
        before, told = {c.pk: stays(c) for c in self.cameras}, len(incidents())
        self.say(f"database stopped for {OUTAGE_S:.0f} s")
        with self._gaps(f"database stopped for {OUTAGE_S:.0f} s", self.cameras):
            connection.close()
            self.world.postgres.stop()
            until = time.monotonic() + OUTAGE_S
            while time.monotonic() < until:
                self.figures.waited = max(self.figures.waited, self._waiting())
                time.sleep(0.25)
            self.world.postgres.start()
            wait("the database", _answers)
            time.sleep(AFTER_S)
        self._compare(before)
        wait("what waited for the database", lambda: not self._waiting() and len(incidents()) > told)
        self.figures.undelivered = self._waiting()

    def all_live(self) -> bool:
        """Whether every camera was looked at a moment ago."""
        return all(time.time() - frame_s < LIVE_S for frame_s in (self._last(camera) for camera in self.cameras))

    def workers_up(self) -> int:
        return TrackWorker.objects.count()

    def _last(self, camera: Camera) -> float:
        now_s = time.time()
        return max((t_s for t_s, _ in people_between(self._ring(camera), now_s - 5, now_s + 1)), default=0.0)

    def _ring(self, camera: Camera) -> Path:
        return self.world.folder / "run" / "recordings" / str(camera.pk)

    def _held_by(self, name: str) -> set[int]:
        held = CameraLease.objects.filter(owner__startswith=f"{name}@")
        owners = TrackWorker.objects.filter(owner__startswith=f"{name}@").order_by("-started_at").values("owner")[:1]
        return set(held.filter(owner__in=list(owners.values_list("owner", flat=True))).values_list("camera", flat=True))

    def _waiting(self) -> int:
        return len(list((self.world.folder / "run" / "outbox").glob("*/*.concern.json")))

    @contextmanager
    def _gaps(self, what: str, touched: Sequence[Camera]) -> Iterator[None]:
        start_s = time.time()
        yield
        end_s = time.time()
        found = self.figures.gaps_s.setdefault(what, [])
        for camera in touched:
            seen = [t_s for t_s, _ in people_between(self._ring(camera), start_s - 3, end_s)]
            found.append(float(np.diff(sorted([*seen, end_s])).max()) if seen else end_s - start_s)
        self.say(f"{what}: {', '.join(f'{gap:.1f}' for gap in found[-len(touched) :])} s")

    def _compare(self, before: dict[int, dict[str, float]]) -> None:
        for camera in self.cameras:
            now = stays(camera)
            for key, stay_s in before.get(camera.pk, {}).items():
                self.figures.stays += 1
                self.figures.lost += key not in now
                self.figures.set_back += now.get(key, stay_s) < stay_s


def standing(busy: Path, out: Path) -> Path:
    """The seconds of the clip in which both people stand, there and back again.

    A file begins anew for whoever takes a camera over. People who walk in it would jump, which none does in a stream.
    """
    with Replay(busy) as replay:
        images = [image for t_s, image in replay.frames(FILM_FPS) if STANDING_S[0] <= t_s < STANDING_S[1]]
    height, width = images[0].shape[:2]
    with av.open(str(out), "w") as container:
        stream = container.add_stream("libx264", rate=FILM_FPS, options={"preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for image in [*images, *reversed(images)] * THERE_AND_BACK:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode())
    return out


def overrule(camera: Camera, backstop_s: float) -> None:
    """Make the person at the rail a concern after so long."""
    values = {"backstop_s": backstop_s, "edge_near_m": NEAR_M}
    Zone.objects.filter(camera=camera).update(overrides=values, override_reason="for the bench")


def stays(camera: Camera) -> dict[str, float]:
    """Seconds of each stay that is kept for a camera."""
    return {episode["id"]: float(episode["stay_s"]) for episode in _kept(camera)}


def at_the_edge(camera: Camera) -> float:
    """Seconds of the longest stay at the edge that is kept for a camera."""
    return max((float(episode["edge_stay_s"]) for episode in _kept(camera)), default=0.0)


def _kept(camera: Camera) -> list[dict[str, Any]]:
    kept = EpisodeCheckpoint.objects.filter(camera=camera).first()
    return [e for zone in kept.stays.values() for e in zone] if kept else []


def incidents() -> list[int]:
    """The camera of each incident about a person."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT camera_id FROM alerts_incident WHERE zone_id IS NOT NULL AND tier >= 2")
        return [int(camera) for (camera,) in cursor.fetchall()]


def _answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:  # noqa: BLE001 - away, whatever the driver calls it
        connection.close()
        return False
    return True


def table(figures: Figures) -> Iterator[str]:
    """Lines for people."""
    yield f"{'longest time between two frames looked at':46}{'cameras':>9}{'p50':>8}{'worst':>8}  seconds"
    for what, gaps in figures.gaps_s.items():
        yield f"{what:46}{len(gaps):9}{np.median(gaps):8.2f}{max(gaps):8.2f}"
    yield f"stays that went on: {figures.stays}, set back {figures.set_back}, lost {figures.lost}"
    yield f"incidents: {figures.incidents}, duplicates {figures.duplicates}"
    yield f"concerns that waited for the database: {figures.waited}, not delivered {figures.undelivered}"
