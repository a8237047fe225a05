"""What re-identified records give away, and about whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from linkage.measures.intervals import mean_over_worlds, rate_over_worlds

PER_CLAIM: Final = "share of claims"
PER_PERSON: Final = "per 1,000 people named rightly"

HOME: Final = "where they live, if the record holds its address"
HOUSEHOLD: Final = "members of the household on nobody's list"


def count_learned(told: pd.Series[Any], true: pd.Series[Any]) -> dict[str, int]:
    """Count claims whose record says of the claimed person what is true.

    Parameters
    ----------
    told : pandas.Series
        What each claimed record says, by position.
    true : pandas.Series
        What is true of the person that it is claimed to be of; missing where nothing is known.

    Examples
    --------
    >>> count_learned(pd.Series(["single", "joint"]), pd.Series(["single", "single"]))
    {'right': 1, 'of': 2, 'usual': 2}

    ``usual`` are those whom the commonest value would have been right of.
    """
    known = true.notna().to_numpy() & told.notna().to_numpy()
    same = told.to_numpy(object)[known] == true.to_numpy(object)[known]
    usual = true[known].value_counts().max() if known.any() else 0
    return {
        "right": int(np.count_nonzero(same)),
        "of": int(np.count_nonzero(known)),
        "usual": int(usual),
    }


def count_household(
    named: pd.Index[Any], households: pd.Series[Any], listed: pd.Index[Any]
) -> dict[str, int]:
    """Count those who live with somebody named rightly, and stand on nobody's list.

    Parameters
    ----------
    named : pandas.Index
        People named rightly.
    households : pandas.Series
        The home of each person, by label; missing or negative for none.
    listed : pandas.Index
        Everybody on the adversary's list.

    Examples
    --------
    >>> homes = pd.Series({"ana": 1, "ben": 1, "eva": 1, "ian": 2})
    >>> count_household(pd.Index(["ana"]), homes, pd.Index(["ana", "ian"]))
    {'right': 2, 'of': 1}
    """
    homes = households.dropna()
    homes = homes[homes >= 0]
    theirs = homes[homes.index.isin(named)].unique()
    living = homes.index[homes.isin(theirs)]
    others = living.difference(listed).difference(named)
    return {"right": len(others), "of": len(named.unique())}


def learned_rate(worlds: Sequence[dict[str, int]], learned: str) -> dict[str, Any]:
    """Give one row of figures from the counts of every world.

    Examples
    --------
    >>> learned_rate([{"right": 1, "of": 4}], "income")["value"]
    0.25
    """
    of = sum(world["of"] for world in worlds)
    if learned == HOUSEHOLD:
        rates = [1000 * world["right"] / world["of"] for world in worlds if world["of"]]
        return mean_over_worlds(rates)._asdict() | {"n": of, "unit": PER_PERSON}
    rate = rate_over_worlds([w["right"] for w in worlds], [w["of"] for w in worlds])
    blind = sum(w["usual"] for w in worlds) / of if of and "usual" in worlds[0] else np.nan
    return rate._asdict() | {"unit": PER_CLAIM, "baseline": blind}
