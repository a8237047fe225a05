from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from linkage.measures.harm import (
    A_RELEASE,
    FLAGS,
    MEASURES,
    NO_ADDRESS,
    NO_TRUTH,
    PER_RELEASE,
    PER_REQUESTS,
    SOMETIMES,
    Answers,
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
    people=pd.DataFrame(
        {
            "address": [10, 10, 11, 12, 12],
            "citizen": [True, True, False, False, True],
            "child": [False, True, False, False, True],
        }
    ),
)
# Six requests: about 0, 1, 2, about 4 who is not registered, about nobody, about 3.
TRUTH = Truth(asked=np.array([0, 1, 2, 4, -1, 3]), registered=np.array([0, 1, 2, 3]), homes=HOMES)
# Four answers: 0 and 1 rightly; for 4 the address of 3, with whom they live; for nobody that of 2.
REQUEST, REGISTER = np.array([0, 1, 3, 4]), np.array([0, 1, 3, 2])
BREACH = np.array([False, True, False, True])


def answers(request=REQUEST, register=REGISTER, breach=BREACH, count=6, discloses="address"):
    flags = dict.fromkeys(FLAGS, ~breach) | {"rule_breach": breach}
    return Answers(request, register, flags, count, discloses)


NOTHING = answers(*np.empty((2, 0), np.int64), np.empty(0, np.bool_))


def test_counts_by_hand() -> None:
    assert count_harm(answers(), TRUTH) == {
        "requests": 6,
        "released": 4,
        "confirmed": 0,
        "confirmed_wrongly": 0,
        "returns_exposed": 0,
        "relatives_exposed": 0,
        "insufficient_address": 2,
        "unconfirmed_address": 2,
        "new_address": 2,
        "right_person": 2,
        "wrong_person": 2,
        "stale_address": 1,  # that of person 1
        "rule_breach": 2,
        "missed": 2,  # persons 2 and 3 were asked for, are registered and not found
        # 1 beside 0; 2, who lives where 1 filed from; 3 beside 4; 2, whom nobody asked for
        "bystanders": 4,
        "citizen_bystanders": 1,  # 1 beside 0; 2 and 3 are none, 4 was asked for
        "child_bystanders": 1,  # 1
    }


def test_no_release_harms_nobody_and_misses_everybody_who_is_registered() -> None:
    counts = count_harm(NOTHING, TRUTH)
    assert counts.pop("requests") == 6
    assert counts.pop("missed") == 4
    assert set(counts.values()) == {0}


def test_an_address_where_nobody_lives_has_no_bystanders() -> None:
    homes = Homes(np.array([99]), np.array([99]), HOMES.people)
    one = np.array([0])
    counts = count_harm(answers(one, one, np.array([False]), 1), Truth(one, one, homes))
    assert (counts["stale_address"], counts["bystanders"]) == (1, 0)


def test_figures_by_hand() -> None:
    rates = {
        (measure, unit): estimate
        for measure, unit, estimate in harm_rates([count_harm(answers(), TRUTH)])
    }
    always = set(MEASURES) - set(SOMETIMES)
    assert set(rates) == {(measure, PER_REQUESTS) for measure in always} | {
        (measure, PER_RELEASE) for measure in A_RELEASE
    }
    assert rates[("released", PER_REQUESTS)] == wilson(4, 6).scaled(1000)
    assert rates[("missed", PER_REQUESTS)].value == pytest.approx(1000 / 3)
    assert rates[("wrong_person", PER_RELEASE)] == wilson(2, 4)
    assert rates[("stale_address", PER_RELEASE)].value == 0.25
    assert rates[("bystanders", PER_REQUESTS)].value == pytest.approx(4000 / 6)
    assert rates[("bystanders", PER_RELEASE)].value == 1.0
    assert math.isnan(rates[("bystanders", PER_RELEASE)].low)


def test_worlds_add_up() -> None:
    one = count_harm(answers(), TRUTH)
    rates = {(m, unit): estimate for m, unit, estimate in harm_rates([one, one])}
    assert rates[("wrong_person", PER_RELEASE)] == wilson(4, 8)
    assert rates[("bystanders", PER_RELEASE)][:4] == (1.0, 1.0, 1.0, 8)


def test_per_release_is_not_defined_when_no_address_went_out() -> None:
    counts = count_harm(NOTHING, TRUTH)
    for _, unit, estimate in harm_rates([counts]):
        if unit == PER_RELEASE:
            assert math.isnan(estimate.value)
            assert estimate.note == "no address went out"
        else:
            assert not math.isnan(estimate.value)


def test_without_truth_only_the_releases_themselves_are_counted() -> None:
    counts = count_harm(answers(), None)
    known = {measure for measure, value in counts.items() if value is not None}
    assert known == {
        "requests",
        "released",
        "confirmed",
        "returns_exposed",
        "relatives_exposed",
        *FLAGS,
    }
    for measure, _, estimate in harm_rates([counts]):
        assert math.isnan(estimate.value) == (measure not in known)
        assert (estimate.note == NO_TRUTH) == (measure not in known)


def test_without_homes_the_persons_are_counted_and_the_addresses_are_not() -> None:
    counts = count_harm(answers(), Truth(TRUTH.asked, TRUTH.registered))
    assert (counts["right_person"], counts["missed"]) == (2, 2)
    assert counts["stale_address"] is counts["bystanders"] is None


def test_a_yes_exposes_no_address_and_may_be_about_somebody_else() -> None:
    counts = count_harm(answers(discloses="yes_no"), TRUTH)
    above = {measure: count for measure, count in counts.items() if count}
    assert above == {"requests": 6, "confirmed": 4, "confirmed_wrongly": 2, "missed": 2}
    rates = {(measure, unit): each for measure, unit, each in harm_rates([counts])}
    assert rates[("confirmed_wrongly", PER_REQUESTS)] == wilson(2, 6).scaled(1000)
    assert rates[("wrong_person", PER_RELEASE)].note == NO_ADDRESS


def test_a_return_exposes_as_many_returns_as_addresses() -> None:
    counts = count_harm(answers(discloses="return"), TRUTH)
    assert counts["returns_exposed"] == counts["released"] == 4
    assert counts["relatives_exposed"] is None  # nobody said what stands on the returns


def test_a_return_names_the_relatives_of_its_filer() -> None:
    records = pd.DataFrame({"relatives": [3, 0, 1, 2]})
    truth = replace(TRUTH, records=records)
    assert count_harm(answers(discloses="return"), truth)["relatives_exposed"] == 6
    assert count_harm(answers(), truth)["relatives_exposed"] == 0
