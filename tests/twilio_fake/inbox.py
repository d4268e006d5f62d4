"""The inbox page: every phone with what it received, a box to answer as its owner, keys to press in a call."""

from datetime import datetime
from html import escape

from tests.twilio_fake.state import Account, Call, Message

STYLE = """
:root{color-scheme:light dark;--line:light-dark(#b9c2c9,#46525b);--quiet:light-dark(#4a565f,#b4bec6)}
*{box-sizing:border-box}body{font:18px/1.5 system-ui,sans-serif;margin:0 auto;max-width:70rem;padding:1rem}
main{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr))}
section{border:1px solid var(--line);border-radius:.75rem;padding:1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin:0 0 .5rem}
ol{list-style:none;margin:0;padding:0;display:grid;gap:.5rem}li{border-left:4px solid var(--line);padding:.1rem .6rem;
overflow-wrap:anywhere}li.own{border-left-color:#2a7d7b}small{color:var(--quiet)}form{display:flex;flex-wrap:wrap;gap:.5rem;
margin-top:.75rem}input{flex:1 1 8rem;font:inherit;padding:.5rem;min-width:0}
button{font:inherit;padding:.5rem 1rem;min-height:44px;
min-width:44px}
"""
SCRIPT = """
setInterval(async () => {
  const typed = document.activeElement;
  if (typed && typed.tagName === "INPUT" && typed.value) return;
  try {
    const page = new DOMParser().parseFromString(await (await fetch("/")).text(), "text/html");
    const fresh = page.querySelector("main"), old = document.querySelector("main");
    if (fresh.innerHTML !== old.innerHTML && !(typed && old.contains(typed))) old.replaceWith(fresh);
  } catch { /* the demo has stopped; the page keeps what it shows */ }
}, 1500);
"""


def page(account: Account) -> str:
    """The page as HTML; every text from outside is escaped."""
    with account.lock:
        ours = {m.sender for m in account.messages.values() if m.direction != "inbound"}
        numbers = {n for m in account.messages.values() for n in (m.sender, m.to)} - ours
        numbers |= {c.to for c in account.calls.values()}
        phones = "".join(_phone(account, number) for number in sorted(numbers))
    empty = "<p>No message yet. When a page goes out, the phone that got it appears here.</p>"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Phones (Twilio fake)</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{STYLE}</style></head><body>'
        "<h1>Phones</h1><p>A local stand-in for Twilio: nothing leaves this machine. Answer as the phone's owner.</p>"
        f"<main>{phones or empty}</main><script>{SCRIPT}</script></body></html>"
    )


def _phone(account: Account, number: str) -> str:
    things: list[Message | Call] = [m for m in account.messages.values() if number in (m.sender, m.to)]
    things += [c for c in account.calls.values() if c.to == number]
    things.sort(key=lambda thing: thing.at_s)
    rows = "".join(_message(t, number) if isinstance(t, Message) else _call(t) for t in things[-12:])
    label = escape(number)
    return (
        f'<section aria-label="Phone {label}"><h2>{label}</h2><ol>{rows}</ol>'
        f'<form method="post" action="/_fake/reply"><input type="hidden" name="from" value="{label}">'
        f'<input name="body" aria-label="Reply from {label}" placeholder="1, 2, 3 or words" required>'
        "<button>Send</button></form></section>"
    )


def _message(message: Message, number: str) -> str:
    own = ' class="own"' if message.sender == number else ""
    at = datetime.fromtimestamp(message.at_s).astimezone()
    return f"<li{own}>{escape(message.body)}<br><small>{at:%H:%M:%S} SMS, {escape(message.status)}</small></li>"


def _call(call: Call) -> str:
    at = datetime.fromtimestamp(call.at_s).astimezone()
    heard = escape(call.heard[-1] if call.heard else "ringing")
    keys = ""
    if call.status == "in-progress":
        hidden = f'<input type="hidden" name="call_sid" value="{escape(call.sid)}">'
        buttons = "".join(f'<button name="digits" value="{k}">Press {k}</button>' for k in "123")
        keys = f'<form method="post" action="/_fake/key">{hidden}{buttons}</form>'
    return f"<li>{heard}<br><small>{at:%H:%M:%S} call, {escape(call.status)}</small>{keys}</li>"
