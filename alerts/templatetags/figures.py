"""Figures as people read them."""

from django import template

from alerts.reports.figures import Spread

register = template.Library()
# What a provider's codes mean: https://www.twilio.com/docs/api/errors
WORDS = {
    "30003": "the phone was off or out of reach",
    "30004": "the network blocked the message",
    "30005": "the number does not exist",
    "30006": "a landline, or a network that takes no SMS",
    "30007": "the network took it for an unwanted message",
    "30008": "the network gave no reason",
    "21211": "not a valid number",
    "21610": "the person opted out of SMS",
    "21612": "this number cannot be reached from ours",
    "unknown": "nobody knows whether it went out",
}


@register.filter
def seconds(value: float) -> str:
    """`8 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = round(value)
    if whole < 60:
        return f"{whole} s" if value >= 1 else f"{value:.1f} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


@register.filter
def took(spread: Spread | None) -> str:
    """A spread in a cell of a table."""
    if spread is None:
        return "never"
    return f"{seconds(spread.median_s)}, {seconds(spread.p90_s)} ({spread.n})"


@register.filter
def error_words(code: str) -> str:
    """A failure's code with what it means."""
    return f"{code}: {WORDS[code]}" if code in WORDS else code
