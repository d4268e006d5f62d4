"""One signed POST to another system: it proves that it comes from here and is not older than it says.

The receiver computes HMAC-SHA256 with its secret over `<timestamp>.<body>`, compares, and refuses what is older than
five minutes or was seen before (`Handrail-Delivery`). How to: docs/channels.md. Whatever it answers, it takes nothing
on: only a person does.
"""

import hashlib
import hmac
import time

import requests
from django.conf import settings

from alerts.channels import wording
from alerts.channels.deadline import Deadline
from alerts.channels.interface import Accepted, Outcome, Refused, Unknown
from alerts.channels.reached import never_left
from alerts.failover import UNREACHABLE
from alerts.models import Attempt, Contact

_deadline = Deadline("webhook")


def missing() -> list[str]:
    """Needs nothing of ours: address and secret belong to the contact."""
    return []


def address(contact: Contact) -> str:
    """The host that is told; the whole address stays with the contact."""
    found = contact.addresses.filter(channel="webhook").first()
    return found.address.split("/")[2][:120] if found and found.sealed_secret else ""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What stands in `Handrail-Signature`: the scheme's version and the hexadecimal HMAC."""
    signed = f"{timestamp}.".encode() + body
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def send(attempt: Attempt) -> Outcome:
    """Post one notice; redirects are not followed."""
    found = attempt.notification.contact.addresses.filter(channel="webhook").first()
    if found is None:
        return Refused("address", "the contact has no webhook any more")
    body, timestamp = wording.document(attempt), str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Handrail",
        "Handrail-Delivery": str(attempt.token),
        "Handrail-Timestamp": timestamp,
        "Handrail-Signature": signature(found.secret, timestamp, body),
    }
    return _deadline.ask(lambda: _post(found.address, body, headers), settings.CHANNEL_TIMEOUT_S)


def _post(url: str, body: bytes, headers: dict[str, str]) -> Outcome:
    limit_s = settings.CHANNEL_TIMEOUT_S
    try:
        # Streamed: the receiver's words are not needed, and it may send gigabytes of them.
        with requests.post(
            url, data=body, headers=headers, timeout=limit_s, allow_redirects=False, stream=True
        ) as answer:
            status = answer.status_code
    except requests.exceptions.SSLError:
        return Refused("tls", "the receiver's certificate is not valid")
    except (requests.exceptions.ConnectionError, requests.exceptions.Timeout) as error:
        if never_left(error):
            return Refused(UNREACHABLE, "the receiver could not be reached")
        return Unknown("the receiver did not answer in time, or the line broke")
    except (requests.exceptions.RequestException, ValueError) as error:
        return Refused("address", f"the webhook's address cannot be used: {type(error).__name__}")
    if 200 <= status < 300:
        return Accepted(delivered=True)
    return Refused(str(status), f"the receiver answered {status}")
