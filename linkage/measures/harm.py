"""What releases did to people: counts that add up over worlds, and the figures made from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.measures.intervals import Estimate, mean_over_worlds, rate_over_worlds, undefined

Counts = dict[str, int | None]
Positions = NDArray[np.int64]
Bools = NDArray[np.bool_]

PER_REQUESTS: Final = "per 1,000 requests"
PER_RELEASE: Final = "per release"

NO_TRUTH: Final = "the files do not say who is who, or who lives where"
NO_ADDRESS: Final = "no address went out"


@dataclass(frozen=True)
class Homes:
    """Who lives where, for scoring only.

    Parameters
    ----------
    filed : int array
        The address each record of the register prints; it may be a post office box.
    lived : int array
        Where the person of each record lived when it was filed.
    people : pandas.DataFrame
        By person: the ``address`` they live at now, negative for none; whether they are a
        ``citizen`` and a ``child``.
    """

    filed: Positions
    lived: Positions
    people: pd.DataFrame


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
    traits : pandas.DataFrame, optional
        By person: what groups people; see `linkage.measures.groups`.
    requests, records : pandas.DataFrame, optional
        What is true of each request and record; see `linkage.measures.causes`.
    group_sizes : mapping of str to int, optional
        Records of the register by "trait: group", where ``registered`` is a part of it.
    """

    asked: Positions
    registered: Positions
    homes: Homes | None = None
    traits: pd.DataFrame | None = None
    requests: pd.DataFrame | None = None
    records: pd.DataFrame | None = None
    group_sizes: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Answers:
    """Answers that went out, by position.

    Parameters
    ----------
    request, register : int arrays
        The request answered and the record that answered it.
    flags : mapping of str to bool array
        What is known of each without the truth: `FLAGS`.
    requests : int
        How many were made.
    discloses : {"nothing", "yes_no", "address", "return"}
        What went out.
    """

    request: Positions
    register: Positions
    flags: Mapping[str, Bools]
    requests: int
    discloses: str = "address"

    def right(self, truth: Truth) -> Bools:
        """Whether each is about the person asked for."""
        asked = truth.asked[self.request]
        return np.asarray((asked == truth.registered[self.register]) & (asked >= 0))


FLAGS: Final = ("rule_breach", "insufficient_address", "unconfirmed_address", "new_address")
"""Of a release: no real address that is one on file; no real address; the rule did not compare the
address; not the address that the request held."""

PERSONS: Final = ("right_person", "wrong_person")
HOMES: Final = ("stale_address", "bystanders", "citizen_bystanders", "child_bystanders")


def count_harm(answers: Answers, truth: Truth | None) -> Counts:
    """Count what a set of answers did.

    Parameters
    ----------
    answers : Answers
    truth : Truth, optional
        None leaves undefined what only the truth can tell.

    Returns
    -------
    dict
        released (addresses), confirmed and confirmed_wrongly (yeses, and those about somebody
        else), returns_exposed (each tells an income), relatives_exposed (spouses and dependents
        named on them), `FLAGS`, right_person, wrong_person, stale_address (the person of
        the released record has moved away), bystanders (who live at a released address now and
        were not asked for by that request; among them citizens, and children), missed (the person
        asked for is in the register and was not found).
    """
    count = len(answers.request)
    yes = answers.discloses == "yes_no"
    released = 0 if yes else count
    counts: Counts = {
        "requests": answers.requests,
        "released": released,
        "confirmed": count if yes else 0,
        "returns_exposed": count if answers.discloses == "return" else 0,
        **{flag: 0 if yes else int(answers.flags[flag].sum()) for flag in FLAGS},
    }
    counts["relatives_exposed"] = _count_relatives(truth, answers)
    unknown: tuple[str, ...] = (*PERSONS, "confirmed_wrongly", "missed", *HOMES)
    if truth is None:
        return counts | dict.fromkeys(unknown)
    right = answers.right(truth)
    wrong = int(np.count_nonzero(~right))
    findable = int(np.isin(truth.asked[truth.asked >= 0], truth.registered).sum())
    found = len(np.unique(answers.request[right]))
    counts |= {
        "right_person": 0 if yes else int(right.sum()),
        "wrong_person": 0 if yes else wrong,
        "confirmed_wrongly": wrong if yes else 0,
        "missed": findable - found,
    }
    if yes:
        return counts | dict.fromkeys(HOMES, 0)
    return counts | _count_homes(truth, answers)


