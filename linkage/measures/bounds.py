"""What differential privacy leaves to an adversary: bounds, and what noisy counts give away exactly.

The adversary sees a release and says whether a certain record is in it. Reach (true positive rate)
is the share of such cases in which they say so rightly; false alarms (false positive rate) the share
of the other cases in which they say so, too; advantage is the difference. All are probabilities over
the noise, for an adversary who knows everything else.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from linkage.problems import InputError, Problems, is_number


def composed(epsilon: float, times: int) -> float:
    """Give the epsilon of several answers about one person, or one answer about several of their records.

    They add up: m answers of epsilon each, or m records of one person in a table of epsilon a record,
    have m epsilon together (Dwork & Roth 2014, doi:10.1561/0400000042, theorems 2.2 and 3.14).

    Parameters
    ----------
    epsilon : float
        Of one; 0 or more.
    times : int
        0 or more.

    Raises
    ------
    linkage.InputError
        Naming every problem of the arguments.

    Examples
    --------
    >>> composed(0.5, 3)
    1.5
    """
    _check(epsilon, times=times)
    return epsilon * times


def largest_reach(false_alarms: ArrayLike, epsilon: float) -> NDArray[np.float64]:
    r"""Give the largest reach that any adversary can have at some rate of false alarms.

    .. math::
        \mathrm{TPR} \le e^\varepsilon \, \mathrm{FPR}, \quad
        1 - \mathrm{FPR} \le e^\varepsilon (1 - \mathrm{TPR})

    (Wasserman & Zhou 2010, doi:10.1198/jasa.2009.tm08651; Kairouz, Oh & Viswanath 2015, PMLR
    37:1376-1385, doi:10.1109/TIT.2017.2685505).

    Parameters
    ----------
    false_alarms : array
        FPR, in [0, 1].
    epsilon : float
        Of the whole release; 0 or more.

    Returns
    -------
    float64 array
        TPR, in [0, 1], of the same shape.

    Raises
    ------
    linkage.InputError
        Naming every problem of the arguments.

    Examples
    --------
    >>> largest_reach([0.0, 0.1, 0.5], np.log(3)).round(4).tolist()
    [0.0, 0.3, 0.8333]
    """
    _check(epsilon)
    alarms = np.asarray(false_alarms, np.float64)
    if not ((alarms >= 0) & (alarms <= 1)).all():
        raise InputError(["false_alarms: got something else, allowed 0 to 1"])
    few = np.exp(np.minimum(epsilon, 700.0)) * alarms  # exp(710) is no float
    many = 1 - math.exp(-epsilon) * (1 - alarms)
    return np.asarray(np.minimum(few, many), np.float64)


def largest_advantage(epsilon: float) -> float:
    r"""Give the largest advantage that any adversary can have.

    .. math:: \mathrm{TPR} - \mathrm{FPR} \le \frac{e^\varepsilon - 1}{e^\varepsilon + 1}

    where the two lines of `largest_reach` meet (Kairouz, Oh & Viswanath 2015, PMLR 37:1376-1385,
    doi:10.1109/TIT.2017.2685505).

    Parameters
    ----------
    epsilon : float
        Of the whole release; 0 or more.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    linkage.InputError
        For another epsilon.

    Examples
    --------
    >>> round(largest_advantage(np.log(3)), 12), round(largest_advantage(0.1), 4)
    (0.5, 0.05)
    """
    _check(epsilon)
    return math.tanh(epsilon / 2)


def geometric_advantage(epsilon: float, records: int = 1) -> float:
    r"""Give the exact advantage of the best test on one count with two-sided geometric noise.

    The test asks whether the count with or without a person's m records in its cell is nearer. With
    a = exp(-epsilon) and noise of probability (1 - a) / (1 + a) a^abs(z), the two noisy counts are
    as far apart (total variation) as

    .. math:: 1 - \frac{a^{\lfloor (m + 1) / 2 \rfloor} + a^{\lceil (m + 1) / 2 \rceil}}{1 + a}

    At m = 1 that is tanh(epsilon / 2): no mechanism of this epsilon gives away more
    (`largest_advantage`). Noise by Ghosh, Roughgarden & Sundararajan 2012, doi:10.1137/09076828X; the
    best test by Neyman & Pearson 1933, doi:10.1098/rsta.1933.0009. Raising negative counts to 0
    can only lower it.

    Parameters
    ----------
    epsilon : float
        Of one record; 0 or more.
    records : int
        Of the person, in one cell; 0 or more.

    Returns
    -------
    float
        In [0, 1], at most ``largest_advantage(composed(epsilon, records))``.

    Raises
    ------
    linkage.InputError
        Naming every problem of the arguments.

    Examples
    --------
    >>> [round(geometric_advantage(np.log(3), records), 4) for records in (0, 1, 2)]
    [0.0, 0.5, 0.6667]
    """
    _check(epsilon, records=records)
    a = math.exp(-epsilon)
    low = (records + 1) // 2
    return 1 - (a**low + a ** (records + 1 - low)) / (1 + a)


def repeated_advantage(epsilon: float, answers: int) -> float:
    r"""Give the exact advantage of the best test on several noisy answers about one count.

    Each answer, with its own two-sided geometric noise, speaks for one of the two counts, and all
    speak by the same factor exp(epsilon): rightly with probability p = 1 / (1 + exp(-epsilon)). The
    best test follows the majority.

    .. math:: P(B > m / 2) - P(B < m / 2), \quad B \sim \mathrm{Binomial}(m, p)

    That is the privacy region of m answers with randomized response (Kairouz, Oh & Viswanath 2015,
    PMLR 37:1376-1385, doi:10.1109/TIT.2017.2685505), which any m answers of epsilon stay inside.

    Parameters
    ----------
    epsilon : float
        Of one answer; 0 or more.
    answers : int
        How many, m; 0 or more.

    Returns
    -------
    float
        In [0, 1], at most ``largest_advantage(composed(epsilon, answers))``.

    Raises
    ------
    linkage.InputError
        Naming every problem of the arguments.

    Examples
    --------
    >>> [round(repeated_advantage(np.log(3), answers), 4) for answers in (1, 2, 3)]
    [0.5, 0.5, 0.6875]
    """
    _check(epsilon, answers=answers)
    right = stats.binom(answers, 1 / (1 + math.exp(-epsilon)))
    return float(right.sf(answers // 2) - right.cdf((answers + 1) // 2 - 1))


def _check(epsilon: float, **numbers: int) -> None:
    problems = Problems()
    if not is_number(epsilon) or not 0 <= epsilon < math.inf:
        problems.append(f"epsilon: got {epsilon!r}, allowed 0 or more")
    for name, got in numbers.items():
        problems.whole_number(name, got, 0)
    problems.raise_any()
