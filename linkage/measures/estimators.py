"""How many people are alone in their class, estimated from a sample of the population.

A simulation knows the truth, and shows by it how far such estimates are off.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

from linkage.measures.intervals import Estimate, undefined
from linkage.problems import InputError

Sizes = NDArray[np.int64]

NO_CLASS: Final = "no released record has a class"


def zayatz(sizes: ArrayLike, people: int) -> Estimate:
    r"""Estimate from a sample how many people are alone in their class in the population.

    .. math::
        S_1 = s_1 \frac{P(F = 1 \mid f = 1)}{\pi}, \quad
        P(F = 1 \mid f = 1) = \frac{p_1 \pi}{\sum_j p_j P(f = 1 \mid F = j)}, \quad
        P(f = 1 \mid F = j) = \frac{j \binom{N - j}{n - 1}}{\binom{N}{n}}

    with s_1 classes of one record, the sampling fraction pi = n / N, and for p_j the share of the
    **sample's** classes that have j records, which is where it errs: small classes are over-counted,
    and with them uniques. The whole population as the sample gives the exact number (Zayatz 1991,
    Bureau of the Census, Statistical Research Division Report RR-91/08; Dankar et al. 2012,
    doi:10.1186/1472-6947-12-66).

    Parameters
    ----------
    sizes : (J,) int array
        Records of each class of the sample, 1 or more.
    people : int
        The population, N; at least the sample.

    Returns
    -------
    Estimate
        People, in [0, N], without an interval; n is the population. Undefined without classes.

    Raises
    ------
    linkage.InputError
        For sizes below 1, and a population smaller than the sample.

    Examples
    --------
    >>> zayatz([1, 1, 2], 4).value, round(zayatz([1, 1, 2], 40).value, 2)
    (2.0, 10.4)
    """
    f = _sizes(sizes, people)
    n = int(f.sum())
    if n == 0:
        return undefined(NO_CLASS, people)
    j, count = np.unique(f, return_counts=True)
    alone = int(count[0]) if j[0] == 1 else 0
    if alone == 0:
        return _guess(0.0, people)
    prior = count / len(f)
    chance = float(prior @ _alone_in_sample(j, n, people))
    return _guess(alone * float(prior[0]) / chance, people)


def _guess(value: float, people: int) -> Estimate:
    return Estimate(value, math.nan, math.nan, people, "estimated from the sample alone")


def _alone_in_sample(j: Sizes, n: int, people: int) -> NDArray[np.float64]:
    """Chance that exactly one of j people is among n drawn without replacement."""
    possible = people - j >= n - 1
    left = np.where(possible, people - j, n - 1)
    logs = _log_choose(left, n - 1) - _log_choose(np.array(people), n)
    return np.asarray(np.where(possible, j * np.exp(logs), 0.0), np.float64)


def _log_choose(n: NDArray[np.int64], k: int) -> NDArray[np.float64]:
    logs = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    return np.asarray(logs, np.float64)


def whole_numbers(name: str, codes: ArrayLike) -> Sizes:
    """Take a list of whole numbers.

    Raises
    ------
    linkage.InputError
        For anything else.
    """
    got = np.asarray(codes)
    if got.ndim != 1 or (got.size and got.dtype.kind not in "iu"):
        raise InputError([f"{name}: got {got.dtype} of shape {got.shape}, allowed a list of int"])
    return got.astype(np.int64)


def _sizes(sizes: ArrayLike, people: int) -> Sizes:
    f = whole_numbers("sizes", sizes)
    if f.size and f.min() < 1:
        raise InputError([f"sizes: got {f.min()}, allowed 1 or more"])
    if f.sum() > people:
        raise InputError([f"people: got {people:,}, allowed {f.sum():,}, the sample, or more"])
    return f


def pitman(sizes: ArrayLike, people: int) -> tuple[Estimate, Estimate]:
    r"""Estimate from a sample how many people are alone, taking classes for a Pitman partition.

    .. math::
        S_1 = N^\alpha \, \frac{\Gamma(\theta + 1)}{\Gamma(\theta + \alpha)}, \quad
        S_1' = N \, \frac{\Gamma(\theta + 1)}{\Gamma(\theta + \alpha)}
               \frac{\Gamma(\theta + \alpha + N - 1)}{\Gamma(\theta + N)}

    with (theta, alpha) by maximum likelihood, see `fit_pitman`. The first is what is published and
    used (Hoshino 2001, Journal of Official Statistics 17(4), 499-520), the limit of the second for
    N far above theta. The second is the same model's mean for just N people: the i-th to come after
    somebody leaves them alone with probability (theta + alpha + i - 1) / (theta + i) (Pitman 1995,
    doi:10.1007/BF01213386). With theta near N, as birth date, sex and ZIP of a small population have
    it, the first is far too large.

    Parameters
    ----------
    sizes, people : see `zayatz`

    Returns
    -------
    Estimate, Estimate
        The published formula and the expectation for N people, in people, without an interval;
        n is the population. Undefined where the fit finds no parameters; the first also where it
        gives more uniques than people.

    Raises
    ------
    linkage.InputError
        See `zayatz`.

    Examples
    --------
    Ewens' formula is alpha = 0: theta uniques, whatever the population.

    >>> [round(figure.value, 2) for figure in pitman([1, 1, 1, 2, 2, 3, 5], 150)]
    [4.5, 4.4]
    """
    f = _sizes(sizes, people)
    fit = fit_pitman(f)
    if isinstance(fit, str):
        return undefined(fit, people), undefined(fit, people)
    theta, alpha = fit
    tail = special.gammaln(theta + 1) - special.gammaln(theta + alpha)
    large = alpha * math.log(people) + tail
    last = special.gammaln(theta + alpha + people - 1) - special.gammaln(theta + people)
    finite = min(math.log(people), math.log(people) + tail + last)
    if large > math.log(people):
        published = undefined(
            "the formula is for large populations, and gives more than all", people
        )
    else:
        published = _guess(math.exp(large), people)
    return published, _guess(math.exp(finite), people)


STARTS: Final = ((0.1, 1.0), (0.5, 10.0), (0.5, 1000.0), (0.9, 100.0))
"""alpha and theta + alpha that the search starts from; the likeliest end of all counts."""

_LARGEST: Final = 1e-6
_LEAST_LOG, _MOST_LOG = math.log(1e-6), math.log(1e12)


def fit_pitman(sizes: ArrayLike) -> tuple[float, float] | str:
    r"""Fit Pitman's sampling formula to the sizes of classes by maximum likelihood.

    .. math::
        \log L = \sum_{i=1}^{J-1} \log(\theta + i \alpha) - \sum_{i=1}^{n-1} \log(\theta + i)
        + \sum_{j} s_j \sum_{i=1}^{j-1} \log(i - \alpha) + \mathrm{constant}

    for 0 <= alpha < 1, theta > -alpha, with s_j classes of j records (Pitman 1995,
    doi:10.1007/BF01213386; Hoshino 2001, Journal of Official Statistics 17(4), 499-520). At
    alpha = 0 it is Ewens' formula.

    Returns
    -------
    (theta, alpha), or a reason why there are none
        If all records are alike or none are, the likelihood has no maximum inside; and the search
        may end at a bound or give up.

    Examples
    --------
    >>> [round(parameter, 2) for parameter in fit_pitman([1] * 20 + [2] * 5 + [3, 5, 9])]
    [8.99, 0.53]
    """
    f = whole_numbers("sizes", sizes)
    if len(f) == 0:
        return NO_CLASS
    if len(f) == 1 or f.max() == 1:
        return "all records of the sample are alike, or no two are: the model cannot be fitted"
    table = np.unique(f, return_counts=True)
    bounds = ((0.0, 1 - _LARGEST), (_LEAST_LOG, _MOST_LOG))
    ends = [
        optimize.minimize(
            _unlikely, (alpha, math.log(shifted)), table, jac=True, bounds=bounds, method="L-BFGS-B"
        )
        for alpha, shifted in STARTS
    ]
    good = [end for end in ends if end.success and np.isfinite(end.fun)]
    if not good:
        return "the search for the likeliest parameters does not converge"
    alpha, log = min(good, key=lambda end: float(end.fun)).x
    if alpha >= 1 - 2 * _LARGEST or not _LEAST_LOG + 1e-3 < log < _MOST_LOG - 1e-3:
        return "the likeliest parameters lie at the end of their range"
    return float(math.exp(log) - alpha), float(alpha)


def _unlikely(at: NDArray[np.float64], j: Sizes, count: Sizes) -> tuple[float, NDArray[np.float64]]:
    """Mean negative log-likelihood a record at (alpha, log(theta + alpha)), and its gradient."""
    alpha, shifted = float(at[0]), math.exp(at[1])
    theta, n = shifted - alpha, int(j @ count)
    step = np.arange(1, int(count.sum()))
    opened = shifted + (step - 1) * alpha  # theta + i alpha, without loss of figures
    log = np.log(opened).sum() - special.gammaln(theta + n) + special.gammaln(theta + 1)
    log += count @ (special.gammaln(j - alpha) - special.gammaln(1 - alpha))
    by_theta = (1 / opened).sum() - special.digamma(theta + n) + special.digamma(theta + 1)
    by_alpha = (step / opened).sum()
    by_alpha -= count @ (special.digamma(j - alpha) - special.digamma(1 - alpha))
    gradient = np.array([by_alpha - by_theta, by_theta * shifted])
    return -float(log) / n, -gradient / n
