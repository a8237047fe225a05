from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from linkage.reporting.charts import tradeoff_data
from linkage.reporting.suppression import spelled_out, suppress


def risk_row(n: int, claimed: int, correct: int, control: float = 0.0) -> pd.DataFrame:
    rate = correct / n
    return pd.DataFrame(
        [
            {
                **{"scheme": "plain", "attack": "a", "target": "t", "knowledge": "outsider"},
                **{"n": n, "claimed": claimed, "correct": correct, "rate": rate},
                **{"low": rate, "high": rate, "baseline": 0.1, "control": control},
                **{"residual": rate, "precision": correct / claimed if claimed else np.nan},
                **{"precision_low": 0.1, "precision_high": 0.9, "reach": rate, "note": ""},
            }
        ]
    )


@pytest.mark.parametrize(
    ("counts", "hidden", "shown"),
    [
        (
            (400, 100, 10),
            {"correct", "rate", "low", "high", "reach", "precision"},
            {"n", "claimed"},
        ),
        ((400, 100, 11), set(), {"n", "claimed", "correct", "rate", "precision"}),
        ((400, 100, 0), set(), {"n", "claimed", "correct", "rate", "precision"}),
        ((400, 7, 0), {"claimed", "precision"}, {"n", "correct", "rate"}),
        ((400, 400, 395), {"correct", "rate", "precision"}, {"n"}),
        ((10, 10, 10), {"n", "claimed", "correct", "rate", "precision", "control"}, {"baseline"}),
    ],
)
def test_counts_of_one_to_ten_are_withheld(
    counts: tuple[int, int, int], hidden: set[str], shown: set[str]
) -> None:
    row = suppress(risk_row(*counts)).iloc[0]
    assert {name for name in hidden | shown if pd.isna(row[name])} == hidden
    assert bool(row["note"]) == bool(hidden)


def test_a_small_control_is_withheld_alone() -> None:
    row = suppress(risk_row(400, 200, 100, control=0.01)).iloc[0]
    assert np.isnan(row["control"])
    assert np.isnan(row["residual"])
    assert row["rate"] == 0.25


@pytest.mark.parametrize(
    ("value", "n", "unit", "note"),
    [
        (0.02, 400, "share", "<11"),
        (0.99, 400, "share", "all but <11"),
        (0.5, 400, "share", ""),
        (0.0, 400, "share", ""),
        (1.0, 400, "share", ""),
        (20.0, 400, "per 1,000 requests", "<11"),
        (200.0, 400, "per 1,000 requests", ""),
        (2.0, 4, "per release", "<11"),
        (2.0, 400, "per release", ""),
        (7.0, 1, "links", "<11"),
        (70.0, 1, "links", ""),
        (0.5, 8, "share", "<11"),
    ],
)
def test_figures_that_give_a_small_count_away(value: float, n: int, unit: str, note: str) -> None:
    frame = pd.DataFrame({"value": [value], "low": [value], "high": [value], "n": [n]})
    row = suppress(frame.assign(unit=unit, note="")).iloc[0]
    assert row["note"] == note
    assert np.isnan(row["value"]) == np.isnan(row["low"]) == bool(note)


def test_a_sentence_with_a_withheld_figure_goes_too() -> None:
    frame = pd.DataFrame({"value": [0.02, 0.02], "n": [400, 400], "unit": "share"})
    frame["meaning"] = ["It was 8 people.", "It was few people."]
    assert suppress(frame)["meaning"].tolist() == [
        "Withheld: it rests on fewer than 11 records.",
        "It was few people.",
    ]


def test_the_frame_given_stays_whole(own_file: Any) -> None:
    before = own_file.risk.copy()
    suppress(own_file.risk)
    pd.testing.assert_frame_equal(own_file.risk, before)


def test_cells_are_spelled_out_where_withheld_only() -> None:
    frame = pd.concat([risk_row(400, 100, 5), risk_row(400, 100, 50)], ignore_index=True)
    spelled = spelled_out(suppress(frame))
    assert spelled["correct"].tolist() == ["<11", 50]
    assert spelled["scheme"].tolist() == ["plain", "plain"]


