"""A share of a count with an interval that holds at every moment, however often one looks at it.

An interval of the usual kind (Wilson, normal) is right when it is looked at once, after a number of
observations that was fixed beforehand. Looked at after each, and acted on at the first that suits, it is
wrong far more often than it says. A confidence sequence is right at all moments together:
P(some interval, ever, does not hold the true share) <= alpha.

This one is the prior-posterior-ratio sequence for a Bernoulli share p: after `hits` among `count`,

    { p : prior(p) / posterior(p | hits, count) < 1 / alpha },

with Jeffreys' Beta(1/2, 1/2) as prior. For the true p the ratio is a martingale that begins at 1, and
Ville's inequality (1939) bounds the chance that it ever reaches 1 / alpha. Exact: no normal approximation,
so that it holds at shares near 0 and 1 too, where ours are. It depends on counts alone, so several
gateways add up theirs.

Sources: I. Waudby-Smith and A. Ramdas, "Confidence sequences for sampling without replacement", NeurIPS
2020 (the prior-posterior ratio); S. R. Howard, A. Ramdas, J. McAuliffe and J. Sekhon, "Time-uniform,
nonparametric, nonasymptotic confidence sequences", Annals of Statistics 49(2), 2021 (the beta-binomial
mixture); H. Robbins, "Statistical methods related to the law of the iterated logarithm", Annals of
Mathematical Statistics 41(5), 1970; on looking all the time at A/B tests: R. Johari, P. Koomen, L. Pekelis
and D. Walsh, "Peeking at A/B tests", KDD 2017.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

Numbers = NDArray[numpy.float64]
PRIOR = 0.5
HALVINGS = 32  # to 2e-10
_log_gamma = numpy.vectorize(math.lgamma, otypes=[numpy.float64])


@dataclass(frozen=True, slots=True)
class Interval:
    """A value of 1 with its bounds."""

    value: float
    low: float
    high: float

    def minus(self, other: Interval) -> Interval:
        """Of the difference. When each holds with 1 - alpha / 2, this one holds with 1 - alpha, whether or not the
        two are independent (Boole's inequality)."""
        return Interval(self.value - other.value, self.low - other.high, self.high - other.low)

    def as_json(self) -> dict[str, float]:
        return {"value": round(self.value, 4), "low": round(self.low, 4), "high": round(self.high, 4)}


NOTHING_KNOWN = Interval(0.5, 0.0, 1.0)


def share(hits: int, count: int, alpha: float) -> Interval:
    """The share of `hits` among `count` with its confidence sequence at 1 - `alpha`; all of 0 to 1 when count is 0."""
    if not count:
        return NOTHING_KNOWN
    low, high = bounds(numpy.array([hits], dtype=float), numpy.array([count], dtype=float), alpha)
    return Interval(hits / count, float(low[0]), float(high[0]))


def bounds(hits: Numbers, counts: Numbers, alpha: float) -> tuple[Numbers, Numbers]:
    """Lower and upper ends for arrays of the same shape; counts are 1 or more."""
    value = hits / counts
    # The log of the ratio is convex in p and has its least at `value`, where it is below 0.
    fixed = _log_beta(hits + PRIOR, counts - hits + PRIOR) - _log_beta(numpy.array(PRIOR), numpy.array(PRIOR))

    def outside(p: Numbers) -> NDArray[numpy.bool_]:
        with numpy.errstate(divide="ignore", invalid="ignore"):
            told = numpy.where(hits > 0, hits * numpy.log(p), 0.0)
            told = told + numpy.where(counts > hits, (counts - hits) * numpy.log1p(-p), 0.0)
        return fixed - told >= math.log(1 / alpha)

    return _edge(numpy.zeros_like(value), value, outside), _edge(numpy.ones_like(value), value, outside)


def _edge(far: Numbers, near: Numbers, outside: Callable[[Numbers], NDArray[numpy.bool_]]) -> Numbers:
    """Between `far`, which may be outside, and `near`, which is inside, the last point outside, by halving."""
    reaches = ~outside(far)
    edge = far.copy()
    for _ in range(HALVINGS):
        middle = (edge + near) / 2
        out = outside(middle)
        edge, near = numpy.where(out, middle, edge), numpy.where(out, near, middle)
    return numpy.where(reaches, far, edge)


def _log_beta(a: Numbers, b: Numbers) -> Numbers:
    found: Numbers = _log_gamma(a) + _log_gamma(b) - _log_gamma(a + b)
    return found
