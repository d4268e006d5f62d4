"""MQTT against a real broker on loopback: what a listener at the place gets, with and without TLS."""

import asyncio
import datetime
import gc
import ipaddress
import json
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from amqtt.broker import Broker
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from paho.mqtt.enums import CallbackAPIVersion
from pytest_django import Settings

from alerts.channels import mqtt
from alerts.channels.interface import Accepted, Refused
from alerts.models import Contact, ContactAddress, Incident
from tests.alerts.channels.conftest import Page
from tests.alerts.channels.receivers import wait_for

# The broker's own tasks, and the socket of a handshake that failed, are closed by the garbage collector: not ours.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


class RunningBroker:
    """A broker in a thread of its own."""

    def __init__(self, listener: dict[str, Any]) -> None:
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._listener = listener
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        config = {
            "listeners": {"default": {"type": "tcp", "bind": "127.0.0.1:0", **self._listener}},
            "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
        }
        self._broker = Broker(config, loop=self._loop)
        self._loop.run_until_complete(self._broker.start())
        self._ready.set()
        self._loop.run_forever()

    async def _shutdown(self) -> None:
        await self._broker.shutdown()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    @property
    def port(self) -> int:
        server: Any = next(iter(self._broker._servers.values()))
        return int(server.instance.sockets[0].getsockname()[1])

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._shutdown(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()
        with warnings.catch_warnings():  # what the broker left open is gone here, not in the midst of another test
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


@pytest.fixture
def broker() -> Iterator[RunningBroker]:
    running = RunningBroker({})
    yield running
    running.stop()


def lamp(port: int, topic: str) -> tuple[paho.Client, list[paho.MQTTMessage]]:
    """A street light that listens."""
    got: list[paho.MQTTMessage] = []
    ready = threading.Event()
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda _c, _u, message: got.append(message)
    client.on_subscribe = lambda *_: ready.set()
    client.connect("127.0.0.1", port)
    client.subscribe(topic, qos=1)
    client.loop_start()
    assert ready.wait(5)
    return client, got


def test_a_light_at_the_place_hears_of_it(
    page: Page, partner: Contact, broker: RunningBroker, incident: Incident, settings: Settings
) -> None:
    settings.MQTT_URL = f"mqtt://127.0.0.1:{broker.port}/handrail"
    ContactAddress.objects.create(contact=partner, channel="mqtt", address="bridge/lamps")
    topic = mqtt.address(partner)
    assert topic == "handrail/bridge/lamps"
    client, got = lamp(broker.port, "handrail/#")
    assert mqtt.send(page("mqtt", partner, topic)) == Accepted()
    message = wait_for(lambda: got)[0]
    assert (message.topic, message.qos) == ("handrail/bridge/lamps", 1)
    said = json.loads(message.payload)
    assert said["incident"]["number"] == incident.pk
    assert said["event"] == "page"
    assert mqtt.send(page("mqtt", partner, topic, purpose="stand_down")) == Accepted()
    assert json.loads(wait_for(lambda: len(got) > 1 and got)[1].payload)["event"] == "stand_down"
    client.disconnect()
    client.loop_stop()
    refused = mqtt.send(page("mqtt", partner, "lamps/#"))
    assert isinstance(refused, Refused)
    assert refused.code == "address"


def test_a_broker_that_is_not_there_is_an_outcome_in_time(page: Page, partner: Contact, settings: Settings) -> None:
    settings.MQTT_URL = "mqtt://127.0.0.1:9"
    refused = mqtt.send(page("mqtt", partner, "lamps"))
    assert isinstance(refused, Refused)
    assert refused.code == "unreachable"
    settings.MQTT_URL = ""
    assert mqtt.missing() == ["MQTT_URL"]
    settings.MQTT_URL = "http://127.0.0.1"
    assert mqtt.missing() == ["MQTT_URL"]


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(minutes=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert, secret = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert, secret


def test_by_tls_only_a_broker_that_is_vouched_for_is_told(
    page: Page, partner: Contact, settings: Settings, tmp_path: Path
) -> None:
    cert, key = certificate(tmp_path)
    broker = RunningBroker({"ssl": True, "certfile": str(cert), "keyfile": str(key)})
    settings.MQTT_URL = f"mqtts://127.0.0.1:{broker.port}"
    refused = mqtt.send(page("mqtt", partner, "lamps"))
    assert isinstance(refused, Refused)
    assert "certificate" in refused.words
    settings.MQTT_CA_FILE = str(cert)
    assert mqtt.send(page("mqtt", partner, "lamps")) == Accepted()
    broker.stop()
