"""Where we watch: sites, cameras with their calibration, and the zones drawn on their pictures."""

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Now

from zones import hours, overrides
from zones.credentials import seal, unseal
from zones.geometry import GeometryError, View, WatchedZone, area_of

DRAW = "zones.draw_zones"
"""What a zone admin may do: set up cameras, draw zones, save and roll back versions."""


def known_time_zone(name: str) -> None:
    """Refuse a time zone that no clock knows.

    Raises:
        ValidationError: says what to write.
    """
    if name not in available_timezones():
        raise ValidationError(f'time zone "{name}" is not known; write one like Europe/London')


def _degrees(value: float, least: int, most: int, what: str) -> None:
    if not least <= value <= most:  # "not a number" is refused too
        raise ValidationError(f"{what} is {value:g}: write decimal degrees from {least} to {most}.")


def a_latitude(value: float) -> None:
    """Refuse what is no latitude.

    Raises:
        ValidationError: says what to write.
    """
    _degrees(value, -90, 90, "The latitude")


def a_longitude(value: float) -> None:
    """Refuse what is no longitude.

    Raises:
        ValidationError: says what to write.
    """
    _degrees(value, -180, 180, "The longitude")


def a_bearing(value: float) -> None:
    """Refuse what is no bearing of a compass.

    Raises:
        ValidationError: says what to write.
    """
    _degrees(value, 0, 360, "The direction")


class Site(models.Model):
    """A place with cameras: a bridge, a station, a car park."""

    name = models.CharField(max_length=80, unique=True)
    time_zone = models.CharField(max_length=40, default="Europe/London", validators=[known_time_zone])
    control_room_phone = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return self.name


