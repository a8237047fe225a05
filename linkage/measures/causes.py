"""Why the wrong person: what made each wrong answer go out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from linkage.measures.harm import Answers, Counts, Truth
from linkage.measures.intervals import Estimate, rate_over_worlds, undefined

CAUSES: Final = {
    "borrowed number": "one of the two used a number that was issued to the other, or to a third",
    "number of a relative": "the request holds a household member's number",
    "mistyped number": "a digit of the number is wrong on either side",
    "same name in one family": "father and son, say: one household, one given name",
    "another of the household": "one household, another given name",
    "shared name at one address": "others of that name live in the building",
    "placeholder and ZIP": "the request holds no street, so that the name and the ZIP decided",
    "shared name or typing error": "anything else",
}
"""Cause to what it means, in the order in which they are looked for: each answer has one."""

OF_WRONG: Final = "of the wrong persons"


def causes_of(answers: Answers, truth: Truth) -> pd.Series[str]:
    """Give the cause of each wrong answer.

    Needs `Truth.requests` and `Truth.records`: ``tin``, ``tin_status``, ``household_id``,
    ``given_name`` and ``address`` (number, street and ZIP as one text) of each; of requests, empty
    where there is no street.

    Returns
    -------
    pandas.Series
        Cause, by position among the wrong answers.

    Examples
    --------
    >>> ask = pd.DataFrame(
    ...     {"tin": ["1", None], "tin_status": ["borrowed", "missing"], "household_id": [7, 8],
    ...      "given_name": ["ANA", "BO"], "address": ["", "1 ELM ST 02139"]}
    ... )
    >>> file = ask.assign(tin=["1", "3"], tin_status="own", household_id=[1, 8])
    >>> wrong = Answers(np.array([0, 1]), np.array([0, 1]), {}, 2)
    >>> truth = Truth(np.array([5, 6]), np.array([1, 2]), requests=ask, records=file)
    >>> causes_of(wrong, truth).tolist()
    ['borrowed number', 'same name in one family']
    """
    assert truth.requests is not None
    assert truth.records is not None
    wrong = ~answers.right(truth)
    asked = truth.requests.iloc[answers.request[wrong]].reset_index(drop=True)
    shown = truth.records.iloc[answers.register[wrong]].reset_index(drop=True)
    number = (asked["tin"] == shown["tin"]).fillna(False).to_numpy(np.bool_)
    borrowed = asked["tin_status"].eq("borrowed") | shown["tin_status"].eq("borrowed")
    relative = asked["tin_status"].eq("relative")
    family = asked["household_id"].eq(shown["household_id"]) & (asked["household_id"] >= 0)
    name = (asked["given_name"] == shown["given_name"]).fillna(False).to_numpy(np.bool_)
    street = asked["address"].ne("")
    conditions = [
        number & borrowed,
        number & relative,
        number,
        family & name,
        family,
        street & asked["address"].eq(shown["address"]),
        ~street,
    ]
    causes = list(CAUSES)
    chosen = np.select([np.asarray(each, np.bool_) for each in conditions], causes[:-1], causes[-1])
    return pd.Series(chosen, dtype=object)


def count_causes(answers: Answers, truth: Truth | None) -> Counts:
    """Count the wrong answers of each cause; nothing where the truth does not tell."""
    if truth is None or truth.requests is None or truth.records is None:
        return {}
    counted = causes_of(answers, truth).value_counts()
    by_cause: Counts = {cause: int(counted.get(cause, 0)) for cause in CAUSES}
    return {"wrong": int(counted.sum()), **by_cause}


def cause_rates(worlds: Sequence[Counts]) -> list[tuple[str, Estimate]]:
    """Give the share of each cause among the wrong persons.

    Returns
    -------
    list of (cause, Estimate)
    """
    known = [world for world in worlds if world]
    if not known:
        return []
    if not any(world["wrong"] for world in known):
        return [(cause, undefined("nobody was wrong")) for cause in CAUSES]
    some = [world for world in known if world["wrong"]]
    totals = [int(world["wrong"] or 0) for world in some]
    return [
        (cause, rate_over_worlds([int(world[cause] or 0) for world in some], totals))
        for cause in CAUSES
    ]
