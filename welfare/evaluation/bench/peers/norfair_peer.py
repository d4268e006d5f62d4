"""Runs norfair with boxes as its own demos do (IoU, threshold 0.7), in an environment that has nothing of ours.

python norfair_peer.py NAME FPS DET.txt RESULT.txt; prints the seconds that its updates took.
"""

import sys
import time
from pathlib import Path

import norfair
import numpy as np

_, _, source, target = sys.argv[1:]
rows = np.loadtxt(source, delimiter=",", ndmin=2)
rows = rows[(rows[:, 4] > 0) & (rows[:, 5] > 0)]
tracker, lines, seconds = norfair.Tracker(distance_function="iou", distance_threshold=0.7), [], 0.0
for frame in range(1, int(rows[:, 0].max()) + 1):
    here = rows[rows[:, 0] == frame]
    corners = np.stack([here[:, 2:4], here[:, 2:4] + here[:, 4:6]], axis=1)
    start = time.process_time()
    found = [norfair.Detection(box, scores=np.full(2, score)) for box, score in zip(corners, here[:, 6], strict=True)]
    followed = tracker.update(detections=found)
    seconds += time.process_time() - start
    for person in followed:
        if any(person.last_detection is detection for detection in found):  # seen here, as the others tell
            (x1, y1), (x2, y2) = person.estimate
            lines.append(f"{frame},{person.id},{x1:.2f},{y1:.2f},{x2 - x1:.2f},{y2 - y1:.2f},1,-1,-1,-1\n")
Path(target).write_text("".join(lines))
sys.stdout.write(f"{seconds}\n")
