"""What follows a try that failed, by the provider's code: functions of values, with no clock, database or network.

Sources: Twilio's error dictionary for what a code means; what follows each is our design. Two pages are better than
none: where it is not known whether a page went out, another one goes.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

SMS, VOICE = "sms", "voice"
OPTED_OUT = "21610"
SWITCHED_OFF = "off"
UNREACHABLE = "unreachable"
HANDSET = frozenset({"30003", "30008"})  # switched off or out of coverage; unknown error of the carrier
NEVER_SMS_AGAIN = frozenset(
    {
        "30004",  # blocked by the recipient or the carrier
        "30005",  # unknown handset
        "30006",  # landline or unreachable carrier
        "21211",  # no valid number
        "21610",  # opted out
        "21612",  # no route by SMS
        "21614",  # no mobile number
    }
)
ANOTHER_SENDER = frozenset(
    {
        "30007",  # filtered by the carrier
        "21212",  # our number is no valid sender
        "21606",  # our number cannot send to that one
        "21611",  # our number's queue is full
    }
)
ANOTHER_ACCOUNT = frozenset({"30001", "20003", "20429", "429", UNREACHABLE})  # overflow, authentication, too many

LATER_S = 60  # assumed: a handset that was off may be on again
RETRY_S = 20  # assumed: all channels failed; what failed needs time to mend
SOON_S = 5  # assumed: what is urgent and was held up by the provider, not by the phone, is tried sooner
SOON_ROUNDS = 3  # assumed: a provider that is down for longer is not asked more often than that


@dataclass(frozen=True, slots=True)
class Route:
    """One way out: a provider account and one of its numbers; the number is empty where a channel has none."""

    account: int
    number: str


@dataclass(frozen=True, slots=True)
class Tried:
    """One try that was made in this round of the channels.

    Attributes:
        channel: by which channel.
        route: by which account and number.
        code: the provider's code; empty while it is not known what became of it.
    """

    channel: str
    route: Route
    code: str


@dataclass(frozen=True, slots=True)
class Next:
    """A try to make.

    Attributes:
        channel: by which channel.
        account: by which provider account.
        number: from which of our numbers; empty leaves the choice to the sender.
        delay_s: seconds to wait first.
        new_round: all channels were tried; they start again.
    """

    channel: str
    account: int = 1
    number: str = ""
    delay_s: int = 0
    new_round: bool = False


def failure_state(code: str) -> str:
    """Whether trying the same channel to the same number later can help."""
    return "failed_permanent" if code in NEVER_SMS_AGAIN else "failed_temporary"


def following(failed: Tried, tried: Collection[Tried], channels: Sequence[str], routes: Sequence[Route]) -> list[Next]:
    """The tries that follow a failed one; empty when this round has nothing left.

    Args:
        failed: the try that failed.
        tried: all tries of this round, the failed one among them.
        channels: what can reach the person now, in the policy's order.
        routes: the provider's accounts and numbers that are switched on.
    """
    rest = [c for c in channels if c not in {t.channel for t in tried}]
    account = _account(failed, routes)
    if failed.channel == SMS and failed.code in HANDSET:
        later = [Next(SMS, failed.route.account, delay_s=LATER_S, new_round=True)] if SMS in channels else []
        now = sorted(rest, key=lambda channel: channel != VOICE)[:1]
        return [Next(channel, account) for channel in now] + later
    if failed.channel in channels:
        another = _another_route(failed, tried, routes)
        if another is not None:
            return [Next(failed.channel, another.account, another.number)]
    return [Next(rest[0], account)] if rest else []


def again(
    tried: Collection[Tried], channels: Sequence[str], routes: Sequence[Route], *, soon: bool = False
) -> Next | None:
    """The first try of the next round, when every channel of this one failed; None where no channel is left.

    Args:
        tried: all tries of the round that is over.
        channels: what can reach the person now, in the policy's order.
        routes: the provider's accounts and numbers that are switched on.
        soon: it is urgent, and this is one of its first `SOON_ROUNDS` rounds.
    """
    if not channels:
        return None
    unknown = any(not t.code for t in tried)
    # What may never have gone out is sent again at once; what failed gets time to mend.
    last = next((t for t in tried if t.channel == channels[0]), None)
    account = _account(last, routes) if last else _accounts(routes)[0]
    provider = last is not None and is_about_the_account(last.code)
    return Next(
        channels[0], account, delay_s=0 if unknown else SOON_S if soon and provider else RETRY_S, new_round=True
    )


def is_about_the_account(code: str) -> bool:
    """Whether another account may do what this one could not: refused, overloaded, broken, or not heard of."""
    return not code or code in ANOTHER_ACCOUNT or (len(code) == 3 and code.startswith("5"))


def _another_route(failed: Tried, tried: Collection[Tried], routes: Sequence[Route]) -> Route | None:
    """The same channel by another number or account, where the code says that this can help."""
    used = {t.route for t in tried if t.channel == failed.channel}
    if failed.code in ANOTHER_SENDER:
        fresh = [route for route in routes if route not in used]
        return min(fresh, key=lambda route: route.account != failed.route.account, default=None)
    if failed.code and is_about_the_account(failed.code):
        accounts = {route.account for route in used}
        return next((route for route in routes if route.account not in accounts), None)
    return None


def _account(failed: Tried, routes: Sequence[Route]) -> int:
    """The account of the next channel: another one where this one is in doubt."""
    others = [account for account in _accounts(routes) if account != failed.route.account]
    return others[0] if others and is_about_the_account(failed.code) else failed.route.account


def _accounts(routes: Sequence[Route]) -> list[int]:
    return sorted({route.account for route in routes}) or [1]
