"""Who is on duty: rotas with layers, shifts that were written down, and overrides."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from alerts.models.fields import valid_hours, valid_time_zone
from alerts.models.people import Contact


class Rota(models.Model):
    """Who is on duty: overrides, then shifts, then the layers from the top; the fall-back where all are silent."""

    name = models.CharField(max_length=80, unique=True)
    time_zone = models.CharField(max_length=40, default="Europe/London", validators=[valid_time_zone])
    fallback = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    calendar_issue = models.PositiveIntegerField(
        default=1, editable=False, help_text="Raised to make the old calendar address useless."
    )

    def __str__(self) -> str:
        return self.name


class Layer(models.Model):
    """People of a rota who take turns."""

    class Unit(models.TextChoices):
        HOURS = "hours", "hours"
        DAYS = "days", "days"
        WEEKS = "weeks", "weeks"

    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="layers")
    position = models.PositiveSmallIntegerField(help_text="The first layer with somebody on duty counts.")
    name = models.CharField(max_length=80)
    every = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1)], help_text="Length of a turn, e.g. 1 week, 12 hours."
    )
    unit = models.CharField(max_length=8, choices=Unit.choices, default=Unit.WEEKS)
    starts_on = models.DateField(help_text="Day of the first turn; for weeks also the day of each hand-over.")
    hand_over = models.TimeField(help_text="By the wall clock of the rota's time zone, summer and winter.")
    hours = models.CharField(
        max_length=200,
        blank=True,
        validators=[valid_hours],
        help_text="When the layer is on duty, e.g. daily 19:00-07:00. Empty: always.",
    )

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = "rota layer"
        constraints = [
            models.CheckConstraint(
                condition=Q(every__gte=1),
                name="layer_turn_has_length",
                violation_error_message="A turn lasts at least one hour, day or week: write 1 or more.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.rota}: {self.name}"

    @property
    def period(self) -> timedelta:
        """Length of a turn by the wall clock."""
        return timedelta(**{str(self.unit): self.every})


class LayerPerson(models.Model):
    """One person's place in the order of a layer; nobody may be deleted out of it unnoticed."""

    layer = models.ForeignKey(Layer, on_delete=models.CASCADE, related_name="people")
    position = models.PositiveSmallIntegerField()
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = "person in turn"
        verbose_name_plural = "people in turn"

    def __str__(self) -> str:
        return f"{self.layer}: {self.contact}"


class Shift(models.Model):
    """One person's duty in a rota, from an instant to an instant."""

    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="shifts")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="shifts")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    source = models.CharField(max_length=40, blank=True, editable=False, help_text="The calendar that it came from.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="shift_ends_after_start",
                violation_error_message="This shift ends before it starts: look at its two times again.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.rota}: {self.contact} from {self.starts_at:%d %b %H:%M}"


class Override(models.Model):
    """Somebody stands in: for one person while that person is on duty, or for everybody."""

    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="overrides")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    replaces = models.ForeignKey(
        Contact,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Only while this person is on duty. Empty: instead of everybody.",
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="override_ends_after_start",
                violation_error_message="Who stands in would end before they start: look at the two times again.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.rota}: {self.contact} stands in from {self.starts_at:%d %b %H:%M}"

    def clean(self) -> None:
        """Nobody stands in for himself."""
        if self.replaces_id is not None and self.replaces_id == self.contact_id:
            raise ValidationError({"replaces": "This person cannot stand in for the same person."})
