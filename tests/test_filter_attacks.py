"""Attacks on filters in a scenario: planned, run by every adversary who can, scored."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import linkage
from linkage import Result, Scenario
from linkage.plans import AttackPlan

SCENARIO = Scenario(
    name="filters",
    people=600,
    requests=20,
    seed=4,
    schemes=("clk", "hmac", "field_bloom"),
    regimes=(),
    knowledge=("outsider", "insider"),
    adversaries={"insider": {"known_pairs": 0.3, "overlap": 1.0, "errors": 0.0}},
    attacks=(
        AttackPlan("graph_matching", "person"),
        AttackPlan("known_pairs", "person"),
        AttackPlan("pattern_mining", "person"),
        AttackPlan("atoms", "person"),
        AttackPlan("pattern_frequency", "given_name"),
    ),
).replace(**{"auxiliary.overlap": 1.0, "auxiliary.errors": 0.0})


@pytest.fixture(scope="module")
def result() -> Result:
    return linkage.run(SCENARIO)


def one(result: Result, **wanted: str) -> pd.Series[Any]:
    rows = result.risk[(result.risk[list(wanted)] == pd.Series(wanted)).all(axis=1)]
    assert len(rows) == 1
    return rows.iloc[0]


@pytest.mark.parametrize("attack", ["graph_matching", "pattern_mining", "atoms"])
def test_an_outsider_without_a_key_names_nearly_everybody(result: Result, attack: str) -> None:
    row = one(result, scheme="clk", attack=attack, knowledge="outsider")
    assert row["rate"] > 0.9
    assert row["precision"] > 0.95
    assert row["control"] == 0  # nobody outside the release is claimed


def test_known_records_give_the_others_away(result: Result) -> None:
    insider = {"scheme": "clk", "attack": "known_pairs", "knowledge": "insider"}
    people = one(result, **insider)
    everybody = one(result, scheme="clk", attack="graph_matching", knowledge="insider")["n"]
    assert people["n"] < 0.8 * everybody  # those known are no targets
    assert people["rate"] > 0.9
    assert one(result, **{**insider, "knowledge": "outsider"})["status"] == "not run"


def test_keyed_hashes_have_no_parts_to_read(result: Result) -> None:
    rows = result.risk[result.risk["scheme"] == "hmac"]
    assert set(rows["status"]) == {"not applicable"}


def test_a_filter_of_names_alone_is_read_by_how_common_they_are(result: Result) -> None:
    row = one(result, scheme="field_bloom", attack="pattern_frequency", knowledge="outsider")
    assert row["rate"] > 0.3
    assert row["precision"] > 0.9
