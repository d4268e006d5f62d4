"""The fleet's figures for Prometheus, read from PostgreSQL when they are asked for: one address for all machines."""

from collections.abc import Iterable, Iterator

from django.db.models.functions import Now
from django.utils import timezone
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from welfare.fleet.figures import Figures, Histogram
from welfare.fleet.handover import fleet
from welfare.fleet.models import CameraFigures, CameraLease
from zones.models import Camera, CameraStatus

CAMERA = ["camera"]


class FleetCollector(Collector):
    """Cameras, leases and workers; a camera is named by its database key and its name."""

    def collect(self) -> Iterable[Metric]:
        """Every figure now."""
        yield from _workers()
        yield from _leases()
        yield from _states()
        yield from _runs()

    def describe(self) -> Iterable[Metric]:
        """Nothing: what there is depends on the database, which is not asked when this is registered."""
        return []


def _workers() -> Iterator[Metric]:
    slots = GaugeMetricFamily("handrail_worker_slots", "Cameras that a worker can watch at once", labels=["worker"])
    held = GaugeMetricFamily("handrail_worker_cameras", "Cameras that a worker watches", labels=["worker"])
    for worker in fleet():
        slots.add_metric([worker.owner], worker.slots)
        held.add_metric([worker.owner], worker.held)
    yield from (slots, held)


def _leases() -> Iterator[Metric]:
    epoch = GaugeMetricFamily("handrail_lease_epoch", "How often a camera was claimed", labels=CAMERA)
    held = GaugeMetricFamily("handrail_lease_held", "1 where a worker holds the camera's lease now", labels=CAMERA)
    for lease in CameraLease.objects.select_related("camera__site").annotate(now=Now()):
        epoch.add_metric([label(lease.camera)], lease.epoch)
        held.add_metric([label(lease.camera)], float(lease.expires_at > lease.now))
    yield from (epoch, held)


def _states() -> Iterator[Metric]:
    enabled = GaugeMetricFamily("handrail_camera_enabled", "1 where the camera shall be watched", labels=CAMERA)
    state = GaugeMetricFamily("handrail_camera_state", "1 for the state that it is in", labels=[*CAMERA, "state"])
    age = GaugeMetricFamily("handrail_last_frame_age_seconds", "Since the last analysed frame", labels=CAMERA)
    fault = GaugeMetricFamily("handrail_camera_fault", "1 for each fault that is there now", labels=[*CAMERA, "fault"])
    dropped = CounterMetricFamily("handrail_frames_dropped", "Due frames that were never analysed", labels=CAMERA)
    again = CounterMetricFamily("handrail_reconnects", "Connections to the camera after the first", labels=CAMERA)
    now = timezone.now()
    for status in CameraStatus.objects.filter(camera__enabled=True).select_related("camera__site"):
        name = label(status.camera)
        enabled.add_metric([name], 1)
        state.add_metric([name, status.state], 1)
        if status.last_frame_at is not None:
            age.add_metric([name], max((now - status.last_frame_at).total_seconds(), 0.0))
        for kind in status.faults:
            fault.add_metric([name, kind], 1)
        dropped.add_metric([name], status.frames_dropped)
        again.add_metric([name], status.reconnects)
    yield from (enabled, state, age, fault, dropped, again)


def _runs() -> Iterator[Metric]:
    stages = HistogramMetricFamily("handrail_stage_seconds", "An analysed frame by stage", labels=[*CAMERA, "stage"])
    age = HistogramMetricFamily("handrail_frame_age_seconds", "Age of a frame once it is judged", labels=CAMERA)
    frames = CounterMetricFamily("handrail_frames", "Analysed frames", labels=CAMERA)
    tiles = CounterMetricFamily("handrail_tiles", "Tiles that went through the person detector", labels=CAMERA)
    faults = CounterMetricFamily("handrail_camera_faults", "How often each fault began", labels=[*CAMERA, "fault"])
    recorded = CounterMetricFamily("handrail_recorded_bytes", "Written to the camera's ring", labels=CAMERA)
    waiting = GaugeMetricFamily("handrail_outbox_waiting", "Concerns that wait for the database", labels=CAMERA)
    memory = GaugeMetricFamily("handrail_process_memory_bytes", "Resident, the camera's process", labels=CAMERA)
    for row in CameraFigures.objects.filter(camera__enabled=True).select_related("camera__site"):
        name, figures = label(row.camera), Figures.from_json(row.figures)
        for stage, histogram in figures.stages.items():
            stages.add_metric([name, stage], buckets(histogram), histogram.total)
        age.add_metric([name], buckets(figures.age), figures.age.total)
        frames.add_metric([name], figures.frames)
        tiles.add_metric([name], figures.looked)
        for fault, count in figures.faults.items():
            faults.add_metric([name, fault], count)
        recorded.add_metric([name], figures.recorded_bytes)
        waiting.add_metric([name], figures.waiting)
        memory.add_metric([name], figures.memory_bytes)
    yield from (stages, age, frames, tiles, faults, recorded, waiting, memory)


def buckets(histogram: Histogram) -> list[tuple[str, float]]:
    """Cumulative counts, as the exposition format has them."""
    found, seen = [], 0
    for bound, count in zip([*map(str, histogram.bounds), "+Inf"], histogram.counts, strict=True):
        seen += count
        found.append((bound, float(seen)))
    return found


def label(camera: Camera) -> str:
    """What a camera is called in a figure."""
    return f"{camera.pk} {camera}"
