"""Fill the demo's database: the demo site from `fixtures/demo.json`, log-ins, and a camera for `SOURCE=`."""

import os

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import transaction

from alerts.models import Contact
from alerts.partner import pins
from welfare.watch.source import split_address
from zones.models import Camera, Site, Zone

OWN_SITE = "Your camera"
MARGIN = 0.02  # assumed: a zone over the whole picture leaves this share of it free at each border


def seed() -> None:
    """Load the demo site once; a demo that is started again keeps what people changed."""
    if not Site.objects.exists():
        call_command("loaddata", "demo", verbosity=0)
    for user in User.objects.filter(username__in=("operator", "supervisor")):
        password = os.environ[f"DEMO_{user.username.upper()}_PASSWORD"]
        if not user.check_password(password):
            user.set_password(password)
            user.save()
    for contact in Contact.objects.filter(user=None, pin=None):
        pins.choose(contact, os.environ["DEMO_PARTNER_PIN"], by="demo")


@transaction.atomic
def choose_cameras(source: str, size: tuple[int, int] | None) -> None:
    """Watch the demo site, or the camera at `source` instead, with a zone over its picture.

    Args:
        source: the address with user and password; empty for the demo site.
        size: the picture's width and height in pixels, when there is a source.
    """
    Camera.objects.exclude(site__name=OWN_SITE).update(enabled=not source)
    Camera.objects.filter(site__name=OWN_SITE).update(enabled=False)
    if not source or size is None:
        return
    site, _ = Site.objects.get_or_create(name=OWN_SITE)
    address, username, password = split_address(source)
    width, height = size
    camera, _ = Camera.objects.get_or_create(site=site, name="1", defaults={"source": address})
    camera.enabled, camera.loop = True, "://" not in address
    camera.source, camera.username, camera.password = address, username, password
    camera.width, camera.height, camera.homography = width, height, None
    camera.save()
    left, right = width * MARGIN, width * (1 - MARGIN)
    top, bottom = height * MARGIN, height * (1 - MARGIN)
    Zone.objects.update_or_create(
        camera=camera,
        name="Whole picture",
        defaults={
            "kind": Zone.Kind.VIEWPOINT,
            "polygon": [[left, top], [right, top], [right, bottom], [left, bottom]],
            # A real edge is not known yet: the right border stands in until somebody draws it in the zone editor.
            "edge": [[right, top], [right, bottom]],
        },
    )
