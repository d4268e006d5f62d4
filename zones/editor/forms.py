"""Cameras as forms: one by hand, many from a CSV file. A password goes in and never comes out."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet

from zones.address import host, without_login
from zones.models import Camera, Site

POSITION = ("latitude", "longitude", "heading_deg")
COLUMNS = (
    *("site", "name", "source", "main_source", "username", "password", "side", "lamp_column", "grid_reference"),
    *POSITION,
)
MOST_ROWS = 1000
LARGEST = 2**20  # bytes: a thousand cameras are a tenth of it
SOURCES = ("source", "main_source")


class CameraForm(forms.ModelForm):
    """One camera: its address and its place in words."""

    new_password = forms.CharField(
        label="Password",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Leave empty to keep the present one. It is kept encrypted and never shown.",
    )

    class Meta:
        model = Camera
        fields = (
            *("site", "name", "source", "main_source", "username", "new_password", "enabled"),
            *("side", "lamp_column", "grid_reference", *POSITION),
        )
        labels = {
            "source": "Address", "main_source": "Address of the full-size stream", "username": "User name",
            "enabled": "Watch this camera", "side": "Side", "lamp_column": "Lamp column",
            "grid_reference": "Grid reference", "latitude": "Latitude", "longitude": "Longitude",
            "heading_deg": "Looks towards",
        }  # fmt: skip
        help_texts = {
            "latitude": "Decimal degrees, like 51.50828. A pair that is pasted here, latitude first, is taken apart.",
            "longitude": "West of Greenwich it is below zero, like -0.12146.",
            "heading_deg": "Degrees clockwise from north: 90 is east, 180 south. Empty where you do not know.",
        }  # fmt: skip
        widgets = {name: forms.TextInput(attrs={"inputmode": "decimal"}) for name in POSITION}
        error_messages = {
            "latitude": {"invalid": "Write a number of degrees, like 51.50828."},
            "longitude": {"invalid": "Write a number of degrees, like -0.12146."},
            "heading_deg": {"invalid": "Write a number of degrees, like 140."},
        }  # fmt: skip

    def __init__(self, *args: Any, sites: QuerySet[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["site"]
        field.queryset = sites
        if self.is_bound:
            self.data = _taken_apart(self.data)

    def clean(self) -> dict[str, Any]:
        """Take a log-in out of an address that was pasted with it, and keep the kept password where it belongs."""
        cleaned = super().clean() or {}
        moved = False
        for name in SOURCES:
            try:
                bare, username, password = without_login(str(cleaned.get(name) or "").strip())
            except ValueError:
                self.add_error(name, "The address is not readable: write rtsp://host:port/path.")
                continue
            cleaned[name] = bare
            cleaned["username"] = cleaned.get("username") or username
            cleaned["new_password"] = cleaned.get("new_password") or password
            moved |= bool(bare) and host(bare) not in {host(getattr(self.instance, n)) for n in SOURCES}
        if self.instance.sealed_password and moved and not cleaned["new_password"]:
            self.add_error(
                "new_password", "Enter the password again: the kept one goes only to the address it was for."
            )
        return cleaned

    def save(self, commit: bool = True) -> Any:
        """Seal a new password; a new address makes the scene be learned again."""
        camera = super().save(commit=False)
        if self.cleaned_data.get("new_password"):
            camera.password = self.cleaned_data["new_password"]
        if "source" in self.changed_data:
            camera.reference = None
        if commit:
            camera.save()
        return camera

    @property
    def changes(self) -> list[str]:
        """Names of what was changed, without any value: a password may be among them."""
        return ["password" if name == "new_password" else name for name in self.changed_data]


def _taken_apart(data: Mapping[str, Any]) -> dict[str, Any]:
    """A position that was pasted as "latitude, longitude" into the first of the two fields."""
    values = {name: data.get(name) for name in data}
    parts = str(values.get("latitude") or "").split(",")
    if len(parts) == 2 and not values.get("longitude"):
        values["latitude"], values["longitude"] = (part.strip() for part in parts)
    return values


class CsvForm(forms.Form):
    """Many cameras at once: all of them are added, or none."""

    file = forms.FileField(
        label="CSV file", help_text=f"With the columns {', '.join(COLUMNS)}; site, name and source must be filled."
    )

    def __init__(self, *args: Any, sites: QuerySet[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sites = sites

    def clean(self) -> dict[str, Any]:
        """Check every line; each fault is told with its line."""
        cleaned = super().clean() or {}
        if "file" not in cleaned:
            return cleaned
        if cleaned["file"].size > LARGEST:
            raise forms.ValidationError(f"The file is larger than {LARGEST >> 20} MB: is it a list of cameras?")
        try:
            text = cleaned["file"].read().decode("utf-8-sig")
            rows = list(csv.DictReader(io.StringIO(text), strict=True))
        except (UnicodeDecodeError, csv.Error) as error:
            raise forms.ValidationError(f"The file is no CSV in UTF-8; save it as that. ({error})") from None
        missing = [name for name in ("site", "name", "source") if not rows or name not in rows[0]]
        if missing:
            raise forms.ValidationError(f"The first line must name the columns; missing: {', '.join(missing)}.")
        if len(rows) > MOST_ROWS:
            raise forms.ValidationError(f"The file has {len(rows)} cameras; at most {MOST_ROWS} at once.")
        cleaned["forms"] = self._checked(rows)
        return cleaned

    def _checked(self, rows: list[dict[str, str]]) -> list[CameraForm]:
        sites = {site.name: site.pk for site in self._sites}
        good: list[CameraForm] = []
        seen: set[tuple[str, str]] = set()
        for line, row in enumerate(rows, start=2):
            site, name = (row.get("site") or "").strip(), (row.get("name") or "").strip()
            if None in row:
                self.add_error("file", f"Line {line}: more values than columns; is a comma in a name not quoted?")
                continue
            if site not in sites:
                self.add_error("file", f'Line {line}: there is no site "{site}"; add it first.')
                continue
            if (site, name) in seen:
                self.add_error("file", f'Line {line}: "{name}" stands in the file twice.')
            seen.add((site, name))
            values = {k: (row.get(k) or "").strip() for k in COLUMNS if k not in ("site", "password")}
            form = CameraForm(
                values | {"site": sites[site], "new_password": row.get("password") or "", "enabled": True},
                sites=self._sites,
            )
            for field, said in form.errors.items():
                where = "" if field == "__all__" else f"{field}: "
                self.add_error("file", f"Line {line}: {where}{' '.join(map(str, said))}")
            good.append(form)
        return good
