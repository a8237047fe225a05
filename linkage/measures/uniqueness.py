"""How exposed records are by the class they are in: known risks, and what a sample alone would say.

A class is all records that are alike in what is released. Of class i the release has f_i records and
the population F_i; n is the sum of f, N that of F, J the number of classes that the release has.
Every share and average here is **per record**, not per class. With classes of 1 and 99 records the
mean risk of a record is .02; the mean over the two classes, .505, is nobody's risk.

Formulas: El Emam 2013, doi:10.1201/b14764; Dankar, El Emam, Neisa & Roffey 2012,
doi:10.1186/1472-6947-12-66.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from linkage.measures.estimators import NO_CLASS, Sizes, pitman, whole_numbers, zayatz
from linkage.measures.intervals import (
    Estimate,
    mean_over_worlds,
    rate_over_worlds,
    undefined,
    wilson,
)
from linkage.problems import InputError

AT_RISK: Final = 0.09
"""A reference line for the risk of one record, not a verdict (EMA Policy 0070, EMA/90915/2016).

Classes of 1 to 11 records are above it: 1/11 is .0909. Who reads the line as "at least 11 alike"
passes 1/11.
"""

UNITS: Final[dict[str, str]] = {
    "k": "released records",
    "k_map": "people",
    "prosecutor_highest": "probability, the most exposed record",
    "prosecutor_average": "probability, mean over records",
    "journalist_highest": "probability, the most exposed record",
    "journalist_average": "probability, mean over records",
    "marketer": "expected share of records",
    "prosecutor_at_risk": "share of records",
    "journalist_at_risk": "share of records",
    "sample_uniqueness": "share of records",
    "population_uniqueness": "share of records",
    "zayatz": "share of people",
    "pitman": "share of people",
    "pitman_finite": "share of people",
    "zayatz_error": "share of people, estimate less truth",
    "pitman_error": "share of people, estimate less truth",
    "pitman_finite_error": "share of people, estimate less truth",
    "people_alone": "people",
    "suppressed": "share of all records, those without a class included",
}
"""Measures and what they count in. Records are released records that have a class."""

SHARES: Final = (
    *("prosecutor_at_risk", "journalist_at_risk", "sample_uniqueness", "population_uniqueness"),
    "suppressed",
)
ESTIMATORS: Final = ("zayatz", "pitman", "pitman_finite")
ERRORS: Final = tuple(f"{name}_error" for name in ESTIMATORS)

NO_POPULATION: Final = "who is in the population is not known"
EXACT: Final = "counted, not estimated: one release has no interval"


@dataclass(frozen=True)
class Classes:
    """Sizes of the classes that a release has.

    Parameters
    ----------
    sample : (J,) int64 array
        Released records of each class, f; 1 or more.
    population : (J,) int64 array, optional
        People of each of the same classes, F; None if the population is not known.
    uniques : int
        People who are alone in their class, released or not.
    people : int
        The population, N; classes that the release does not have count.
    suppressed : int
        Released records without a class.
    """

    sample: Sizes
    population: Sizes | None = None
    uniques: int = 0
    people: int = 0
    suppressed: int = 0

    @classmethod
    def of(cls, sample_codes: ArrayLike, population_codes: ArrayLike | None = None) -> Classes:
        """Count records by class.

        Parameters
        ----------
        sample_codes : (records,) int array
            The class of each released record; -1 for a suppressed one, which has none.
        population_codes : (people,) int array, optional
            The class of each person by the same numbers, the released included; -1 for none.

        Raises
        ------
        linkage.InputError
            If a class has more released records than people: the release is then not a part of
            the population, and a risk of 1 / F is not defined.

        Examples
        --------
        >>> classes = Classes.of([0, 0, 7, -1], [0, 0, 0, 7, 8])
        >>> classes.sample.tolist(), classes.population.tolist(), classes.uniques
        ([2, 1], [3, 1], 2)
        """
        sample = whole_numbers("sample_codes", sample_codes)
        found = sample[sample >= 0]
        suppressed = len(sample) - len(found)
        if population_codes is None:
            numbers = pd.factorize(found)[0]
            return cls(np.bincount(numbers).astype(np.int64), suppressed=suppressed)
        everybody = whole_numbers("population_codes", population_codes)
        everybody = everybody[everybody >= 0]
        numbers, values = pd.factorize(np.concatenate([found, everybody]))
        f = np.bincount(numbers[: len(found)], minlength=len(values)).astype(np.int64)
        F = np.bincount(numbers[len(found) :], minlength=len(values)).astype(np.int64)
        _check_within(f, F)
        uniques = int(np.count_nonzero(F == 1))
        return cls(f[f > 0], F[f > 0], uniques, len(everybody), suppressed)

    @property
    def records(self) -> int:
        """Released records that have a class."""
        return int(self.sample.sum())


def _check_within(f: Sizes, F: Sizes) -> None:
    more = int(np.count_nonzero(f > F))
    if more:
        raise InputError(
            [
                f"population_codes: got {more:,} classes with fewer people than released records, "
                "allowed a population that the release is a part of"
            ]
        )


def disclosure(
    sample_codes: ArrayLike, population_codes: ArrayLike | None = None, *, line: float = AT_RISK
) -> dict[str, Estimate]:
    r"""Give the disclosure risks of a release by the classes of its records.

    The prosecutor knows that the target is in the release, and finds them among f records; the
    journalist knows only that they are in the population, and finds them among F people; the
    marketer wants many and takes any.

    .. math::
        k = \min f, \quad k_\mathrm{map} = \min F, \quad
        p_\mathrm{average} = \frac{J}{n}, \quad
        m = \frac{1}{n} \sum_i \frac{f_i}{F_i}, \quad
        j_\mathrm{average} = \max\left(\frac{J}{\sum_i F_i}, m\right)

    with the highest risks 1 / k and 1 / k_map (El Emam 2013, doi:10.1201/b14764; k: Sweeney 2002,
    doi:10.1142/S0218488502001648). The same sums, F only over classes that the release has.

    Parameters
    ----------
    sample_codes, population_codes : see `Classes.of`
        Without population_codes, what needs F is undefined.
    line : float
        Records of a risk above it are counted as at risk, 1/f for the prosecutor and 1/F for the
        journalist.

    Returns
    -------
    dict of Estimate
        By measure, the keys of `UNITS`. `population_uniqueness` is the share of released records whose
        person is alone in the **population**; `people_alone` counts such people, released or not;
        their share of all people is what `zayatz` and `pitman` estimate. Shares have Wilson's
        interval, as if records fell into classes one by one. All else has none.

    Raises
    ------
    linkage.InputError
        If the release is not a part of the population; see `Classes.of`.

    Examples
    --------
    >>> risks = disclosure([0] + [1] * 99, [0, 0] + [1] * 198)
    >>> [round(risks[name].value, 3) for name in ("prosecutor_average", "marketer", "k_map")]
    [0.02, 0.01, 2]
    """
    classes = Classes.of(sample_codes, population_codes)
    everybody = classes.records + classes.suppressed
    figures = dict.fromkeys(UNITS, undefined(NO_CLASS))
    if classes.records:
        figures |= _prosecutor(classes, line) | _journalist(classes, line) | _estimates(classes)
    elif classes.population is not None:
        figures["people_alone"] = _exact(classes.uniques, classes.people)
    return figures | {"suppressed": wilson(classes.suppressed, everybody)}


def _exact(value: float, n: int) -> Estimate:
    return Estimate(value, math.nan, math.nan, n, EXACT)


def _share(records: Sizes, which: NDArray[np.bool_]) -> Estimate:
    """Share of records that are in some of the classes."""
    return wilson(int(records[which].sum()), int(records.sum()))


def _prosecutor(classes: Classes, line: float) -> dict[str, Estimate]:
    f, n = classes.sample, classes.records
    return {
        "k": _exact(int(f.min()), n),
        "prosecutor_highest": _exact(1 / int(f.min()), n),
        "prosecutor_average": _exact(len(f) / n, n),
        "prosecutor_at_risk": _share(f, 1 / f > line),
        "sample_uniqueness": _share(f, f == 1),
    }


def _journalist(classes: Classes, line: float) -> dict[str, Estimate]:
    f, F, n = classes.sample, classes.population, classes.records
    names = (
        *("k_map", "journalist_highest", "journalist_average", "marketer"),
        *("journalist_at_risk", "population_uniqueness", "people_alone"),
    )
    if F is None:
        return dict.fromkeys(names, undefined(NO_POPULATION, n))
    marketer = float((f / F).sum()) / n
    figures = (
        _exact(int(F.min()), n),
        _exact(1 / int(F.min()), n),
        _exact(max(len(f) / int(F.sum()), marketer), n),
        _exact(marketer, n),
        _share(f, line < 1 / F),
        _share(f, F == 1),
        _exact(classes.uniques, classes.people),
    )
    return dict(zip(names, figures, strict=True))


def _estimates(classes: Classes) -> dict[str, Estimate]:
    """What the sample alone would say of the population's uniques, and how far off that is."""
    if classes.population is None:
        return dict.fromkeys((*ESTIMATORS, *ERRORS), undefined(NO_POPULATION, classes.records))
    at = classes.sample, classes.people
    shares = [guess.scaled(1 / classes.people) for guess in (zayatz(*at), *pitman(*at))]
    truth = classes.uniques / classes.people
    errors = [share._replace(value=share.value - truth) for share in shares]
    return dict(zip((*ESTIMATORS, *ERRORS), (*shares, *errors), strict=True))


