"""What one camera's run measures: times by stage, ages, drops, faults. Counted in the run, kept in PostgreSQL.

A worker's children come and go and live on many machines, so nobody asks them: each writes its counts with its status
once a second, and `/metrics` reads the rows. Counts begin at zero with each run, as Prometheus expects of a counter.
"""

import os
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import psutil

STAGE_BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
AGE_BOUNDS_S = (0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0, 5.0, 10.0)


@dataclass(slots=True)
class Histogram:
    """How often a measurement was at most each bound.

    Attributes:
        bounds: upper ends of the buckets, seconds; one more bucket has no end.
        counts: measurements in each bucket.
        total: their sum, seconds.
    """

    bounds: tuple[float, ...]
    counts: list[int] = field(default_factory=list)
    total: float = 0.0

    def __post_init__(self) -> None:
        self.counts = self.counts or [0] * (len(self.bounds) + 1)

    def add(self, seconds: float) -> None:
        """Count one measurement."""
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.total += seconds

    def quantile(self, share: float) -> float | None:
        """The bound under which that share of the measurements lies; None without any."""
        wanted, seen = share * sum(self.counts), 0
        if not wanted:
            return None
        for bound, count in zip(self.bounds, self.counts, strict=False):
            seen += count
            if seen >= wanted:
                return bound
        return self.bounds[-1]

    @property
    def mean(self) -> float | None:
        """Seconds; None without a measurement."""
        number = sum(self.counts)
        return self.total / number if number else None


@dataclass(slots=True)
class Figures:
    """The counts of one run.

    Attributes:
        frames: analysed.
        looked: tiles that went through the person detector.
        stages: seconds of an analysed frame by stage.
        age: seconds from a frame's time until it was judged.
        faults: how often each fault began.
        recorded_bytes: written to the ring.
        waiting: concerns in the outbox now.
        memory_bytes: resident memory of the process now.
        pid: of the process.
    """

    frames: int = 0
    looked: int = 0
    stages: dict[str, Histogram] = field(default_factory=dict)
    age: Histogram = field(default_factory=lambda: Histogram(AGE_BOUNDS_S))
    faults: dict[str, int] = field(default_factory=dict)
    recorded_bytes: int = 0
    waiting: int = 0
    memory_bytes: int = 0
    pid: int = field(default_factory=os.getpid)

    def note_frame(self, age_s: float, looked: int, cost_ms: Mapping[str, float]) -> None:
        """Count one analysed frame."""
        self.frames += 1
        self.looked += looked
        self.age.add(max(age_s, 0.0))
        for stage, ms in cost_ms.items():
            self.stages.setdefault(stage, Histogram(STAGE_BOUNDS_S)).add(ms / 1000)

    def note_faults(self, before: Mapping[str, str], now: Mapping[str, str]) -> None:
        """Count the faults that are there now and were not before."""
        for fault in now.keys() - before.keys():
            self.faults[fault] = self.faults.get(fault, 0) + 1

    def note_process(self) -> None:
        """Measure this process."""
        self.memory_bytes = int(psutil.Process().memory_info().rss)

    def as_json(self) -> dict[str, Any]:
        """For the row."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Figures":
        """Back from the row."""
        return cls(
            **{name: kept[name] for name in ("frames", "looked", "faults", "recorded_bytes", "waiting")},
            stages={stage: _histogram(row) for stage, row in kept["stages"].items()},
            age=_histogram(kept["age"]),
            memory_bytes=kept["memory_bytes"],
            pid=kept["pid"],
        )


def _histogram(row: Mapping[str, Any]) -> Histogram:
    return Histogram(tuple(row["bounds"]), list(row["counts"]), row["total"])
