"""Our key for web push (VAPID, RFC 8292): made once, the same for all browsers."""

import base64

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02


def make_key() -> str:
    """A new private key as `VAPID_PRIVATE_KEY` holds it: 32 bytes, base64url."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return _text(number.to_bytes(32, "big"))


def public_key() -> str:
    """What browsers want to know our notices by: the uncompressed point, base64url; empty while push is off."""
    if not settings.VAPID_PRIVATE_KEY:
        return ""
    point = Vapid02.from_string(settings.VAPID_PRIVATE_KEY).public_key
    return _text(point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
