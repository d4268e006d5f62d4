"""Fixtures that every room shares."""

import hypothesis
import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests.twilio_fake.fixture import second_account, twilio_fake

__all__ = ["second_account", "twilio_fake"]
NO_TRUNCATE = {"alerts_auditevent": "alerts_audit_no_truncate", "alerts_auditlink": "alerts_audit_link_no_truncate"}

# No stop-watch in tests: a slow machine is no fault.
hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("house")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Tests empty their tables between each other by TRUNCATE, which the product's database refuses for the audit."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table, trigger in NO_TRUNCATE.items():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
        connection.close()
