"""An empty field names itself, unless it has words of its own."""

from django import forms


class Form(forms.Form):
    why = forms.CharField()
    until = forms.DateField(label="Until when", error_messages={"required": "Say until when."})
    note = forms.CharField(required=False)


def test_an_empty_field_says_its_name_and_what_to_do() -> None:
    form = Form({})
    assert form["why"].errors == ['"Why" is empty: fill it in, then send it again.']
    assert form["until"].errors == ["Say until when."]
    assert form["note"].errors == []
    assert '"Why" is empty' in form.as_p().replace("&quot;", '"')
