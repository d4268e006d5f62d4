"""Open risks to people's data, worked out from the settings, each with what to do. Values in, values out."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Facts:
    """What the risks are worked out from. A count of 0 and an empty text mean: none."""

    debug: bool
    https: bool
    any_host: bool
    credential_keys: bool
    database_elsewhere: bool
    database_encrypted: bool
    mail_open: bool
    mqtt_open: bool
    deadman: bool
    signing_key: bool
    metrics_token: bool
    operator: bool
    contact: bool
    lawful_basis: bool
    kept_for_ever: tuple[str, ...]
    retention_waits: bool
    retention_age_days: int | None
    cameras: int
    cameras_without_masks: tuple[str, ...]
    cameras_open: tuple[str, ...]
    people_who_see: int
    administrators: int
    tokens_of_all_sites: tuple[str, ...]
    unproven_numbers: int
    partners_without_pin: int


@dataclass(frozen=True, slots=True)
class Risk:
    """One open risk.

    Attributes:
        grave: it should be mended before anybody is watched.
        words: what is open, and what may come of it.
        do: what to do.
    """

    grave: bool
    words: str
    do: str


def risks(facts: Facts) -> list[Risk]:
    """Every open risk, the grave ones first."""
    found = [*_web(facts), *_ways(facts), *_kept(facts), *_cameras(facts), *_people(facts), *_told(facts), *ALWAYS]
    return sorted(found, key=lambda risk: not risk.grave)


ALWAYS = (
    Risk(
        False,
        "Notes that people write are part of the audit chain and are never deleted.",
        "Tell everybody who writes notes: no name and no health detail of the person at risk.",
    ),
    Risk(
        False,
        "Blurring finds heads by a network and can miss one, most of all of somebody small or half hidden.",
        "Look at a week of clips when a camera is new; add masks where homes or windows are in the picture.",
    ),
    Risk(
        False,
        "Whoever sees a clip can photograph the screen, and an evidence pack has left this service for good.",
        "Agree with every partner in writing what they may keep; hand packs over to named people.",
    ),
)


def _web(facts: Facts) -> Iterator[Risk]:
    if facts.debug:
        yield Risk(True, "DEBUG is on: an error shows settings and data to whoever meets it.", "Set DEBUG=false.")
    if not facts.https:
        yield Risk(
            True,
            "PUBLIC_URL is not https: log-ins, PINs and pictures can be read on the way.",
            "Put a TLS proxy in front and set PUBLIC_URL=https://…",
        )
    if facts.any_host:
        yield Risk(False, "ALLOWED_HOSTS takes every name.", "Set ALLOWED_HOSTS to the service's own names.")


def _ways(facts: Facts) -> Iterator[Risk]:
    if facts.database_elsewhere and not facts.database_encrypted:
        yield Risk(
            True,
            "The database is on another machine and the way to it need not be encrypted.",
            "Add ?sslmode=verify-full to DATABASE_URL.",
        )
    if not facts.credential_keys:
        yield Risk(
            False,
            "Camera passwords and webhook secrets are sealed with a key made from SECRET_KEY; neither changes alone.",
            "Set CREDENTIAL_KEYS and run manage.py rotate_credentials.",
        )
    if facts.mail_open:
        yield Risk(False, "E-mails go to the mail server unencrypted.", "Use smtp+tls:// or smtp+ssl:// in EMAIL_URL.")
    if facts.mqtt_open:
        yield Risk(False, "Pages go to the MQTT broker unencrypted.", "Use mqtts:// in MQTT_URL.")


def _kept(facts: Facts) -> Iterator[Risk]:
    if facts.kept_for_ever:
        yield Risk(
            True,
            f"Retention is off for: {', '.join(facts.kept_for_ever)}.",
            "Give these classes days in RETENTION_DAYS, or write down why they are kept for ever.",
        )
    if facts.retention_waits:
        yield Risk(True, "Retention waits for a person and deletes nothing.", "Look at the page Retention.")
    elif facts.retention_age_days is None:
        yield Risk(False, "Retention has never run here.", "Start an engine; it runs once a day.")
    elif facts.retention_age_days > 2:
        yield Risk(True, f"Retention last ran {facts.retention_age_days} days ago.", "Is an engine running?")


def _cameras(facts: Facts) -> Iterator[Risk]:
    if facts.cameras_without_masks:
        yield Risk(
            False,
            f"No mask is drawn on: {', '.join(facts.cameras_without_masks)}. Homes, windows or a pavement that is "
            "nobody's business may be in the picture.",
            "Draw masks in the zone editor, or write down that nothing needs one.",
        )
    if facts.cameras_open:
        yield Risk(
            False,
            f"The picture comes unencrypted from: {', '.join(facts.cameras_open)}.",
            "Use rtsps:// where the camera can, or a network of their own that nobody else is on.",
        )


def _people(facts: Facts) -> Iterator[Risk]:
    if facts.administrators > 3:
        yield Risk(
            False,
            f"{facts.administrators} log-ins are administrators: they see and change everything.",
            "Keep two or three; give the others the role that they need.",
        )
    if facts.tokens_of_all_sites:
        yield Risk(
            False,
            f"API tokens that see every site: {', '.join(facts.tokens_of_all_sites)}.",
            "Make tokens of the sites that the system needs, and revoke these.",
        )
    if facts.unproven_numbers:
        yield Risk(
            False,
            f"Numbers that are paged and were never proven: {facts.unproven_numbers}. A page may reach a stranger.",
            "Send codes on the page Partners.",
        )
    if facts.partners_without_pin:
        yield Risk(
            False,
            f"Partners without a PIN: {facts.partners_without_pin}. Their links open nothing, so pictures will be "
            "asked for by other ways.",
            "Give each a PIN in the admin.",
        )


def _told(facts: Facts) -> Iterator[Risk]:
    if not facts.operator or not facts.contact:
        yield Risk(
            True,
            "The public page names no operator or no contact: nobody knows whom to ask.",
            "Set ABOUT_OPERATOR and ABOUT_CONTACT.",
        )
    if not facts.lawful_basis:
        yield Risk(
            True, "No lawful basis is stated.", "Decide it with your data protection officer; set ABOUT_LAWFUL_BASIS."
        )
    if not facts.deadman:
        yield Risk(
            True,
            "Nobody outside notices when the service has stopped: people rely on a watch that is not there.",
            "Set DEADMAN_URL.",
        )
    if not facts.signing_key:
        yield Risk(
            False,
            "Evidence packs cannot be signed, so pictures are handed over in ways that nobody can check.",
            "manage.py make_signing_key; set EVIDENCE_SIGNING_KEY.",
        )
    if not facts.metrics_token:
        yield Risk(False, "No METRICS_TOKEN is set: nobody watches the figures of the service.", "Set METRICS_TOKEN.")
