"""Weights of the cues from outcomes: logistic regression held back by the weights in force (MAP, Laplace).

The score is additive in log-odds, so its weights are a logistic regression's coefficients. Each has the prior
N(present, 0.7^2): few outcomes move nothing, many move what they speak about. The intercept takes up how often people
look, which says nothing of the weights.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

PRIOR_SD = 0.7  # nats, of each weight: behaviour table
INTERCEPT_SD = 5.0  # assumed: wide
SURE_SD = 1.96  # a 95 % interval


@dataclass(frozen=True, slots=True)
class Weight:
    """A weight that outcomes speak for, nats.

    Attributes:
        value: the most likely one.
        sd: how unsure it is.
    """

    value: float
    sd: float

    def differs(self, present: float) -> bool:
        """Whether its 95 % interval leaves the present value out."""
        return abs(self.value - present) > SURE_SD * self.sd


def fit(
    shares: Sequence[Mapping[str, float]], at_risk: Sequence[bool], present: Mapping[str, float]
) -> dict[str, Weight]:
    """Weights from judged stays.

    Args:
        shares: of each stay: what each cue counted at its peak, as a share of its weight.
        at_risk: what people found.
        present: the weights in force, nats, by cue; the middle of the prior.
    """
    cues = sorted(present)
    x = np.array([[1.0, *(stay.get(cue, 0.0) for cue in cues)] for stay in shares]).reshape(len(shares), len(cues) + 1)
    y = np.asarray(at_risk, dtype=float)
    middle = np.array([0.0, *(present[cue] for cue in cues)])
    precision = 1 / np.square([INTERCEPT_SD, *[PRIOR_SD] * len(cues)])

    def cost(w: np.ndarray) -> tuple[float, np.ndarray]:
        z = x @ w
        loss = np.logaddexp(0.0, z).sum() - y @ z + 0.5 * precision @ np.square(w - middle)
        return float(loss), x.T @ (expit(z) - y) + precision * (w - middle)

    best = minimize(cost, middle, jac=True, method="BFGS").x
    p = expit(x @ best)
    hessian = (x.T * (p * (1 - p))) @ x + np.diag(precision)
    sd = np.sqrt(np.diag(np.linalg.inv(hessian)))
    return {cue: Weight(float(best[i]), float(sd[i])) for i, cue in enumerate(cues, 1)}
