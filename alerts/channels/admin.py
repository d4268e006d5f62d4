"""Addresses of contacts, their devices, and numbers that take no SMS."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.db.models import Model
from django.http import HttpRequest

from alerts.models import ContactAddress, NumberBlock, PushSubscription

SECRET_LEAST = 24


class ContactAddressForm(forms.ModelForm):
    """An address that its channel can use; the secret is written and never shown again."""

    new_secret = forms.CharField(
        required=False,
        widget=forms.PasswordInput,
        help_text=f"A webhook is signed with it; at least {SECRET_LEAST} characters. Leave empty to keep the old one.",
    )

    class Meta:
        model = ContactAddress
        fields = ("contact", "channel", "address")

    def clean(self) -> dict[str, object]:
        """Refuse what could never be delivered, now and not at three in the morning."""
        cleaned = super().clean() or {}
        address, secret = str(cleaned.get("address", "")), str(cleaned.get("new_secret", ""))
        kind = cleaned.get("channel")
        try:
            if kind == ContactAddress.Kind.EMAIL:
                EmailValidator()(address)
            elif kind == ContactAddress.Kind.WEBHOOK:
                URLValidator(schemes=["https", "http"])(address)
            elif kind == ContactAddress.Kind.MQTT and set(address) & set("+#\x00"):
                raise ValidationError("An MQTT topic that is written to has no + and no #.")
        except ValidationError as error:
            self.add_error("address", error)
        if kind == ContactAddress.Kind.WEBHOOK and not (secret or self.instance.sealed_secret):
            self.add_error("new_secret", "A webhook needs a secret: without it the receiver cannot know who calls.")
        if secret and len(secret) < SECRET_LEAST:
            self.add_error("new_secret", f"The secret has {len(secret)} characters, it needs {SECRET_LEAST}.")
        return cleaned

    def save(self, commit: bool = True) -> ContactAddress:
        """Seal the secret."""
        if self.cleaned_data.get("new_secret"):
            self.instance.secret = self.cleaned_data["new_secret"]
        saved: ContactAddress = super().save(commit)
        return saved


@admin.register(ContactAddress)
class ContactAddressAdmin(admin.ModelAdmin):
    form = ContactAddressForm
    list_display = ("contact", "channel", "address")
    list_filter = ("channel",)


@admin.register(NumberBlock)
class NumberBlockAdmin(admin.ModelAdmin):
    """Deleting one lets SMS go to the number again."""

    list_display = ("number", "code", "words", "since")


@admin.register(PushSubscription)
class PushSubscriptionAdmin(admin.ModelAdmin):
    """Devices are added by their browsers; here they are only removed."""

    list_display = ("contact", "device", "created_at")
    readonly_fields = ("contact", "device", "created_at")
    fields = readonly_fields

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
