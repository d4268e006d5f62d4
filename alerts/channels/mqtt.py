"""One message to an MQTT broker, QoS 1: for street lights, signs and other systems at the place.

The broker of `MQTT_URL` confirms each message (PUBACK); whether anything listens behind it, nobody can say.
"""

import ssl
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as paho
from django.conf import settings
from paho.mqtt.enums import CallbackAPIVersion

from alerts.channels import wording
from alerts.channels.deadline import Deadline
from alerts.channels.interface import Accepted, Outcome, Refused, Unknown
from alerts.failover import UNREACHABLE
from alerts.models import Attempt, Contact

PORTS = {"mqtt": 1883, "mqtts": 8883}
LOOK_S = 0.05
_deadline = Deadline("mqtt")


def missing() -> list[str]:
    """The broker."""
    return [] if urlsplit(settings.MQTT_URL).scheme in PORTS else ["MQTT_URL"]


def address(contact: Contact) -> str:
    """The contact's topic below the prefix of `MQTT_URL`."""
    found = contact.addresses.filter(channel="mqtt").first()
    if found is None:
        return ""
    prefix = urlsplit(settings.MQTT_URL).path.strip("/")
    return "/".join(part for part in (prefix, found.address.strip("/")) if part)[:120]


def send(attempt: Attempt) -> Outcome:
    """Publish one notice and wait for the broker's confirmation."""
    topic, content, name = attempt.address, wording.document(attempt), f"handrail-{attempt.token}"
    return _deadline.ask(lambda: _publish(topic, content, name), settings.CHANNEL_TIMEOUT_S)


def _publish(topic: str, content: bytes, name: str) -> Outcome:
    broker = urlsplit(settings.MQTT_URL)
    limit_s = settings.CHANNEL_TIMEOUT_S
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=name[:23])
    client.connect_timeout = limit_s
    if broker.username:
        client.username_pw_set(unquote(broker.username), unquote(broker.password or ""))
    if broker.scheme == "mqtts":
        client.tls_set_context(ssl.create_default_context(cafile=settings.MQTT_CA_FILE or None))
    refused: list[str] = []
    client.on_connect = lambda _c, _u, _f, reason, _p: refused.append(str(reason)) if reason.is_failure else None
    try:
        client.connect(broker.hostname or "", broker.port or PORTS[broker.scheme], keepalive=int(4 * limit_s) + 1)
    except (OSError, ValueError) as error:
        return Refused(UNREACHABLE, f"the broker could not be reached: {error}"[:200])
    try:
        sent = client.publish(topic, content, qos=1)
        return _confirmed(client, sent, refused, rounds=int(limit_s / LOOK_S))
    except ValueError as error:  # a topic with a wildcard
        return Refused("address", f"the topic cannot be used: {error}"[:200])
    finally:
        client.disconnect()


def _confirmed(client: paho.Client, sent: paho.MQTTMessageInfo, refused: list[str], rounds: int) -> Outcome:
    """Drive the line until the broker has confirmed, refused, or the time is over."""
    for _ in range(rounds):
        broken = client.loop(LOOK_S)
        if refused:
            return Refused("refused", f"the broker refused us: {refused[0]}"[:200])
        if sent.is_published():
            return Accepted()
        if broken:
            return Unknown("the line to the broker broke")
    return Unknown("the broker did not confirm in time")
