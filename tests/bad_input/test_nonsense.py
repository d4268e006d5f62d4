"""Every form of every page, filled in but for one field, which holds nonsense: an answer in words, never a fault."""

from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client

from tests.alerts.accounts.worlds import World, every_address
from tests.bad_input.filled_in import Form, Forms
from tests.stories.conftest import ControlRoom, room

__all__ = ["room"]
pytestmark = pytest.mark.usefixtures("quiet_log")
NONSENSE = ("\0", "9" * 5000, "-1", "nan", "<script>'\"%s{{x}}\\" + "💥" * 3000, "9999-12-31T23:59")
SEARCHES_THE_NETWORK = ("camera-find",)


class Root:
    """Somebody who may do everything, at a browser; what each request changes is undone."""

    def __init__(self) -> None:
        self._browser = Client(raise_request_exception=False)
        self._browser.force_login(User.objects.create_superuser("root"))
        self._cookies = SimpleCookie(self._browser.cookies)

    def sends(self, form: Form) -> Any:
        self._browser.cookies = SimpleCookie(self._cookies)
        with transaction.atomic():
            answer = getattr(self._browser, form.method)(form.action, form.fields)
            answer.close()
            transaction.set_rollback(True)
        return answer


def forms_of_every_page(world: World, root: Root) -> list[Form]:
    found: dict[Any, Form] = {}
    for address in every_address():
        if address.room == "admin" or address.name in SEARCHES_THE_NETWORK:
            continue
        path = world.path(address)
        answer = root.sends(Form(path, "get"))
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            found |= {form.key: form for form in Forms(path, answer.content.decode()).found}
    return list(found.values())


def test_no_form_breaks_on_nonsense(room: ControlRoom, tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT, settings.RUN_DIR = tmp_path / "media", tmp_path
    root = Root()
    forms = forms_of_every_page(World(room, tmp_path / "media"), root)
    assert len(forms) > 30
    broken = []
    for form in forms:
        for name in form.fields:
            for value in NONSENSE:
                answer = root.sends(Form(form.action, form.method, form.fields | {name: value}))
                if answer.status_code >= 500:
                    broken.append((form.action, name, value[:20], answer.status_code))
    assert broken == []
