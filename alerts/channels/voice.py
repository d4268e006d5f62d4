"""One voice call: says what and where, and counts as answered only when a key is pressed; voicemail is no human."""

from django.conf import settings
from twilio.twiml.voice_response import Gather, VoiceResponse

from alerts.channels import gateway
from alerts.models import Attempt, Incident

REPEATS = 3  # assumed: a sleepy person needs it more than once


def action_url(attempt: Attempt) -> str:
    """Where a key press goes."""
    return f"{settings.PUBLIC_URL}/twilio/voice/{attempt.token}"


def script(incident: Incident, action: str) -> str:
    """The call as TwiML."""
    words = (
        f"This is Handrail. A {incident.kind}, number {incident.pk}, "
        f"at {incident.place}. Press 1 to take it on. Press 2 if you cannot attend. Press 3 for a false alert."
    )
    response = VoiceResponse()
    for _ in range(REPEATS):
        gather = Gather(num_digits=1, action=action, method="POST", timeout=6)
        gather.say(words, language="en-GB")
        response.append(gather)
    response.say("Nobody pressed a key. Goodbye.", language="en-GB")
    return str(response)


def send(attempt: Attempt) -> gateway.Outcome:
    """Hand one call to the provider."""
    incident = attempt.notification.step_run.incident
    return gateway.ask(
        gateway.client().calls.create,
        to=attempt.address,
        from_=settings.TWILIO_FROM_NUMBER,
        twiml=script(incident, action_url(attempt)),
        status_callback=gateway.status_callback(attempt.token),
        status_callback_event=["initiated", "ringing", "answered", "completed"],
        timeout=25,
    )
