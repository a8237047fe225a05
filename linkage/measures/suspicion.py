"""How far an attack narrows down who or what is behind a code: suspicion and information gain.

After Vatsalan, Christen, O'Keefe & Verykios 2014, doi:10.29012/jpc.v6i1.636. Of N values (or people)
that a code may stand for, n_g are still possible after the attack. An attack that states the
confidence c says n_g = 1 / c; one that abstains says n_g = N. These figures take the attack at its
word: they say how sure it is, not whether it is right. Reach and precision say that
(`linkage.measures.risk`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from linkage.measures.intervals import Estimate, mean_over_worlds, rate_over_worlds, undefined
from linkage.problems import Problems

Counts = dict[str, float]

NOTHING: Final = "nothing was attacked, or there is one candidate only"


def suspicion(confidence: ArrayLike, candidates: int) -> NDArray[np.float64]:
    r"""Give the probability of suspicion of each attacked record.

    .. math:: P_s = \frac{1 / n_g - 1 / N}{1 - 1 / N}, \quad 1 / n_g = c

    Parameters
    ----------
    confidence : (records,) array
        What the attack states of each record, in [0, 1]; NaN where it abstains, which counts as
        1 / N. Below 1 / N it is no suspicion, either.
    candidates : int
        N, 1 or more: all that a code may stand for before the attack.

    Returns
    -------
    (records,) float64 array
        In [0, 1]; 1 where one candidate is left. NaN if there was one to begin with.

    Raises
    ------
    linkage.InputError
        Naming every problem of the arguments.

    Examples
    --------
    >>> suspicion([1.0, 0.5, 0.01, float("nan")], 100).round(4).tolist()
    [1.0, 0.4949, 0.0, 0.0]
    """
    said = _checked(confidence, candidates)
    if candidates == 1:
        return np.full(said.shape, math.nan)
    least = 1 / candidates
    return np.asarray((said - least) / (1 - least), np.float64)


def count_suspicion(confidence: ArrayLike, candidates: int) -> Counts:
    """Sum up suspicion and information gain in one world.

    Parameters
    ----------
    confidence, candidates : see `suspicion`

    Returns
    -------
    dict of float
        attacked (abstentions among them), suspicion_sum, suspicion_certain (records with
        one candidate left) and information_sum (of 1 - log n_g / log N, see `summarise_suspicion`),
        which add up over worlds, and suspicion_max, which does not: take the larger.

    Examples
    --------
    >>> count_suspicion([1.0, 0.25, float("nan")], 16)["information_sum"]
    1.5
    """
    said = _checked(confidence, candidates)
    if candidates == 1 or not said.size:
        names = ("attacked", "suspicion_sum", "suspicion_certain", "information_sum")
        return dict.fromkeys(names, 0.0) | {"suspicion_max": math.nan}
    each = suspicion(said, candidates)
    gained = np.maximum(1 + np.log(said) / math.log(candidates), 0.0)
    return {
        "attacked": float(said.size),
        "suspicion_sum": float(each.sum()),
        "suspicion_certain": float(np.count_nonzero(said == 1)),
        "information_sum": float(gained.sum()),
        "suspicion_max": float(each.max()),
    }


def summarise_suspicion(worlds: Sequence[Counts]) -> dict[str, Estimate]:
    r"""Make the figures of one attack from its sums in every world.

    .. math::
        \mathrm{gain} = 1 - \frac{\frac{1}{n} \sum \log_2 n_g}{\log_2 N}

    which is the entropy that the attack takes from a value, relative to that of N equally likely
    ones (Vatsalan et al. 2014, doi:10.29012/jpc.v6i1.636).

    Parameters
    ----------
    worlds : sequence of dict
        What `count_suspicion` gave in each.

    Returns
    -------
    dict of Estimate
        suspicion_max (the most exposed record of any world, without an interval), suspicion_mean
        and information_gain (means over worlds; one world has no interval), suspicion_marketer (the
        share of records with one candidate left, with Wilson's interval). All in [0, 1] and per
        attacked record.

    Examples
    --------
    >>> figures = summarise_suspicion([count_suspicion([1.0, 0.25, float("nan")], 16)])
    >>> {name: round(float(figure.value), 3) for name, figure in figures.items()}
    {'suspicion_max': 1.0, 'suspicion_mean': 0.4, 'suspicion_marketer': 0.333, 'information_gain': 0.5}
    """
    known = [world for world in worlds if world["attacked"]]
    if not known:
        names = ("suspicion_max", "suspicion_mean", "suspicion_marketer", "information_gain")
        return dict.fromkeys(names, undefined(NOTHING))
    attacked = [int(world["attacked"]) for world in known]
    certain = [int(world["suspicion_certain"]) for world in known]
    largest = max(world["suspicion_max"] for world in known)
    note = "the largest: no interval"
    return {
        "suspicion_max": Estimate(largest, math.nan, math.nan, sum(attacked), note),
        "suspicion_mean": _mean(known, "suspicion_sum"),
        "suspicion_marketer": rate_over_worlds(certain, attacked),
        "information_gain": _mean(known, "information_sum"),
    }


def _mean(worlds: Sequence[Counts], total: str) -> Estimate:
    """Mean over worlds of a mean over records."""
    mean = mean_over_worlds([world[total] / world["attacked"] for world in worlds])
    records = int(sum(world["attacked"] for world in worlds))
    return mean._replace(high=float(np.minimum(mean.high, 1.0)), n=records)


def _checked(confidence: ArrayLike, candidates: int) -> NDArray[np.float64]:
    """Confidence between 1 / candidates, also for abstentions, and 1."""
    problems = Problems()
    problems.whole_number("candidates", candidates, 1)
    said = np.asarray(confidence, np.float64)
    outside = (said < 0) | (said > 1)
    if outside.any():
        problems.append(f"confidence: got {said[outside].flat[0]}, allowed 0 to 1, NaN to abstain")
    if said.ndim != 1:
        problems.append(f"confidence: got shape {said.shape}, allowed a list")
    problems.raise_any()
    return np.fmax(said, 1 / candidates)
