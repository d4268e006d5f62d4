"""An empty field says its own name and what to do, on every form of the service alike."""

from django.forms import BoundField, Field
from django.forms.renderers import DjangoTemplates
from django.forms.utils import ErrorList


class NamingField(BoundField):
    """A field as a form shows it."""

    @property
    def errors(self) -> ErrorList:
        """What is wrong with it; that it is empty, in words that name it, unless the field has words of its own."""
        found = super().errors
        for error in found.as_data():
            if error.message == Field.default_error_messages["required"]:
                error.message = f'"{self.label}" is empty: fill it in, then send it again.'
        return found


class FormRenderer(DjangoTemplates):
    """Django's own, with fields that name themselves (the `FORM_RENDERER` setting)."""

    bound_field_class = NamingField
