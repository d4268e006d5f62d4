"""The console's page of tokens, and the description of the API."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from alerts.models import Agency, ApiToken
from tests.stories.conftest import ControlRoom

FORM = {"name": "dispatch", "scopes": ["sites:read"], "sites": [], "contact": "", "days": "30"}


@pytest.fixture
def admin(room: ControlRoom) -> Client:
    client = Client()
    client.force_login(User.objects.get(username="supervisor"))
    return client


def test_an_administrator_makes_a_token_sees_its_secret_once_and_revokes_it(admin: Client) -> None:
    answer = admin.post("/api-tokens/", FORM)
    found = re.search(r"hr_[0-9a-f]{8}_[\w-]{43}", answer.content.decode())
    assert found is not None
    assert "no-store" in answer["Cache-Control"]
    assert found[0] not in admin.get("/api-tokens/").content.decode()
    system = Client(headers={"authorization": f"Bearer {found[0]}"})
    assert system.get("/api/v1/sites").status_code == 200
    told = admin.post(f"/api-tokens/{ApiToken.objects.get().pk}/revoke/", follow=True).content.decode()
    assert "opens nothing any more" in told
    assert system.get("/api/v1/sites").status_code == 401


def test_a_token_of_an_agency_is_made_on_the_page_and_shown_as_such(admin: Client) -> None:
    agency = Agency.objects.create(name="River Rescue")
    admin.post("/api-tokens/", FORM | {"agency": agency.pk})
    assert ApiToken.objects.get().agency == agency
    page = " ".join(admin.get("/api-tokens/").content.decode().split())
    assert "<td>every site: what concerns River Rescue</td>" in page


def test_what_is_wrong_with_a_token_is_said_and_none_is_made(admin: Client) -> None:
    told = admin.post("/api-tokens/", FORM | {"scopes": ["incidents:close"]}).content.decode()
    assert "needs the contact in whose name" in told
    assert not ApiToken.objects.exists()


def test_an_operator_makes_and_revokes_no_tokens(room: ControlRoom) -> None:
    client = Client()
    client.force_login(User.objects.get(username="operator"))
    assert client.get("/api-tokens/").status_code == 403
    assert client.post("/api-tokens/", FORM).status_code == 403
    assert client.post("/api-tokens/1/revoke/").status_code == 403
    assert not ApiToken.objects.exists()


def test_the_description_names_every_operation_and_fetches_nothing_from_elsewhere(room: ControlRoom) -> None:
    page = Client().get("/api/").content.decode()
    schema = Client().get("/api/openapi.json").json()
    assert len(schema["paths"]) >= 12
    for path in schema["paths"]:
        assert path in page
    assert not re.search(r"(src|href)=\"(https?:)?//", page)
