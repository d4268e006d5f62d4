"""Where an incident is, as keys: what a policy, an agency's area and a maintenance window are asked about."""

from dataclasses import dataclass

from zones.models import Camera, Zone


@dataclass(frozen=True, slots=True)
class Place:
    """A site, a camera of it, and a zone of the camera unless it is the camera itself that has a fault."""

    site: int
    camera: int
    zone: int | None = None

    @classmethod
    def of(cls, camera: Camera, zone: Zone | None = None) -> "Place":
        """The place of a camera or of one of its zones."""
        return cls(camera.site_id, camera.pk, zone.pk if zone else None)
