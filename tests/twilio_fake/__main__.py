"""Serve the fake: see `--help`."""

import argparse
import signal
import sys
import threading

from tests.twilio_fake.rates import Rates
from tests.twilio_fake.server import Server, post, tick_for_ever
from tests.twilio_fake.state import Account


def main() -> int:
    """Serve until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m tests.twilio_fake", description="A local stand-in for Twilio.")
    parser.add_argument("--port", type=int, default=8900)
    parser.add_argument("--callback-base", required=True)
    parser.add_argument("--account-sid", required=True)
    parser.add_argument("--auth-token", required=True)
    parser.add_argument("--rates", action="store_true", help="keep to Twilio's default rates")
    parser.add_argument("--no-callbacks", action="store_true", help="report nothing of what became of a message")
    asked = parser.parse_args()
    rates = Rates() if asked.rates else None
    account = Account(asked.account_sid, asked.auth_token, asked.callback_base, post, rates=rates)
    account.callbacks = "lost" if asked.no_callbacks else "once"
    server = Server(account, asked.port)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    threading.Thread(target=tick_for_ever, args=(server,), daemon=True).start()
    sys.stdout.write(f"phones at {server.address}\n")
    server.serve_forever()
    server.stopping.set()
    return 0


if __name__ == "__main__":
    sys.exit(main())
