"""A text that is no page: by the first account that takes it."""

from alerts.channels import gateway
from alerts.channels.interface import Outcome, Refused


def send(number: str, words: str) -> Outcome:
    """One message, by the next account only where one refuses; with no account set it is refused in words."""
    outcome: Outcome = Refused("off", f"SMS is switched off: {', '.join(gateway.missing())} not set")
    for account in gateway.accounts():
        create = gateway.client(account.index).messages.create
        outcome = gateway.ask(create, to=number, from_=account.numbers[0], body=words)
        if not isinstance(outcome, Refused):
            break
    return outcome
