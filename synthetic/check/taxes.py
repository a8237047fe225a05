"""Who files and what the returns say, in a world and in the country."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from synthetic.ages import ADULT_AGE
from synthetic.check.figures import Figure
from synthetic.origins import Status
from synthetic.tax import FilingStatus

_SEASON = "IRS, filing season to 29 December 2023"
_SOI = "IRS Statistics of Income 2022"


def tax_figures(people: pd.DataFrame, returns: pd.DataFrame) -> Iterator[Figure]:
    """Yield the figures about filers, and about returns: a joint one is one."""
    yield from _filers(people)
    weight = returns["weight"]
    for status, outside in (("single", 48), ("married_joint", 36), ("head_of_household", 14)):
        belong = returns["status"] == FilingStatus[status.upper()]
        yield Figure(
            f"returns that are {status.replace('_', ' ')}, %",
            100 * float(np.average(belong, weights=weight)),
            outside,
            3.0,
            "tax year 2017 (Tax Policy Center)",
            "about 33.5 were joint in 2022, from memory",
        )
    yield from _incomes(returns)
    refunded = returns["refund"] > 0
    yield Figure(
        "returns with a refund, %",
        100 * float(np.average(refunded, weights=weight)),
        65.3,
        1.0,
        f"{_SEASON}: 105.734 of 162.037 million",
        "64.9% of those processed; 66.7% a year before",
    )
    yield Figure(
        "mean refund, dollars",
        float(np.average(returns["refund"][refunded], weights=weight[refunded])),
        3167,
        100,
        _SEASON,
        "3,252 a year before",
    )
    yield Figure(
        "addresses in the register that the filer has left, %",
        100 * returns["stale"].mean(),
        7.0,
        2.5,
        "IRS mail undeliverable for its address (TIGTA 2010-40-055)",
        "a comparison: 4.6% of all mail, 9.7% of the IRS's for any reason",
    )


def _filers(people: pd.DataFrame) -> Iterator[Figure]:
    adults = people[people["age"] >= ADULT_AGE]
    yield Figure(
        "people on returns, % of adults",
        100 * adults["files"].mean(),
        82.6,
        4.0,
        f"{_SOI}: 161.3 million returns; 54.1 joint and 260.8 adults from memory",
        "outside, some filers are minors, abroad or dead",
    )
    unauthorised = adults[adults["status"] == Status.UNAUTHORISED]
    yield Figure(
        "people on returns, % of adults without papers",
        100 * unauthorised["files"].mean(),
        62.5,
        12.5,
        "Congressional Budget Office 2007: 50 to 75",
        "the range given",
    )


def _incomes(returns: pd.DataFrame) -> Iterator[Figure]:
    income, weight = returns["income"].to_numpy(), returns["weight"].to_numpy()
    order = np.argsort(income)
    below = np.cumsum(weight[order], dtype=np.float64)
    for dollars, outside in ((10_000, 12.5), (50_000, 52.0), (500_000, 98.5)):
        yield Figure(
            f"returns with an income under {dollars:,} dollars, %",
            100 * float(np.average(income < dollars, weights=weight)),
            outside,
            2.0 if dollars < 500_000 else 0.5,
            f"{_SOI}, table 1.1, second-hand",
            "outside, incomes below 0 and returns of minors",
        )
    for name, rank, outside, source, tolerance in (
        ("lower quartile", 0.25, 21_500, "table 1.1, interpolated", 0.1),
        ("median", 0.50, 47_600, "table 1.1, interpolated", 0.05),
        ("upper quartile", 0.75, 99_857, "percentiles, from memory", 0.1),
        ("ninth decile", 0.90, 178_611, "percentiles, second-hand", 0.1),
    ):
        yield Figure(
            f"{name} of incomes, dollars",
            float(income[order][np.searchsorted(below, rank * below[-1])]),
            outside,
            tolerance * outside,
            f"{_SOI}, {source}",
            "percentiles leave out returns of dependents, 5%; interpolation, 1 in 20",
        )
