"""Harm by group: counted by hand, and told as ratios."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from linkage.measures.groups import (
    PER_ASKED,
    PER_RECORDS,
    count_groups,
    disparities,
    group_rates,
    rate_ratio,
)
from linkage.measures.harm import Answers, Truth
from linkage.measures.intervals import wilson

# Persons 0 and 1 are Hispanic, 2 and 3 white; all but 3 are registered.
TRAITS = pd.DataFrame({"origin": ["hispanic", "hispanic", "white", "white"]})
TRUTH = Truth(np.array([0, 1, 2, 3, -1]), np.array([0, 1, 2]), traits=TRAITS)
# 0 is found; for 1 the record of 2 goes out, for the last, who is nobody, that of 1.
ANSWERS = Answers(np.array([0, 1, 4]), np.array([0, 2, 1]), {}, 5)


def test_counts_by_hand() -> None:
    assert count_groups(ANSWERS, TRUTH) == {
        "origin: hispanic": {"records": 2, "wrongly_exposed": 1, "asked": 2, "missed": 1},
        "origin: white": {"records": 1, "wrongly_exposed": 1, "asked": 1, "missed": 1},
    }


def test_figures_by_hand() -> None:
    rates = {
        (m, unit): each
        for m, unit, each in group_rates([count_groups(ANSWERS, TRUTH)["origin: hispanic"]])
    }
    assert rates[("wrong_person", PER_RECORDS)] == wilson(1, 2).scaled(100_000)
    assert rates[("missed", PER_ASKED)] == wilson(1, 2).scaled(1000)


def test_a_yes_exposes_no_records_and_nothing_is_known_without_traits() -> None:
    yes = Answers(ANSWERS.request, ANSWERS.register, {}, 5, "yes_no")
    assert all(group["wrongly_exposed"] == 0 for group in count_groups(yes, TRUTH).values())
    assert count_groups(ANSWERS, Truth(TRUTH.asked, TRUTH.registered)) == {}
    assert count_groups(ANSWERS, None) == {}


def test_the_ratio_of_rates_over_worlds() -> None:
    (group, ratio), *rest = disparities([count_groups(ANSWERS, TRUTH)] * 2)
    assert not rest
    assert group == "origin: hispanic against white"
    assert ratio == rate_ratio(2, 4, 2, 2)
    assert ratio.value == 0.5
    # Rothman, Greenland & Lash 2008: exp(1.96 sqrt(1/2 + 1/2)) either way.
    assert ratio.high / ratio.value == pytest.approx(math.exp(1.959964), rel=1e-6)
    assert math.isnan(rate_ratio(0, 10, 1, 10).value)
