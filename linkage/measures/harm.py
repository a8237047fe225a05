"""What releases did to people: counts that add up over worlds, and the figures made from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.measures.intervals import Estimate, mean_over_worlds, rate_over_worlds, undefined

Counts = dict[str, int | None]

PER_REQUESTS: Final = "per 1,000 requests"
PER_RELEASE: Final = "per release"

NO_TRUTH: Final = "the files do not say who is who, or who lives where"


@dataclass(frozen=True)
class Homes:
    """Who lives where, for scoring only.

    Parameters
    ----------
    filed : int array
        The address each record of the register prints; it may be a post office box.
    lived : int array
        Where the person of each record lived when it was filed.
    residents : pandas.Series
        How many people live at each address now, indexed by address.
    lives_at : pandas.Series
        The address each person lives at now, indexed by person.
    """

    filed: NDArray[np.int64]
    lived: NDArray[np.int64]
    residents: pd.Series[int]
    lives_at: pd.Series[int]


@dataclass(frozen=True)
class Truth:
    """Who is who, for scoring only.

    Parameters
    ----------
    asked : int array
        The person each request is about, negative for nobody in the world.
    registered : int array
        The person behind each record of the register.
    homes : Homes, optional
        Who lives where, if that is known.
    """

    asked: NDArray[np.int64]
    registered: NDArray[np.int64]
    homes: Homes | None = None


def count_harm(
    request: NDArray[np.int64],
    register: NDArray[np.int64],
    breach: NDArray[np.bool_],
    requests: int,
    truth: Truth | None,
) -> Counts:
    """Count what a set of releases did.

    Parameters
    ----------
    request, register : int arrays
        Positions of the request answered and of the record whose address went out.
    breach : bool array
        Releases without a real, agreeing address in the request.
    requests : int
        How many were made.
    truth : Truth, optional
        None leaves undefined what only the truth can tell.

    Returns
    -------
    dict
        released, right_person, wrong_person, stale_address (the person of the released record
        has moved away), bystanders (who live at a released address now and were not asked for
        by that request), rule_breach,
        missed (the person asked for is in the register and their address did not go out).
    """
    counts: Counts = {
        "requests": requests,
        "released": len(request),
        "rule_breach": int(np.count_nonzero(breach)),
    }
    if truth is None:
        return counts | dict.fromkeys(
            ("right_person", "wrong_person", "stale_address", "bystanders", "missed")
        )
    asked, shown = truth.asked[request], truth.registered[register]
    right = (asked == shown) & (asked >= 0)
    findable = int(np.isin(truth.asked[truth.asked >= 0], truth.registered).sum())
    counts |= {
        "right_person": int(np.count_nonzero(right)),
        "wrong_person": int(np.count_nonzero(~right)),
        "missed": findable - int(np.count_nonzero(right)),
    }
    return counts | _count_homes(truth.homes, register, asked, shown)


def _count_homes(
    homes: Homes | None,
    register: NDArray[np.int64],
    asked: NDArray[np.int64],
    shown: NDArray[np.int64],
) -> Counts:
    """Count stale addresses, and the people at the released addresses who were not asked for."""
    if homes is None:
        return {"stale_address": None, "bystanders": None}
    address = homes.filed[register]
    homes_shown, homes_asked = (
        homes.lives_at.reindex(people, fill_value=-1).to_numpy() for people in (shown, asked)
    )
    living = homes.residents.reindex(address, fill_value=0).to_numpy()
    return {
        "stale_address": int(np.count_nonzero(homes_shown != homes.lived[register])),
        "bystanders": int((living - (homes_asked == address)).sum()),
    }


MEASURES: Final = (
    "released",
    "right_person",
    "wrong_person",
    "stale_address",
    "rule_breach",
    "missed",
    "bystanders",
)


def harm_rates(worlds: Sequence[Counts]) -> list[tuple[str, str, Estimate]]:
    """Make the harm figures of one regime from its counts in every world.

    Returns
    -------
    list of (measure, unit, Estimate)
        Every measure per 1,000 requests; what can be wrong with a release per release too.
        Bystanders may be several a release, so theirs is a mean over worlds.
    """
    rows = [
        (measure, PER_REQUESTS, _rate(worlds, measure, "requests").scaled(1000))
        for measure in MEASURES
    ]
    per_release = ("right_person", "wrong_person", "stale_address", "rule_breach", "bystanders")
    return rows + [
        (measure, PER_RELEASE, _rate(worlds, measure, "released")) for measure in per_release
    ]


def _rate(worlds: Sequence[Counts], measure: str, of: str) -> Estimate:
    counted = [(world[measure], world[of]) for world in worlds]
    known = [(int(count), int(total)) for count, total in counted if count is not None and total]
    if any(count is None for count, _ in counted):
        return undefined(NO_TRUTH, sum(total or 0 for _, total in counted))
    if not known:
        return undefined("no address went out")
    total = sum(number for _, number in known)
    if measure == "bystanders":
        return mean_over_worlds([count / number for count, number in known])._replace(n=total)
    return rate_over_worlds(*zip(*known, strict=True))
