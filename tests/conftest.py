"""Fixtures that every room shares."""

import logging
import sys
from collections.abc import Iterator

import hypothesis
import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests.twilio_fake.fixture import second_account, twilio_fake

__all__ = ["second_account", "twilio_fake"]
NO_TRUNCATE = {"alerts_auditevent": "alerts_audit_no_truncate", "alerts_auditlink": "alerts_audit_link_no_truncate"}
OTHER_SESSIONS = """
    SELECT pid, application_name, left(query, 200), pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""

# No stop-watch in tests: a slow machine is no fault.
hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("house")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Tests empty their tables between each other by TRUNCATE, which the product's database refuses for the audit.

    At the end, sessions that a thread or a stopped process has not let go of yet are ended and named:
    the database could not be dropped beside them.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table, trigger in NO_TRUNCATE.items():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
        connection.close()
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(OTHER_SESSIONS)
        for pid, name, query, _ in cursor.fetchall():
            sys.stderr.write(f"a test left a session open: {pid} {name!r}, last said {query!r}\n")
        connection.close()


@pytest.fixture
def quiet_log() -> Iterator[None]:
    """For tests that try hundreds of refusals: not one of them is worth a line."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)
