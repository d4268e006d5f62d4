"""An evidence pack of one incident: gathered, signed, checked as a stranger would check it, and kept in the audit.

What happens to a page if the process dies here: nothing. A pack that is not whole never has its name.
"""

import errno
import os
import secrets
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from alerts import audit
from alerts.evidence import contents
from alerts.evidence.manifest import SigningKeyError, fingerprint, public_of
from alerts.evidence.sealing import seal
from alerts.evidence.statement import statement
from alerts.evidence.verify import BadPackError, verify
from alerts.models import AuditPending, Incident

MAKE = "alerts.make_evidence_pack"
LINK_WAIT_S = 5.0  # an engine may be linking at this moment


class PackError(RuntimeError):
    """A pack cannot be made; the message says why and what to do. Nothing was kept."""


def make(incident: Incident, out: Path, *, by: str, at: datetime | None = None) -> None:
    """Write an incident's pack; the audit keeps who made it, when, and the manifest's SHA-256.

    Args:
        incident: open or closed.
        out: the file; replaced when it is there, and untouched when this fails.
        by: who asked for it.
        at: when it is made; now.

    Raises:
        PackError: no key, an audit that does not hold, or a disk that refuses.
    """
    public = _public_key()
    _wait_for_links(incident)
    files = contents.kept_files(incident)
    about = _about(incident, files, by, at or datetime.now(UTC))
    documents = contents.documents(incident)
    documents["statement.html"] = statement(incident, files, about, fingerprint(public))
    part = out.with_name(f".{out.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as target:
            digest = seal(target, contents.openers(files, documents), about, settings.EVIDENCE_SIGNING_KEY)
            target.flush()
            os.fsync(target.fileno())
        found = verify(part, public)
        with transaction.atomic():
            audit.record(by, "made an evidence pack", incident, manifest_sha256=digest, files=found.files)
            part.replace(out)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = "the disk is full; free some room" if full else error.strerror
        raise PackError(f"The pack of #{incident.pk} cannot be written: {why}. Nothing was kept.") from error
    except BadPackError as error:
        raise PackError(f"The pack of #{incident.pk} does not hold: {error}. See manage.py verify_audit.") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _public_key() -> str:
    if not settings.EVIDENCE_SIGNING_KEY:
        raise PackError("No key to sign with: set EVIDENCE_SIGNING_KEY (manage.py make_signing_key prints one).")
    try:
        return public_of(settings.EVIDENCE_SIGNING_KEY)
    except SigningKeyError as error:
        raise PackError(f"EVIDENCE_SIGNING_KEY cannot be used: {error}.") from error


def _wait_for_links(incident: Incident) -> None:
    """Every event of the incident has its link in the audit chain."""
    ends = time.monotonic() + LINK_WAIT_S
    while AuditPending.objects.filter(event_number__in=incident.audit.values("pk")).exists():
        if audit.chain() == 0:
            if time.monotonic() > ends:
                raise PackError("The newest events are not in the audit chain yet. Try again in a minute.")
            time.sleep(0.1)


def _about(incident: Incident, files: list[contents.Kept], by: str, at: datetime) -> dict[str, Any]:
    return {
        "incident": incident.pk,
        "kind": incident.kind,
        "place": incident.place,
        "state": incident.state,
        "first_frame_at": incident.first_frame_at.isoformat(),
        "made_at": at.isoformat(timespec="seconds"),
        "made_by": by,
        "lacking": list(contents.told(files)),
    }
