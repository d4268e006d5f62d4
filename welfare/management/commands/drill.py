"""`manage.py drill CAMERA`: rehearse with a rendered person in a camera's own picture; every page says DRILL first."""

import json
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from alerts.intake import Drill
from welfare.evaluation.drill import contacts, coverage
from welfare.evaluation.drill.places import NoPlaceError, places
from welfare.evaluation.drill.session import Session
from welfare.evaluation.drill.stand_in import Picture
from welfare.watch.detector import Detector
from welfare.watch.pipeline import Models
from welfare.watch.source import Source, SourceError
from zones.geometry import GeometryError, View, WatchedZone
from zones.models import Camera


class Command(BaseCommand):
    help = "A drill: a rendered person at places along a zone's edge, from pixels to a page that says DRILL."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("camera", type=int, help="the camera's number")
        parser.add_argument("--zone", help="which of its zones; default: the first")
        parser.add_argument("--places", type=int, default=5, help="how many places along the edge")
        parser.add_argument(
            "--contact", type=int, help="page this contact; without it only the console shows the drill"
        )
        parser.add_argument("--map", type=Path, metavar="OUT.png", help="write the coverage map there")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(
        self,
        *_: Any,
        camera: int,
        zone: str | None,
        contact: int | None,
        map: Path | None,
        as_json: bool,
        **options: Any,
    ) -> None:
        watched = Camera.objects.filter(pk=camera).first()
        if watched is None:
            raise CommandError(f"there is no camera {camera}; there are: {Camera.named()}")
        if contact is not None and (fault := contacts.contact_fault(contact)):
            raise CommandError(f"the drill cannot begin: {fault}")
        try:
            view = watched.view()
            chosen = _zone(view, zone)
            found = places(view, chosen, options["places"])
        except (GeometryError, NoPlaceError) as error:
            raise CommandError(str(error)) from error
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # told to stop, it still closes its incident
        with Models(detector=Detector(**settings.DETECTOR)) as models:
            session = Session(watched.pk, view, chosen, found, Drill(contact), models, self._say)
            try:
                session.run(_frames(watched))
            except SourceError as error:
                raise CommandError(str(error)) from error
        if map is not None:
            coverage.draw(session, f"{watched.place}, {chosen.name}", map)
        self._tell(session, as_json=as_json)
        if session.stopped:
            raise CommandError(f"the drill was stopped: {session.stopped}")

    def _tell(self, session: Session, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(coverage.as_json(session), indent=1))
            return
        for place in coverage.as_json(session)["places"]:
            stages = ", ".join(
                f"{stage} {place[f'{stage}_s']} s" if place[f"{stage}_s"] is not None else f"not {stage}"
                for stage in ("seen", "tracked", "scored", "paged")
            )
            self.stdout.write(
                f"DRILL place {place['place']} ({place['person_px']} px): {stages}; on the barrier at "
                f"{place['climbs_s']} s; {place['tier'] or 'nothing raised'}"
            )

    def _say(self, words: str) -> None:
        self.stderr.write(f"DRILL: {words}")


def _zone(view: View, name: str | None) -> WatchedZone:
    if not view.zones:
        raise GeometryError("the camera has no zone that is in use: draw one first")
    chosen = [zone for zone in view.zones if name is None or zone.name == name]
    if not chosen:
        raise GeometryError(f'the camera has no zone "{name}"; it has {", ".join(z.name for z in view.zones)}')
    return chosen[0]


def _frames(camera: Camera) -> Iterator[tuple[float, Picture]]:
    address = camera.source if "://" in camera.source else str(Path(settings.BASE_DIR) / camera.source)
    with Source(
        address,
        username=camera.username,
        password=camera.password,
        loop=camera.loop,
        expect_size=(camera.width, camera.height),
        fps=settings.ANALYSIS_FPS,
    ) as source:
        for frame in source.frames():
            yield frame.at_s, frame.image
