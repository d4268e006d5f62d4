"""Who may use the API, and when they did."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from alerts.accounts.roles import Grant, Role
from alerts.api.scopes import SCOPES
from alerts.models.keys import IssuedKey
from alerts.models.people import Agency, Contact
from zones.models import Site


def valid_scopes(value: Any) -> None:
    """A list of scopes that exist, at least one, each once."""
    known = ", ".join(SCOPES)
    if not isinstance(value, list) or not value or not all(scope in SCOPES for scope in value):
        raise ValidationError(f"Choose at least one scope. There are: {known}.")
    if len(set(value)) < len(value):
        raise ValidationError("A scope stands in the list twice.")


class ApiToken(IssuedKey):
    """What another system shows to use the API."""

    scopes = models.JSONField(validators=[valid_scopes])
    every_site = models.BooleanField(default=False, help_text="Also one that is added tomorrow.")
    sites = models.ManyToManyField(Site, blank=True, related_name="+", help_text="What it sees if not every site.")
    agency = models.ForeignKey(
        Agency,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Empty: the house's. Otherwise it sees what this agency was paged for, or is shared with it.",
    )
    contact = models.ForeignKey(
        Contact,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="In whose name it takes on, notes and closes; needed by a scope that does.",
    )
    allowance = models.FloatField(default=0, help_text="Requests that it may make at once; refills with time.")
    allowance_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-pk"]
        verbose_name = "API token"
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="api_token_expires_later")
        ]

    @property
    def grants(self) -> tuple[Grant, ...]:
        """It reaches as far as an operator of its sites and its agency; its scopes say what it may do there."""
        places = [None] if self.every_site else [site.pk for site in self.sites.all()]
        return tuple(Grant(Role.OPERATOR, place, self.agency_id) for place in places)


class ApiCall(models.Model):
    """One request by a token: what was asked for, without its query and without what was answered."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="calls")
    at = models.DateTimeField(db_default=Now())
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=200)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["at"], name="api_call_at")]  # what is old enough to go?

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
