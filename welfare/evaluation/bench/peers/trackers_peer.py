"""Runs a tracker of the package `trackers` at its defaults, in an environment that has nothing of ours.

python trackers_peer.py NAME FPS DET.txt RESULT.txt; prints the seconds that its updates took.
"""

import sys
import time
from pathlib import Path

import numpy as np
import supervision
from trackers import ByteTrackTracker, CBIoUTracker, OCSORTTracker

name, fps, source, target = sys.argv[1:]
kind = {"ByteTrack": ByteTrackTracker, "OC-SORT": OCSORTTracker, "C-BIoU": CBIoUTracker}[name]
rows = np.loadtxt(source, delimiter=",", ndmin=2)
rows = rows[(rows[:, 4] > 0) & (rows[:, 5] > 0)]
tracker, lines, seconds = kind(frame_rate=float(fps)), [], 0.0
for frame in range(1, int(rows[:, 0].max()) + 1):
    here = rows[rows[:, 0] == frame]
    boxes = np.hstack([here[:, 2:4], here[:, 2:4] + here[:, 4:6]])
    found = supervision.Detections(xyxy=boxes, confidence=here[:, 6], class_id=np.zeros(len(here), dtype=int))
    start = time.process_time()
    followed = tracker.update(found)
    seconds += time.process_time() - start
    for (x1, y1, x2, y2), number in zip(followed.xyxy, followed.tracker_id, strict=True):
        if number >= 0:
            lines.append(f"{frame},{number + 1},{x1:.2f},{y1:.2f},{x2 - x1:.2f},{y2 - y1:.2f},1,-1,-1,-1\n")
Path(target).write_text("".join(lines))
sys.stdout.write(f"{seconds}\n")
