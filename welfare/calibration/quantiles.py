"""What ordinary people do at one place, as quantiles with intervals that need no assumption of a shape."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import binom

TAIL = 0.025  # of a 95 % interval


@dataclass(frozen=True, slots=True)
class Quantile:
    """A quantile of what was seen, with its 95 % interval by order statistics (Hahn and Meeker 1991, 5.2).

    Attributes:
        value: the quantile itself.
        low, high: the interval; `high` is infinite where too few were seen to bound it.
        n: how many were seen.
    """

    value: float
    low: float
    high: float
    n: int


def quantile(values: Sequence[float], share: float) -> Quantile | None:
    """The quantile of some values.

    Args:
        values: what was seen.
        share: of them that lie under it, 0 to 1.

    Returns:
        None where nothing was seen.
    """
    n = len(values)
    if n == 0:
        return None
    ordered = sorted(values)
    middle = ordered[min(n - 1, math.ceil(share * n) - 1 if share > 0 else 0)]
    below = int(binom.ppf(TAIL, n, share))  # the k-th smallest, from 1, bounds it from below
    above = int(binom.ppf(1 - TAIL, n, share)) + 1
    low = ordered[below - 1] if below >= 1 else -math.inf
    high = ordered[above - 1] if above <= n else math.inf
    return Quantile(middle, low, high, n)