class Camera(models.Model):
    """One CCTV camera, its address, its place in words and its calibration."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="cameras")
    name = models.CharField(max_length=80)
    enabled = models.BooleanField(default=True)
    source = models.CharField(
        max_length=500,
        help_text="rtsp://, http:// or a file, without user and password: they have own fields.",
    )
    main_source = models.CharField(
        max_length=500,
        blank=True,
        help_text="The full-size stream, which is only recorded; empty records the one above. Same user and password.",
    )
    username = models.CharField(max_length=80, blank=True)
    sealed_password = models.TextField(blank=True, editable=False)
    loop = models.BooleanField(default=False, help_text="Files only: start again at the end.")
    width = models.PositiveIntegerField(default=1280, help_text="Picture width of the calibration, pixels.")
    height = models.PositiveIntegerField(default=720, help_text="Picture height of the calibration, pixels.")
    homography = models.JSONField(
        null=True, blank=True, help_text="3 x 3, image pixels to ground metres; empty: metres are estimated."
    )
    calibration = models.JSONField(null=True, blank=True, editable=False, help_text="How the homography was found.")
    rail_height_m = models.FloatField(default=1.1)
    masks = models.JSONField(default=list, blank=True, help_text="Never looked at: [{name, polygon}], image pixels.")
    occluders = models.JSONField(default=list, blank=True, help_text="People can pass behind: [{name, polygon}].")
    reference = models.BinaryField(
        null=True, help_text="Outlines of the empty scene when it was calibrated, to notice a camera that was moved."
    )
    side = models.CharField(max_length=40, blank=True, help_text="Which side of the bridge, e.g. east footway.")
    lamp_column = models.CharField(max_length=20, blank=True)
    grid_reference = models.CharField(max_length=20, blank=True)
    latitude = models.FloatField(null=True, blank=True, validators=[a_latitude], help_text="Degrees, WGS 84.")
    longitude = models.FloatField(null=True, blank=True, validators=[a_longitude], help_text="Degrees, WGS 84.")
    heading_deg = models.FloatField(
        null=True,
        blank=True,
        validators=[a_bearing],
        help_text="Which way it looks: degrees clockwise from north; 90 is east.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="camera_name_unique_at_site"),
            models.CheckConstraint(
                condition=models.Q(latitude=None, longitude=None)
                | models.Q(latitude__isnull=False, longitude__isnull=False),
                name="camera_position_whole",
                violation_error_message="A position is a latitude and a longitude: give both, or neither.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site} / {self.name}"

    @classmethod
    def named(cls) -> str:
        """Every camera with its number, to choose from."""
        every = (f"{camera.pk} ({camera})" for camera in cls.objects.select_related("site").order_by("pk"))
        return ", ".join(every) or "none yet: add one on the page Cameras"

    @property
    def password(self) -> str:
        """The password in clear; never log or show it."""
        return unseal(self.sealed_password)

    @password.setter
    def password(self, value: str) -> None:
        self.sealed_password = seal(value)

    @property
    def place(self) -> str:
        """Where it is, in words a responder can act on: site, side, lamp column, camera, grid reference."""
        lamp = f"lamp column {self.lamp_column}" if self.lamp_column else ""
        return ", ".join(
            part for part in (str(self.site), self.side, lamp, f"camera {self.name}", self.grid_reference) if part
        )

    @property
    def position(self) -> tuple[float, float] | None:
        """Latitude and longitude, degrees, where they are known."""
        return None if self.latitude is None or self.longitude is None else (self.latitude, self.longitude)

    @property
    def position_words(self) -> str:
        """The position as other maps take it; empty where it is not known."""
        return f"{self.latitude:.5f}, {self.longitude:.5f}" if self.position else ""

    def view(self) -> View:
        """This camera's geometry with its enabled zones.

        Raises:
            GeometryError: the stored calibration or a zone is not usable; the message says which and why.
        """
        return View.build(
            homography=self.homography,
            size=(self.width, self.height),
            rail_height_m=self.rail_height_m,
            zones=[zone.watched() for zone in self.zones.all() if zone.enabled],
            masks=[area_of(mask["polygon"], f'mask "{mask["name"]}"') for mask in self.masks],
            occluders=[area_of(part["polygon"], f'occluder "{part["name"]}"') for part in self.occluders],
        )

    def clean(self) -> None:
        """Refuse a broken calibration when it is saved, not when the camera runs."""
        try:
            View.build(
                homography=self.homography,
                size=(self.width, self.height),
                rail_height_m=self.rail_height_m,
                zones=[],
            )
        except GeometryError as error:
            raise ValidationError(str(error)) from error


class CameraStatus(models.Model):
    """What a camera does now, as its watcher last wrote it; one row a camera."""

    class State(models.TextChoices):
        OFF = "off", "not watched"
        CONNECTING = "connecting", "connecting"
        LIVE = "live", "live"
        STALLED = "stalled", "no new picture"
        REFUSED = "refused", "user name or password refused"
        UNREACHABLE = "unreachable", "cannot be reached"
        CHANGED = "changed", "picture size changed: check the calibration"
        ENDED = "ended", "recording ended"
        BROKEN = "broken", "cannot be watched"

    camera = models.OneToOneField(Camera, on_delete=models.CASCADE, primary_key=True, related_name="status")
    state = models.CharField(max_length=12, choices=State.choices, default=State.OFF)
    detail = models.CharField(max_length=300, blank=True, help_text="What to do, in words; never a password.")
    since = models.DateTimeField(auto_now_add=True)
    last_frame_at = models.DateTimeField(null=True)
    analysed_fps = models.FloatField(default=0.0)
    frames_dropped = models.BigIntegerField(default=0)
    reconnects = models.BigIntegerField(default=0)
    faults = models.JSONField(default=dict, help_text="What is wrong with the picture: {fault: since when, ISO 8601}.")

    def __str__(self) -> str:
        return f"{self.camera}: {self.get_state_display()}"


class Zone(models.Model):
    """An area drawn on a camera's picture, with the edge line that its people are measured against."""

    class Kind(models.TextChoices):
        BRIDGE = "bridge", "bridge parapet"
        EDGE = "edge", "platform, cliff or quay edge"
        VIEWPOINT = "viewpoint", "viewpoint"

    camera = models.ForeignKey(Camera, on_delete=models.CASCADE, related_name="zones")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.BRIDGE)
    enabled = models.BooleanField(default=True)
    silent = models.BooleanField(default=False, help_text="Score people here and keep a record; never page.")
    polygon = models.JSONField(help_text="Area: [[x, y], …] image pixels, at least 3 points.")
    edge = models.JSONField(help_text="Feet line of the barrier: [[x, y], …] image pixels, at least 2 points.")
    overrides = models.JSONField(default=dict, blank=True, help_text="Profile values that differ here: {name: value}.")
    override_reason = models.CharField(max_length=200, blank=True)
    hours = models.JSONField(
        default=list, blank=True, help_text='When it pages: [{"days": [0…6], "from": "22:00", "to": "06:00"}]; always.'
    )
    removed_at = models.DateTimeField(
        null=True, editable=False, help_text="Taken off the picture; kept, for what was seen in it before."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["camera", "name"], condition=models.Q(removed_at=None), name="zone_name_unique_on_camera"
            )
        ]

    def __str__(self) -> str:
        return f"{self.camera} / {self.name}"

    def watched(self) -> WatchedZone:
        """The zone as geometry.

        Raises:
            GeometryError: polygon or edge is not usable; the message names the zone and the fault.
        """
        return WatchedZone.build(self.name, self.polygon, self.edge, key=self.pk, silent=self.silent)

    def clean(self) -> None:
        """Refuse half a polygon, crossing lines and an override without a reason."""
        try:
            self.watched()
            hours.parse(self.hours)
            overrides.check(self.overrides)
        except (GeometryError, hours.HoursError, overrides.OverrideError) as error:
            raise ValidationError(str(error)) from error
        if self.overrides and not self.override_reason:
            raise ValidationError({"override_reason": "Say why this zone differs: the reason is kept."})


class PictureVersion(models.Model):
    """Everything drawn on a camera's picture as it was saved once; append-only, the newest is what is watched."""

    camera = models.ForeignKey(Camera, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.JSONField(help_text="The drawing, in the form of zones/drawing.py.")
    saved_by = models.CharField(max_length=150, help_text="User name, or the command that loaded it.")
    saved_at = models.DateTimeField(db_default=Now())
    why = models.CharField(max_length=300)
    difference = models.JSONField(default=list, help_text="What changed since the version before, in words.")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["camera", "number"], name="picture_version_number_unique")]

    def __str__(self) -> str:
        return f"{self.camera}, version {self.number}"
