"""Whether an HTTP request that failed can have reached the other side: if not, it may go another way at once."""

import requests


def never_left(error: requests.exceptions.RequestException) -> bool:
    """Whether no connection was ever made."""
    return isinstance(error, requests.exceptions.ConnectTimeout) or any(
        name in str(error) for name in ("NewConnectionError", "NameResolutionError", "ConnectTimeout")
    )
