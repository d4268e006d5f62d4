"""Camera passwords at rest: encrypted with rotating Fernet keys, decrypted only where a source is opened."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def _keys() -> MultiFernet:
    keys: list[str] = list(settings.CREDENTIAL_KEYS)
    if not keys:
        digest = hashlib.sha256(b"handrail camera credentials" + settings.SECRET_KEY.encode()).digest()
        keys = [base64.urlsafe_b64encode(digest).decode()]
    return MultiFernet([Fernet(key) for key in keys])


def seal(password: str) -> str:
    """Encrypt a password with the newest key; the empty password stays empty."""
    return _keys().encrypt(password.encode()).decode() if password else ""


def unseal(sealed: str) -> str:
    """Decrypt a sealed password.

    Raises:
        ImproperlyConfigured: no key in CREDENTIAL_KEYS opens it.
    """
    if not sealed:
        return ""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise ImproperlyConfigured(
            "A camera password was sealed with a key that is not in CREDENTIAL_KEYS. "
            "Add the old key at the end of the list, or enter the password again."
        ) from error
