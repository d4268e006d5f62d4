"""Scores MOTChallenge results with TrackEval, in an environment that has nothing of ours.

python score.py GROUND_TRUTH_FOLDER RESULTS_FOLDER; results lie at RESULTS/TRACKER/data/SEQUENCE.txt. Prints JSON:
tracker -> sequence or COMBINED -> HOTA, MOTA, IDF1 in per cent and ID switches. MOT17 is cleaned of distractors as the
challenge does; the TUD sequences belong to MOT15, which is not cleaned. COMBINED counts all frames of all sequences.
"""

import contextlib
import json
import os
import sys
from pathlib import Path

import numpy as np
import trackeval

truth, results = sys.argv[1:]
lengths = {}
for info in sorted(Path(truth).glob("*/seqinfo.ini")):
    lengths[info.parent.name] = int(info.read_text().split("seqLength=")[1].split()[0])
metrics = [trackeval.metrics.HOTA(), trackeval.metrics.CLEAR({"PRINT_CONFIG": False}),
           trackeval.metrics.Identity({"PRINT_CONFIG": False})]  # fmt: skip
scored = {}
for benchmark, names in (("MOT17", [n for n in lengths if n.startswith("MOT17")]),
                         ("MOT15", [n for n in lengths if not n.startswith("MOT17")])):  # fmt: skip
    if not names:
        continue
    dataset = trackeval.datasets.MotChallenge2DBox(
        {"GT_FOLDER": truth, "TRACKERS_FOLDER": results, "SKIP_SPLIT_FOL": True, "BENCHMARK": benchmark,
         "SEQ_INFO": {name: lengths[name] for name in names}, "PRINT_CONFIG": False}
    )  # fmt: skip
    for tracker in sorted(folder.name for folder in Path(results).iterdir()):
        for name in names:
            raw = dataset.get_preprocessed_seq_data(dataset.get_raw_seq_data(tracker, name), "pedestrian")
            with Path(os.devnull).open("w") as quiet, contextlib.redirect_stdout(quiet):
                scored.setdefault(tracker, {})[name] = [metric.eval_sequence(raw) for metric in metrics]


def figures(parts):
    """The four figures of one sequence, or of all."""
    hota, clear, identity = parts
    return {"HOTA": 100 * float(np.mean(hota["HOTA"])), "MOTA": 100 * float(clear["MOTA"]),
            "IDF1": 100 * float(identity["IDF1"]), "IDSW": int(clear["IDSW"])}  # fmt: skip


table = {}
for tracker, sequences in scored.items():
    table[tracker] = {name: figures(parts) for name, parts in sequences.items()}
    together = []
    for i, metric in enumerate(metrics):
        together.append(metric.combine_sequences({name: parts[i] for name, parts in sequences.items()}))
    table[tracker]["COMBINED"] = figures(together)
sys.stdout.write(json.dumps(table))
