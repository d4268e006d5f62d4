"""The console's first load is light: an operator on a phone at the water's edge has to wait for it."""

import re
from pathlib import Path

from django.conf import settings

MOST_BYTES = 200_000  # of scripts, as they lie there: compressed they are a third of it
SCRIPT = re.compile(r"<script src=\"{% static '([^']+)' %}\"")


def scripts_of(*templates: str) -> set[str]:
    """The scripts that these templates load, below static/."""
    texts = [(settings.BASE_DIR / "templates" / name).read_text() for name in templates]
    found = {path for text in texts for path in SCRIPT.findall(text)}
    assert sum(text.count("<script") for text in texts) == sum(len(SCRIPT.findall(text)) for text in texts)
    return found


def test_the_first_load_of_the_console_is_under_200_kilobytes_of_scripts() -> None:
    folder = Path(settings.BASE_DIR) / "static"
    weights = {path: (folder / path).stat().st_size for path in scripts_of("base.html", "console/open.html")}
    assert set(weights) == {"build/console.js"}
    assert 1_000 < sum(weights.values()) < MOST_BYTES


def test_one_incident_loads_no_script_of_its_own() -> None:
    assert scripts_of("console/incident.html", "console/_live.html", "console/_pictures.html") == set()
