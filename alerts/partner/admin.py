"""PINs are set here: written once, told to the person, never shown again."""

from django import forms
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from alerts.models import PartnerPin
from alerts.partner import pins


class PartnerPinForm(forms.ModelForm):
    """A new PIN for a contact; it also ends a lock."""

    new_pin = forms.CharField(widget=forms.PasswordInput, help_text="6 to 12 digits, no run, not all the same.")

    class Meta:
        model = PartnerPin
        fields = ("contact",)

    def clean_new_pin(self) -> str:
        """Refuse a weak one."""
        pin = str(self.cleaned_data["new_pin"])
        pins.refuse_weak(pin)
        return pin


@admin.register(PartnerPin)
class PartnerPinAdmin(admin.ModelAdmin):
    form = PartnerPinForm
    list_display = ("contact", "set_at", "failures", "locked_until")

    def save_model(self, request: HttpRequest, obj: PartnerPin, form: forms.ModelForm, change: bool) -> None:
        who = "admin" if isinstance(request.user, AnonymousUser) else request.user.get_username()
        obj.pk = pins.choose(obj.contact, form.cleaned_data["new_pin"], by=who).pk
