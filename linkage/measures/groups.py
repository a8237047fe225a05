"""Who bears it: harm by groups of people, and how unequal it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from linkage.measures.harm import Answers, Counts, Truth
from linkage.measures.intervals import Estimate, rate_over_worlds, undefined

PER_RECORDS: Final = "per 100,000 records"
PER_ASKED: Final = "per 1,000 requests about them"
RATIO: Final = "ratio of rates"

COMPARED: Final = (("origin", "hispanic", "white"), ("status", "naturalised", "citizen"))
"""Groups whose rates are told as a ratio: trait, group, and the one it is measured against."""

Z95: Final = 1.959963984540054
"""97.5 % point of the normal distribution."""


def count_groups(answers: Answers, truth: Truth | None) -> dict[str, Counts]:
    """Count, by group, records of people who were taken for somebody else, and people missed.

    Parameters
    ----------
    answers : Answers
    truth : Truth, optional
        Its ``traits`` name the groups: a column a trait, a value a group.

    Returns
    -------
    dict of str to dict
        By "trait: group": records (in the register), wrongly_exposed (records of theirs that
        answered a request about somebody else), asked (requests about those of them who are in
        the register), missed (of these, not found).

    Examples
    --------
    >>> import pandas as pd
    >>> traits = pd.DataFrame({"origin": ["white", "hispanic"]})
    >>> truth = Truth(np.array([0, 1]), np.array([0, 1]), traits=traits)
    >>> counts = count_groups(Answers(np.array([0]), np.array([1]), {}, 2), truth)
    >>> counts["origin: hispanic"]
    {'records': 1, 'wrongly_exposed': 1, 'asked': 1, 'missed': 1}
    """
    if truth is None or truth.traits is None:
        return {}
    right = answers.right(truth)
    found = np.unique(answers.request[right])
    findable = np.flatnonzero((truth.asked >= 0) & np.isin(truth.asked, truth.registered))
    exposed = np.empty(0, np.int64) if answers.discloses == "yes_no" else answers.register[~right]
    whose = {
        "records": truth.registered,
        "wrongly_exposed": truth.registered[exposed],
        "asked": truth.asked[findable],
        "missed": truth.asked[np.setdiff1d(findable, found)],
    }
    sizes = truth.group_sizes or {}
    counts: dict[str, Counts] = {}
    for trait in truth.traits:
        values = truth.traits[trait]
        tables = {what: values.reindex(people).value_counts() for what, people in whose.items()}
        named = {name.removeprefix(f"{trait}: ") for name in sizes if name.startswith(f"{trait}: ")}
        for group in sorted({*values.dropna().unique(), *named}):
            name = f"{trait}: {group}"
            counts[name] = {what: int(table.get(group, 0)) for what, table in tables.items()}
            if sizes:
                counts[name]["records"] = sizes.get(name, 0)
    return counts


def group_rates(worlds: Sequence[Counts]) -> list[tuple[str, str, Estimate]]:
    """Make the figures of one group from its counts in every world.

    Returns
    -------
    list of (measure, unit, Estimate)
        wrong_person per 100,000 records of the group; missed per 1,000 requests about them.
    """
    return [
        ("wrong_person", PER_RECORDS, _rate(worlds, "wrongly_exposed", "records").scaled(100_000)),
        ("missed", PER_ASKED, _rate(worlds, "missed", "asked").scaled(1000)),
    ]


def _rate(worlds: Sequence[Counts], what: str, of: str) -> Estimate:
    known = [(int(w[what] or 0), int(w[of] or 0)) for w in worlds if w[of]]
    if not known:
        return undefined(f"none {'in the register' if of == 'records' else 'asked about'}")
    capped = [(min(count, total), total) for count, total in known]
    return rate_over_worlds(*zip(*capped, strict=True))


def rate_ratio(events: int, total: int, other_events: int, other_total: int) -> Estimate:
    """Ratio of two rates with its 95 % interval, normal in the logarithm.

    Rothman, Greenland & Lash 2008, Modern Epidemiology, 3rd edition, chapter 14: the variance of
    the logarithm is ``1 / events + 1 / other_events``.

    Examples
    --------
    >>> ratio = rate_ratio(40, 1000, 10, 1000)
    >>> [round(float(each), 2) for each in ratio[:3]]
    [4.0, 2.0, 8.0]
    """
    n = total + other_total
    if not events or not other_events:
        return undefined("one of the groups has no case", n)
    ratio = (events / total) / (other_events / other_total)
    spread = math.exp(Z95 * math.sqrt(1 / events + 1 / other_events))
    return Estimate(ratio, ratio / spread, ratio * spread, n, "")


def disparities(worlds: Sequence[dict[str, Counts]]) -> list[tuple[str, Estimate]]:
    """Compare how often people of two groups are taken for somebody else, over all worlds.

    Returns
    -------
    list of (group, Estimate)
        Group such as "origin: hispanic against white".
    """

    def total(group: str, what: str) -> int:
        return sum(int(world[group][what] or 0) for world in worlds)

    rows = []
    for trait, group, against in COMPARED:
        names = f"{trait}: {group}", f"{trait}: {against}"
        if not all(name in world for world in worlds for name in names):
            continue
        counts = [(total(name, "wrongly_exposed"), total(name, "records")) for name in names]
        if all(records for _, records in counts):
            rows.append((f"{names[0]} against {against}", rate_ratio(*counts[0], *counts[1])))
    return rows
