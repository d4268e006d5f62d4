"""Text in a spreadsheet: what somebody wrote is never a formula."""


def plain_cell(text: str) -> str:
    """A text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