def test_a_withheld_worst_attack_is_not_replaced_by_a_milder_one() -> None:
    risk = pd.concat([risk_row(400, 400, 395), risk_row(400, 100, 50)], ignore_index=True)
    quality = pd.DataFrame({"scheme": ["plain"], "measure": "f_star", "value": 0.5})
    data = tradeoff_data(quality.assign(low=0.4, high=0.6), suppress(risk)).iloc[0]
    assert np.isnan(data["risk"])
    assert data["note"] == "all but <11"
    few = pd.concat([risk_row(400, 400, 5), risk_row(400, 100, 50)], ignore_index=True)
    data = tradeoff_data(quality.assign(low=0.4, high=0.6), suppress(few)).iloc[0]
    assert data["risk"] == 0.125


def disclosed(**values: float) -> pd.DataFrame:
    rows = [{"measure": measure, "value": value} for measure, value in values.items()]
    return pd.DataFrame(rows).assign(scheme="plain", low=np.nan, high=np.nan, n=400, note="")


@pytest.mark.parametrize(
    ("measure", "value", "note"),
    [
        ("k", 1.0, "<11"),
        ("k", 10.0, "<11"),
        ("k", 11.0, ""),
        ("k_map", 3.0, "<11"),
        ("k_map", 30.0, ""),
        ("people_alone", 4.0, "<11"),
        ("people_alone", 0.0, ""),
        ("prosecutor_highest", 1.0, "<11"),
        ("prosecutor_highest", 0.1, "<11"),
        ("prosecutor_highest", 1 / 11, ""),
        ("journalist_highest", 0.2, "<11"),
        ("prosecutor_average", 0.3, ""),
        ("sample_uniqueness", 0.01, "<11"),
        ("sample_uniqueness", 0.3, ""),
        ("population_uniqueness", 0.99, "all but <11"),
    ],
)
def test_small_classes_are_withheld(measure: str, value: float, note: str) -> None:
    row = suppress(disclosed(**{measure: value})).iloc[0]
    assert row["note"] == note
    assert np.isnan(row["value"]) == bool(note)


def test_an_error_goes_with_the_truth_that_it_gives_away() -> None:
    frame = disclosed(people_alone=4.0, zayatz=0.2, zayatz_error=0.19)
    assert suppress(frame)["value"].isna().tolist() == [True, False, True]
    shown = disclosed(people_alone=40.0, zayatz=0.2, zayatz_error=0.01)
    assert suppress(shown)["value"].notna().all()


@pytest.mark.parametrize(
    ("value", "baseline", "n", "unit", "hidden"),
    [
        (0.5, 0.2, 400, "share of claims", False),
        (0.5, 0.02, 400, "share of claims", True),
        (0.02, 0.2, 400, "share of claims", True),
        (0.5, 0.4, 8, "share of claims", True),
        (300.0, np.nan, 400, "per 1,000 people named rightly", False),
        (10.0, np.nan, 400, "per 1,000 people named rightly", True),
        (5.0, np.nan, 8, "dollars", True),
    ],
)
def test_what_few_records_give_away_is_withheld(
    value: float, baseline: float, n: int, unit: str, hidden: bool
) -> None:
    row = {"learned": "income", "value": value, "low": value, "high": value, "n": n, "note": ""}
    shown = suppress(pd.DataFrame([row | {"baseline": baseline, "unit": unit}])).iloc[0]
    assert np.isnan(shown["value"]) == hidden
    assert np.isnan(shown["baseline"]) == (hidden or np.isnan(baseline))
    assert np.isnan(shown["n"]) == (n < 11)


def test_how_many_are_certain_is_withheld_if_few() -> None:
    extra = {"suspicion_max": 1.0, "suspicion_mean": 0.3, "information_gain": 0.4}
    few = risk_row(400, 100, 50).assign(**extra, suspicion_marketer=5 / 400, advantage=0.1)
    row = suppress(few).iloc[0]
    assert pd.isna(row[["suspicion_max", "suspicion_marketer"]]).all()
    assert row[["suspicion_mean", "information_gain", "rate"]].notna().all()
    assert suppress(few.assign(suspicion_marketer=0.5))["suspicion_max"].item() == 1
    small = suppress(few.assign(correct=5, rate=5 / 400)).iloc[0]
    assert np.isnan(small["advantage"])


def test_a_count_of_schemes_is_about_nobody() -> None:
    frame = pd.DataFrame({"value": [3.0], "low": np.nan, "high": np.nan, "n": [8]})
    frame = frame.assign(unit="schemes", note="", meaning="3 of 8 schemes")
    pd.testing.assert_frame_equal(suppress(frame), frame)
