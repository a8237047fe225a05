from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.measures.intervals import wilson
from linkage.measures.risk import count_claims, count_guesses, residual_risk, summarise_attack
from linkage.measures.suspicion import count_suspicion

shares = st.floats(0, 1)


def test_guesses_are_counted_by_position_and_abstentions_are_no_success() -> None:
    truth = pd.Series(["NG", "LEE", "DIAZ", None], index=["a", "b", "c", "d"])
    guesses = pd.DataFrame({"record": [3, 0, 1], "guess": [None, "NG", "DIAZ"]})
    assert count_guesses(guesses, truth) == (3, 1)
    assert count_guesses(guesses.iloc[:0], truth) == (0, 0)


def test_a_guess_where_none_can_be_right_is_a_wrong_claim() -> None:
    truth = pd.Series([pd.NA, pd.NA], dtype="Int64")
    assert count_guesses(pd.DataFrame({"record": [0, 1], "guess": [5, None]}), truth) == (2, 0)


def test_residual_risk_by_hand() -> None:
    assert residual_risk(0.9, 0.8) == 0.5
    assert residual_risk(0.5, 0.0) == 0.5
    assert residual_risk(0.1, 0.8) == 0
    assert math.isnan(residual_risk(1.0, 1.0))
    assert math.isnan(residual_risk(math.nan, 0.1))
    assert math.isnan(residual_risk(0.1, math.nan))


@given(shares, st.floats(0, 0.999))
def test_residual_risk_is_a_share_and_never_above_the_rate(rate: float, control: float) -> None:
    residual = residual_risk(rate, control)
    assert 0 <= residual <= rate + 1e-9


def _counts(**changes: int) -> dict[str, float]:
    return (
        count_suspicion([1.0] * 40 + [math.nan] * 60, 16)
        | {
            "n": 100,
            "claimed": 40,
            "correct": 30,
            "baseline_n": 100,
            "baseline_correct": 2,
            "control_n": 50,
            "control_correct": 5,
        }
        | changes
    )


def test_the_figures_of_one_world_by_hand() -> None:
    figures = summarise_attack([_counts()])
    assert {name: figures[name] for name in ("n", "claimed", "correct", "note")} == {
        "n": 100,
        "claimed": 40,
        "correct": 30,
        "note": "",
    }
    assert (figures["rate"], figures["low"], figures["high"]) == wilson(30, 100)[:3]
    assert figures["reach"] == figures["rate"] == 0.3
    assert [figures[f"precision{end}"] for end in ("", "_low", "_high")] == list(wilson(30, 40)[:3])
    assert (figures["baseline"], figures["control"]) == (0.02, 0.1)
    assert figures["residual"] == pytest.approx(0.2 / 0.9)
    assert figures["advantage"] == pytest.approx(0.2)
    assert figures["suspicion_marketer"] == figures["information_gain"] == pytest.approx(0.4)


def test_worlds_add_up() -> None:
    figures = summarise_attack([_counts(), _counts(correct=10, claimed=10)])
    assert (figures["n"], figures["claimed"], figures["correct"]) == (200, 50, 40)
    assert figures["rate"] == 0.2
    assert figures["precision"] == 0.8


def test_without_claims_precision_is_not_defined_and_says_why() -> None:
    figures = summarise_attack([_counts(claimed=0, correct=0)])
    assert figures["rate"] == 0
    assert math.isnan(float(figures["precision"]))
    assert "no claims" in str(figures["note"])


def test_without_people_outside_the_release_control_and_residual_are_not_defined() -> None:
    figures = summarise_attack([_counts(control_n=0, control_correct=0)])
    assert math.isnan(float(figures["control"]))
    assert math.isnan(float(figures["residual"]))
    assert figures["rate"] == 0.3


def test_claims_about_people_are_right_of_members_and_false_alarms_of_others() -> None:
    labels = ["ana", "ben", "eva", "ian"]
    inside = pd.Series([True, True, False, False], index=labels)
    days = pd.Series(["1980-01-01", None, "1990-01-01", None], index=labels)
    claims = pd.DataFrame({"person": ["ana", "eva"], "guess": ["1980-01-01", "1999-09-09"]})
    assert count_claims(claims, days, inside) == {
        "n": 1,
        "claimed": 2,
        "correct": 1,
        "control_n": 1,
        "control_correct": 0,
    }
    nobody = count_claims(claims[:0], days, inside)
    assert (nobody["claimed"], nobody["correct"], nobody["control_correct"]) == (0, 0, 0)
