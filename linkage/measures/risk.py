"""What an attack achieved: counts that add up over worlds, and the rates made from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from linkage.measures.intervals import rate_over_worlds
from linkage.measures.suspicion import summarise_suspicion

Counts = dict[str, float]


def count_guesses(guesses: pd.DataFrame, truth: pd.Series[Any]) -> tuple[int, int]:
    """Count claims and correct claims.

    Parameters
    ----------
    guesses : pandas.DataFrame
        record (position), guess; a record may be absent: the attack abstained.
    truth : pandas.Series
        What each record's right guess is, by position; missing where no guess can be right.

    Returns
    -------
    tuple of int
        Claimed, correct.

    Examples
    --------
    >>> guesses = pd.DataFrame({"record": [0, 2], "guess": ["NG", "RUIZ"]})
    >>> count_guesses(guesses, pd.Series(["NG", "LEE", "DIAZ"]))
    (2, 1)
    """
    right = truth.iloc[guesses["record"].to_numpy(np.int64)]
    known = right.notna().to_numpy()
    same = right.to_numpy(object)[known] == guesses["guess"].to_numpy(object)[known]
    return len(guesses), int(np.count_nonzero(same))


def count_claims(
    guesses: pd.DataFrame, truth: pd.Series[Any], inside: pd.Series[bool]
) -> dict[str, int]:
    """Count claims about people, right ones about those in the register, and about others.

    Parameters
    ----------
    guesses : pandas.DataFrame
        person, guess.
    truth : pandas.Series
        What may rightly be claimed of each person under attack, by label; missing where nothing.
    inside : pandas.Series
        Whether each is in the register.

    Returns
    -------
    dict
        n, claimed, correct, control_n, control_correct.

    Examples
    --------
    >>> people = pd.Series([True, True, True], index=["ana", "ben", "eva"])
    >>> claims = pd.DataFrame({"person": ["ana", "eva"], "guess": [True, True]})
    >>> count_claims(claims, people, pd.Series([True, True, False], index=people.index))
    {'n': 2, 'claimed': 2, 'correct': 1, 'control_n': 1, 'control_correct': 1}
    """
    known = truth.notna()
    told = truth.loc[guesses["person"]]
    same = told.notna().to_numpy() & (told.to_numpy(object) == guesses["guess"].to_numpy(object))
    member = inside.loc[guesses["person"]].to_numpy(bool)
    return {
        "n": int((known & inside).sum()),
        "claimed": len(guesses),
        "correct": int(np.count_nonzero(same & member)),
        "control_n": int((known & ~inside).sum()),
        "control_correct": int(np.count_nonzero(same & ~member)),
    }


def residual_risk(rate: float, control: float) -> float:
    """Risk beyond what the same attack achieves on people who are not in the release.

    ``(rate - control) / (1 - control)``, not below 0 (Giomi et al. 2023,
    doi:10.56553/popets-2023-0055).

    Examples
    --------
    >>> residual_risk(0.9, 0.8)
    0.5
    """
    if math.isnan(rate) or math.isnan(control) or control >= 1:
        return math.nan
    return round(max(0.0, (rate - control) / (1 - control)), 12)


def _missing(claimed: int, controls: int) -> list[str]:
    """Say why figures of an attack that ran are undefined."""
    reasons = {
        "no claims, so precision is not defined": claimed,
        "nobody outside the release, so control and residual are not defined": controls,
    }
    return [reason for reason, count in reasons.items() if not count]


def summarise_attack(worlds: Sequence[Counts]) -> dict[str, float | int | str]:
    """Make the figures of one attack from its counts in every world.

    Parameters
    ----------
    worlds : sequence of dict
        With n, claimed, correct, baseline_correct, control_correct, control_n, baseline_n, and what
        `linkage.measures.suspicion.count_suspicion` gives.

    Returns
    -------
    dict
        The measured columns of the `risk` table.
    """

    def total(name: str) -> int:
        return sum(int(world[name]) for world in worlds)

    def rates(successes: str, trials: str) -> tuple[list[int], list[int]]:
        return [int(world[successes]) for world in worlds], [int(world[trials]) for world in worlds]

    reach = rate_over_worlds(*rates("correct", "n"))
    precision = rate_over_worlds(*rates("correct", "claimed"))
    baseline = rate_over_worlds(*rates("baseline_correct", "baseline_n"))
    control = rate_over_worlds(*rates("control_correct", "control_n"))
    return {
        "n": total("n"),
        "claimed": total("claimed"),
        "correct": total("correct"),
        "rate": reach.value,
        "low": reach.low,
        "high": reach.high,
        "baseline": baseline.value,
        "control": control.value,
        "residual": residual_risk(reach.value, control.value),
        "advantage": reach.value - control.value,
        **{name: figure.value for name, figure in summarise_suspicion(worlds).items()},
        "precision": precision.value,
        "precision_low": precision.low,
        "precision_high": precision.high,
        "reach": reach.value,
        "note": "; ".join(_missing(total("claimed"), total("control_n"))),
    }
