"""Why the wrong person: each wrong answer has one cause, the first that fits."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from linkage.measures.causes import CAUSES, OF_WRONG, cause_rates, causes_of, count_causes
from linkage.measures.harm import Answers, Truth
from linkage.measures.intervals import wilson

ELM, OAK = "1 ELM ST 02139", "2 OAK AVE 02139"
#  request: number, status, household, given name, address; record: the same; cause
CASES = [
    (("1", "borrowed", 7, "ANA", ELM), ("1", "own", 8, "BO", OAK), "borrowed number"),
    (("1", "own", 7, "ANA", ELM), ("1", "borrowed", 8, "BO", OAK), "borrowed number"),
    (("1", "relative", 7, "ANA", ELM), ("1", "own", 7, "BO", ELM), "number of a relative"),
    (("1", "wrong", 7, "ANA", ELM), ("1", "own", 8, "ANA", OAK), "mistyped number"),
    ((None, "missing", 7, "ANA", ELM), (None, "own", 7, "ANA", ELM), "same name in one family"),
    ((None, "missing", 7, "ANA", ELM), ("2", "own", 7, "BO", ELM), "another of the household"),
    ((None, "missing", 7, "ANA", ELM), ("2", "own", 9, "ANA", ELM), "shared name at one address"),
    ((None, "missing", 7, "ANA", ""), ("2", "own", 9, "ANA", OAK), "placeholder and ZIP"),
    (("3", "own", 7, "ANA", ELM), ("2", "own", 9, "ANA", OAK), "shared name or typing error"),
    # Nobody of the world: no household in common, though both are unknown.
    ((None, "missing", -1, "ANA", ELM), ("2", "own", -1, "ANA", ELM), "shared name at one address"),
]
COLUMNS = ["tin", "tin_status", "household_id", "given_name", "address"]


def _truth() -> Truth:
    asked, shown = (
        pd.DataFrame([case[side] for case in CASES], columns=COLUMNS) for side in (0, 1)
    )
    people = np.arange(len(CASES))
    return Truth(people, people + 100, requests=asked, records=shown)


def _answers(*rows: int) -> Answers:
    return Answers(np.array(rows, np.int64), np.array(rows, np.int64), {}, len(CASES))


@pytest.mark.parametrize("row", range(len(CASES)))
def test_the_cause_by_hand(row: int) -> None:
    assert causes_of(_answers(row), _truth()).tolist() == [CASES[row][2]]


def test_every_wrong_answer_has_one_cause_and_right_ones_have_none() -> None:
    truth = _truth()
    counts = count_causes(_answers(*range(len(CASES))), truth)
    assert counts["wrong"] == sum(int(counts[cause] or 0) for cause in CAUSES) == len(CASES)
    right = Truth(truth.asked, truth.asked, requests=truth.requests, records=truth.records)
    assert set(count_causes(_answers(*range(len(CASES))), right).values()) == {0}


def test_shares_over_worlds_and_what_is_not_known() -> None:
    counts = count_causes(_answers(0, 1, 2), _truth())
    rates = dict(cause_rates([counts]))
    assert rates["borrowed number"] == wilson(2, 3)
    assert OF_WRONG.startswith("of the wrong")
    none = dict(cause_rates([count_causes(_answers(), _truth())]))
    assert all(math.isnan(each.value) and each.note for each in none.values())
    assert cause_rates([count_causes(_answers(0), Truth(np.zeros(1), np.zeros(1)))]) == []
