"""The tracker beside what a user would pick instead, on the same detections, scored by TrackEval in the same run."""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from welfare.evaluation.bench.environments import python_of, run_peer
from welfare.evaluation.mot import MotFileError, follow, read_detections, result_lines

OURS = "Handrail"
PEERS = {
    "ByteTrack": ("trackers", "trackers_peer.py"),
    "OC-SORT": ("trackers", "trackers_peer.py"),
    "C-BIoU": ("trackers", "trackers_peer.py"),
    "norfair": ("norfair", "norfair_peer.py"),
}
TOGETHER = "COMBINED"
ROUNDS = 3  # the fastest of three is told, for each tracker alike


@dataclass(frozen=True, slots=True)
class Sequence:
    """One sequence of a MOTChallenge folder."""

    name: str
    fps: float
    detections: Path


@dataclass(frozen=True, slots=True)
class Result:
    """What one tracker reached.

    Attributes:
        tracker: its name.
        scores: by sequence and COMBINED: HOTA, MOTA, IDF1 in per cent, IDSW as a count.
        hz: frames a second of processor time over all sequences, updates alone: other load does not count.
    """

    tracker: str
    scores: dict[str, dict[str, float]]
    hz: float


def sequences(folder: Path) -> list[Sequence]:
    """The sequences of a folder.

    Raises:
        MotFileError: there are none, or one has no rate.
    """
    found = []
    for info in sorted(folder.glob("*/seqinfo.ini")):
        settings = dict(line.split("=", 1) for line in info.read_text().splitlines() if "=" in line)
        try:
            fps = float(settings["frameRate"])
        except (KeyError, ValueError) as error:
            raise MotFileError(f"{info} names no frameRate") from error
        found.append(Sequence(info.parent.name, fps, info.parent / "det" / "det.txt"))
    if not found:
        raise MotFileError(f"{folder} has no MOTChallenge sequences (folders with seqinfo.ini, det and gt)")
    return found


def compare(folder: Path, say: Callable[[str], None]) -> list[Result]:
    """Run every tracker over every sequence, and score them all.

    Args:
        folder: MOTChallenge sequences with ground truth.
        say: told what is being done.

    Raises:
        MotFileError: the folder or a file in it is not in MOTChallenge's form.
        PeerError: a peer cannot be installed or run.
    """
    todo = sequences(folder)
    for peer in ("trackers", "norfair", "trackeval"):
        say(f"environment of {peer}")
        python_of(peer)
    with tempfile.TemporaryDirectory() as results:
        hz = {tracker: _rate(tracker, todo, Path(results), say) for tracker in (OURS, *PEERS)}
        say("scoring with TrackEval")
        scores = json.loads(run_peer("trackeval", "score.py", str(folder), results))
    return [Result(tracker, scores[tracker], hz[tracker]) for tracker in hz]


def _rate(tracker: str, todo: list[Sequence], results: Path, say: Callable[[str], None]) -> float:
    """Write one tracker's result files; returns its frames a second."""
    target = results / tracker / "data"
    target.mkdir(parents=True)
    seconds, frames = 0.0, 0
    for sequence in todo:
        say(f"{tracker} on {sequence.name}")
        out = target / f"{sequence.name}.txt"
        seconds += min(_seconds(tracker, sequence, out) for _ in range(ROUNDS))
        frames += len(read_detections(sequence.detections))
    return frames / seconds


def _seconds(tracker: str, sequence: Sequence, out: Path) -> float:
    if tracker == OURS:
        detections = read_detections(sequence.detections)
        start = time.process_time()
        followed = follow(detections, sequence.fps)
        seconds = time.process_time() - start
        out.write_text("\n".join(result_lines(followed)))
        return seconds
    peer, script = PEERS[tracker]
    return float(run_peer(peer, script, tracker, str(sequence.fps), str(sequence.detections), str(out)))


def table(results: list[Result]) -> Iterator[str]:
    """Lines for people: each sequence, all together, and whether Handrail is ahead."""
    names = list(results[0].scores)
    yield f"{'HOTA MOTA IDF1 switches':26}" + "".join(f"{result.tracker:>24}" for result in results)
    for name in names:
        cells = (result.scores[name] for result in results)
        yield f"{name:26}" + "".join(f"{c['HOTA']:8.1f}{c['MOTA']:6.1f}{c['IDF1']:6.1f}{c['IDSW']:4.0f}" for c in cells)
    yield f"{'frames a second':26}" + "".join(f"{result.hz:24.0f}" for result in results)
    ours, peers = results[0], results[1:]
    for measure, better in (("HOTA", max), ("MOTA", max), ("IDF1", max), ("IDSW", min)):
        best = better(peers, key=lambda peer: peer.scores[TOGETHER][measure])
        yield (
            f"{measure:5} {ours.scores[TOGETHER][measure]:7.1f}, the best peer {best.scores[TOGETHER][measure]:7.1f} "
            f"({best.tracker})"
        )
    fastest = max(peers, key=lambda peer: peer.hz)
    yield f"speed {ours.hz / fastest.hz:.2f} times the fastest peer ({fastest.tracker})"
