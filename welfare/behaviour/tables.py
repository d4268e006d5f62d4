"""The tables of `docs/behaviour.md`, made from the profile so that they cannot go stale.

python -m welfare.behaviour.tables        # writes them into the page again
"""

from pathlib import Path

from welfare.behaviour.cues import half_life_s, weight
from welfare.behaviour.profile import CUES, Profile, meanings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "behaviour.md"
RAMPS = {
    "stay": "stay_from_s to stay_to_s",
    "pacing": "pacing_from to pacing_to",
    "returns": "returns_from to returns_to",
    "object": "0 to object_static_s",
    "lean": "lean_from_deg to lean_to_deg",
    "upper": "upper_from_s to upper_to_s",
    "outlook": "outlook_from to outlook_to",
    "low": "low_hold_s",
    "run": "run_speed_m_s",
}


def cues_table() -> str:
    """Each cue that adds to a score: ramp, weight, group and half-life."""
    p = Profile()
    rows = ["| cue | ramp | weight, nats | group | half-life, s |", "|---|---|---|---|---|"]
    for name, cue in CUES.items():
        counts = f"{weight(p, name):g} | {cue.group} | {half_life_s(p, name):g}"
        rows.append(f"| `{name}` {cue.words} | {_ramp(p, name)} | {counts} |")
    return "\n".join(rows)


def values_table() -> str:
    """Every value of the profile: default, unit, bounds of an override, source."""
    rows = ["| value | default | unit | bounds | source |", "|---|---|---|---|---|"]
    for name, meaning in meanings().items():
        value = getattr(Profile(), name)
        rows.append(
            f"| `{name}` | {value:g} | {meaning.unit} | {meaning.low:g} to {meaning.high:g} | {meaning.source} |"
        )
    return "\n".join(rows)


def filled(page: str) -> str:
    """A page with both tables as they are now, between their marks."""
    for name, table in (("cues", cues_table()), ("values", values_table())):
        start, end = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
        before, rest = page.split(start, 1)
        page = before + start + table + end + rest.split(end, 1)[1]
    return page


def _ramp(profile: Profile, cue: str) -> str:
    names = RAMPS[cue].split(" to ")
    unit = meanings()[names[-1]].unit
    return " to ".join(f"{getattr(profile, name, name)}".removesuffix(".0") for name in names) + f" {unit}"


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text()))
