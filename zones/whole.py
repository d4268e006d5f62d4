"""Whole numbers as people type them and pages send them."""

MOST_DIGITS = 9  # a row's number has fewer; Python refuses to read some thousands of digits


def whole(text: str) -> int | None:
    """The number; None where it is none, or larger than any row's."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None
