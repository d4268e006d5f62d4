"""95 % intervals of what was counted: a share (Wilson) and a rate (Poisson, exact)."""

from dataclasses import dataclass

from scipy.stats import binomtest, chi2

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3g} ({self.low:.3g} to {self.high:.3g})"

    def as_json(self) -> dict[str, float]:
        """`{value, low, high}`, rounded to four digits."""
        return {"value": round(self.value, 4), "low": round(self.low, 4), "high": round(self.high, 4)}


def share(found: int, of: int) -> Estimate | None:
    """How many of so many, by Wilson's score interval (J Am Stat Assoc 1927); None where there was none to find."""
    if of == 0:
        return None
    interval = binomtest(found, of).proportion_ci(LEVEL, method="wilson")
    return Estimate(found / of, float(interval.low), float(interval.high))


def rate(events: int, hours: float) -> Estimate | None:
    """Events an hour, by the exact Poisson interval (Garwood, Biometrika 1936); None where no time passed."""
    if hours <= 0:
        return None
    tail = (1 - LEVEL) / 2
    low = chi2.ppf(tail, 2 * events) / 2 if events else 0.0
    high = chi2.ppf(1 - tail, 2 * events + 2) / 2
    return Estimate(events / hours, float(low) / hours, float(high) / hours)
