from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from linkage.measures.harm import (
    MEASURES,
    NO_TRUTH,
    PER_RELEASE,
    PER_REQUESTS,
    Homes,
    Truth,
    count_harm,
    harm_rates,
)
from linkage.measures.intervals import wilson

# Five people: 0 and 1 live at address 10, 2 at 11, 3 and 4 at 12. The register holds 0 to 3, and
# prints for 1 the address 11 that they have left.
HOMES = Homes(
    filed=np.array([10, 11, 11, 12]),
    lived=np.array([10, 11, 11, 12]),
    residents=pd.Series({10: 2, 11: 1, 12: 2}),
    lives_at=pd.Series({0: 10, 1: 10, 2: 11, 3: 12, 4: 12}),
)
# Six requests: about 0, 1, 2, about 4 who is not registered, about nobody, about 3.
TRUTH = Truth(asked=np.array([0, 1, 2, 4, -1, 3]), registered=np.array([0, 1, 2, 3]), homes=HOMES)
# Four answers: 0 and 1 rightly; for 4 the address of 3, with whom they live; for nobody that of 2.
REQUEST, REGISTER = np.array([0, 1, 3, 4]), np.array([0, 1, 3, 2])
BREACH = np.array([False, True, False, True])


def test_counts_by_hand() -> None:
    assert count_harm(REQUEST, REGISTER, BREACH, 6, TRUTH) == {
        "requests": 6,
        "released": 4,
        "right_person": 2,
        "wrong_person": 2,
        "stale_address": 1,  # that of person 1
        "rule_breach": 2,
        "missed": 2,  # persons 2 and 3 were asked for, are registered and not found
        # 1 beside 0; 2, who lives where 1 filed from; 3 beside 4; 2, whom nobody asked for
        "bystanders": 4,
    }


def test_no_release_harms_nobody_and_misses_everybody_who_is_registered() -> None:
    nothing = np.empty(0, np.int64)
    counts = count_harm(nothing, nothing, nothing.astype(bool), 6, TRUTH)
    assert counts.pop("requests") == 6
    assert counts.pop("missed") == 4
    assert set(counts.values()) == {0}


def test_an_address_where_nobody_lives_has_no_bystanders() -> None:
    homes = Homes(np.array([99]), np.array([99]), pd.Series({10: 2}), pd.Series({0: 10}))
    one = np.array([0])
    counts = count_harm(one, one, np.array([False]), 1, Truth(one, one, homes))
    assert (counts["stale_address"], counts["bystanders"]) == (1, 0)


def test_figures_by_hand() -> None:
    rates = {
        (measure, unit): estimate
        for measure, unit, estimate in harm_rates([count_harm(REQUEST, REGISTER, BREACH, 6, TRUTH)])
    }
    assert set(rates) == {(measure, PER_REQUESTS) for measure in MEASURES} | {
        (measure, PER_RELEASE) for measure in MEASURES if measure not in ("released", "missed")
    }
    assert rates[("released", PER_REQUESTS)] == wilson(4, 6).scaled(1000)
    assert rates[("missed", PER_REQUESTS)].value == pytest.approx(1000 / 3)
    assert rates[("wrong_person", PER_RELEASE)] == wilson(2, 4)
    assert rates[("stale_address", PER_RELEASE)].value == 0.25
    assert rates[("bystanders", PER_REQUESTS)].value == pytest.approx(4000 / 6)
    assert rates[("bystanders", PER_RELEASE)].value == 1.0
    assert math.isnan(rates[("bystanders", PER_RELEASE)].low)


def test_worlds_add_up() -> None:
    one = count_harm(REQUEST, REGISTER, BREACH, 6, TRUTH)
    rates = {(m, unit): estimate for m, unit, estimate in harm_rates([one, one])}
    assert rates[("wrong_person", PER_RELEASE)] == wilson(4, 8)
    assert rates[("bystanders", PER_RELEASE)][:4] == (1.0, 1.0, 1.0, 8)


def test_per_release_is_not_defined_when_no_address_went_out() -> None:
    nothing = np.empty(0, np.int64)
    counts = count_harm(nothing, nothing, nothing.astype(bool), 6, TRUTH)
    for _, unit, estimate in harm_rates([counts]):
        if unit == PER_RELEASE:
            assert math.isnan(estimate.value)
            assert estimate.note == "no address went out"
        else:
            assert not math.isnan(estimate.value)


def test_without_truth_only_the_releases_themselves_are_counted() -> None:
    counts = count_harm(REQUEST, REGISTER, BREACH, 6, None)
    known = {measure for measure, value in counts.items() if value is not None}
    assert known == {"requests", "released", "rule_breach"}
    for measure, _, estimate in harm_rates([counts]):
        assert math.isnan(estimate.value) == (measure not in known)
        assert (estimate.note == NO_TRUTH) == (measure not in known)


def test_without_homes_the_persons_are_counted_and_the_addresses_are_not() -> None:
    counts = count_harm(REQUEST, REGISTER, BREACH, 6, Truth(TRUTH.asked, TRUTH.registered))
    assert (counts["right_person"], counts["missed"]) == (2, 2)
    assert counts["stale_address"] is counts["bystanders"] is None