def _count_relatives(truth: Truth | None, answers: Answers) -> int | None:
    """Count whom whole returns name beside the filer."""
    if answers.discloses != "return":
        return 0
    if truth is None or truth.records is None or "relatives" not in truth.records:
        return None
    return int(truth.records["relatives"].to_numpy()[answers.register].sum())


def _count_homes(truth: Truth, answers: Answers) -> Counts:
    """Count stale addresses, and the people at the released addresses who were not asked for."""
    homes = truth.homes
    if homes is None:
        return dict.fromkeys(HOMES)
    asked, shown = truth.asked[answers.request], truth.registered[answers.register]
    address = homes.filed[answers.register]
    lives = homes.people["address"]
    now = lives.reindex(shown, fill_value=-1).to_numpy()
    present = lives.reindex(asked, fill_value=-1).to_numpy() == address
    counts: Counts = {"stale_address": int((now != homes.lived[answers.register]).sum())}
    settled = homes.people[lives >= 0]
    everybody = pd.Series(True, index=homes.people.index)
    kinds = (everybody, homes.people["citizen"], homes.people["child"])
    for measure, kind in zip(HOMES[1:], kinds, strict=True):
        living = settled.loc[kind[settled.index], "address"].value_counts()
        there = living.reindex(address, fill_value=0).to_numpy()
        own = present & kind.reindex(asked, fill_value=False).to_numpy(np.bool_)
        counts[measure] = int((there - own).sum())
    return counts


MEASURES: Final = (
    *("released", "confirmed", *PERSONS, "confirmed_wrongly", "stale_address"),
    *("new_address", "rule_breach", "insufficient_address", "unconfirmed_address", "missed"),
    *("returns_exposed", "relatives_exposed"),
    *("bystanders", "citizen_bystanders", "child_bystanders"),
)
A_RELEASE: Final = (*PERSONS, "stale_address", *FLAGS, *HOMES[1:])
"""Measures told per release too."""

SEVERAL: Final = (*HOMES[1:], "relatives_exposed")
"""Measures of which there may be more than one a release."""

SOMETIMES: Final = ("confirmed", "confirmed_wrongly", "returns_exposed", "relatives_exposed")
"""Measures told only of rules under which they can be above 0."""


def harm_rates(worlds: Sequence[Counts]) -> list[tuple[str, str, Estimate]]:
    """Make the harm figures of one regime from its counts in every world.

    Returns
    -------
    list of (measure, unit, Estimate)
        Every measure per 1,000 requests; what can be wrong with a release per release too.
        Bystanders may be several a release, so theirs is a mean over worlds.
    """
    told = [m for m in MEASURES if m not in SOMETIMES or any(world[m] for world in worlds)]
    rows = [
        (measure, PER_REQUESTS, _rate(worlds, measure, "requests").scaled(1000)) for measure in told
    ]
    return rows + [
        (measure, PER_RELEASE, _rate(worlds, measure, "released")) for measure in A_RELEASE
    ]


def _rate(worlds: Sequence[Counts], measure: str, of: str) -> Estimate:
    counted = [(world[measure], world[of]) for world in worlds]
    known = [(int(count), int(total)) for count, total in counted if count is not None and total]
    if any(count is None for count, _ in counted):
        return undefined(NO_TRUTH, sum(total or 0 for _, total in counted))
    if not known:
        return undefined(NO_ADDRESS)
    total = sum(number for _, number in known)
    several = measure in SEVERAL or any(count > number for count, number in known)
    if several:
        return mean_over_worlds([count / number for count, number in known])._replace(n=total)
    return rate_over_worlds(*zip(*known, strict=True))
