"""One voice call: says what and where, and counts as answered only when a key is pressed; voicemail is no human."""

from django.conf import settings
from twilio.twiml.voice_response import Gather, VoiceResponse

from alerts.channels import gateway, wording
from alerts.channels.interface import Outcome
from alerts.models import Attempt, Contact, Incident

REPEATS = 3  # assumed: a sleepy person needs it more than once
missing = gateway.missing


def address(contact: Contact) -> str:
    """The number that is called."""
    return contact.mobile


def action_url(attempt: Attempt) -> str:
    """Where a key press goes."""
    return f"{settings.PUBLIC_URL}/twilio/voice/{attempt.token}"


def words(incident: Incident) -> str:
    """What is said before a key is waited for."""
    return (
        f"This is Handrail. A {incident.kind}, number {incident.pk}, "
        f"at {incident.place}. Press 1 to take it on. Press 2 if you cannot attend. Press 3 for a false alert."
    )


def over(incident: Incident) -> str:
    """The call that says that it is over; it asks for nothing."""
    response = VoiceResponse()
    for _ in range(2):
        response.say(
            f"This is Handrail. Stand down. Number {incident.pk}, at {incident.place}, is in hand. "
            "Nobody else is needed. Thank you.",
            language="en-GB",
        )
    return str(response)


def script(incident: Incident, action: str, opening: str = "", repeats: int = REPEATS) -> str:
    """The call as TwiML; `opening` is said once before it, for a key that meant nothing."""
    response = VoiceResponse()
    if opening:
        response.say(opening, language="en-GB")
    for _ in range(repeats):
        gather = Gather(num_digits=1, action=action, method="POST", timeout=6)
        gather.say(words(incident), language="en-GB")
        response.append(gather)
    response.say("Nobody pressed a key. Goodbye.", language="en-GB")
    return str(response)


def send(attempt: Attempt) -> Outcome:
    """Hand one call to the provider."""
    incident = attempt.notification.step_run.incident
    hint = {}
    if settings.TWILIO_ANSWERING_MACHINE_HINT:
        # Asynchronous: the call speaks at once, the guess comes when it comes and is only shown.
        hint = {
            "machine_detection": "Enable",
            "async_amd": "true",
            "async_amd_status_callback": f"{settings.PUBLIC_URL}/twilio/machine/{attempt.token}",
        }
    return gateway.ask(
        gateway.client(attempt.account).calls.create,
        to=attempt.address,
        from_=attempt.sender,
        twiml=over(incident) if wording.is_over(attempt) else script(incident, action_url(attempt)),
        status_callback=gateway.status_callback(attempt.token),
        status_callback_event=["initiated", "ringing", "answered", "completed"],
        timeout=25,
        **hint,
    )
