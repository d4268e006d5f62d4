"""`manage.py demo --latency N`: seconds from the frame that raised a concern until the provider took the page.

Runs beside the demo's real processes on the first 15 s of the demo clip, played again and again: each round a person
steps onto the railing. Each incident is closed once its page is out, so that rounds do not add up.
"""

import os
import statistics
import sys
import time
from pathlib import Path

import av
import django

CUT_S = 15.0  # the clip has a key frame there; the concern comes at about 12 s
LIMIT_S = 60.0


def cut(clip: Path, into: Path) -> None:
    """The first seconds of a clip, its packets as they are."""
    with av.open(str(clip)) as whole, av.open(str(into), "w") as out:
        stream = out.add_stream_from_template(whole.streams.video[0])
        for packet in whole.demux(video=0):
            if packet.dts is None or packet.pts is None or float(packet.pts * packet.time_base) >= CUT_S:
                continue
            packet.stream = stream
            out.mux(packet)


def measure(rounds: int) -> list[tuple[float, float]]:
    """(frame to incident, frame to acceptance) of each round, seconds."""
    from django.conf import settings

    from alerts.models import Attempt, Contact, Incident
    from alerts.transitions import resolve
    from zones.models import Camera
    from zones.tier import Tier

    clip = settings.RUN_DIR / "latency.mp4"
    cut(settings.BASE_DIR / "fixtures/clips/east_parapet.mp4", clip)
    Camera.objects.filter(source__endswith="east_parapet.mp4").update(source=str(clip))
    operator = Contact.objects.filter(user__username="operator").get()
    found: list[tuple[float, float]] = []
    until = time.monotonic() + LIMIT_S
    while len(found) < rounds and time.monotonic() < until:
        time.sleep(0.2)
        for incident in Incident.objects.exclude(state=Incident.State.RESOLVED).filter(tier=Tier.CRITICAL):
            pages = Attempt.objects.filter(notification__step_run__incident=incident, accepted_at__isnull=False)
            page = pages.order_by("accepted_at").first()
            if page is None or page.accepted_at is None:
                continue
            frame_at = incident.first_frame_at
            opened_s, accepted_s = ((at - frame_at).total_seconds() for at in (incident.opened_at, page.accepted_at))
            found.append((opened_s, accepted_s))
            sys.stdout.write(f"{len(found):3}  incident {opened_s:5.2f} s  accepted {accepted_s:5.2f} s\n")
            resolve(incident.pk, by=operator, outcome="unknown", note="latency benchmark")
            until = time.monotonic() + LIMIT_S
    return found


def main() -> int:
    """Print each round, the median and the worst; 1 where a round brought no page."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "welfare.settings")
    django.setup()
    rounds = int(os.environ["DEMO_LATENCY_ROUNDS"])
    found = measure(rounds)
    if found:
        for name, values in (("incident", [f[0] for f in found]), ("accepted", [f[1] for f in found])):
            sys.stdout.write(
                f"{name}: median {statistics.median(values):.2f} s, worst {max(values):.2f} s of {len(found)}\n"
            )
    if len(found) < rounds:
        sys.stdout.write(f"FAILED: {rounds - len(found)} rounds brought no page within {LIMIT_S:.0f} s\n")
    return 0 if len(found) >= rounds else 1


if __name__ == "__main__":
    sys.exit(main())
