"""The statement in an evidence pack: what a person reads who was not there. One page that prints, whole in itself."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import timezone

from alerts.evidence import contents
from alerts.evidence.contents import Kept
from alerts.evidence.story import timeline
from alerts.models import Evidence, Incident
from zones.tier import Tier


def statement(incident: Incident, files: list[Kept], about: dict[str, Any], key: str) -> bytes:
    """The page.

    Args:
        incident: what it is about.
        files: what was kept of it.
        about: what the manifest says, for when the pack was made and by whom.
        key: fingerprint of the public key that the pack is signed with.
    """
    site = incident.camera.site
    version = contents.zone_version(incident)
    with timezone.override(ZoneInfo(site.time_zone)):
        page = render_to_string(
            "evidence/statement.html",
            {
                "incident": incident,
                "site": site,
                "tier": Tier(incident.tier).word,
                "reports": list(incident.concerns.all()),
                "timeline": [entry | {"at": datetime.fromisoformat(entry["at"])} for entry in timeline(incident)],
                "files": files,
                "has_originals": any(f.row.kind == Evidence.Kind.ORIGINAL and not f.lack for f in files),
                "software": contents.software(incident),
                "zone_version": version.number if version else None,
                "policy_version": incident.policy_snapshot.get("version"),
                "made_at": datetime.fromisoformat(about["made_at"]),
                "made_by": about["made_by"],
                "key": key,
            },
        )
    return page.encode()