def over_worlds(worlds: Sequence[Mapping[str, Estimate]]) -> dict[str, Estimate]:
    """Join the figures of several worlds: shares pooled, all else a mean over worlds.

    Parameters
    ----------
    worlds : sequence of dict
        What `disclosure` gave in each.

    Returns
    -------
    dict of Estimate
        By measure. A figure undefined in every world keeps the reason of the first.

    Examples
    --------
    >>> joined = over_worlds([disclosure([0, 0, 1]), disclosure([0, 1, 2])])
    >>> [round(joined[name].value, 3) for name in ("k", "sample_uniqueness")]
    [1.0, 0.667]
    """
    return {name: _joined(name, [world[name] for world in worlds]) for name in UNITS}


def _joined(name: str, figures: Sequence[Estimate]) -> Estimate:
    known = [figure for figure in figures if not math.isnan(figure.value)]
    if len(known) < 2:
        return [*known, *figures][0] if figures else undefined("no world")
    if name in SHARES:
        counts = [(round(figure.value * figure.n), figure.n) for figure in known]
        return rate_over_worlds(*zip(*counts, strict=True))
    mean = mean_over_worlds([figure.value for figure in known])
    if name in ERRORS:  # may be below 0, where that mean's interval is cut off
        return mean._replace(low=2 * mean.value - mean.high)
    return mean
