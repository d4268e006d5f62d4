"""Who may log in as what, and which incidents an agency sees beside those that it was paged for."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from alerts.accounts.roles import Grant, Role
from alerts.models.people import Agency
from zones.models import Site, Zone


class Membership(models.Model):
    """A role of a log-in. It is given and taken on the page of people, each time with a reason that is audited."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=[(role.value, role.words) for role in Role])
    site = models.ForeignKey(
        Site, null=True, blank=True, on_delete=models.CASCADE, related_name="+", help_text="Empty: every site."
    )
    agency = models.ForeignKey(
        Agency,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="Empty: the house's own people. Otherwise only what this agency was paged for, or is shared with it.",
    )
    given_by = models.CharField(max_length=150)
    given_at = models.DateTimeField(db_default=Now())
    why = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "site", "agency"], nulls_distinct=False, name="membership_once"
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.PARTNER.value) | Q(agency__isnull=False), name="membership_partner_has_agency"
            ),
        ]

    def __str__(self) -> str:
        agency = f", {self.agency}" if self.agency else ""
        return f"{self.get_role_display()}{agency}, {self.site or 'every site'}"

    @property
    def grant(self) -> Grant:
        """As a value."""
        return Grant(Role(self.role), self.site_id, self.agency_id)


class SharingRule(models.Model):
    """Lets an agency's people see the incidents of a place that they were not paged for."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="shared")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+")
    zone = models.ForeignKey(
        Zone, null=True, blank=True, on_delete=models.CASCADE, related_name="+", help_text="Empty: the whole site."
    )
    why = models.CharField(max_length=200, help_text="The agreement that this rests on.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "site", "zone"], nulls_distinct=False, name="sharing_rule_once")
        ]

    def __str__(self) -> str:
        return f"{self.zone or self.site} with {self.agency}"

    def clean(self) -> None:
        """Refuse a zone of another site.

        Raises:
            ValidationError: says so.
        """
        if self.zone is not None and self.zone.camera.site_id != self.site_id:
            raise ValidationError({"zone": f"This zone is not at {self.site}: choose one that is, or leave it empty."})


class FailedLogIn(models.Model):
    """A log-in or a second step that failed; kept for a day, so that guessing becomes slow."""

    name = models.CharField(max_length=170)
    address = models.GenericIPAddressField()
    browser = models.CharField(max_length=16, blank=True, help_text="Of a browser that is known for the name.")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["name", "at"], name="failed_log_in_name"),
            models.Index(fields=["address", "at"], name="failed_log_in_address"),
        ]

    def __str__(self) -> str:
        return f"{self.name} from {self.address}"
