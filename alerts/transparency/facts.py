"""The live settings and rows that the impact summary and its risks are made from. No secret is among them."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import F, Q
from django.db.models.functions import Now

from alerts.accounts.roles import Role
from alerts.models import Agency, ApiToken, Contact, ContactAddress, RetentionRun
from alerts.planning import database_now
from alerts.retention.rules import FOR_EVER, RULES
from alerts.transparency.risks import Facts
from zones.models import Camera

HERE = ("", "localhost", "127.0.0.1", "::1")
ENCRYPTED_WAYS = ("require", "verify-ca", "verify-full")
OPEN_PICTURES = ("rtsp", "http")
EVERYWHERE = Q(memberships__role=Role.SUPERVISOR.value, memberships__site=None, memberships__agency=None)


def facts() -> Facts:
    """What is so now."""
    cameras = list(Camera.objects.filter(enabled=True).select_related("site").order_by("site__name", "name"))
    database = settings.DATABASES["default"]
    host = str(database.get("HOST") or "")
    users = get_user_model().objects.filter(is_active=True)
    run = RetentionRun.objects.order_by("-pk").first()
    paged = Contact.objects.filter(active=True).exclude(mobile="")
    return Facts(
        debug=settings.DEBUG,
        https=settings.PUBLIC_URL.startswith("https://"),
        any_host="*" in settings.ALLOWED_HOSTS,
        credential_keys=bool(settings.CREDENTIAL_KEYS),
        database_elsewhere=host not in HERE and not host.startswith("/"),
        database_encrypted=database.get("OPTIONS", {}).get("sslmode") in ENCRYPTED_WAYS,
        mail_open=settings.EMAIL_URL.startswith("smtp://"),
        mqtt_open=settings.MQTT_URL.startswith("mqtt://"),
        deadman=bool(settings.DEADMAN_URL),
        signing_key=bool(settings.EVIDENCE_SIGNING_KEY),
        metrics_token=bool(settings.METRICS_TOKEN),
        operator=bool(settings.ABOUT_OPERATOR),
        contact=bool(settings.ABOUT_CONTACT),
        lawful_basis=bool(settings.ABOUT_LAWFUL_BASIS),
        kept_for_ever=tuple(r.key for r in RULES if not r.fixed and settings.RETENTION_DAYS[r.key] == FOR_EVER),
        retention_waits=run is not None and run.state == RetentionRun.State.ASKS,
        retention_age_days=(database_now() - run.began_at).days if run else None,
        cameras=len(cameras),
        cameras_without_masks=tuple(str(camera) for camera in cameras if not camera.masks),
        cameras_open=tuple(str(camera) for camera in cameras if urlsplit(camera.source).scheme in OPEN_PICTURES),
        people_who_see=users.count(),
        administrators=users.filter(Q(is_superuser=True) | EVERYWHERE).distinct().count(),
        tokens_of_all_sites=tuple(
            str(token) for token in ApiToken.objects.filter(sites=None, revoked_at=None, expires_at__gt=Now())
        ),
        unproven_numbers=paged.exclude(proven_mobile=F("mobile")).count(),
        partners_without_pin=paged.exclude(agency=None).filter(pin=None).count(),
    )


def processors() -> list[tuple[str, str, str]]:
    """Who outside is given what, as it is configured: name, where, what they get."""
    told = "a number, one line with the place and a link; no name, no picture"
    ways: list[tuple[bool, str, str, str]] = [
        (bool(settings.TWILIO_ACCOUNT_SID), "Twilio, SMS and voice", settings.TWILIO_BASE_URL, told),
        (bool(settings.TWILIO_2_ACCOUNT_SID), "Twilio, second account", settings.TWILIO_2_BASE_URL, told),
        (bool(settings.EMAIL_URL), "mail server", settings.EMAIL_URL, "an address, the place and a link"),
        (bool(settings.VAPID_PRIVATE_KEY), "browsers' push services", "", "an encrypted message; they cannot read it"),
        (bool(settings.MQTT_URL), "MQTT broker", settings.MQTT_URL, "the place, the tier and a link"),
        (bool(settings.DEADMAN_URL), "outside watch", settings.DEADMAN_URL, "that the engine lives"),
    ]
    hooks = ContactAddress.objects.filter(channel=ContactAddress.Kind.WEBHOOK, contact__active=True)
    ways += [(True, f"webhook of {hook.contact}", hook.address, "the place, the tier and a link") for hook in hooks]
    return [(name, urlsplit(where).hostname or "", what) for used, name, where, what in ways if used]


def who_sees() -> list[dict[str, Any]]:
    """The partner agencies, what each may see, and for how many people."""
    return [
        {
            "name": agency.name,
            "sees": agency.get_sees_display(),
            "people": agency.contacts.filter(active=True).count(),
            "area": [str(row) for row in (*agency.sites.all(), *agency.cameras.all(), *agency.zones.all())],
        }
        for agency in Agency.objects.order_by("name")
    ]
