"""The demo's people with a password that is quickly checked."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from alerts.models import FailedLogIn
from tests.oidc_provider import Provider

PASSWORD = "a password for the tests"


@pytest.fixture
def demo(db: None, settings: Any) -> None:
    """The demo site, its operator and supervisor."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    call_command("loaddata", "demo", verbosity=0)
    for user in User.objects.all():
        user.set_password(PASSWORD)
        user.save()


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    """The organisation's provider of log-ins."""
    found = Provider()
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [
        {"provider_id": "sso", "name": "the council", "client_id": "handrail", "secret": "a secret",
         "settings": {"server_url": found.issuer}},
    ]}}  # fmt: skip
    yield found
    found.close()


def log_in(client: Client, name: str = "operator", password: str = PASSWORD, **more: Any) -> Any:
    """Send the log-in page's form."""
    return client.post("/log-in/", {"login": name, "password": password, **more})


def failures(count: int, name: str = "operator") -> None:
    """Strangers from many addresses have failed with a name."""
    FailedLogIn.objects.bulk_create(FailedLogIn(name=name, address=f"203.0.113.{i}") for i in range(count))


def is_in(client: Client) -> bool:
    """Whether a browser is logged in."""
    return bool(client.get("/account/").status_code == 200)
