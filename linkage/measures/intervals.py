"""Rates and means with their intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from scipy import stats

CONFIDENCE: Final = 0.95


class Estimate(NamedTuple):
    """A figure with its 95 % interval and the number of observations behind it.

    An undefined figure is NaN, with the reason in `note`.
    """

    value: float
    low: float
    high: float
    n: int
    note: str = ""

    def scaled(self, factor: float) -> Estimate:
        """Give the same figure in another unit."""
        return self._replace(
            value=self.value * factor, low=self.low * factor, high=self.high * factor
        )


def undefined(note: str, n: int = 0) -> Estimate:
    """Give a figure that does not exist, and why."""
    return Estimate(math.nan, math.nan, math.nan, n, note)


def wilson(successes: int, trials: int) -> Estimate:
    """Estimate a rate with Wilson's score interval.

    The interval stays inside [0, 1] and is right for rare events, where the usual one is not
    (Wilson 1927, doi:10.1080/01621459.1927.10502953).

    Parameters
    ----------
    successes, trials : int
        0 <= successes <= trials.

    Returns
    -------
    Estimate
        Undefined without trials.

    Examples
    --------
    >>> [round(float(x), 3) for x in wilson(0, 100)[:3]]
    [0.0, 0.0, 0.037]
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"got {successes} successes in {trials} trials")
    if trials == 0:
        return undefined("nothing to count")
    z = float(stats.norm.ppf((1 + CONFIDENCE) / 2))
    rate = successes / trials
    middle = (successes + z**2 / 2) / (trials + z**2)
    reach = z / (trials + z**2) * math.sqrt(successes * (1 - rate) + z**2 / 4)
    low = 0.0 if successes == 0 else middle - reach
    high = 1.0 if successes == trials else middle + reach
    return Estimate(rate, low, high, trials)


def rate_over_worlds(successes: Sequence[int], trials: Sequence[int]) -> Estimate:
    """Estimate a rate from several simulated worlds.

    One world gives Wilson's interval. Several give the wider of Wilson's interval on the pooled
    counts (chance within a world) and Student's interval on the mean of the worlds' rates
    (differences between worlds).

    Examples
    --------
    >>> [round(float(x), 3) for x in rate_over_worlds([10, 30], [100, 100])[:3]]
    [0.2, 0.0, 1.0]
    """
    pooled = wilson(sum(successes), sum(trials))
    rates = [s / t for s, t in zip(successes, trials, strict=True) if t]
    if len(rates) < 2:
        return pooled
    across = mean_over_worlds(rates)
    return pooled._replace(
        low=max(0.0, min(pooled.low, across.low)), high=min(1.0, max(pooled.high, across.high))
    )


def mean_over_worlds(values: Sequence[float]) -> Estimate:
    """Estimate the mean of a count over worlds with Student's interval, cut off at 0.

    One world alone has no interval.

    Examples
    --------
    >>> [round(float(x), 2) for x in mean_over_worlds([1.0, 2.0, 3.0])[:3]]
    [2.0, 0.0, 4.48]
    """
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return undefined("not defined in any world")
    mean = float(np.mean(known))
    if len(known) == 1:
        return Estimate(mean, math.nan, math.nan, 1, "one world has no interval for a mean")
    error = float(np.std(known, ddof=1)) / math.sqrt(len(known))
    reach = error * float(stats.t.ppf((1 + CONFIDENCE) / 2, len(known) - 1))
    return Estimate(mean, max(0.0, mean - reach), mean + reach, len(known))


def difference(
    first: tuple[float, float, float], second: tuple[float, float, float]
) -> tuple[float, float, float]:
    """Estimate the difference of two independent figures from their intervals.

    For shares with Wilson's intervals this is Newcombe's hybrid score interval (1998, method 10,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I); for other figures Zou
    and Donner's method of variance estimates recovery (2008, doi:10.1002/sim.3095), the same
    formula.

    Parameters
    ----------
    first, second : (value, low, high)
        A side without an interval makes a difference without one.

    Returns
    -------
    (value, low, high)
        Of second less first.

    Examples
    --------
    Newcombe's example (a): 56 of 70 against 48 of 80.

    >>> a, b = wilson(48, 80), wilson(56, 70)
    >>> [round(x, 4) for x in difference(a[:3], b[:3])]
    [0.2, 0.0524, 0.3339]
    """
    (before, before_low, before_high), (after, after_low, after_high) = first, second
    change = after - before
    down = math.hypot(after - after_low, before_high - before)
    up = math.hypot(after_high - after, before - before_low)
    return change, change - down, change + up
